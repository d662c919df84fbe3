"""Requests and answers as values, and the shapes of Google's errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

CONSUMER = "123456789012"
"""The project number that Google's messages name."""


@dataclass(frozen=True)
class Request:
    method: str
    host: str
    path: str
    """Still percent-encoded, without the query."""
    query: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    def param(self, name: str) -> str | None:
        """First value of a query parameter."""
        return parse_qs(self.query, keep_blank_values=True).get(name, [None])[0]

    def params(self, name: str) -> list[str]:
        """All values of a query parameter."""
        return parse_qs(self.query, keep_blank_values=True).get(name, [])

    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    content_type: str = "application/json; charset=UTF-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    chunked: bool = False


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault of the peer
    """Ends the handling of a request with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def json_answer(document: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(document, indent=2, ensure_ascii=False).encode())


def api_error(
    status: int, message: str, *, reason: str | None = None, name: str | None = None, **metadata: str
) -> Answer:
    """The error format of the newer APIs (google.rpc.Status), with an ErrorInfo where there is a reason."""
    error: dict[str, object] = {"code": status, "message": message, "status": name or STATUS_NAMES[status]}
    if reason:
        info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}
        error["details"] = [{**info, "metadata": metadata}]
    return json_answer({"error": error}, status)


def drive_error(status: int, message: str, *, reason: str, domain: str = "global") -> Answer:
    """The error format of Drive v3."""
    errors = [{"message": message, "domain": domain, "reason": reason}]
    return json_answer({"error": {"code": status, "message": message, "errors": errors}}, status)


def oauth_error(error: str, description: str, status: int = 400) -> Answer:
    """The error format of the token endpoint (RFC 6749, 5.2)."""
    return json_answer({"error": error, "error_description": description}, status)


def html_page(status: int, title: str, text: str) -> Answer:
    """What docs.google.com, and the front ends of the others, answer when they fail."""
    page = f"<!DOCTYPE html><html lang=en><meta charset=utf-8><title>{title}</title><p><b>{status}.</b> {text}</html>"
    return Answer(status, page.encode(), "text/html; charset=UTF-8")
