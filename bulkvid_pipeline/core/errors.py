"""Every error that is reported to users, in one hierarchy.

BulkVideoError
├── InvalidRequestError          400
│   ├── InvalidSpecError
│   ├── InvalidSettingsError
│   ├── InvalidSheetIdError
│   ├── InvalidRangeError
│   ├── InvalidSheetError
│   ├── InvalidAssetError
│   └── ValidationFailedError
├── AuthenticationError          401
├── AccessDeniedError            403
│   ├── SheetAccessDeniedError
│   ├── StorageAccessDeniedError
│   ├── MediumRefusedError
│   ├── CallbackTargetRefusedError
│   └── PlaceNotAllowedError
├── NotFoundError                404
│   ├── SheetNotFoundError
│   ├── BucketNotFoundError
│   ├── JobNotFoundError
│   ├── UploadNotFoundError
│   ├── DraftNotFoundError
│   ├── TokenNotFoundError
│   ├── AssetNotFoundError
│   └── MediumNotFoundError
├── ActionNotAllowedError        409
├── KeyInUseError                409
├── UploadTooLargeError          413
├── UnsupportedMediaTypeError    415
├── KeyReusedError               422
├── DraftChangedError            409
├── TemplateReadOnlyError        409
├── TemplateChangedError         412
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
│   ├── GenerationError
│   └── MediumError
├── RenderCancelledError         499
├── NetworkError                 503
│   └── CallbackTimeoutError
├── CallbackRejectedError        502
├── CallbackGoneError            502
├── ServiceUnavailableError      503
├── DeadlineExceededError        504
└── StorageError                 500
    ├── StoredObjectChangedError     409
    └── StorageQuotaExceededError    507

Modules raise only these to their callers; a module may derive private ones, without a code of their own.
An error says what was attempted and what went wrong (`message`) and what the user can do about it (`fix`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final


class BulkVideoError(Exception):
    """Base of all errors of this package.

    Args:
        message: what was attempted and what went wrong, one sentence.
        fix: what the user can do, one imperative sentence.
        retry_after: seconds that the remote service asked us to wait; None if it did not say.
        field: the part of the request that is wrong, such as `output.output_bucket`.
        details: more about it, for programs: values of JSON.
    """

    code: ClassVar[str] = "INTERNAL"
    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    """Whether the same attempt may succeed later without any change."""
    systemic: ClassVar[bool] = False
    """Whether the cause lies outside the row, so that every other row would fail too."""
    default_fix: ClassVar[str] = ""

    def __init__(
        self,
        message: str,
        *,
        fix: str = "",
        retry_after: float | None = None,
        field: str | None = None,
        details: object = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix or self.default_fix
        self.retry_after = retry_after
        self.field = field
        self.details = details

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
    """The request cannot be understood or is not allowed.

    It is also a ValueError, so that pydantic reports it together with the other problems of a spec.
    """

    code = "INVALID_REQUEST"
    http_status = 400


class InvalidSpecError(InvalidRequestError):
    """A field of the job spec is wrong."""

    code = "INVALID_SPEC"


class InvalidSettingsError(InvalidRequestError):
    """A setting of the installation, from the environment or an `.env` file, is wrong."""

    code = "INVALID_SETTINGS"
    default_fix = "Correct the variable, or unset it for its default; README.md lists all settings"


class InvalidSheetIdError(InvalidRequestError):
    """The text given as a sheet id is not one."""

    code = "INVALID_SHEET_ID"
    default_fix = "Copy the id from the sheet's URL: the part between /d/ and /edit"


class InvalidRangeError(InvalidRequestError):
    """The range is not in A1 notation, or lies outside the sheet."""

    code = "INVALID_RANGE"
    default_fix = "Use A1:Z100 format for ranges"


class InvalidSheetError(InvalidRequestError):
    """The sheet was read but is not a usable table."""

    code = "INVALID_SHEET"


class InvalidAssetError(InvalidRequestError):
    """The file is no logo or music that a template can use."""

    code = "INVALID_ASSET"
    default_fix = "Upload a logo as PNG, JPEG or WebP, or music as MP3, M4A, AAC, WAV, FLAC, Ogg, Opus or AIFF"


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
    """The credentials are valid but do not permit this action."""

    code = "ACCESS_DENIED"
    http_status = 403
    systemic = True


class StorageError(BulkVideoError):
    """The output storage cannot be used; StorageAccessDeniedError and BucketNotFoundError are of this kind too."""

    code = "STORAGE_ERROR"


class SheetAccessDeniedError(AccessDeniedError):
    """The sheet exists but is not shared with the account in use."""

    code = "SHEET_ACCESS_DENIED"
    default_fix = 'Share the sheet with "Anyone with the link", or with the service account\'s address'


class StorageAccessDeniedError(AccessDeniedError, StorageError):
    """The output storage does not permit writing."""

    code = "STORAGE_ACCESS_DENIED"
    default_fix = "Check bucket permissions and credentials"


class MediumRefusedError(AccessDeniedError):
    """The medium is not readable with our credentials, or the configuration forbids its address."""

    code = "MEDIUM_REFUSED"
    systemic = False
    default_fix = "Give an address that can be opened without a login"


class CallbackTargetRefusedError(AccessDeniedError):
    """The callback URL leads to an address that is not on the public internet."""

    code = "CALLBACK_TARGET_REFUSED"
    systemic = False
    default_fix = "Use a public address, or set BULKVID_WEBHOOK_ALLOW_PRIVATE=true if the receiver is your own"


class PlaceNotAllowedError(AccessDeniedError):
    """The project may not use this sheet, output place or template."""

    code = "PLACE_NOT_ALLOWED"
    systemic = False


class NotFoundError(BulkVideoError):
    """Something that was named does not exist."""

    code = "NOT_FOUND"
    http_status = 404


class SheetNotFoundError(NotFoundError):
    """There is no such sheet, or it is not visible to the account in use."""

    code = "SHEET_NOT_FOUND"
    systemic = True
    default_fix = "Verify sheet ID and sharing settings"


class BucketNotFoundError(NotFoundError, StorageError):
    """The output bucket does not exist."""

    code = "BUCKET_NOT_FOUND"
    systemic = True
    default_fix = "Verify bucket name and creation"


class JobNotFoundError(NotFoundError):
    """There is no bulk job with this id."""

    code = "JOB_NOT_FOUND"
    default_fix = "List the jobs that exist with `bulkvid jobs list`"


class UploadNotFoundError(NotFoundError):
    """The project has no uploaded sheet with this id."""

    code = "UPLOAD_NOT_FOUND"
    default_fix = "Upload the file with POST /api/sheets and use the id in its response"


class DraftNotFoundError(NotFoundError):
    """The user has no draft of a job with this id."""

    code = "DRAFT_NOT_FOUND"
    default_fix = "Start a new job: drafts are kept for 30 days, and are gone once their job is created"


class TokenNotFoundError(NotFoundError):
    """There is no token with this id that the caller may see."""

    code = "TOKEN_NOT_FOUND"
    default_fix = "Look the id up in the list of tokens"


class AssetNotFoundError(NotFoundError):
    """The project has no logo or music of this name."""

    code = "ASSET_NOT_FOUND"
    default_fix = "List the files that templates can use with GET /api/template-assets"


class MediumNotFoundError(NotFoundError):
    """There is nothing at the medium's address."""

    code = "MEDIUM_NOT_FOUND"
    default_fix = "Open the address in a browser, and copy it again"


class ActionNotAllowedError(BulkVideoError):
    """The job's state does not allow this action."""

    code = "ACTION_NOT_ALLOWED"
    http_status = 409


class KeyInUseError(BulkVideoError):
    """A request with the same idempotency key is still being processed."""

    code = "IDEMPOTENCY_KEY_IN_USE"
    http_status = 409
    retryable = True
    default_fix = "Wait for the response of the first request, or send this one again in a moment"


class UploadTooLargeError(BulkVideoError):
    """The uploaded file is larger than allowed."""

    code = "UPLOAD_TOO_LARGE"
    http_status = 413
    default_fix = "Split the sheet into several files, or remove pictures and other sheets from it"


class UnsupportedMediaTypeError(BulkVideoError):
    """The body has a content type that is not accepted here."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    http_status = 415


class KeyReusedError(BulkVideoError):
    """An idempotency key was used before with another request."""

    code = "IDEMPOTENCY_KEY_REUSED"
    http_status = 422
    default_fix = "Use a new key for each different request"


class DraftChangedError(BulkVideoError):
    """The draft was changed elsewhere, in another window for instance, since it was read."""

    code = "DRAFT_CHANGED"
    http_status = 409
    default_fix = "Save again to keep what you have here, or load the page again to see what was saved there"


class TemplateReadOnlyError(BulkVideoError):
    """The template belongs to the installation, not to a project, so that a project cannot change it."""

    code = "TEMPLATE_READ_ONLY"
    http_status = 409
    default_fix = "Save it under another template_id"


class TemplateChangedError(BulkVideoError):
    """Somebody else has changed, made or deleted the template since it was read."""

    code = "TEMPLATE_CHANGED"
    http_status = 412
    default_fix = "Read the template again, and make the change on what it says now"


class QuotaExceededError(BulkVideoError):
    """A rate limit or quota was exceeded."""

    code = "RATE_LIMITED"
    http_status = 429
    retryable = True
    default_fix = "Wait 60 seconds before retrying"


class TemplateError(BulkVideoError):
    """The template cannot be used."""

    code = "TEMPLATE_ERROR"
    systemic = True


class TemplateNotFoundError(TemplateError):
    """There is no template with this id."""

    code = "TEMPLATE_NOT_FOUND"
    default_fix = "Use a valid template ID or default_template"


class TemplateInvalidError(TemplateError):
    """The template's JSON document is invalid; `details` lists the parts that are wrong, `field` is the first."""

    code = "TEMPLATE_INVALID"
    default_fix = "Check template settings and structure"


class RenderError(BulkVideoError):
    """A row could not be made into a video."""

    code = "RENDER_FAILED"


class DurationInfeasibleError(RenderError):
    """The script cannot be spoken in the requested duration."""

    code = "DURATION_INFEASIBLE"


class GlyphsMissingError(RenderError):
    """The fonts lack characters of the row's text."""

    code = "GLYPHS_MISSING"
    default_fix = "Remove or replace the characters named, or give the template a font that has them"


class NarrationError(RenderError):
    """The speech provider failed."""

    code = "NARRATION_FAILED"


class EncoderError(RenderError):
    """The encoder failed or was killed."""

    code = "ENCODER_FAILED"


class WorkerDiedError(EncoderError):
    """The process that rendered the row died without reporting an error."""

    code = "WORKER_DIED"
    retryable = True
    default_fix = "Retry the row; if it happens again, check whether the machine runs out of memory"


class QualityError(RenderError):
    """The finished file did not pass its checks, so it was not published."""

    code = "QUALITY_CHECK_FAILED"


class GenerationError(RenderError):
    """What a program makes videos with in the engine's place has failed, or has returned what is no video."""

    code = "GENERATION_FAILED"
    default_fix = "Correct the program's own generation, and run the job again: finished rows are kept"


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
    """The receiver did not respond in time."""

    code = "CALLBACK_TIMEOUT"
    default_fix = "Let the receiver respond at once and do its work afterwards"


class CallbackRejectedError(BulkVideoError):
    """The receiver responded, but did not accept the message."""

    code = "CALLBACK_REJECTED"
    http_status = 502
    retryable = True
    default_fix = "Let the receiver respond with a 2xx status to messages that it accepts"


class CallbackGoneError(BulkVideoError):
    """The receiver responded with 410: it does not want further messages."""

    code = "CALLBACK_GONE"
    http_status = 502
    default_fix = "Give new jobs another callback_url; replay the message once its receiver is back"


class ServiceUnavailableError(BulkVideoError):
    """The remote service is reachable but cannot serve the request now."""

    code = "SERVICE_UNAVAILABLE"
    http_status = 503
    retryable = True
    default_fix = "Wait and retry"


class DeadlineExceededError(BulkVideoError):
    """The job's processing deadline has passed."""

    code = "DEADLINE_EXCEEDED"
    http_status = 504
    default_fix = "Give the job a longer processing_deadline_ms, or retry it to render the remaining rows"


class StoredObjectChangedError(StorageError):
    """An object in the output storage was replaced while it was being read."""

    code = "STORED_OBJECT_CHANGED"
    http_status = 409
    default_fix = "Begin again: what is stored now is whole"


class StorageQuotaExceededError(StorageError):
    """The output storage is full."""

    code = "STORAGE_QUOTA_EXCEEDED"
    http_status = 507
    systemic = True
    default_fix = "Free up space or upgrade storage plan"


BY_CODE: Final[Mapping[str, type[BulkVideoError]]] = {
    kind.code: kind for kind in list(globals().values()) if isinstance(kind, type) and issubclass(kind, BulkVideoError)
}
"""The kinds of errors by their codes, for those that come from another process."""
