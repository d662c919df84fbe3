"""What was really painted: every text with its place, noted where it is painted, whoever asked for it.

Nothing that a style says about its texts is believed: a text that was laid out but not painted is not noted, and one
that was painted twice is noted twice. The checks of `quality` judge by these notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulkvid_pipeline.rendering.pictures.geometry import Box

if TYPE_CHECKING:
    from bulkvid_pipeline.rendering.pictures.typesetting import SetText


@dataclass(frozen=True)
class Inscription:
    """A text that was painted."""

    text: str
    box: Box
    """Its lines' box in pixels of the frame; for a number its ink."""
    block: SetText | None = None
    """Its layout; None for a number, which is drawn without one."""


_NOTED: ContextVar[list[Inscription] | None] = ContextVar("noted_inscriptions", default=None)


@contextmanager
def noted() -> Iterator[list[Inscription]]:
    """Collects what is painted inside the `with` block, in order."""
    notes: list[Inscription] = []
    before = _NOTED.set(notes)
    try:
        yield notes
    finally:
        _NOTED.reset(before)


def note(inscription: Inscription) -> None:
    """Called by whatever paints a text, with its place in the frame."""
    notes = _NOTED.get()
    if notes is not None:
        notes.append(inscription)
