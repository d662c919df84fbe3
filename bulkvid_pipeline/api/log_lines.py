"""How the API's process writes its log: a line an event, each with the id of the request that it belongs to."""

from __future__ import annotations

import logging
import time
from typing import Any

from bulkvid_pipeline.api.middleware import RequestIdFilter


class UtcFormatter(logging.Formatter):
    """Writes times in UTC."""

    @staticmethod
    def converter(seconds: float | None) -> time.struct_time:
        """Replaces local time in the standard library's formatter."""
        return time.gmtime(seconds)


LOG_CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": RequestIdFilter}},
    "formatters": {
        "line": {
            "format": "%(asctime)s.%(msecs)03dZ %(levelname)s %(request_id)s %(name)s: %(message)s",
            "datefmt": "%Y-%m-%dT%H:%M:%S",
            "()": UtcFormatter,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "bulkvid.access": {"level": "INFO"},
        "bulkvid_pipeline": {"level": "INFO"},
        "uvicorn.error": {"level": "INFO"},
    },
}
"""For `logging.config.dictConfig` and uvicorn's `log_config`; uvicorn's own access log is left out."""
