"""Captions: words grouped into cues that can be read, and SRT / WebVTT files of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bulkvid_pipeline.core.options import Aspect
from bulkvid_pipeline.rendering.model import FPS, Cue, SpokenWord, TimedScene
from bulkvid_pipeline.rendering.script.sentences import TERMINATORS
from bulkvid_pipeline.rendering.script.statements import display_width
from bulkvid_pipeline.rendering.script.tokens import units_of
from bulkvid_pipeline.rendering.script.words import display_text

_WIDTH: dict[Aspect, int] = {Aspect.WIDE: 42, Aspect.TALL: 28, Aspect.SQUARE: 28}
_LEAST_FRAMES = round(0.7 * FPS)
_LINGER_FRAMES = round(0.5 * FPS)
_LONGEST_LINGER_FRAMES = round(0.8 * FPS)
"""In frames: a caption stays during a short pause, and during half of a longer one, but no longer than this."""
_SILENCE_FRAMES = round(0.5 * FPS)
"""Shortest gap between two words, in frames, that counts as a silence asked for by the script."""
_OVER_SILENCE = 5.0
"""Cost of a caption that continues over a silence in the middle of its sentence."""
_UNIT_PARTED, _LINES_TOGETHER = 100.0, 100.0
"""Cost of breaks to avoid if at all possible: a unit split over two captions, or two list entries in one caption."""
_CHARACTERS_PER_SECOND = 20
_SENTENCE_END = re.compile(rf"[{re.escape(TERMINATORS)}][\"'”’»)\]」』]*(?:\s\S*)?$")
_CLAUSE_END = re.compile(r"[,;:،؛，、；：—–][\"'”’»)\]」』]*$")


def cue_text(cue: Cue) -> str:
    """The cue's words as one line."""
    return _text(cue.words)


def cues_for(words: Sequence[SpokenWord], aspect: Aspect, frames: int) -> tuple[Cue, ...]:
    """Group a scene's words into cues.

    At most 42 characters wide in 16:9 and 28 in tall and square frames (those of Chinese, Japanese and Korean count
    two; a single longer word stands alone), broken at punctuation where possible, shown at least 0.7 s and at most 20
    characters a second where the next cue leaves room, and never beyond `frames`, the scene's length.
    """
    groups = _groups(words, _WIDTH[aspect])
    cues: list[Cue] = []
    for index, group in enumerate(groups):
        start, spoken_until = group[0].start, group[-1].end
        room = groups[index + 1][0].start if index + 1 < len(groups) else frames
        wanted = max(_LEAST_FRAMES, round(_width(group) / _CHARACTERS_PER_SECOND * FPS))
        pause = room - spoken_until
        linger = room if pause <= _LINGER_FRAMES else spoken_until + min(pause // 2, _LONGEST_LINGER_FRAMES)
        cues.append(Cue(tuple(group), start, min(room, max(linger, start + wanted))))
    return tuple(cues)


def _text(words: Sequence[SpokenWord]) -> str:
    return display_text([word.text for word in words], [word.gap for word in words])


def _width(words: Sequence[SpokenWord]) -> int:
    return display_width(_text(words))


def _parted_units(words: Sequence[SpokenWord]) -> list[int]:
    """For each word, how many words of its unit (`tokens`) come before it: 0 for most words."""
    text = _text(words)
    units = iter(units_of(text))
    unit = next(units, None)
    position = 0
    counts: list[int] = []
    for index, word in enumerate(words):
        start = text.find(word.text, position)
        while unit is not None and unit.end <= start:
            unit = next(units, None)
        counts.append(counts[index - 1] + 1 if index and unit is not None and unit.start < start else 0)
        position = start + len(word.text)
    return counts


def _groups(words: Sequence[SpokenWord], limit: int) -> list[Sequence[SpokenWord]]:
    """The division into cues with the least cost (dynamic programming over the last break)."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    inside = [*_parted_units(words), 0]
    for end in range(1, len(words) + 1):
        following = words[end].start if end < len(words) else None
        choices: list[tuple[float, int]] = []
        for start in range(end - 1, -1, -1):
            group = words[start:end]
            width = _width(group)
            if width > limit and len(group) > 1:
                break
            cost = _cost(group, width, limit, following) + (_UNIT_PARTED if inside[end] else 0.0)
            choices.append((best[start][0] + cost, start))
        best.append(min(choices))
    groups: list[Sequence[SpokenWord]] = []
    end = len(words)
    while end:
        start = best[end][1]
        groups.append(words[start:end])
        end = start
    return groups[::-1]


def _cost(group: Sequence[SpokenWord], width: int, limit: int, following: int | None) -> float:
    """Cost of a cue: few words, too short to read, a break in mid-phrase, a sentence's end inside."""
    shown = (following if following is not None else group[-1].end + _LINGER_FRAMES) - group[0].start
    cost = 1.0 + max(0.0, 1 - width / limit) ** 2
    cost += 4.0 * max(0.0, 1 - shown / _LEAST_FRAMES)
    cost += 2.0 * max(0.0, width / (shown / FPS) / _CHARACTERS_PER_SECOND - 1)
    last = group[-1].text
    if following is not None and not _SENTENCE_END.search(last):
        cost += 0.15 if _CLAUSE_END.search(last) else 0.8
    cost += sum(2.0 for word in group[:-1] if _SENTENCE_END.search(word.text))
    cost += sum(0.25 for word in group[:-1] if _CLAUSE_END.search(word.text))
    cost += sum(_LINES_TOGETHER for word in group[:-1] if word.gap == "\n")
    cost += sum(_OVER_SILENCE for word, after in pairwise(group) if _is_silent_between(word, after))
    return cost


def _is_silent_between(word: SpokenWord, after: SpokenWord) -> bool:
    """Whether the script asks for silence between the two words, in the middle of a sentence."""
    return after.start - word.end >= _SILENCE_FRAMES and not _SENTENCE_END.search(word.text)


def _timed_cues(scenes: Sequence[TimedScene]) -> Iterator[tuple[int, int, str]]:
    position = 0
    for scene in scenes:
        for cue in scene.cues:
            yield position + cue.start, position + cue.end, cue_text(cue)
        position += scene.frames


def _clock(frame: int, point: str) -> str:
    milliseconds = (frame * 1000 + FPS // 2) // FPS
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{milliseconds:03}"


def srt(scenes: Sequence[TimedScene]) -> str:
    """The captions as SubRip. The format has no escapes, so the text is unchanged, except that `-->` is replaced."""
    return "".join(
        f"{index}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{text.replace('-->', '->')}\n\n"
        for index, (start, end, text) in enumerate(_timed_cues(scenes), 1)
    )


def vtt(scenes: Sequence[TimedScene]) -> str:
    """The captions as WebVTT, with &, < and > escaped, so that no text is read as a tag."""
    cues = (
        f"{_clock(start, '.')} --> {_clock(end, '.')}\n{_escaped(text)}\n\n" for start, end, text in _timed_cues(scenes)
    )
    return "WEBVTT\n\n" + "".join(cues)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
