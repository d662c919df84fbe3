"""Why one request failed, as its answer tells."""

from __future__ import annotations

import re
from enum import StrEnum

from bulkvid_pipeline.core.diagnostics.exchange import Exchange, Fault, Peer
from bulkvid_pipeline.core.errors import NotFoundError


class Cause(StrEnum):
    """What a failed request means for whoever looks for the fault. The names are those of failure patterns."""

    READ_QUOTA_PER_USER = "read_quota_per_user"
    READ_QUOTA_PER_PROJECT = "read_quota_per_project"
    WRITE_QUOTA_PER_USER = "write_quota_per_user"
    WRITE_QUOTA_PER_PROJECT = "write_quota_per_project"
    RATE_LIMITED = "rate_limited"
    NO_CREDIT = "no_credit"
    WRONG_CREDENTIALS = "wrong_credentials"
    EXPIRED_TOKEN = "expired_token"
    WRONG_CLOCK = "wrong_clock"
    API_DISABLED = "api_disabled"
    PERMISSION_DENIED = "permission_denied"
    SHEET_NOT_SHARED = "sheet_not_shared"
    SHEET_NOT_FOUND = "sheet_not_found"
    BUCKET_NOT_FOUND = "bucket_not_found"
    BUCKET_DENIED = "bucket_denied"
    WRONG_REGION = "wrong_region"
    STORAGE_FULL = "storage_full"
    NOT_FOUND = "not_found"
    INVALID_REQUEST = "invalid_request"
    REDIRECTED = "redirected"
    RECEIVER_REFUSED = "receiver_refused"
    RECEIVER_GONE = "receiver_gone"
    PROXY_REFUSED = "proxy_refused"
    SERVER_OVERLOADED = "server_overloaded"
    UNUSABLE_ANSWER = "unusable_answer"
    DROPPED = "connection_dropped"
    DNS = "dns"
    REFUSED = "connection_refused"
    TLS = "tls"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    OTHER = "other"


QUOTAS = frozenset(
    {
        Cause.READ_QUOTA_PER_USER,
        Cause.READ_QUOTA_PER_PROJECT,
        Cause.WRITE_QUOTA_PER_USER,
        Cause.WRITE_QUOTA_PER_PROJECT,
        Cause.RATE_LIMITED,
    }
)
_OF_FAULT = {
    Fault.DNS: Cause.DNS,
    Fault.REFUSED: Cause.REFUSED,
    Fault.DROPPED: Cause.DROPPED,
    Fault.TIMEOUT: Cause.TIMEOUT,
    Fault.TLS: Cause.TLS,
    Fault.UNREACHABLE: Cause.UNREACHABLE,
}
_OF_CODE = {
    "RATE_LIMITED": Cause.RATE_LIMITED,
    "UNAUTHENTICATED": Cause.WRONG_CREDENTIALS,
    "ACCESS_DENIED": Cause.PERMISSION_DENIED,
    "SHEET_ACCESS_DENIED": Cause.SHEET_NOT_SHARED,
    "SHEET_NOT_FOUND": Cause.SHEET_NOT_FOUND,
    "STORAGE_ACCESS_DENIED": Cause.BUCKET_DENIED,
    "BUCKET_NOT_FOUND": Cause.BUCKET_NOT_FOUND,
    "STORAGE_QUOTA_EXCEEDED": Cause.STORAGE_FULL,
    "MEDIUM_REFUSED": Cause.PERMISSION_DENIED,
    "MEDIUM_NOT_FOUND": Cause.NOT_FOUND,
    "NOT_FOUND": Cause.NOT_FOUND,
    "CALLBACK_TIMEOUT": Cause.TIMEOUT,
    "CALLBACK_REJECTED": Cause.RECEIVER_REFUSED,
    "CALLBACK_GONE": Cause.RECEIVER_GONE,
    "SERVICE_UNAVAILABLE": Cause.SERVER_OVERLOADED,
    "MEDIUM_UNUSABLE": Cause.UNUSABLE_ANSWER,
    "NARRATION_FAILED": Cause.UNUSABLE_ANSWER,
}
"""What our own errors say, where neither a fault nor a status does."""

_QUOTA = re.compile(r"rateLimitExceeded|userRateLimitExceeded|dailyLimitExceeded|quotaExceeded|RATE_LIMIT_EXCEEDED")
_QUOTA_PER_USER = re.compile(r"per user\b|PerUser|userRateLimit|User Rate Limit", re.IGNORECASE)
_QUOTA_PER_PROJECT = re.compile(r"per minute\b(?! per user)|per day\b|PerProject|dailyLimit", re.IGNORECASE)
_WRITES = re.compile(r"write.?requests", re.IGNORECASE)
_READS = re.compile(r"read.?requests", re.IGNORECASE)
_WRITING = re.compile(r"^(post|put|patch|delete)$|update|append|clear", re.IGNORECASE)
_EXPIRED = re.compile(r"expired", re.IGNORECASE)
_CLOCK = re.compile(
    r"iat and exp|reasonable timeframe|RequestTimeTooSkewed|time too skewed|used too early", re.IGNORECASE
)
_SIGN_IN = re.compile(r"invalid_grant|invalid_client|API.key|API_KEY_INVALID", re.IGNORECASE)
_KEY_LIMITS = re.compile(r"API_KEY_|SCOPE_INSUFFICIENT|insufficient authentication scopes", re.IGNORECASE)
_DISABLED = re.compile(r"SERVICE_DISABLED|accessNotConfigured|has not been used in project|is disabled")
_NO_CREDIT = re.compile(r"insufficient_quota|billing_hard_limit_reached|billing_not_active", re.IGNORECASE)

_STORAGE_CODES = (
    (Cause.WRONG_CLOCK, r"RequestTimeTooSkewed"),
    (Cause.EXPIRED_TOKEN, r"ExpiredToken|TokenRefreshRequired|Request has expired"),
    (Cause.WRONG_CREDENTIALS, r"InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|InvalidSecurity|NotSignedUp"),
    (Cause.BUCKET_NOT_FOUND, r"NoSuchBucket"),
    (Cause.WRONG_REGION, r"PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint"),
    (
        Cause.STORAGE_FULL,
        r"Quota\w*Exceeded|EntityTooLarge|InsufficientStorage|InsufficientCapacity|StorageFull",
    ),
    (Cause.RATE_LIMITED, r"SlowDown|TooManyRequests|RequestLimitExceeded|Throttling"),
    (Cause.TIMEOUT, r"RequestTimeout\b"),
    (Cause.BUCKET_DENIED, r"AccessDenied|AllAccessDisabled|AccountProblem"),
)
"""Words of S3 and of servers like it, in the order in which they are looked for."""
_LOGIN = "accounts.google.com"
"""Where those are sent who may not read a sheet by its public link; it answers 200 with a web page."""
_PUBLIC_LINKS = "docs.google.com"
"""Where sheets are read without credentials."""
_LOOKS_FOR_AN_OBJECT = {"headobject", "getobject", "head", "get"}
_LOOKS_FOR_A_FILE = {"read", "stat", "remove", "list"}
"""The same where the storage is a folder, or another kind that makes no requests of ours."""
_STORES_AN_OBJECT = {"putobject", "completemultipartupload", "copyobject", "put"}


def cause_of(one: Exchange) -> Cause | None:
    """Why it failed; None if it did not, if we ended it ourselves, or if the answer is one that is planned for."""
    if one.peer is Peer.SHEET and _is_host(one, _LOGIN):
        return Cause.SHEET_NOT_SHARED
    if one.succeeded or _is_cancelled(one) or is_expected(one):
        return None
    return _of_answer(one) or _of_fault(one)


def is_cancelled(one: Exchange) -> bool:
    """Whether we ended the request ourselves, because its job was stopped."""
    return not one.succeeded and _is_cancelled(one)


def is_expected(one: Exchange) -> bool:
    """Whether the answer only says that something is not there yet, is there already, or has not changed."""
    if one.status == 304:
        return True
    operation = one.operation.replace("_", "").lower()
    if one.peer is not Peer.STORAGE:
        return False
    if one.status is None:
        return operation in _LOOKS_FOR_A_FILE and one.error is not None and one.error.code == NotFoundError.code
    if one.status == 404:
        return operation in _LOOKS_FOR_AN_OBJECT and "NoSuchBucket" not in _said(one)
    return one.status == 412 and operation in _STORES_AN_OBJECT


def _is_cancelled(one: Exchange) -> bool:
    return one.error is not None and one.error.fault is Fault.CANCELLED


def _is_host(one: Exchange, name: str) -> bool:
    return one.host.partition(":")[0].lower() == name


def _said(one: Exchange) -> str:
    return f"{one.response_body} {one.error.message if one.error else ''}"


def _of_fault(one: Exchange) -> Cause:
    error = one.error
    if error is not None and error.fault in _OF_FAULT:
        return _OF_FAULT[error.fault]
    if error is not None and error.code in _OF_CODE:
        return _OF_CODE[error.code]
    return Cause.UNUSABLE_ANSWER if one.status is not None and one.status < 300 else Cause.OTHER


def _of_answer(one: Exchange) -> Cause | None:
    """What the status and the body say; None for answers that are no refusal."""
    status, said = one.status, _said(one)
    if status is None or status < 300:
        return None
    if status == 407:
        return Cause.PROXY_REFUSED
    match one.peer:
        case Peer.SHEET:
            return _of_sheet(one, status, said)
        case Peer.STORAGE:
            return _of_storage(status, said)
        case Peer.WEBHOOK:
            return _of_webhook(status)
        case Peer.MEDIA:
            return _of_media(status, said)
        case Peer.SPEECH | Peer.SCRIPT_WRITER:
            return _of_paid_service(status, said)


def _of_sheet(one: Exchange, status: int, said: str) -> Cause:
    if status == 429 or (status == 403 and _QUOTA.search(said)):
        return _quota(one, said)
    if status in (401, 403) and _is_host(one, _PUBLIC_LINKS):
        return Cause.SHEET_NOT_SHARED
    if status in (400, 401, 403) and _CLOCK.search(said):
        return Cause.WRONG_CLOCK
    if status == 401 or (status == 400 and _SIGN_IN.search(said)):
        return Cause.EXPIRED_TOKEN if _EXPIRED.search(said) else Cause.WRONG_CREDENTIALS
    if status == 403:
        if _DISABLED.search(said):
            return Cause.API_DISABLED
        return Cause.PERMISSION_DENIED if _KEY_LIMITS.search(said) else Cause.SHEET_NOT_SHARED
    if status in (404, 410):
        return Cause.SHEET_NOT_FOUND
    if status < 400 and _LOGIN in one.response_headers.get("Location", ""):
        return Cause.SHEET_NOT_SHARED
    return _of_any(status)


def _quota(one: Exchange, said: str) -> Cause:
    """Whose quota it is, and of what."""
    per_user = bool(_QUOTA_PER_USER.search(said))
    if not per_user and not _QUOTA_PER_PROJECT.search(said):
        return Cause.RATE_LIMITED
    writes = bool(_WRITES.search(said)) or (not _READS.search(said) and bool(_WRITING.search(one.operation)))
    if writes:
        return Cause.WRITE_QUOTA_PER_USER if per_user else Cause.WRITE_QUOTA_PER_PROJECT
    return Cause.READ_QUOTA_PER_USER if per_user else Cause.READ_QUOTA_PER_PROJECT


def _of_storage(status: int, said: str) -> Cause:
    for cause, words in _STORAGE_CODES:
        if re.search(words, said):
            return cause
    match status:
        case 301 | 307 | 308:
            return Cause.WRONG_REGION
        case 401:
            return Cause.WRONG_CREDENTIALS
        case 403:
            return Cause.BUCKET_DENIED
        case 404 if "NoSuchUpload" not in said:
            return Cause.BUCKET_NOT_FOUND
        case 413 | 507:
            return Cause.STORAGE_FULL
    return _of_any(status)


def _of_webhook(status: int) -> Cause:
    match status:
        case 410:
            return Cause.RECEIVER_GONE
        case 401 | 403:
            return Cause.WRONG_CREDENTIALS
        case 404:
            return Cause.NOT_FOUND
        case 408 | 425:
            return Cause.SERVER_OVERLOADED
    return _of_any(status) if status == 429 or not 400 <= status < 500 else Cause.RECEIVER_REFUSED


def _of_media(status: int, said: str) -> Cause:
    match status:
        case 401 | 403 | 451:
            return Cause.EXPIRED_TOKEN if _EXPIRED.search(said) else Cause.PERMISSION_DENIED
        case 404 | 410:
            return Cause.NOT_FOUND
    return _of_any(status)


def _of_paid_service(status: int, said: str) -> Cause:
    if status == 402 or _NO_CREDIT.search(said):
        return Cause.NO_CREDIT
    match status:
        case 401:
            return Cause.EXPIRED_TOKEN if _EXPIRED.search(said) else Cause.WRONG_CREDENTIALS
        case 403:
            return Cause.PERMISSION_DENIED
        case 404 | 405:
            return Cause.NOT_FOUND
    return _of_any(status)


def _of_any(status: int) -> Cause:
    """What a status means whoever sends it."""
    if status == 429:
        return Cause.RATE_LIMITED
    if status >= 500 or status in (408, 409, 425):
        return Cause.SERVER_OVERLOADED
    if status >= 400:
        return Cause.INVALID_REQUEST
    return Cause.REDIRECTED
