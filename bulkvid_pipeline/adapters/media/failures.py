"""What can be wrong with a medium, beside a failed network (NetworkError) and a 429 or 5xx (ServiceUnavailableError).

BulkVideoError
├── RenderError
│   └── MediumError             it is no picture or video that can be used
├── NotFoundError
│   └── MediumNotFoundError     there is nothing at the address
└── AccessDeniedError
    └── MediumRefusedError      it is not open to us, or we do not go there

None of them is systemic: another row names another medium.
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
    default_fix = "Open the address in a browser, and copy it anew"


class MediumRefusedError(AccessDeniedError):
    """The medium is not open to us, or configuration keeps us from going there."""

    code = "MEDIUM_REFUSED"
    systemic = False
    default_fix = "Give an address that anybody can open"
