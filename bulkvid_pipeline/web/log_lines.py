"""How the API's process writes its log: a line an event, each with the id of the request that it belongs to."""

from __future__ import annotations

import contextvars
import logging
import time
from typing import Any

from bulkvid_pipeline.services.outputs.links import FILES_PATH

MOST_SHOWN = 300
"""Characters of a path that the log has."""
request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
"""The id of the request that is being served; `RequestIdFilter` puts it into every line of the log."""


class RequestIdFilter(logging.Filter):
    """Gives log records the attribute `request_id`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: nothing is left out."""
        record.request_id = request_id.get() or "-"
        return True


def told_path(path: str) -> str:
    """The path of a request as the log may have it: links to files are left out, since they open these to anybody."""
    if path.startswith(FILES_PATH):
        return f"{FILES_PATH}..."
    return path if len(path) <= MOST_SHOWN else f"{path[:MOST_SHOWN]}..."


class LineFormatter(logging.Formatter):
    """Writes times in UTC, and messages on one line, whatever a caller has put into them."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the base's name
        """The line, without the traceback that may follow."""
        if not record.message.isprintable():
            shown = (char if char.isprintable() else ascii(char)[1:-1] for char in record.message)
            record.message = "".join(shown)
        return super().formatMessage(record)

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
            "()": LineFormatter,
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
