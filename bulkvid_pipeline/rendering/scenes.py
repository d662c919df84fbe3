"""Divides a script into scenes: a title card, then sentences, lists, quotations.

Every scene's card shows all words of the scene's text. A sentence is a scene of its own, or shares one with a neighbour
where both are short; a long one is divided at its clauses. The division depends only on the text, and as locally as
possible, so that a changed word changes few scenes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

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
from bulkvid_pipeline.rendering.script.statements import (
    display_width,
    shown_description,
    shown_title,
    statement,
)
from bulkvid_pipeline.rendering.script.text import Text, concatenated, joined

_WANTED_SECONDS, _SHORT_SECONDS, _LONG_SECONDS = 4.5, 2.5, 6.5
_CARD_SECONDS = 4.0
_TOGETHER, _ACROSS_PARAGRAPHS, _WITH_A_FRAGMENT = 0.3, 1.2, 1.2
"""Cost of showing two sentences, two paragraphs, or a sentence and a part of another one, in one scene."""
_TOGETHER_WIDTH, _WITH_TINY_WIDTH = 92, 180
"""Largest display width of sentences that share a card; the second if one of two is so short that it would flicker."""
_TINY_SECONDS = 1.1
_LEAD_ALONE_SECONDS = 2.0
_LEAD_WIDTH = 60
"""Largest display width of a list's introduction that stands over its entries; a longer one is a card of its own."""
_ITEMS_TOGETHER = 3
"""Most entries that are spoken in one scene."""
_ITEMS_ON_CARD = 6
_HEAD_WIDTH = 96
"""Largest display width of an entry's first sentence; a list with a longer one is shown as numbered sections."""
_DETAIL_WIDTH, _QUOTE_WIDTH = 100, 200
"""Largest display widths of an entry's explanation, and of a quotation, in one scene."""
_ROOM_STEP = 8
"""Room for entries is reserved in steps of so many characters, so that a changed word seldom changes other scenes."""
_CYRILLIC, _CYRILLIC_WIDTH = re.compile("[\u0400-\u04ff]"), 1.15
"""Letters that are wider than Latin ones, and how much."""
_SECTIONS_JOINT = " · "


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
    scenes = [title_card(title, description)]
    # A single section is not numbered. The total is not shown: it would change every scene with each new section.
    numbered = sum(is_heading for is_heading, _ in groupby(blocks, _is_heading)) > 1
    tempo = _tempo(blocks, target_seconds)
    number, headings = 0, list[str]()
    for is_heading, group in groupby(blocks, _is_heading):
        if is_heading:
            headings = [block.text.words for block in group if isinstance(block, Heading)]
            number += 1
            continue
        section = _section(list(group), tempo)
        if headings:
            section = list(_under_heading(section, _SECTIONS_JOINT.join(headings), number if numbered else None))
        scenes.extend(section)
    return tuple(map(_leaving, scenes, (*scenes[1:], None)))


def _is_heading(block: Block) -> bool:
    return isinstance(block, Heading)


def _under_heading(scenes: Sequence[Scene], heading: str, number: int | None) -> Iterator[Scene]:
    """The scenes of a section with its number, and its heading on the first one, or on all of a list that begins it."""
    begins = True
    for index, scene in enumerate(scenes):
        begins = not index or (begins and scene.kind is SceneKind.LIST and scene.room == scenes[0].room)
        yield replace(scene, number=scene.number if number is None else number, section=heading if begins else "")


def title_card(title: str, description: str) -> Scene:
    """The first card: the title, and below it the description.

    It is the only card that may show less than its text: `shown_title` and `shown_description` say what.
    """
    heading, subheading = shown_title(plain_text(title)), shown_description(plain_text(description))
    return Scene(SceneKind.TITLE, heading=heading, subheading=subheading)


def _leaving(scene: Scene, following: Scene | None) -> Scene:
    """The scene, marked to move out unless its list continues or it is the last card."""
    goes_on = following is not None and following.standing > 0
    return replace(scene, leaves=following is not None and not goes_on)


def _tempo(blocks: Sequence[Block], target_seconds: float | None) -> _Tempo:
    own = sum(estimated_seconds(text.words) for block in blocks for text in block.texts) + _CARD_SECONDS
    return next(tempo for tempo in _TEMPOS if (target_seconds or 0.0) >= tempo.above * own)


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
    """The quotation on one card, or on several that each have whole sentences of it and the source."""
    spoken, place = block.spoken, block.spoken.words.find(block.quote)
    if place < 0:
        return _body([Paragraph((spoken,))], tempo)
    quote = spoken.part(place, place + len(block.quote))
    groups = _grouped(_units_of(quote, sentence_spans(quote.words), tempo, LONGEST_SECONDS), _may_be_quoted)
    edges = [0, *(group[0].place + place for group in groups[1:]), len(spoken.words)]
    scenes: list[Scene] = []
    for text, group in zip(spoken.parts(list(pairwise(edges))), groups, strict=True):
        words = quote.words[group[0].place : group[-1].end]
        card = Scene(SceneKind.QUOTE, heading=words, subheading=block.source, continues=group[0].continues)
        scenes.append(_spoken(card, text.flattened()))
    return scenes


def _spoken(scene: Scene, text: Text) -> Scene:
    """The scene with its spoken text."""
    return replace(scene, text=text.words, pauses=text.pauses)


@dataclass(frozen=True)
class _Step:
    """What is said of an entry in one scene."""

    text: Text
    detail: str = ""
    """What of it is shown below the entry's row."""
    continues: bool = False
    """Whether it continues the sentence of the step before."""


@dataclass(frozen=True)
class _Entry:
    """An entry of a list, divided into what is said of it scene by scene."""

    item: Item
    number: int
    head: str
    """What stands in its row."""
    steps: tuple[_Step, ...]

    @property
    def is_plain(self) -> bool:
        """Whether all of it stands in its row."""
        return len(self.steps) == 1 and not self.steps[0].detail


def _list(block: ItemList, tempo: _Tempo) -> list[Scene]:
    entries = [_entry(item, number, tempo) for item, number in zip(block.items, block.numbers, strict=True)]
    if any(display_width(entry.head) > _HEAD_WIDTH for entry in entries):
        return _sections_of(block, tempo)
    # A long introduction is first a card of its own, then, if it is not too long, the list's heading.
    apart = estimated_seconds(block.lead.words) >= _LEAD_ALONE_SECONDS or display_width(block.lead.words) > _LEAD_WIDTH
    scenes = _body([Paragraph((block.lead,))], tempo) if block.lead and apart else []
    lead = Text("") if apart else block.lead
    cards = list(_cards(entries))
    room = tuple(
        max(_room(card[slot].head) for card in cards if slot < len(card)) for slot in range(max(map(len, cards)))
    )
    detail_room = tuple(
        max(_room(step.detail) for card in cards if slot < len(card) for step in card[slot].steps)
        for slot in range(len(room))
    )
    heading = statement(block.lead.words) if display_width(block.lead.words) <= _LEAD_WIDTH else ""
    for card in cards:
        shown = _list_card(card, lead, tempo)
        scenes += [replace(scene, heading=heading, room=room, detail_room=detail_room) for scene in shown]
        lead = Text("")
    return scenes


def _sections_of(block: ItemList, tempo: _Tempo) -> list[Scene]:
    """A list of long entries: each is told like prose, under its number."""
    scenes = _body([Paragraph((block.lead,))], tempo) if block.lead else []
    for number, item in zip(block.numbers, block.items, strict=True):
        told = _body([Paragraph(tuple(item.spoken.parts(sentence_spans(item.spoken.words))))], tempo)
        scenes += told if item.sign else [replace(scene, number=number) for scene in told]
    return scenes


def _room(text: str) -> int:
    width = display_width(text) * (_CYRILLIC_WIDTH if _CYRILLIC.search(text) else 1.0)
    return math.ceil(width / _ROOM_STEP) * _ROOM_STEP


def _cards(entries: Sequence[_Entry]) -> Iterator[Sequence[_Entry]]:
    """The entries, as evenly as possible on as few cards as they need."""
    count = -(-len(entries) // _ITEMS_ON_CARD)
    least, more = divmod(len(entries), count)
    start = 0
    for index in range(count):
        end = start + least + (index < more)
        yield entries[start:end]
        start = end


def _entry(item: Item, number: int, tempo: _Tempo) -> _Entry:
    """The first sentence in the entry's row; the others below it, as many at a time as can be read."""
    shown = item.shown.words
    (start, end), *others = sentence_spans(shown) or [(0, len(shown))]
    head = statement(shown[start:end])
    # What is shown is the spoken text without a beginning ("First, ") or an end (", and").
    leads_in = len(item.spoken.words) - len(shown) if item.spoken.words.endswith(shown[1:]) else 0
    first = _Unit.of(item.shown.part(start, end), tempo)
    groups = _grouped([first, *_units_of(item.shown, others, tempo, tempo.comfortable)], _may_be_detail)
    edges = [0, *(group[0].place + leads_in for group in groups[1:]), len(item.spoken.words)]
    steps: list[_Step] = []
    for text, group in zip(item.spoken.parts(list(pairwise(edges))), groups, strict=True):
        told = [unit for unit in group if unit is not first]
        about = shown[told[0].place : told[-1].end] if told else ""
        detail = statement(about) if len(told) == 1 else about
        steps.append(_Step(text.flattened(), detail, group[0].continues))
    return _Entry(item, number, head, tuple(steps))


def _list_card(card: Sequence[_Entry], lead: Text, tempo: _Tempo) -> Iterator[Scene]:
    """The scenes of a card: short entries are spoken together, others each in scenes of its own."""
    start = 0
    for group in _spoken_together(card, tempo):
        end = start + len(group)
        steps = card[start].steps if len(group) == 1 else (_Step(concatenated(_first_texts(group), "\n")),)
        for index, step in enumerate(steps):
            scene = Scene(
                SceneKind.LIST,
                items=tuple(entry.head for entry in card[:end]),
                item_numbers=tuple(entry.number for entry in card[:end]),
                item_signs=tuple(entry.item.sign for entry in card[:end]),
                spoken_from=start,
                standing=start + (index > 0),
                detail=step.detail,
                continues=step.continues,
            )
            yield _spoken(scene, concatenated([lead, step.text], "\n") if lead else step.text)
            lead = Text("")
        start = end


def _first_texts(entries: Sequence[_Entry]) -> list[Text]:
    return [entry.steps[0].text for entry in entries]


def _spoken_together(card: Sequence[_Entry], tempo: _Tempo) -> Iterator[Sequence[_Entry]]:
    for is_plain, run in groupby(card, lambda entry: entry.is_plain):
        entries = list(run)
        units = [_Unit.entry(text, tempo, index) for index, text in enumerate(_first_texts(entries))]
        for group in _grouped(units, _may_be_listed) if is_plain else [[unit] for unit in units]:
            yield [entries[unit.place] for unit in group]


@dataclass(frozen=True)
class _Unit:
    """An indivisible unit of the script: a sentence, a clause or an entry."""

    text: Text
    seconds: float
    width: int
    """Display width."""
    starts: bool = False
    """Whether it starts a paragraph."""
    continues: bool = False
    """Whether it continues the sentence of the unit before."""
    is_part: bool = False
    """Whether it is a part of a longer sentence."""
    place: int = 0
    """Where it stands in the text that it is a part of."""
    gap: str | None = None
    """What stands before it in its sentence; None at the beginning of one."""

    @classmethod
    def of(cls, text: Text, tempo: _Tempo, *, place: int = 0) -> _Unit:
        seconds = estimated_seconds(text.words) * tempo.stretch
        return cls(text, seconds, display_width(text.words), place=place)

    @classmethod
    def entry(cls, text: Text, tempo: _Tempo, index: int) -> _Unit:
        """An entry of a list, with the pause after it."""
        return replace(cls.of(text, tempo, place=index), seconds=(estimated_seconds(text.words) + 0.5) * tempo.stretch)

    @property
    def end(self) -> int:
        """Where it ends in the text that it is a part of."""
        return self.place + len(self.text.words)


def _units_of(text: Text, sentences: Iterable[tuple[int, int]], tempo: _Tempo, comfortable: float) -> list[_Unit]:
    """The sentences of a text, those over `comfortable` seconds in parts."""
    units: list[_Unit] = []
    for first, last in sentences:
        spans = speakable_spans(text.words[first:last], comfortable)
        for index, (start, end) in enumerate(spans):
            unit = _Unit.of(text.part(first + start, first + end), tempo, place=first + start)
            units.append(replace(unit, continues=index > 0, is_part=len(spans) > 1))
    return units


def _body(paragraphs: list[Paragraph], tempo: _Tempo) -> list[Scene]:
    units: list[_Unit] = []
    for paragraph in paragraphs:
        first = len(units)
        for sentence in paragraph.sentences:
            spans = speakable_spans(sentence.words, tempo.comfortable)
            parts = [replace(_Unit.of(part, tempo), is_part=len(spans) > 1) for part in sentence.parts(spans)]
            gaps = [sentence.words[end:start] for (_, end), (start, _) in pairwise(spans)]
            parts[1:] = [replace(part, continues=True, gap=gap) for part, gap in zip(parts[1:], gaps, strict=True)]
            units += parts
        units[first : first + 1] = [replace(unit, starts=True) for unit in units[first : first + 1]]
    scenes: list[Scene] = []
    for group in _grouped(units, _may_share_a_card):
        text = joined([unit.text for unit in group], [unit.gap for unit in group])
        heading = statement(text.words) if len(group) == 1 else text.words
        scene = Scene(
            SceneKind.BODY,
            heading=heading,
            continues=group[0].continues,
            emphasis=emphasis_of(heading, text.strong_phrases),
        )
        scenes.append(_spoken(scene, text))
    return scenes


def _may_share_a_card(units: Sequence[_Unit]) -> bool:
    width = sum(unit.width for unit in units) + len(units) - 1
    is_tiny = len(units) == 2 and min(unit.seconds for unit in units) < _TINY_SECONDS
    return width <= (_WITH_TINY_WIDTH if is_tiny else _TOGETHER_WIDTH)


def _may_be_detail(units: Sequence[_Unit]) -> bool:
    """Whether an entry's sentences can be shown in one scene; what counts is what stands below its first one."""
    return sum(unit.width for unit in units if unit.place) <= _DETAIL_WIDTH


def _may_be_quoted(units: Sequence[_Unit]) -> bool:
    return sum(unit.width for unit in units) <= _QUOTE_WIDTH


def _may_be_listed(units: Sequence[_Unit]) -> bool:
    return len(units) <= _ITEMS_TOGETHER


def _grouped(
    units: Sequence[_Unit], may_be_together: Callable[[Sequence[_Unit]], bool]
) -> list[Sequence[_Unit]]:  # fmt: skip
    """The units of each scene, such that the lengths are as near as possible to the ideal length."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(units) + 1):
        choices: list[tuple[float, int]] = []
        seconds = joints = 0.0
        for start in range(end - 1, -1, -1):
            seconds += units[start].seconds
            if start < end - 1 and (seconds > LONGEST_SECONDS or not may_be_together(units[start:end])):
                break
            choices.append((best[start][0] + _cost(seconds) + joints, end - start))
            joints += _joint(units[start - 1], units[start]) if start else 0.0
        best.append(min(choices))
    groups: list[Sequence[_Unit]] = []
    end = len(units)
    while end:
        start = end - best[end][1]
        groups.append(units[start:end])
        end = start
    return groups[::-1]


def _joint(before: _Unit, unit: _Unit) -> float:
    """Cost of showing a unit in the same scene as the one before."""
    if unit.starts:
        return _ACROSS_PARAGRAPHS
    has_fragment = not unit.continues and (before.is_part or unit.is_part)
    return _WITH_A_FRAGMENT if has_fragment else _TOGETHER


def _cost(seconds: float) -> float:
    cost = 0.5 * (seconds / _WANTED_SECONDS - 1) ** 2
    if seconds < _SHORT_SECONDS:
        cost += 0.8 * (_SHORT_SECONDS - seconds) ** 2
    return cost + 0.4 * max(0.0, seconds - _LONG_SECONDS) ** 2
