"""The errors of the package under the names that scripts know them by, and one made again out of its code."""

from __future__ import annotations

from collections.abc import Iterator

from bulkvid_pipeline.core.errors import (
    AccessDeniedError,
    AuthenticationError,
    BulkVideoError,
    NetworkError,
    QuotaExceededError,
    ServiceUnavailableError,
    StorageError,
    TemplateError,
)

RateLimitError = QuotaExceededError
PermissionError = AccessDeniedError  # noqa: A001  # as scripts import it
ServerError = ServiceUnavailableError

__all__ = [
    "AuthenticationError",
    "BulkVideoError",
    "NetworkError",
    "PermissionError",
    "QuotaExceededError",
    "RateLimitError",
    "ServerError",
    "StorageError",
    "TemplateError",
    "error_of",
]


def error_of(code: str, message: str, fix: str = "") -> BulkVideoError:
    """The error that was recorded under that code; one of no kind where there is none such."""
    kinds = {kind.code: kind for kind in reversed(list(_kinds(BulkVideoError)))}
    return kinds.get(code, BulkVideoError)(message, fix=fix)


def _kinds(kind: type[BulkVideoError]) -> Iterator[type[BulkVideoError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)
