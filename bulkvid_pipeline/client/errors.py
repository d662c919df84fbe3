"""Every error that the client raises, in one hierarchy.

BulkJobsError
├── InvalidRequestError          400, 413, 415, 422
├── AuthenticationError          401
├── PermissionDeniedError        403
├── NotFoundError                404, 410
├── ConflictError                409, 412
├── IdempotencyError             409, 422: the idempotency key is in use, or was used for another request
├── RateLimitedError             429
├── ServerError                  5xx
│   └── ServiceUnavailableError  502, 503, 504
├── UnexpectedAnswerError        an answer that is not from this API, for example a proxy's web page
├── ConnectionFailedError        no answer
│   └── RequestTimeoutError      no answer in time; a TimeoutError too
├── JobFailedError               a watched job failed or was cancelled, with raise_on_failure
└── DownloadError                some files could not be downloaded
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .models import DownloadedFile, Job


class BulkJobsError(Exception):
    """Base of all errors of this client.

    Attributes:
        code: the error's name for programs, for example `INVALID_RANGE`; empty if the server did not send one.
        message: what went wrong.
        fix: what you can do about it; may be empty.
        field: the part of the request that is wrong, for example `input_source.range`.
        details: more, as the server sent it.
        request_id: names the request in the server's log.
        status: the HTTP status; None if there was no answer.
        retry_after: seconds that the server asked to wait; None if it did not.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        fix: str = "",
        field: str | None = None,
        details: Any = None,
        request_id: str | None = None,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.fix = fix
        self.field = field
        self.details = details
        self.request_id = request_id
        self.status = status
        self.retry_after = retry_after

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field and not self.message.startswith(self.field) else ""
        fix = f" ({self.fix})" if self.fix else ""
        known = ", ".join(text for text in (self.code, self.request_id and f"request {self.request_id}") if text)
        return f"{where}{self.message}{fix}" + (f" [{known}]" if known else "")


class InvalidRequestError(BulkJobsError):
    """The request is wrong; `field` and `fix` say where and how to mend it."""


class AuthenticationError(BulkJobsError):
    """The token is missing, wrong or expired."""


class PermissionDeniedError(BulkJobsError):
    """The token is valid but does not permit this."""


class NotFoundError(BulkJobsError):
    """There is no such job, item, template or sheet in the token's project."""


class ConflictError(BulkJobsError):
    """The job's state does not allow this; `details` has the state and the allowed actions."""


class IdempotencyError(BulkJobsError):
    """The idempotency key was used for another request, or its first request is still at work."""


class RateLimitedError(BulkJobsError):
    """Too many requests; `retry_after` seconds from now the next one may be sent."""


class ServerError(BulkJobsError):
    """The server failed."""


class ServiceUnavailableError(ServerError):
    """The server, or a part that it needs, is not available now."""


class UnexpectedAnswerError(BulkJobsError):
    """Something answered that is not this API."""


class ConnectionFailedError(BulkJobsError):
    """The server could not be reached, or the connection broke before the answer was complete.

    `may_have_arrived` tells whether the server may have got the request, and acted on it.
    """

    def __init__(self, message: str, *, may_have_arrived: bool = True, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.may_have_arrived = may_have_arrived


class RequestTimeoutError(ConnectionFailedError, TimeoutError):
    """The server did not answer in time."""


class JobFailedError(BulkJobsError):
    """The job that was watched failed or was cancelled; `job` is the job."""

    def __init__(self, message: str, job: Job) -> None:
        super().__init__(message, fix="See get_report() and get_items(state='failed') for the errors of its rows")
        self.job = job


class DownloadError(BulkJobsError):
    """Some files could not be downloaded; call `download_results` again to go on where it stopped.

    Attributes:
        failures: the error of each file that failed, by the file's name.
        files: the files that are complete.
    """

    def __init__(self, failures: Mapping[str, BulkJobsError | OSError], files: list[DownloadedFile]) -> None:
        name, first = next(iter(failures.items()))
        total = len(failures) + len(files)
        super().__init__(
            f"{len(failures)} of {total} files could not be downloaded; the first is {name}: {first}",
            fix="Call download_results again: it goes on where it stopped",
        )
        self.failures = dict(failures)
        self.files = files


_BY_STATUS: dict[int, type[BulkJobsError]] = {
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    410: NotFoundError,
    412: ConflictError,
    429: RateLimitedError,
    502: ServiceUnavailableError,
    503: ServiceUnavailableError,
    504: ServiceUnavailableError,
}


def error_of_answer(
    status: int,
    body: bytes,
    *,
    asked_for: str = "the API's JSON",
    request_id: str | None = None,
    retry_after: float | None = None,
) -> BulkJobsError:
    """The error that an answer with an error's status tells of.

    Args:
        body: the answer's body; anything but the API's error is summarised in words.
        asked_for: what should have come.
        request_id: as the answer's headers name it.
        retry_after: seconds, as the answer's headers ask.
    """
    error = _error_in(body)
    if error is None:
        return _class_of(status, "")(
            f"The server answered {_named(status)} with {described(body)} in place of {asked_for}",
            fix="Check the address; a proxy between here and the server may have answered",
            request_id=request_id,
            status=status,
            retry_after=retry_after,
        )
    code = _text(error.get("code"))
    return _class_of(status, code)(
        _text(error.get("message")) or f"The server answered {_named(status)}",
        code=code,
        fix=_text(error.get("fix")),
        field=_text(error.get("field")) or None,
        details=error.get("details"),
        request_id=_text(error.get("request_id")) or request_id,
        status=status,
        retry_after=retry_after,
    )


def described(body: bytes) -> str:
    """What `body` is, in a few words with its beginning, for the message of an error."""
    text = " ".join(body[:2000].decode("utf-8", "replace").split())
    if not text:
        return "an empty body"
    kind = "a web page" if text.lstrip().lower().startswith(("<!doctype", "<html")) else "text"
    return f"{kind} ('{text[:120]}{'...' if len(text) > 120 else ''}')"


def _class_of(status: int, code: str) -> type[BulkJobsError]:
    if "IDEMPOTENCY" in code:
        return IdempotencyError
    if 300 <= status < 400:
        return UnexpectedAnswerError
    return _BY_STATUS.get(status, ServerError if status >= 500 else InvalidRequestError)


def _error_in(body: bytes) -> Mapping[str, Any] | None:
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else None


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
