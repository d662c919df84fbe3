"""How commands print for programs."""

from __future__ import annotations

import json
from typing import Any


def print_json(value: Any) -> None:
    """The value as indented JSON, with every script's letters as they are."""
    print(json.dumps(value, indent=2, ensure_ascii=False))
