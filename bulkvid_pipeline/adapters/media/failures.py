"""Errors of media, besides a failed network (NetworkError) and a 429 or 5xx status (ServiceUnavailableError).

BulkVideoError
├── RenderError
│   └── MediumError             not a usable picture or video
├── NotFoundError
│   └── MediumNotFoundError     nothing at the address
└── AccessDeniedError
    └── MediumRefusedError      not readable by us, or forbidden by the configuration

None of them is systemic: other rows name other media.
"""

from __future__ import annotations

from bulkvid_pipeline.core.errors import AccessDeniedError, NotFoundError, RenderError


class MediumError(RenderError):
    """The medium was reached but cannot be used."""

    code = "MEDIUM_UNUSABLE"
    default_fix = "Give a PNG, JPEG or WebP picture, or for a background an MP4, MOV or WebM video"


class MediumNotFoundError(NotFoundError):
    """There is nothing at the medium's address."""

    code = "MEDIUM_NOT_FOUND"
    default_fix = "Open the address in a browser, and copy it again"


class MediumRefusedError(AccessDeniedError):
    """The medium is not readable with our credentials, or the configuration forbids its address."""

    code = "MEDIUM_REFUSED"
    systemic = False
    default_fix = "Give an address that can be opened without a login"
