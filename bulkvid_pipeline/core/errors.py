"""Every error that a user can meet, one hierarchy.

BulkVideoError
├── InvalidRequestError          400
│   ├── InvalidSpecError
│   ├── InvalidSheetIdError
│   ├── InvalidRangeError
│   ├── InvalidSheetError
│   └── ValidationFailedError
├── AuthenticationError          401
├── AccessDeniedError            403
│   ├── SheetAccessDeniedError
│   ├── StorageAccessDeniedError
│   ├── MediumRefusedError
│   └── CallbackTargetRefusedError
├── NotFoundError                404
│   ├── SheetNotFoundError
│   ├── BucketNotFoundError
│   ├── JobNotFoundError
│   └── MediumNotFoundError
├── ActionNotAllowedError        409
├── QuotaExceededError           429
├── TemplateError                500
│   ├── TemplateNotFoundError
│   └── TemplateInvalidError
├── RenderError                  500
│   ├── DurationInfeasibleError
│   ├── GlyphsMissingError
│   ├── NarrationError
│   ├── EncoderError
│   │   └── WorkerDiedError
│   ├── QualityError
│   └── MediumError
├── RenderCancelledError         499
├── NetworkError                 503
│   └── CallbackTimeoutError
├── CallbackRejectedError        502
├── CallbackGoneError            502
├── ServiceUnavailableError      503
├── DeadlineExceededError        504
└── StorageQuotaExceededError    507

What leaves a module is one of these; a module may derive one for itself alone, without a code of its own.
An error says what was attempted and what went wrong (`message`) and what the user can do about it (`fix`).
"""

from __future__ import annotations

from typing import ClassVar


class BulkVideoError(Exception):
    """Base of all errors of this package.

    Args:
        message: what was attempted and what was wrong, one sentence.
        fix: what the user can do, one imperative sentence.
        retry_after: seconds that the other side asked us to wait, where it said so.
    """

    code: ClassVar[str] = "INTERNAL"
    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    """Whether the same attempt may succeed later without anybody changing anything."""
    systemic: ClassVar[bool] = False
    """Whether the cause lies outside the row, so that every other row would meet it too."""
    default_fix: ClassVar[str] = ""

    def __init__(self, message: str, *, fix: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix or self.default_fix
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.message} ({self.fix})" if self.fix else self.message

    def as_dict(self) -> dict[str, object]:
        """The error as it is reported in JSON: code, message, fix, http_status, retryable."""
        return {
            "code": self.code,
            "message": self.message,
            "fix": self.fix,
            "http_status": self.http_status,
            "retryable": self.retryable,
        }


class InvalidRequestError(BulkVideoError, ValueError):
    """What was asked for cannot be understood or is not allowed.

    A ValueError too, so that pydantic gathers it with the other problems of the same spec.
    """

    code = "INVALID_REQUEST"
    http_status = 400


class InvalidSpecError(InvalidRequestError):
    """A field of the job spec is wrong."""

    code = "INVALID_SPEC"


class InvalidSheetIdError(InvalidRequestError):
    """The text given as a sheet id is none."""

    code = "INVALID_SHEET_ID"
    default_fix = "Copy the id from the sheet's URL: the part between /d/ and /edit"


class InvalidRangeError(InvalidRequestError):
    """The range is not in A1 notation, or lies outside the sheet."""

    code = "INVALID_RANGE"
    default_fix = "Use A1:Z100 format for ranges"


class InvalidSheetError(InvalidRequestError):
    """The sheet was read but is not a table that we can use."""

    code = "INVALID_SHEET"


class ValidationFailedError(InvalidRequestError):
    """Validation stopped the job before anything was rendered."""

    code = "VALIDATION_FAILED"
    default_fix = "Correct the cells in the report, or choose validation_level moderate to render the good rows"


class AuthenticationError(BulkVideoError):
    """Credentials or a token are missing, wrong or expired."""

    code = "UNAUTHENTICATED"
    http_status = 401
    systemic = True


class AccessDeniedError(BulkVideoError):
    """We are known, but not allowed."""

    code = "ACCESS_DENIED"
    http_status = 403
    systemic = True


class SheetAccessDeniedError(AccessDeniedError):
    """The sheet exists but is not shared with us."""

    code = "SHEET_ACCESS_DENIED"
    default_fix = 'Share the sheet with "Anyone with the link", or with the service account\'s address'


class StorageAccessDeniedError(AccessDeniedError):
    """The output storage refuses to be written."""

    code = "STORAGE_ACCESS_DENIED"
    default_fix = "Check bucket permissions and credentials"


class MediumRefusedError(AccessDeniedError):
    """The medium is not open to us, or configuration keeps us from going there."""

    code = "MEDIUM_REFUSED"
    systemic = False
    default_fix = "Give an address that anybody can open"


class CallbackTargetRefusedError(AccessDeniedError):
    """The callback URL leads to an address that is not on the public internet."""

    code = "CALLBACK_TARGET_REFUSED"
    systemic = False
    default_fix = "Use a public address, or set BULKVID_WEBHOOK_ALLOW_PRIVATE=true if the receiver is your own"


class NotFoundError(BulkVideoError):
    """Something that was named does not exist."""

    code = "NOT_FOUND"
    http_status = 404


class SheetNotFoundError(NotFoundError):
    """There is no such sheet, or we cannot see it."""

    code = "SHEET_NOT_FOUND"
    systemic = True
    default_fix = "Verify sheet ID and sharing settings"


class BucketNotFoundError(NotFoundError):
    """The output bucket does not exist."""

    code = "BUCKET_NOT_FOUND"
    systemic = True
    default_fix = "Verify bucket name and creation"


class JobNotFoundError(NotFoundError):
    """There is no bulk job with this id."""

    code = "JOB_NOT_FOUND"
    default_fix = "List the jobs that exist with `bulkvid jobs list`"


class MediumNotFoundError(NotFoundError):
    """There is nothing at the medium's address."""

    code = "MEDIUM_NOT_FOUND"
    default_fix = "Open the address in a browser, and copy it anew"


class ActionNotAllowedError(BulkVideoError):
    """The job's state does not allow this action."""

    code = "ACTION_NOT_ALLOWED"
    http_status = 409


class QuotaExceededError(BulkVideoError):
    """A rate limit or quota was met."""

    code = "RATE_LIMITED"
    http_status = 429
    retryable = True
    default_fix = "Wait 60 seconds before retrying"


class TemplateError(BulkVideoError):
    """The template cannot be used."""

    code = "TEMPLATE_ERROR"
    systemic = True


class TemplateNotFoundError(TemplateError):
    """There is no template of that id."""

    code = "TEMPLATE_NOT_FOUND"
    default_fix = "Use a valid template ID or default_template"


class TemplateInvalidError(TemplateError):
    """The template's document is wrong."""

    code = "TEMPLATE_INVALID"
    default_fix = "Check template settings and structure"


class RenderError(BulkVideoError):
    """A row could not be made into a video."""

    code = "RENDER_FAILED"


class DurationInfeasibleError(RenderError):
    """The script cannot be spoken in the wanted time."""

    code = "DURATION_INFEASIBLE"


class GlyphsMissingError(RenderError):
    """The fonts lack characters of the row's text."""

    code = "GLYPHS_MISSING"
    default_fix = "Remove or replace the characters named, or give the template a font that has them"


class NarrationError(RenderError):
    """The voice failed."""

    code = "NARRATION_FAILED"


class EncoderError(RenderError):
    """The encoder failed or was killed."""

    code = "ENCODER_FAILED"


class WorkerDiedError(EncoderError):
    """The process that rendered the row died, of no fault that it could name."""

    code = "WORKER_DIED"
    retryable = True
    default_fix = "Retry the row; where it happens again, look for a lack of memory"


class QualityError(RenderError):
    """The finished file did not pass its checks, so it was not published."""

    code = "QUALITY_CHECK_FAILED"


class MediumError(RenderError):
    """The medium was reached but cannot be used."""

    code = "MEDIUM_UNUSABLE"
    default_fix = "Give a PNG, JPEG or WebP picture, or for a background an MP4, MOV or WebM video"


class RenderCancelledError(BulkVideoError):
    """The row was stopped on request."""

    code = "CANCELLED"
    http_status = 499


class NetworkError(BulkVideoError):
    """The connection failed or was dropped."""

    code = "NETWORK_ERROR"
    http_status = 503
    retryable = True
    default_fix = "Check the network and try again"


class CallbackTimeoutError(NetworkError):
    """The receiver did not answer in time."""

    code = "CALLBACK_TIMEOUT"
    default_fix = "Let the receiver answer at once and do its work afterwards"


class CallbackRejectedError(BulkVideoError):
    """The receiver answered, but did not take the message."""

    code = "CALLBACK_REJECTED"
    http_status = 502
    retryable = True
    default_fix = "Let the receiver answer 2xx to messages that it takes"


class CallbackGoneError(BulkVideoError):
    """The receiver answered 410: it wants no more messages."""

    code = "CALLBACK_GONE"
    http_status = 502
    default_fix = "Give new jobs another callback_url; replay the message once its receiver is back"


class ServiceUnavailableError(BulkVideoError):
    """The other side is there but cannot serve us now."""

    code = "SERVICE_UNAVAILABLE"
    http_status = 503
    retryable = True
    default_fix = "Wait and retry"


class DeadlineExceededError(BulkVideoError):
    """The job's processing deadline has passed."""

    code = "DEADLINE_EXCEEDED"
    http_status = 504
    default_fix = "Give the job a longer processing_deadline_ms, or retry it to go on with what is left"


class StorageQuotaExceededError(BulkVideoError):
    """The output storage is full."""

    code = "STORAGE_QUOTA_EXCEEDED"
    http_status = 507
    systemic = True
    default_fix = "Free up space or upgrade storage plan"
