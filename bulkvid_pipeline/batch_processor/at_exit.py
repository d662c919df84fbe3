"""Processors that are still there when their interpreter exits leave nothing behind either."""

from __future__ import annotations

import atexit
import contextlib
import os
import weakref
from typing import Protocol

# Imported for its own hook, which cancels jobs: ours runs before it, since it is registered after it.
from bulkvid_pipeline.launch import background as _background  # noqa: F401


class Closing(Protocol):
    def close(self, grace_s: float = ...) -> None: ...


_open: weakref.WeakSet[Closing] = weakref.WeakSet()
os.register_at_fork(after_in_child=_open.clear)  # a child that exits ends nothing of its parent


def close_at_exit(processor: Closing) -> None:
    """Close it when the interpreter exits, if nobody has done so before."""
    _open.add(processor)


@atexit.register
def _close_all() -> None:
    for processor in list(_open):
        with contextlib.suppress(Exception):  # the others are closed all the same
            processor.close(0.0)
