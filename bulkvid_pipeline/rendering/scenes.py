"""A script as scenes: a title card, then sentences that belong together, lists, quotations.

Decided from the text alone, scene by scene as far as can be, so that a changed word changes as few scenes as possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from bulkvid_pipeline.rendering.model import Scene, SceneKind
from bulkvid_pipeline.rendering.script_blocks import Block, Heading, ItemList, Paragraph, Quotation, blocks_of
from bulkvid_pipeline.rendering.sentences import LONGEST_SECONDS, estimated_seconds, join, speakable_parts
from bulkvid_pipeline.rendering.statements import statement

_WANTED_SECONDS, _SHORT_SECONDS, _LONG_SECONDS = 6.5, 4.0, 9.0
_SLOW, _CARD_SECONDS = 1.45, 4.0
_ACROSS_PARAGRAPHS = 1.2
_LONGEST_ITEM = 8.0
_ITEMS_TOGETHER = 5
_HEADING_CHARACTERS, _ITEM_CHARACTERS, _QUOTE_CHARACTERS = 90, 70, 220


def split_scenes(title: str, description: str, script: str, target_seconds: float | None = None) -> tuple[Scene, ...]:
    """The scenes of a row: first the title card, then what is spoken.

    Where `target_seconds` is far more than the script takes by itself, it will be spoken slowly and with long pauses;
    then there are more and shorter scenes.

    Pure and total. The scenes' texts hold every spoken word of the script once, in order; heading lines and list
    markers are shown, not spoken. Entries of a list stand on lines of their own in the scene's text.
    """
    blocks = blocks_of(script)
    scenes = [Scene(SceneKind.TITLE, heading=" ".join(title.split()), subheading=" ".join(description.split()))]
    count = sum(isinstance(block, Heading) for block in blocks)
    stretch = _stretch(script, target_seconds)
    number, heading = 0, ""
    for is_heading, group in groupby(blocks, lambda block: isinstance(block, Heading)):
        if is_heading:
            headings = [block.text for block in group if isinstance(block, Heading)]
            number, heading = number + len(headings), statement(headings[-1], _HEADING_CHARACTERS)
            continue
        section = _section(list(group), stretch)
        if heading:
            section = [
                _under_heading(replace(scene, number=number, count=count), heading, first=index == 0)
                for index, scene in enumerate(section)
            ]
        scenes.extend(section)
    return tuple(scenes)


def _stretch(script: str, target_seconds: float | None) -> float:
    """How much longer than by itself the script will take: one of two values, so that small edits do not move it."""
    own = estimated_seconds(script) + _CARD_SECONDS
    return _SLOW if target_seconds is not None and target_seconds > 1.25 * own else 1.0


def _under_heading(scene: Scene, heading: str, *, first: bool) -> Scene:
    if scene.kind is SceneKind.QUOTE:
        return scene
    return replace(scene, heading=heading) if first or not scene.heading else replace(scene, subheading=heading)


def _section(blocks: list[Block], stretch: float) -> list[Scene]:
    scenes: list[Scene] = []
    for prose, group in groupby(blocks, lambda block: isinstance(block, Paragraph)):
        if prose:
            scenes += _body([block for block in group if isinstance(block, Paragraph)], stretch)
            continue
        for block in group:
            if isinstance(block, Quotation):
                scenes += _quote(block, stretch)
            elif isinstance(block, ItemList):
                scenes += _list(block, stretch)
    return scenes


def _quote(block: Quotation, stretch: float) -> list[Scene]:
    if estimated_seconds(block.spoken) > LONGEST_SECONDS:
        return _body([Paragraph((block.spoken,))], stretch)
    quote = statement(block.quote, _QUOTE_CHARACTERS)
    return [Scene(SceneKind.QUOTE, text=block.spoken, heading=quote, subheading=block.source)]


def _list(block: ItemList, stretch: float) -> list[Scene]:
    lead = statement(block.lead, _HEADING_CHARACTERS)
    if any(estimated_seconds(spoken) > _LONGEST_ITEM for spoken, _ in block.items):
        # Entries of several sentences are sections rather than lines of a list.
        scenes = _body([Paragraph((block.lead,))], stretch) if block.lead else []
        for index, (spoken, _) in enumerate(block.items, 1):
            numbered = _body([Paragraph((spoken,))], stretch)
            scenes += [replace(scene, number=index, count=len(block.items)) for scene in numbered]
        return scenes
    units = [_Unit(spoken, (estimated_seconds(spoken) + 0.5) * stretch, starts=False) for spoken, _ in block.items]
    scenes = []
    position = 0
    for size in _group_sizes(units, _ITEMS_TOGETHER):
        chosen = block.items[position : position + size]
        lines = [block.lead] if block.lead and not position else []
        lines += [spoken for spoken, _ in chosen]
        items = tuple(statement(shown, _ITEM_CHARACTERS) for _, shown in chosen)
        scenes.append(Scene(SceneKind.LIST, text="\n".join(lines), heading=lead, items=items))
        position += size
    return scenes


@dataclass(frozen=True)
class _Unit:
    """Something that is never parted: a sentence or a clause."""

    text: str
    seconds: float
    starts: bool
    """Whether a paragraph starts here."""


def _body(paragraphs: list[Paragraph], stretch: float) -> list[Scene]:
    units = [
        _Unit(part, estimated_seconds(part) * stretch, starts=not sentence_index and not part_index)
        for paragraph in paragraphs
        for sentence_index, sentence in enumerate(paragraph.sentences)
        for part_index, part in enumerate(speakable_parts(sentence))
    ]
    scenes: list[Scene] = []
    position = 0
    for size in _group_sizes(units, len(units)):
        parts = [unit.text for unit in units[position : position + size]]
        scenes.append(Scene(SceneKind.BODY, text=join(parts), heading=statement(_key(parts), _HEADING_CHARACTERS)))
        position += size
    return scenes


def _group_sizes(units: Sequence[_Unit], most: int) -> list[int]:
    """How many units go into each scene, so that the lengths are as near as can be to what is wanted."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(units) + 1):
        choices: list[tuple[float, int]] = []
        seconds = joints = 0.0
        for start in range(end - 1, max(-1, end - 1 - most), -1):
            seconds += units[start].seconds
            if seconds > LONGEST_SECONDS and start < end - 1:
                break
            choices.append((best[start][0] + _cost(seconds) + joints, end - start))
            joints += _ACROSS_PARAGRAPHS if units[start].starts else 0.0
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


def _key(parts: list[str]) -> str:
    """The part that says most as a headline: short enough to be set large, with a figure if there is one."""

    def weight(part: str) -> float:
        length = len(part)
        fits = 1.0 if 18 <= length <= 64 else 0.8 if length <= _HEADING_CHARACTERS else 0.7
        return fits + (0.3 if any(map(str.isdigit, part)) else 0.0) - (0.4 if part.endswith(("?", "？", "؟")) else 0.0)

    return max(parts, key=lambda part: (weight(part), -parts.index(part)))
