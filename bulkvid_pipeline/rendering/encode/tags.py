"""Tags such as the title, as all three containers can hold and give them back."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

LONGEST_TAG = 1000
"""In bytes of UTF-8: the tightest of all, NUT as ffmpeg reads it (the graph renderer's pipe), ends at 1023."""

_KEPT_CONTROLS = "\n\t"


def tag_text(text: str) -> str:
    """The text without what a container would cut it at or refuse: controls, lone surrogates, endless length."""
    unified = text[:LONGEST_TAG].replace("\r\n", "\n")
    kept = (each for each in unified if each in _KEPT_CONTROLS or unicodedata.category(each) not in ("Cc", "Cs"))
    return "".join(kept).encode()[:LONGEST_TAG].decode("utf-8", "ignore")


def clean_tags(metadata: Mapping[str, str]) -> dict[str, str]:
    """All tags as they are written; empty ones are left out."""
    cleaned = {key: tag_text(value) for key, value in metadata.items()}
    return {key: value for key, value in cleaned.items() if value}
