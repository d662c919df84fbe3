"""What can be wrong with a callback, beside a failed network (NetworkError) and a 429 or 5xx (ServiceUnavailableError).

BulkVideoError
├── AccessDeniedError
│   └── CallbackTargetRefusedError   the address is private, and private ones are not allowed
├── NetworkError
│   └── CallbackTimeoutError         no whole answer in time
├── CallbackRejectedError            the receiver said something else than 2xx
└── CallbackGoneError                the receiver wants no more of this (410)
"""

from __future__ import annotations

from bulkvid_pipeline.core.errors import AccessDeniedError, BulkVideoError, NetworkError


class CallbackTargetRefusedError(AccessDeniedError):
    """The callback URL leads to an address that is not on the public internet."""

    code = "CALLBACK_TARGET_REFUSED"
    systemic = False
    default_fix = "Use a public address, or set BULKVID_WEBHOOK_ALLOW_PRIVATE=true if the receiver is your own"


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
