"""Version identifiers of a source's content."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

_MAX_LENGTH = 256


@dataclass(frozen=True)
class Version:
    """An entity tag or a modification time, in HTTP's form; both are empty if the source reports none."""

    etag: str = ""
    modified: str = ""

    @classmethod
    def of(cls, etag: str | None, modified: str | None = None) -> Self:
        """The version, without values that cannot be sent back in a request header."""
        return cls(_sendable(etag), _sendable(modified))

    @property
    def is_known(self) -> bool:
        return bool(self.etag or self.modified)


def _sendable(value: str | None) -> str:
    text = (value or "").strip()
    return text if text.isascii() and text.isprintable() and len(text) <= _MAX_LENGTH else ""


@dataclass(frozen=True)
class Fetched:
    """A complete content and its version."""

    data: bytes = field(repr=False)
    version: Version
