"""Content hashes: blake2b over canonical JSON, so that equal content has one name on every machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any


def canonical_json(value: Any) -> bytes:
    """`value` as JSON in one possible way: sorted keys, no blanks, text unescaped."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def fingerprint_of(kind: str, content: Mapping[str, Any]) -> str:
    """32 hex digits that name `content`; `kind` keeps different uses apart."""
    return blake2b(canonical_json([kind, content]), digest_size=16).hexdigest()
