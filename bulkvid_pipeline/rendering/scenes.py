"""Divides a script into scenes: a title card, then groups of sentences, lists, quotations.

The division depends only on the text, and as locally as possible, so that a changed word changes few scenes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from bulkvid_pipeline.rendering.model import Scene, SceneKind
from bulkvid_pipeline.rendering.script.blocks import Block, Heading, Item, ItemList, Paragraph, Quotation
from bulkvid_pipeline.rendering.script.dialect import parse_script, plain_text
from bulkvid_pipeline.rendering.script.emphasis import emphasis_of
from bulkvid_pipeline.rendering.script.sentences import (
    COMFORTABLE_SECONDS,
    LONGEST_SECONDS,
    estimated_seconds,
    sentence_spans,
    speakable_spans,
)
from bulkvid_pipeline.rendering.script.statements import display_width, statement
from bulkvid_pipeline.rendering.script.text import Text, concatenated, joined

_WANTED_SECONDS, _SHORT_SECONDS, _LONG_SECONDS = 4.5, 2.5, 6.5
_CARD_SECONDS = 4.0
_TOGETHER, _ACROSS_PARAGRAPHS = 0.3, 1.2
"""Cost of showing two sentences, or two paragraphs, in one scene."""
_LONGEST_ITEM = 8.0
_LEAD_ALONE_SECONDS = 2.0
_ITEMS_TOGETHER, _ITEMS_SHOWN = 3, 6
_HEADING_CHARACTERS, _ITEM_CHARACTERS, _DETAIL_CHARACTERS, _QUOTE_CHARACTERS = 90, 70, 110, 220
_BOTH_CHARACTERS = 56
"""Largest length for which all sentences of a scene are shown as its statement."""


@dataclass(frozen=True)
class _Tempo:
    """One of three speaking paces for the division into scenes; so few, that small edits do not change it."""

    above: float
    """Least ratio of the target duration to the script's own length."""
    stretch: float
    """Factor of a sentence's duration, with its pauses, relative to the natural pace."""
    comfortable: float
    """Largest estimated seconds of a sentence that is not divided at its clauses."""


_TEMPOS = (_Tempo(1.75, 2.0, 4.0), _Tempo(1.25, 1.45, 5.5), _Tempo(0.0, 1.0, COMFORTABLE_SECONDS))


def split_scenes(title: str, description: str, script: str, target_seconds: float | None = None) -> tuple[Scene, ...]:
    """The scenes of a row: first the title card, then the spoken scenes.

    If `target_seconds` is longer than the script's natural duration, it is spoken slowly and with long pauses, and
    there are more and shorter scenes.

    Pure; accepts any text. The scenes' texts have every spoken word of the script once, in order, without its marks and
    directions (`parse_script`); heading lines and list markers are shown, not spoken. Entries of a list are on separate
    lines of the scene's text. Each scene of a list has the entries so far.
    """
    blocks = parse_script(script).blocks
    scenes = [Scene(SceneKind.TITLE, heading=plain_text(title), subheading=plain_text(description))]
    # A single section is not numbered. The total is not shown: it would change every scene with each new section.
    numbered = sum(isinstance(block, Heading) for block in blocks) > 1
    tempo = _tempo(blocks, target_seconds)
    number, heading = 0, ""
    for is_heading, group in groupby(blocks, lambda block: isinstance(block, Heading)):
        if is_heading:
            headings = [block.text.words for block in group if isinstance(block, Heading)]
            number, heading = number + len(headings), statement(headings[-1], _HEADING_CHARACTERS)
            continue
        section = _section(list(group), tempo)
        if heading:
            section = [
                _under_heading(replace(scene, number=number) if numbered else scene, heading, first=index == 0)
                for index, scene in enumerate(section)
            ]
        scenes.extend(section)
    return tuple(map(_leaving, scenes, (*scenes[1:], None)))


def _leaving(scene: Scene, following: Scene | None) -> Scene:
    """The scene, marked to move out unless its list continues or it is the last card."""
    goes_on = following is not None and following.kind is SceneKind.LIST and following.spoken_from > 0
    return replace(scene, leaves=following is not None and not goes_on)


def _tempo(blocks: Sequence[Block], target_seconds: float | None) -> _Tempo:
    own = sum(estimated_seconds(text.words) for block in blocks for text in block.texts) + _CARD_SECONDS
    return next(tempo for tempo in _TEMPOS if (target_seconds or 0.0) >= tempo.above * own)


def _under_heading(scene: Scene, heading: str, *, first: bool) -> Scene:
    if scene.kind is SceneKind.QUOTE or (scene.kind is SceneKind.LIST and scene.heading):
        return scene
    return replace(scene, heading=heading) if first or not scene.heading else replace(scene, subheading=heading)


def _section(blocks: list[Block], tempo: _Tempo) -> list[Scene]:
    scenes: list[Scene] = []
    for prose, group in groupby(blocks, lambda block: isinstance(block, Paragraph)):
        if prose:
            scenes += _body([block for block in group if isinstance(block, Paragraph)], tempo)
            continue
        for block in group:
            if isinstance(block, Quotation):
                scenes += _quote(block, tempo)
            elif isinstance(block, ItemList):
                scenes += _list(block, tempo)
    return scenes


def _quote(block: Quotation, tempo: _Tempo) -> list[Scene]:
    if estimated_seconds(block.spoken.words) > LONGEST_SECONDS:
        return _body([Paragraph((block.spoken,))], tempo)
    quote = statement(block.quote, _QUOTE_CHARACTERS)
    return [_spoken(Scene(SceneKind.QUOTE, heading=quote, subheading=block.source), block.spoken)]


def _spoken(scene: Scene, text: Text) -> Scene:
    """The scene with its spoken text."""
    return replace(scene, text=text.words, pauses=text.pauses)


def _list(block: ItemList, tempo: _Tempo) -> list[Scene]:
    lead = statement(block.lead.words, _HEADING_CHARACTERS)
    if any(estimated_seconds(item.spoken.words) > _LONGEST_ITEM for item in block.items):
        # Entries of several sentences become scenes of their own instead of lines of a list.
        scenes = _body([Paragraph((block.lead,))], tempo) if block.lead else []
        for number, item in zip(block.numbers, block.items, strict=True):
            numbered = _body([Paragraph((item.spoken,))], tempo)
            scenes += [replace(scene, number=number) for scene in numbered]
        return scenes
    # A long introduction is first a statement, then the list's heading.
    apart = estimated_seconds(block.lead.words) >= _LEAD_ALONE_SECONDS
    scenes = _body([Paragraph((block.lead,))], tempo) if apart else []
    units = [
        _Unit(item.spoken, (estimated_seconds(item.spoken.words) + 0.5) * tempo.stretch, starts=False)
        for item in block.items
    ]
    end = 0
    for size in _group_sizes(units, _ITEMS_TOGETHER):
        start, end = end, end + size
        lines = [block.lead] if block.lead and not apart and not start else []
        lines += [item.spoken for item in block.items[start:end]]
        entries = _entries(block, max(0, min(start, end - _ITEMS_SHOWN)), start, end)
        scenes.append(_spoken(replace(entries, heading=lead), concatenated(lines, "\n")))
    return scenes


def _entries(block: ItemList, first: int, start: int, end: int) -> Scene:
    """The list scene in which entries `start` to `end` are spoken; it shows entries from `first` on."""
    shown = [_head_and_detail(item) for item in block.items[first:end]]
    return Scene(
        SceneKind.LIST,
        items=tuple(head for head, _ in shown),
        item_numbers=block.numbers[first:end],
        item_signs=tuple(item.sign for item in block.items[first:end]),
        spoken_from=start - first,
        detail=shown[-1][1] if end - start == 1 else "",
        room=min(_ITEMS_SHOWN, len(block.items)),
    )


def _head_and_detail(item: Item) -> tuple[str, str]:
    """An entry's first sentence, and the rest."""
    words = item.shown.words
    (start, end), *_ = sentence_spans(words) or [(0, 0)]
    return statement(words[start:end], _ITEM_CHARACTERS), statement(words[end:].strip(), _DETAIL_CHARACTERS)


@dataclass(frozen=True)
class _Unit:
    """An indivisible unit of the script: a sentence or a clause."""

    text: Text
    seconds: float
    starts: bool
    """Whether it starts a paragraph."""
    continues: bool = False
    """Whether it continues the sentence of the unit before."""


def _body(paragraphs: list[Paragraph], tempo: _Tempo) -> list[Scene]:
    units = [
        _Unit(
            part, estimated_seconds(part.words) * tempo.stretch, not sentence_index and not part_index, part_index > 0
        )
        for paragraph in paragraphs
        for sentence_index, sentence in enumerate(paragraph.sentences)
        for part_index, part in enumerate(sentence.parts(speakable_spans(sentence.words, tempo.comfortable)))
    ]
    scenes: list[Scene] = []
    position = 0
    for size in _group_sizes(units, len(units)):
        parts = [unit.text for unit in units[position : position + size]]
        text = joined(parts)
        heading = statement(_key([part.words for part in parts], text.words), _HEADING_CHARACTERS)
        scene = Scene(
            SceneKind.BODY,
            heading=heading,
            continues=units[position].continues,
            emphasis=emphasis_of(heading, text.strong_phrases),
        )
        scenes.append(_spoken(scene, text))
        position += size
    return scenes


def _group_sizes(units: Sequence[_Unit], most: int) -> list[int]:
    """Number of units in each scene, such that the lengths are as near as possible to the ideal length."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(units) + 1):
        choices: list[tuple[float, int]] = []
        seconds = joints = 0.0
        for start in range(end - 1, max(-1, end - 1 - most), -1):
            seconds += units[start].seconds
            if seconds > LONGEST_SECONDS and start < end - 1:
                break
            choices.append((best[start][0] + _cost(seconds) + joints, end - start))
            joints += _ACROSS_PARAGRAPHS if units[start].starts else _TOGETHER
        best.append(min(choices))
    sizes: list[int] = []
    end = len(units)
    while end:
        sizes.append(best[end][1])
        end -= best[end][1]
    return sizes[::-1]


def _cost(seconds: float) -> float:
    cost = 0.5 * (seconds / _WANTED_SECONDS - 1) ** 2
    if seconds < _SHORT_SECONDS:
        cost += 0.8 * (_SHORT_SECONDS - seconds) ** 2
    return cost + 0.4 * max(0.0, seconds - _LONG_SECONDS) ** 2


def _key(parts: list[str], together: str) -> str:
    """All parts if they are short; else the best headline among them, preferably one with a figure."""
    if display_width(together) <= _BOTH_CHARACTERS:
        return together

    def weight(part: str) -> float:
        length = len(part)
        fits = 1.0 if 18 <= length <= 64 else 0.8 if length <= _HEADING_CHARACTERS else 0.7
        return fits + (0.3 if any(map(str.isdigit, part)) else 0.0) - (0.4 if part.endswith(("?", "？", "؟")) else 0.0)

    return max(parts, key=lambda part: (weight(part), -parts.index(part)))
