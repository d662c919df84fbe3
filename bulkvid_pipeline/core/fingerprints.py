"""Content hashes: blake2b over canonical JSON, so that equal content has the same hash on every machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any


def canonical_json(value: Any) -> bytes:
    """`value` as JSON in a unique form: sorted keys, no blanks, non-ASCII text unescaped."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def fingerprint_of(kind: str, content: Mapping[str, Any]) -> str:
    """Hash of `content`, 32 hex digits; `kind` separates different uses of equal content."""
    return blake2b(canonical_json([kind, content]), digest_size=16).hexdigest()
