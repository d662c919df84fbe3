"""Which version of this program's code runs here: machines that share the work of a job must run the same."""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


@cache
def code_version() -> str:
    """`0.1.0-1f2e3d4c5b6a`: the release, and a digest of the source files, which tell two states of one release apart.

    Read once, with the first call: a process keeps the code that it has begun with.
    """
    digest = hashlib.blake2b(digest_size=6)
    for file in sorted(_PACKAGE.rglob("*.py")):
        digest.update(file.relative_to(_PACKAGE).as_posix().encode() + b"\0")
        digest.update(file.read_bytes() + b"\0")
    return f"{importlib.metadata.version('bulkvid-pipeline')}-{digest.hexdigest()}"
