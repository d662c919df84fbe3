"""Caption files: SubRip and WebVTT."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from bulkvid_pipeline.rendering.caption_times import lasting
from bulkvid_pipeline.rendering.captions import cue_text
from bulkvid_pipeline.rendering.model import FPS, Cue, TimedScene
from bulkvid_pipeline.rendering.script.writing_direction import directed, is_mainly_right_to_left, with_order_kept


@dataclass(frozen=True)
class CuePlace:
    """Where a player shows a caption, in percent of the frame: the place of captions in the picture."""

    line: int
    """Top of the first line."""
    position: int
    """Middle of the lines."""
    size: int
    """Width of the lines."""

    def __str__(self) -> str:
        """WebVTT cue settings."""
        return f"line:{self.line}% position:{self.position}% size:{self.size}% align:center"


@dataclass(frozen=True)
class _TimedText:
    """A caption of the whole video; times in frames from its start."""

    start: int
    end: int
    text: str
    place: CuePlace | None


def _texts(scenes: Sequence[TimedScene], places: Sequence[CuePlace | None] = ()) -> Iterator[_TimedText]:
    """The captions in order. One that its scene has no second for stays on into the next scene."""
    found: list[tuple[int, int, str, CuePlace | None]] = []
    position = 0
    for scene, place in zip_longest(scenes, places):
        right_to_left = is_mainly_right_to_left(" ".join(map(cue_text, scene.cues)))
        for cue in scene.cues:
            text = _text(cue, right_to_left=right_to_left)
            if any(unicodedata.category(char)[0] not in "CZ" for char in text):
                found.append((position + cue.start, position + cue.end, text, place))
        position += scene.frames
    spans = lasting([(start, end) for start, end, _, _ in found], position)
    for (start, end), (_, _, text, place) in zip(spans, found, strict=True):
        yield _TimedText(start, end, text, place)


def _text(cue: Cue, *, right_to_left: bool) -> str:
    """The lines of a cue, each written in the direction of its scene."""
    lines = [" ".join(line.split()) for line in cue.lines or (cue_text(cue),)]
    if right_to_left:
        lines = list(map(with_order_kept, lines))
    return "\n".join(directed(line, right_to_left=right_to_left) for line in lines)


def srt(scenes: Sequence[TimedScene]) -> str:
    """The captions as SubRip. The format has no escapes, so the text is unchanged, except that `-->` is replaced."""
    return "".join(
        f"{index}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{cue.text.replace('-->', '->')}\n\n"
        for index, cue in enumerate(_texts(scenes), 1)
    )


def vtt(scenes: Sequence[TimedScene], places: Sequence[CuePlace | None] = (), language: str = "") -> str:
    """The captions as WebVTT, with &, < and > escaped, so that no text is read as a tag.

    Args:
        scenes: the scenes of the video in order.
        places: where each scene's captions are shown; () leaves it to the player.
        language: BCP 47 tag for the header; "" if unknown.
    """
    header = f"WEBVTT\nKind: captions\nLanguage: {language}\n\n" if language else "WEBVTT\n\n"
    return header + "".join(
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}{f' {cue.place}' if cue.place else ''}\n"
        f"{_escaped(cue.text)}\n\n"
        for cue in _texts(scenes, places)
    )


def _clock(frame: int, point: str) -> str:
    milliseconds = (frame * 1000 + FPS // 2) // FPS
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{milliseconds:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
