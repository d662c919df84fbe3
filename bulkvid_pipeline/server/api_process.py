"""The process that serves API and dashboard.

`python -m bulkvid_pipeline.server.api_process --host 127.0.0.1 --port 8000`
"""

from __future__ import annotations

import argparse
import gc

import uvicorn

from bulkvid_pipeline.server.http_protocol import BoundedHttp
from bulkvid_pipeline.server.site import Site
from bulkvid_pipeline.web.log_lines import LOG_CONFIG

APP = "bulkvid_pipeline.server.api_process:lasting_site"
LAST_REQUESTS_S = 2
"""How long requests that are under way may take when the server is to end; streams are cut."""

STARTS_WITHIN_S = 120
"""How long one of several processes may be silent, as it is while it starts on a busy machine, before it is replaced."""


def lasting_site() -> Site:
    """The site of a process that serves nothing else.

    What has been imported stays to the end. Python's collector would go through all of it again and again, which stops
    every request for a quarter of a second.
    """
    site = Site()
    gc.collect()
    gc.freeze()
    return site


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
        timeout_worker_healthcheck=STARTS_WITHIN_S,
    )


if __name__ == "__main__":
    main()
