"""Tags such as the title, in a form that all three containers can store and return."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

LONGEST_TAG = 1000
"""In bytes of UTF-8. The smallest limit is 1023, that of ffmpeg's NUT reader (the graph renderer's pipe)."""

_KEPT_CONTROLS = "\n\t"


def tag_text(text: str) -> str:
    """The text without control characters and lone surrogates, cut to the length that all containers can store."""
    unified = text[:LONGEST_TAG].replace("\r\n", "\n")
    kept = (each for each in unified if each in _KEPT_CONTROLS or unicodedata.category(each) not in ("Cc", "Cs"))
    return "".join(kept).encode()[:LONGEST_TAG].decode("utf-8", "ignore")


def clean_tags(metadata: Mapping[str, str]) -> dict[str, str]:
    """All tags cleaned by `tag_text`; empty ones are left out."""
    cleaned = {key: tag_text(value) for key, value in metadata.items()}
    return {key: value for key, value in cleaned.items() if value}
