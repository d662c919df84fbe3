"""The process that serves the API: `python -m bulkvid_pipeline.server.api_process --host 127.0.0.1 --port 8000`."""

from __future__ import annotations

import argparse

import uvicorn

from bulkvid_pipeline.api.log_lines import LOG_CONFIG
from bulkvid_pipeline.server.http_protocol import BoundedHttp

APP = "bulkvid_pipeline.api.app:create_app"
LAST_REQUESTS_S = 2
"""How long requests that are under way may take when the server is to end; streams are cut."""


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    uvicorn.run(
        APP,
        factory=True,
        host=options.host,
        port=options.port,
        workers=options.processes,
        http=BoundedHttp,
        ws="none",
        loop="uvloop",
        log_config=LOG_CONFIG,
        access_log=False,
        timeout_graceful_shutdown=LAST_REQUESTS_S,
    )


if __name__ == "__main__":
    main()
