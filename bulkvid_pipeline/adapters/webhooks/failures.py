"""Errors of callbacks, besides a failed network (NetworkError) and a 429 or 5xx status (ServiceUnavailableError).

BulkVideoError
├── AccessDeniedError
│   └── CallbackTargetRefusedError   the address is private, and private ones are not allowed
├── NetworkError
│   └── CallbackTimeoutError         no complete response in time
├── CallbackRejectedError            the receiver responded with another status than 2xx
└── CallbackGoneError                the receiver does not want further messages (410)
"""

from __future__ import annotations

from bulkvid_pipeline.core.errors import AccessDeniedError, BulkVideoError, NetworkError


class CallbackTargetRefusedError(AccessDeniedError):
    """The callback URL leads to an address that is not on the public internet."""

    code = "CALLBACK_TARGET_REFUSED"
    systemic = False
    default_fix = "Use a public address, or set BULKVID_WEBHOOK_ALLOW_PRIVATE=true if the receiver is your own"


class CallbackTimeoutError(NetworkError):
    """The receiver did not respond in time."""

    code = "CALLBACK_TIMEOUT"
    default_fix = "Let the receiver answer at once and do its work afterwards"


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
