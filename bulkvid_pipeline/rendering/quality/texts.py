"""Checks of the text in the pictures: that it is inside the safe area, and that the fonts have its characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bulkvid_pipeline.rendering.model import FPS, TimedScene, VideoFormat
from bulkvid_pipeline.rendering.pictures.coverage import missing_glyphs
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.motion import entrance_length, rest_of
from bulkvid_pipeline.rendering.pictures.safe_area import safe_area
from bulkvid_pipeline.rendering.pictures.scripts import is_invisible
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.quality.checks import Check, Subject, check
from bulkvid_pipeline.rendering.script.dialect import plain_text, shown_text

_TOLERANCE_PX = 1.0
"""Tolerance in pixels: boxes are rounded to whole pixels, zones are not."""
_NAMED = 10
"""Largest number of missing characters that a message names."""


class TextFilm(Protocol):
    """A film that reports the positions of its texts."""

    @property
    def fingerprint(self) -> str:
        """Hash of everything that decides the pictures."""
        ...

    def text_boxes(self, frame: int) -> Sequence[Box]:
        """Boxes of the texts at a frame, in pixels."""
        ...


@dataclass(frozen=True)
class Overrun:
    """Largest distance in pixels by which texts of one scene extend beyond the safe area, and the frame with it."""

    pixels: float = 0.0
    frame: int = 0


def resting_frames(timed: TimedScene) -> list[int]:
    """Frames that together show every text of a scene at rest: one for each caption, and the last one at rest."""
    last = rest_of(timed.frames, leaves=timed.scene.leaves)
    first = min(entrance_length(timed.frames), last)
    frames = {min(max(first, cue.end - 1), last) for cue in timed.cues}
    return sorted(frames | {last})


def overrun(film: TextFilm, timed: TimedScene, fmt: VideoFormat) -> Overrun:
    """The overrun of the texts of a scene at rest; `fmt` gives the platform and size of the frame."""
    safe = safe_area(fmt.platform, fmt.width, fmt.height)
    found = ((_outside(box, safe), frame) for frame in resting_frames(timed) for box in film.text_boxes(frame))
    worst = max(found, default=(0.0, 0))
    return Overrun(*worst) if worst[0] > _TOLERANCE_PX else Overrun()


def _outside(box: Box, safe: Box) -> float:
    return max(safe.left - box.left, safe.top - box.top, box.right - safe.right, box.bottom - safe.bottom)


def safe_area_check(scenes: Sequence[TimedScene], overruns: Iterable[Overrun]) -> Check:
    """Check that texts are inside the safe area; `overruns` has one item for each scene."""
    start, worst, at = 0, Overrun(), 0
    for timed, found in zip(scenes, overruns, strict=True):
        if found.pixels > worst.pixels:
            worst, at = found, start + found.frame
        start += timed.frames
    said = ""
    if worst.pixels > 0:
        said = f"a text at {at / FPS:.1f} s extends {worst.pixels:.0f} pixels beyond the platform's safe area"
    return check("outside_safe_area_px", Subject.TEXT, worst.pixels, f"at most {_TOLERANCE_PX:g}", said)


@dataclass(frozen=True)
class MissingCharacter:
    """A character that no font has, and the first cell that contains it."""

    character: str
    column: str

    def __str__(self) -> str:
        """`🧿 (U+1F9FF NAZAR AMULET)`."""
        points = [point for point in self.character if not is_invisible(point)] or list(self.character)
        named = " + ".join(f"U+{ord(point):04X} {unicodedata.name(point, 'without a name')}" for point in points)
        return f"{self.character} ({named})"


def shown_cells(title: str, description: str, script: str) -> tuple[tuple[str, str], ...]:
    """What is shown of a row's cells, with the names of their columns."""
    return (
        ("idea_title", plain_text(title)),
        ("description", plain_text(description)),
        ("script_content", shown_text(script)),
    )


def missing_characters(cells: Iterable[tuple[str, str]], theme: Theme) -> tuple[MissingCharacter, ...]:
    """The characters of (column, text) cells that would show as empty boxes, each once."""
    missing: dict[str, MissingCharacter] = {}
    for column, text in cells:
        for cluster in missing_glyphs((text,), theme):
            missing.setdefault(cluster, MissingCharacter(cluster, column))
    return tuple(missing.values())


def missing_in_words(missing: Sequence[MissingCharacter]) -> str:
    """`🧿 (U+1F9FF NAZAR AMULET) in idea_title; ...`: the characters by cell, for messages."""
    return "; ".join(_by_column(missing[:_NAMED])) + (
        f"; and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    )


def _by_column(missing: Sequence[MissingCharacter]) -> Iterator[str]:
    for column in dict.fromkeys(each.column for each in missing):
        yield f"{', '.join(str(each) for each in missing if each.column == column)} in {column}"


def glyph_check(missing: Sequence[MissingCharacter]) -> Check:
    """Check that the fonts have all characters."""
    said = f"no font has {missing_in_words(missing)}" if missing else ""
    return check("missing_glyphs", Subject.TEXT, len(missing), "none", said)
