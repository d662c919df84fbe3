"""How long a token is to be valid, as people write it."""

from __future__ import annotations

import re

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.findings import shortened

LONGEST_DAYS = 3660
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LIFETIME = re.compile(r"\s*([0-9]{1,7})\s*([smhdw])\s*", re.IGNORECASE)


def parse_lifetime(text: str) -> float:
    """The seconds that a text such as `30m`, `12h` or `30d` names.

    Raises:
        InvalidRequestError: the text is something else, or names no time at all, or more than ten years.
    """
    match = _LIFETIME.fullmatch(text)
    seconds = int(match[1]) * _UNITS[match[2].lower()] if match else 0
    if not 0 < seconds <= LONGEST_DAYS * 86400:
        raise InvalidRequestError(
            f"'{shortened(text)}' is not a lifetime",
            fix="Write it as 30m, 12h or 30d; ten years at most",
            field="lifetime",
        )
    return float(seconds)
