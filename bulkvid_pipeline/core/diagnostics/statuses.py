"""What the status codes of HTTP mean, in the words of people who look for a fault."""

from __future__ import annotations

from http import HTTPStatus

_WORDS = {
    200: "Success",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    410: "Gone",
    429: "Rate Limited",
    503: "Service Unavailable",
    507: "Insufficient Storage",
}
_CLASSES = {2: "Success", 3: "Redirection", 4: "Refused", 5: "Server Error"}


def meaning_of(status: int) -> str:
    """Such as `Rate Limited` for 429; of codes that no standard knows, what their first digit says."""
    if status in _WORDS:
        return _WORDS[status]
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return _CLASSES.get(status // 100, "Unknown")
