"""Takes the callbacks of jobs and checks their signatures (Standard Webhooks).

    BULKVID_WEBHOOK_SECRET=whsec_... python examples/callback_receiver.py 8099

Then give jobs `callback_url: http://127.0.0.1:8099/` and start them with BULKVID_WEBHOOK_ALLOW_PRIVATE=true.
"""

from __future__ import annotations

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        try:
            message = Webhook(os.environ["BULKVID_WEBHOOK_SECRET"]).verify(body, dict(self.headers))
        except WebhookVerificationError as error:
            self.send_error(400, str(error))
            return
        sys.stdout.write(f"{message['type']}: {message['data']}\n")
        sys.stdout.flush()
        self.send_response(204)
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8099), Receiver).serve_forever()
