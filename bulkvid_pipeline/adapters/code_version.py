"""Which code this process runs: two machines may make the rows of one job only if theirs is the same."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import bulkvid_pipeline


@cache
def code_version() -> str:
    """`0.1.0+3f9a0c2b71de`: the version of the package and a digest of its sources, equal on all machines."""
    root = Path(bulkvid_pipeline.__file__).parent
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return f"{version('bulkvid-pipeline')}+{digest.hexdigest()}"
