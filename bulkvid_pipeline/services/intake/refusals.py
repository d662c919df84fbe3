"""Errors as the API's callers read them: the standard phrase of the error reference, and the field that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bulkvid_pipeline.core.errors import (
    AuthenticationError,
    BucketNotFoundError,
    BulkVideoError,
    InvalidRangeError,
    ServiceUnavailableError,
    SheetAccessDeniedError,
    SheetNotFoundError,
    StorageAccessDeniedError,
    StorageQuotaExceededError,
    TemplateInvalidError,
    TemplateNotFoundError,
)

_PHRASES: dict[type[BulkVideoError], str] = {
    SheetNotFoundError: "Sheet not found",
    SheetAccessDeniedError: "Permission denied",
    InvalidRangeError: "Invalid range format",
    TemplateNotFoundError: "Template not found",
    TemplateInvalidError: "Template configuration invalid",
    ServiceUnavailableError: "Processing service unavailable",
    StorageAccessDeniedError: "Storage access denied",
    BucketNotFoundError: "Output bucket not found",
    StorageQuotaExceededError: "Insufficient storage quota",
}


@contextmanager
def naming(field: str | None = None) -> Iterator[None]:
    """Errors inside the block name the field, unless they name one already, and begin with their standard phrase."""
    try:
        yield
    except BulkVideoError as error:
        raise told(error, field) from error


def told(error: BulkVideoError, field: str | None = None) -> BulkVideoError:
    """The error as a caller of the API reads it."""
    field = error.field or ("input_source.range" if isinstance(error, InvalidRangeError) else field)
    phrase = next((words for kind, words in _PHRASES.items() if isinstance(error, kind)), "")
    message = error.message.removeprefix(f"{field}: ")
    said = message.lower().startswith(phrase.lower())
    return type(error)(
        message if said else f"{phrase}: {message}",
        fix=error.fix,
        retry_after=error.retry_after,
        field=field,
        details=error.details,
    )


@contextmanager
def as_own_fault() -> Iterator[None]:
    """A service that does not accept the installation's own credentials is the installation's fault, not the caller's.

    Raises:
        ServiceUnavailableError: in place of AuthenticationError, which would speak of the caller's token.
    """
    try:
        yield
    except AuthenticationError as error:
        raise ServiceUnavailableError(
            f"Processing service unavailable: {error.message}", fix=error.fix, field=error.field
        ) from error
