"""Proof that the scenes hold the script: each of its words once, in order, and that nothing of it is lost on the way.

The reading of the script (`script.dialect`) says which words are said and shown. It is checked against the raw text:
every letter and digit of the cell is among its words, or belongs to one of the things in `Unspoken`.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from itertools import groupby

from bulkvid_pipeline.core.fingerprints import fingerprint_of
from bulkvid_pipeline.rendering.model import Scene, SceneKind
from bulkvid_pipeline.rendering.quality.written import (
    TextFault,
    first_difference,
    letters,
    quoted,
    stretch,
    trimmed,
    written,
)
from bulkvid_pipeline.rendering.script.blocks import Block, Heading, ItemList, Quotation
from bulkvid_pipeline.rendering.script.dialect import Script, parse_script, plain_text
from bulkvid_pipeline.rendering.script.emphasis import parts_word
from bulkvid_pipeline.rendering.script.statements import LONGEST_DESCRIPTION, LONGEST_TITLE, display_width

_JOINT = "·"
"""Stands between headings that are shown together."""
_LONGEST_FRAME = 40
"""Letters of "..., said Anna": what a quotation has beside its words and its source."""


class Unspoken(StrEnum):
    """What of a cell may be missing among the words that are said: the typed list of differences."""

    LEFT_OUT = "left out"
    """Directions, labels, time codes, comments, long code, names of table columns, notes: each has its finding."""
    MARKER = "list marker"
    """The number, letter or sign of a list's entry: shown, not said."""
    HEADING = "heading"
    """Shown, not said."""
    MARKUP = "markup"
    """Names of tags and their attributes, of code fences, of subtitles' speakers; targets of links."""


_MARKUP = re.compile(
    r"</?[A-Za-z!?][^<>\n]*>|<!--.*?-->|^\s{0,3}(?:```|~~~)[^\n]*$|\]\[[^\[\]\n]*\]|\bmailto:|\btel:|^\s*WEBVTT[^\n]*$",
    re.MULTILINE | re.DOTALL,
)


def script_faults(title: str, description: str, script: str, scenes: Sequence[Scene]) -> Iterator[TextFault]:
    """Where the reading of a script or its scenes lose, change or add words."""
    tree = parse_script(script)
    yield from _reading_faults(script, tree)
    spoken = " ".join(text.words for text in tree.spoken)
    held = " ".join(scene.text for scene in scenes)
    difference = first_difference(spoken, held)
    if difference:
        yield TextFault("script_in_scenes", f"what is said {difference}", _scene_of(spoken, held, scenes))
    cards = [each for each in scenes if each.kind is SceneKind.TITLE]
    shown = (cards[0].heading, cards[0].subheading) if cards else ("", "")
    cells = (("title", title, LONGEST_TITLE), ("description", description, LONGEST_DESCRIPTION))
    for found, (name, cell, longest) in zip(shown, cells, strict=True):
        if not _is_shown(plain_text(cell), found, longest):
            yield TextFault("script_in_scenes", f"the title card shows {quoted(found)} as the {name}")


def _is_shown(cell: str, found: str, longest: int) -> bool:
    """Whether a title card shows a cell: all of it, or of a longer one than it has room for, a whole beginning."""
    if display_width(cell) <= longest:
        return trimmed(found) == trimmed(cell)
    flat, begins = " ".join(cell.split()), " ".join(found.removesuffix("…").split())
    return flat.startswith(begins) and not parts_word(flat, (0, len(begins)))


def _scene_of(spoken: str, held: str, scenes: Sequence[Scene]) -> int:
    pairs = enumerate(zip(written(spoken), written(held), strict=False))
    at = next((index for index, (a, b) in pairs if a != b), len(held))
    position = 0
    for index, scene in enumerate(scenes):
        position += len(written(scene.text))
        if at < position:
            return index
    return max(0, len(scenes) - 1)


def _reading_faults(raw: str, tree: Script) -> Iterator[TextFault]:
    """Letters of the cell that the reading has neither as words nor as one of `Unspoken`, or that it made up."""
    cell = html.unescape(raw)
    words = list(_all_words(tree.blocks))
    explained = Counter(letters("".join(words)))
    for allowed in _unspoken(cell, tree).values():
        explained.update(letters("".join(allowed)))
    lost = Counter(letters(cell)) - explained
    if lost:
        missing = "".join(sorted(lost.elements()))
        yield TextFault("script_is_read_whole", f"the reading of the script loses the letters {quoted(missing)}")
    stranger = _not_in_order(letters("".join(words)), letters(cell))
    if stranger is not None:
        yield TextFault("script_is_read_whole", f"the script does not have {quoted(stranger)} where it is read")


def _unspoken(cell: str, tree: Script) -> dict[Unspoken, list[str]]:
    return {
        Unspoken.LEFT_OUT: [html.unescape(remark.left_out) for remark in tree.remarks],
        Unspoken.MARKER: [item.marker for block in tree.blocks if isinstance(block, ItemList) for item in block.items],
        Unspoken.MARKUP: _MARKUP.findall(cell),
    }


def _all_words(blocks: Iterable[Block]) -> Iterator[str]:
    """All words of a script in order, headings too."""
    for block in blocks:
        if isinstance(block, Heading):
            yield block.text.words
        else:
            yield from (text.words for text in block.texts)


def _not_in_order(part: str, whole: str) -> str | None:
    """The place in `part` from which on it is no longer found, letter by letter, in `whole`; None if it is."""
    position = 0
    for index, char in enumerate(part):
        position = whole.find(char, position) + 1
        if not position:
            return part[max(0, index - 8) : index + 8]
    return None


@dataclass(frozen=True)
class Shown:
    """Words that a card must show. Any of the alternatives will do; each is texts that are shown one after another."""

    alternatives: tuple[tuple[str, ...], ...]
    is_heading: bool = False
    """Whether it is shown, not said."""

    @property
    def words(self) -> str:
        return " ".join(self.alternatives[0])


@dataclass(frozen=True)
class ExpectedCard:
    """What a scene's card has to show, and what else of the script it may show."""

    must: tuple[Shown, ...]
    may: tuple[str, ...]
    """Texts that may also stand there, whole: headings of the section, a list's lead and its other entries."""
    said: str = ""
    """What is said while it is shown; whole units of it may stand out on a panel."""
    emphasis: tuple[str, ...] = ()
    """Phrases that may have a colour of their own."""
    numbers: tuple[int, ...] = ()
    signs: tuple[str, ...] = ()
    """What stands before the entries of its list in the script."""

    @cached_property
    def fingerprint(self) -> str:
        """Hash of all of it."""
        return fingerprint_of("card", asdict(self))


def expected_cards(script: str, scenes: Sequence[Scene]) -> tuple[ExpectedCard, ...]:
    """What each card has to show; the scenes must hold the script (`script_faults`)."""
    pieces = list(_pieces(parse_script(script).blocks))
    cards: list[ExpectedCard] = []
    shown_sections: set[int] = set()
    position = 0
    for scene in scenes:
        start, end = position, position + len(written(scene.text))
        position = end
        here = [piece for piece in pieces if piece.start < end and start < piece.end]
        if scene.kind is SceneKind.TITLE and not here:
            must = [Shown(((text,),), is_heading=True) for text in (scene.heading, scene.subheading) if trimmed(text)]
            cards.append(ExpectedCard(tuple(must), (), "", ()))
            continue
        headings = dict.fromkeys((piece.section, piece.headings) for piece in here if piece.headings)
        must = [Shown((every, (_JOINT.join(every),))) for section, every in headings if section not in shown_sections]
        shown_sections |= {section for section, _ in headings}
        must += _must_show(scene.text, start, end, here)
        titles = [text for _, every in headings for text in (*every, _JOINT.join(every))]
        may = dict.fromkeys([*titles, *(text for piece in here for text in piece.beside)])
        numbers = tuple(dict.fromkeys(number for piece in here for number in piece.numbers))
        signs = tuple(dict.fromkeys(sign for piece in here for sign in piece.signs))
        cards.append(ExpectedCard(tuple(must), tuple(may), scene.text, scene.emphasis, numbers, signs))
    return tuple(cards)


def _must_show(said: str, start: int, end: int, pieces: Sequence[_Piece]) -> Iterator[Shown]:
    """What a card must show whose scene says `said`, which is all from `start` to `end`; prose as one text."""
    for is_prose, group in groupby(pieces, lambda piece: not piece.as_shown):
        together = list(group)
        for run in [together] if is_prose else [[piece] for piece in together]:
            part = stretch(said, max(0, run[0].start - start), run[-1].end - start)
            if trimmed(part):
                whole = start <= run[0].start and run[-1].end <= end
                yield Shown(((part,), run[0].as_shown) if whole and run[0].as_shown else ((part,),))


@dataclass(frozen=True)
class _Piece:
    """A sentence, entry or quotation, and where it stands in all that is said."""

    start: int
    end: int
    section: int
    headings: tuple[str, ...]
    """The headings of its section."""
    as_shown: tuple[str, ...] = ()
    """How a card may show it otherwise: an entry without its counting word, a quotation and its source."""
    beside: tuple[str, ...] = ()
    """What else of its list may stand beside it."""
    numbers: tuple[int, ...] = ()
    signs: tuple[str, ...] = ()
    """Of its list's entries."""


def _pieces(blocks: Iterable[Block]) -> Iterator[_Piece]:
    position = section = 0
    headings: tuple[str, ...] = ()
    is_open = False
    for block in blocks:
        if isinstance(block, Heading):
            headings = (*headings, block.text.words) if is_open else (block.text.words,)
            section += not is_open
            is_open = True
            continue
        is_open = False
        items = block.items if isinstance(block, ItemList) else ()
        lead = block.lead.words if isinstance(block, ItemList) and block.lead else ""
        beside = (lead, *(text for item in items for text in (item.shown.words, item.spoken.words))) if items else ()
        numbers = block.numbers if isinstance(block, ItemList) else ()
        signs = tuple(item.sign for item in items if item.sign)
        for index, text in enumerate(block.texts):
            end = position + len(written(text.words))
            as_shown: tuple[str, ...] = ()
            if isinstance(block, Quotation) and _frames(block):
                as_shown = tuple(each for each in (block.quote, block.source) if each)
            elif items and index >= bool(lead):
                as_shown = (items[index - bool(lead)].shown.words,)
            yield _Piece(position, end, section, headings, as_shown, beside, numbers, signs)
            position = end


def _frames(block: Quotation) -> bool:
    """Whether a quotation says nothing but its words, its source and a few words such as "said" that join them."""
    rest = Counter(letters(block.spoken.words)) - Counter(letters(block.quote)) - Counter(letters(block.source))
    count = sum(rest.values())
    return count <= _LONGEST_FRAME and not any(char.isdigit() for char in rest)
