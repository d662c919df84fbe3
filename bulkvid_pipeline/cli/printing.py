"""How commands print values: for programs, and times for people."""

from __future__ import annotations

import json
from typing import Any


def print_json(value: Any) -> None:
    """The value as indented JSON, with every script's letters as they are."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def time_in_words(seconds: float) -> str:
    """`42 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = max(1, round(seconds)) if seconds else 0
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
