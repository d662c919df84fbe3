"""What `bulkvid serve` can serve."""

from __future__ import annotations

from enum import StrEnum


class Part(StrEnum):
    """What can be served alone."""

    API = "api"
    DAGSTER = "dagster"
    DAEMON = "daemon"
