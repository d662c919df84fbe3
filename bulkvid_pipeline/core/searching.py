"""How texts are compared when users look for something."""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """The text without differences of case, width and composition: two texts that look alike are equal."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
