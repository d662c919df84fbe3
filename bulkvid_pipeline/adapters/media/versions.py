"""By what a source's owner tells one version of its content from another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

_MAX_LENGTH = 256


@dataclass(frozen=True)
class Version:
    """An entity tag, or a time of modification, as HTTP writes them; both empty where the owner tells nothing."""

    etag: str = ""
    modified: str = ""

    @classmethod
    def of(cls, etag: str | None, modified: str | None = None) -> Self:
        """What can be sent back in a header: anything else is dropped."""
        return cls(_sendable(etag), _sendable(modified))

    @property
    def is_known(self) -> bool:
        return bool(self.etag or self.modified)


def _sendable(value: str | None) -> str:
    text = (value or "").strip()
    return text if text.isascii() and text.isprintable() and len(text) <= _MAX_LENGTH else ""


@dataclass(frozen=True)
class Fetched:
    """A whole content and its version."""

    data: bytes = field(repr=False)
    version: Version
