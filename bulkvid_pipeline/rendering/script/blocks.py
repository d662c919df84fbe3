"""What a script consists of: paragraphs, lists, quotations and headings, out of lines without marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bulkvid_pipeline.rendering.model import BULLET
from bulkvid_pipeline.rendering.pictures.scripts import EMOJI
from bulkvid_pipeline.rendering.script.counted import (
    FIRST,
    LATER,
    counted_line,
    follow_each_other,
    list_in_line,
    step_of,
)
from bulkvid_pipeline.rendering.script.remarks import Remark, RemarkKind, remark
from bulkvid_pipeline.rendering.script.sentences import sentence_spans
from bulkvid_pipeline.rendering.script.text import EMPTY, Text, concatenated, joined
from bulkvid_pipeline.rendering.script.words import script_words


@dataclass(frozen=True)
class Line:
    """A line without marks, directions and labels; `number` is that of the cell's line, from 1 on."""

    text: Text
    number: int
    is_code: bool = False
    """Whether nothing in it is a mark."""
    is_whole: bool = False
    """Whether it was put together of lines that were only wrapped."""


@dataclass(frozen=True)
class Paragraph:
    """Prose, as sentences."""

    sentences: tuple[Text, ...]

    @property
    def texts(self) -> tuple[Text, ...]:
        """What is said."""
        return self.sentences


@dataclass(frozen=True)
class Item:
    """An entry of a list."""

    spoken: Text
    shown: Text
    """The same, without a counting word ("First, ...") before it."""
    marker: str = ""
    """What the script has before it."""

    @property
    def sign(self) -> str:
        """What a card shows before it: the script's own emoji, letter, tick or digits, or a bullet; "" where it is a
        number in the digits that cards have."""
        if not self.marker:
            return ""
        if self.marker.startswith("[") and not any(map(str.isdigit, self.marker)):
            return "☐" if self.marker.strip("[] ") == "" else "☑"
        if match := _LETTERS.fullmatch(self.marker):
            return match[1]
        if match := EMOJI.match(self.marker):
            return match[0]
        first = self.marker[0]
        if first in _SIGNS:
            return first
        if match := _OWN_DIGITS.match(self.marker):
            return match[1]
        return "" if any(map(str.isalnum, self.marker.strip("o"))) or "\u20e3" in self.marker else BULLET


@dataclass(frozen=True)
class ItemList:
    """A list with the sentence that leads into it, if any.

    `numbers` has one number for each entry: the author's own, or counted from 1 where there are none.
    """

    items: tuple[Item, ...]
    numbers: tuple[int, ...]
    lead: Text = EMPTY

    @property
    def texts(self) -> tuple[Text, ...]:
        """What is said, the lead first."""
        return (*((self.lead,) if self.lead else ()), *(item.spoken for item in self.items))


@dataclass(frozen=True)
class Quotation:
    """`spoken` is all of it as the script has it, source included."""

    spoken: Text
    quote: str
    source: str

    @property
    def texts(self) -> tuple[Text, ...]:
        """What is said."""
        return (self.spoken,)


@dataclass(frozen=True)
class Heading:
    """A line that is shown, not spoken."""

    text: Text

    @property
    def texts(self) -> tuple[Text, ...]:
        """Nothing is said."""
        return ()


Block = Paragraph | ItemList | Quotation | Heading

_LETTERS = re.compile(r"[(]?([^\W\d_]|[ivxIVX]{2,5})\u0640?[.)]")
_OWN_DIGITS = re.compile(r"[(（]?((?:(?![0-9０-９])\d){1,2}|[一二三四五六七八九十]{1,2})")
"""Numbers that are not written with the digits of Latin type."""
_SIGNS = frozenset("✓✔✗✘☐☑☒★☆→⇒➔➜➝➞➤➢➣➥☞✦✧✪✱✲")
"""Signs before entries that mean more than a bullet does."""

_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?P<text>\S.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"\s{0,3}(?:={3,}|-{3,})\s*$")
_LONGEST_HEADING = 60
_CIRCLED = "①-⑳⓵-⓾❶-❿➀-➉➊-➓"
_SYMBOLS = "✓✔✗✘☐☑☒★☆●○■□▪▫◆◇►▸▶→⇒➔➜➝➞➤➢➣➥※☞✦✧✪✱✲"
_ITEM = re.compile(
    rf"\s*(?P<marker>[-*+•‣◦·–⁃∙●○■□▪▫◆◇\uf0b7\uf0a7\uf076\uf0d8]|o(?<=[ \t][ \t]o)|"
    rf"[(（]?(?P<number>\d{{1,2}})[.)）．:：۔।]|"
    rf"(?P<slashed>\d{{1,2}})/|(?P<dashed>\d{{1,2}})\s?[-–—](?!\s*\d)|"
    rf"[(]?[a-hA-H][)]|[(]?[ivx]{{1,4}}[)]|"
    r"[a-h][.](?<=[ \t][ \t][a-h][.]))(?:\s+(?P<box>\[[ xX✓✔]?\]\s+)?)(?P<text>\S.*)$|"
    rf"\s*(?P<tight>(?P<circled>[{_CIRCLED}])|[・･•●◦](?=\w)|(?P<han>\d{{1,2}}|[一二三四五六七八九十]{{1,2}})、|[(（](?P<wide>\d{{1,2}}|[一二三四五六七八九十]{{1,2}})[）)](?=[^\x00-\x7f]))"
    r"\s*(?P<text2>\S.*)$"
)
_EMOJI_ITEM = re.compile(rf"\s*(?P<marker>(?:(?:{EMOJI.pattern})|[{_SYMBOLS}]\ufe0f?)+)\s*(?P<text>\S.*)$")
_BOX = re.compile(r"\s*[-*+•]?\s*(?P<box>\[[ xX✓✔]\])\s+(?P<text>\S.*)$")
_BLOCK_QUOTE = re.compile(r"\s{0,3}>\s?(?P<text>.*)$")
_PREFIX = re.compile(r"\s*(?:#{1,6}\s+|(?:>\s?)+|(?:[-*+•‣◦·–]|\(?\d{1,2}[.)])\s+)?")
_TABLE_ROW = re.compile(r"\s*\|.*\|\s*$")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?\s*$")
_FULL_STOP = re.compile(r"[.!?…؟۔।॥።։។៕။。！？][\"'”’»)」』]*\s*$")
_SHORT_LINE = 50

_LONE_MARKER = re.compile(r"\(?(?:\d{1,2}|[^\W\d_])[.)．]")

_RUN_MARKER = re.compile(
    rf"(?P<mark>(?P<circled>[{_CIRCLED}])|(?<!\S)(?:(?P<key>[0-9])\ufe0f?\u20e3|🔟|"
    rf"[✅☑✔✓❌❎✖✗👉👉➡▶►➤➔➜🔹🔸🔷🔶◾◼▪•●‣⭐🌟📌📍🔴🟢🟡🔵🟠🟣⚪⚫][\ufe0f\U0001f3fb-\U0001f3ff]*))\s*(?=\S)"
)
_RUN_MAY_BEGIN = re.compile(r"(?:^|[.!?…:：。！？]\s*)$")

_OPEN, _CLOSE = '["“„«「『]', '["”“»」』]'
_SAID = (
    r"(?:once\s+)?(?:said|says|wrote|writes|asked|asks|noted|notes|replied|explained|explains|sagte|sagt|schrieb|dijo|dice|"
    r"escribió|a dit|dit|écrivait|ha detto|disse|сказал|сказала)"
)
_QUOTE_FIRST = re.compile(
    rf"{_OPEN}(?P<quote>[^\"“”«»„]{{3,}}){_CLOSE},?\s*(?:{_SAID}\s+(?P<by>[^,.;:]{{2,60}})|"
    rf"(?P<by2>[^,.;:]{{2,50}}?)\s+{_SAID}|[—–-]\s*(?P<by3>[^.;:]{{2,60}}))\.?"
)
_QUOTE_LAST = re.compile(
    rf"(?P<by>[^,.;:\"“”]{{2,50}}?)\s+{_SAID}\s*[,:]\s*{_OPEN}(?P<quote>[^\"“”«»„]{{3,}}){_CLOSE}\.?"
)
_ATTRIBUTION = re.compile(r"[—–-]+\s*(?P<by>[^.!?]{2,60})\.?")
_PRONOUNS = frozenset(
    ["i", "he", "she", "they", "we", "you", "it", "er", "sie", "ich", "wir", "él", "ella", "il", "elle"]
)
_QUOTE_WORDS = 3
_OPENING = re.compile(_OPEN)
_QUOTED_SENTENCES, _LONGEST_QUOTATION = 12, 1200
"""Most sentences and characters that are looked through for the end of a quotation."""


def prefix_length(words: str) -> int:
    """Length of what marks a line as a heading, a quotation or an entry."""
    match = _PREFIX.match(words)
    return match.end() if match else 0


def blocks_of(lines: Sequence[Line]) -> tuple[tuple[Block, ...], list[Remark]]:
    """The blocks of a script in order, and remarks on its tables. Total; no spoken word is lost or repeated."""
    blocks: list[Block] = []
    remarks: list[Remark] = []
    kinds = _kinds(lines)
    index = 0
    while index < len(lines):
        kind, start = kinds[index], index
        index += 1
        if kind == "item":
            index = _end_of_list(lines, kinds, start)
        elif kind == "emoji-item":
            while kind in kinds[index : index + 2] and kinds[index] in (kind, "blank"):
                index += 1
        elif kind != "heading":
            while index < len(lines) and kinds[index] == kind:
                index += 1
        if kind == "table":
            block, told = _table(lines[start:index])
            blocks += block
            remarks += told
        elif kind != "underline":
            blocks.extend(_blocks(kind, lines[start:index]))
    return tuple(_with_leads(_without_headings_of_nothing(blocks))), remarks


def _without_headings_of_nothing(blocks: list[Block]) -> list[Block]:
    """A heading after which nothing is said is said itself: no card would show it."""
    last = max((index for index, block in enumerate(blocks, 1) if not isinstance(block, Heading)), default=0)
    return [
        *blocks[:last],
        *(Paragraph(tuple(_sentences(each.text))) for each in blocks[last:] if isinstance(each, Heading)),
    ]


def _kinds(lines: Sequence[Line]) -> list[str]:
    kinds = ["prose" if line.is_code and line.text.is_spoken else _kind(line.text) for line in lines]
    for index, line in enumerate(lines):
        words = line.text.words
        if line.is_code:
            continue
        if _TABLE_RULE.match(words) and index and "|" in lines[index - 1].text.words:
            kinds[index - 1] = kinds[index] = "table"
        elif "|" in words and index and kinds[index - 1] == "table" and kinds[index] != "blank":
            kinds[index] = "table"
        elif _UNDERLINE.match(words) and _may_be_heading(lines, kinds, index - 1):
            kinds[index - 1], kinds[index] = "heading", "underline"
    for index, line in enumerate(lines):  # rows without a rule are a table where there are two or more
        if kinds[index] == "prose" and _TABLE_ROW.match(line.text.words) and not line.is_code:
            beside = [near for near in (index - 1, index + 1) if 0 <= near < len(lines)]
            if any(_TABLE_ROW.match(lines[near].text.words) for near in beside):
                kinds[index] = "table"
    for index, kind in enumerate(kinds):  # one line with an emoji before it is no list
        if kind == "emoji":
            after = next((near for near in kinds[index + 1 : index + 3] if near != "blank"), "")
            before = next((near for near in reversed(kinds[max(0, index - 2) : index]) if near != "blank"), "")
            kinds[index] = "emoji-item" if after == "emoji" or before == "emoji-item" else "prose"
    _mark_counted(lines, kinds)
    return kinds


def _mark_counted(lines: Sequence[Line], kinds: list[str]) -> None:
    """Lines whose markers, such as `[1]`, are only known as such because the next one follows."""
    last: int | None = None
    for index, line in enumerate(lines):
        if kinds[index] in ("prose", "item") and not line.is_code:
            words = line.text.words
            if (
                last is not None
                and index - last <= 2
                and "prose" in (kinds[last], kinds[index])
                and follow_each_other(lines[last].text.words, words)
            ):
                kinds[last] = kinds[index] = "item"
            last = index
        elif kinds[index] != "blank":
            last = None


def _may_be_heading(lines: Sequence[Line], kinds: Sequence[str], index: int) -> bool:
    """Whether a line over a rule is a heading: it stands alone, is short and no sentence, and something follows."""
    if index < 0 or kinds[index] != "prose" or (index and kinds[index - 1] not in ("blank", "underline")):
        return False
    words = lines[index].text.words.strip()
    follows = index + 2 < len(lines) and any(line.text.is_spoken for line in lines[index + 2 :][:3])
    return len(words) <= _LONGEST_HEADING and not _FULL_STOP.search(words) and words[-1] not in ",;:：、，" and follows


def _kind(text: Text) -> str:
    words = text.words
    if not text.is_spoken:
        return "blank"
    if _HEADING.match(words):
        return "heading"
    if _BOX.match(words) or _ITEM.match(words):
        return "item"
    if _EMOJI_ITEM.match(words):
        return "emoji"
    return "quote" if _BLOCK_QUOTE.match(words) else "prose"


def _end_of_list(lines: Sequence[Line], kinds: Sequence[str], start: int) -> int:
    """Where a list ends: indented lines go on with an entry, single blank lines may stand between entries."""
    index, end = start + 1, start + 1
    while index < len(lines):
        if kinds[index] == "item" or (
            kinds[index] == "prose" and lines[index].text.words[:2].isspace() and kinds[index - 1] != "blank"
        ):
            index += 1
            end = index
        elif kinds[index] == "blank" and _goes_on(lines, kinds, start, index):
            index += 1
        else:
            break
    return end


def _is_indented(line: Line) -> bool:
    return line.text.words[:2].isspace() and not line.is_code


def _goes_on(lines: Sequence[Line], kinds: Sequence[str], start: int, index: int) -> bool:
    """Whether after a blank line another entry follows, with the next number or the same bullet."""
    if (
        index + 1 >= len(lines)
        or kinds[index + 1] != "item"
        or kinds[index - 1] == "blank"
        or lines[index].text.words.strip()
    ):
        return False
    before = next((at for at in range(index - 1, start - 1, -1) if kinds[at] == "item"), start)
    first, second = lines[before].text.words, lines[index + 1].text.words
    number, following = _number(first), _number(second)
    if number is None or following is None:
        return number is following and first.lstrip()[:1] == second.lstrip()[:1]
    return following == number + 1


def _blocks(kind: str, lines: Sequence[Line]) -> list[Block]:
    if kind == "blank":
        return []
    if kind == "heading":
        return [Heading(_captured(_HEADING, lines[0].text).flattened())]
    if kind in ("item", "emoji-item"):
        return _list(kind, lines)
    texts = [line.text for line in lines]
    if kind == "quote":
        texts = [_captured(_BLOCK_QUOTE, text) for text in texts]
        quoted = _block_quote(texts)
        if quoted is not None:
            return [quoted]
    if all(_FULL_STOP.search(text.words) for text in texts):  # then no line was merely wrapped: each is a paragraph
        return [block for text in texts for block in _paragraphs([text])]
    whole = [line.is_whole or line.is_code for line in lines]
    return _paragraphs(_unwrapped(texts, whole))


def _captured(pattern: re.Pattern[str], text: Text) -> Text:
    match = pattern.match(text.words)
    if match is None:
        return text
    group = "text2" if "text2" in pattern.groupindex and match["text"] is None else "text"
    return text.only(*match.span(group))


def _sentences(text: Text) -> list[Text]:
    flat = text.flattened()
    spans: list[tuple[int, int]] = []
    for start, end in sentence_spans(flat.words):
        if spans and _LONE_MARKER.fullmatch(flat.words[slice(*spans[-1])]):
            start = spans.pop()[0]  # `1. Fill the kettle.` is one sentence
        spans.append((start, end))
    return list(flat.parts(spans))


def _paragraphs(parts: Iterable[Text]) -> list[Block]:
    """The prose of some lines, with the lists that stand on one line."""
    blocks: list[Block] = []
    sentences: list[Text] = []
    for part in parts:
        flat = part.flattened()
        entries = list_in_line(flat.words)
        if not entries:
            sentences += _sentences(flat)
            continue
        blocks += _prose([*sentences, *_sentences(flat.part(0, entries[0].begin))])
        texts = [flat.part(entry.start, entry.end).flattened() for entry in entries]
        last, *after = _sentences(texts[-1])
        if all(len(_sentences(text)) == 1 for text in texts[:-1]):  # what goes on after the last entry is prose
            texts[-1], sentences = last, after
        else:
            sentences = []
        items = [Item(text, _shown(text), entry.marker) for text, entry in zip(texts, entries, strict=True)]
        blocks.append(ItemList(tuple(items), tuple(range(1, len(items) + 1))))
    return blocks + _prose(sentences)


_JOINT = re.compile(r"(?:\s*[,;，；])?(?:\s+(?:and|or|und|oder|y|o|et|ou|e|и|ve|en|i))?\s*$")


def _shown(entry: Text) -> Text:
    """An entry without what only leads to the next one."""
    return entry.part(0, _JOINT.search(entry.words).start())  # type: ignore[union-attr]


def _list(kind: str, lines: Sequence[Line]) -> list[Block]:
    pattern = _EMOJI_ITEM if kind == "emoji-item" else _ITEM
    entries: list[list[Text]] = []
    markers: list[str] = []
    heads: list[str] = []
    for line in lines:
        words = line.text.words
        if not words.strip():
            continue
        boxed = _BOX.match(words)
        match = boxed or pattern.match(words)
        counted = counted_line(words) if match is None and (not entries or not line.text.words[:1].isspace()) else None
        if counted is not None:
            entries.append([line.text.only(counted.start, counted.end)])
            heads.append(words)
            markers.append(counted.marker)
            continue
        if match is None:
            entries[-1].append(line.text)
            continue
        entries.append([_captured(_BOX if boxed else pattern, line.text)])
        heads.append(words)
        groups = match.groupdict()
        markers.append((groups.get("box") or groups.get("marker") or groups.get("tight") or "").strip())
    spoken = [concatenated(entry, " ").flattened() for entry in entries]
    if len(entries) == 1:
        whole = concatenated([line.text for line in lines], " ").flattened()
        return _paragraphs([whole if list_in_line(whole.words) else _single(lines, markers[0])])
    numbers = _numbers(heads)
    items = [Item(text, text, marker) for text, marker in zip(spoken, markers, strict=True)]
    kept = [index for index, item in enumerate(items) if item.spoken.is_spoken]
    numbers = numbers if len(kept) == len(items) else tuple(range(1, len(kept) + 1))
    return [ItemList(tuple(items[index] for index in kept), numbers)] if kept else []


def _single(lines: Sequence[Line], marker: str) -> Text:
    """A list of one entry is a sentence: a bullet before it is a mark, a number is a word."""
    first = lines[0].text
    if marker and not any(map(str.isalnum, marker.strip("[]xX"))):
        pattern = _BOX if _BOX.match(first.words) else _ITEM
        first = _captured(pattern, first)
    return concatenated([first, *(line.text for line in lines[1:])], " ")


def _number(words: str) -> int | None:
    """The number that an entry has before it."""
    match = _ITEM.match(words) or _EMOJI_ITEM.match(words)
    if match is None:
        counted = counted_line(words)
        return counted.value if counted else None
    groups = match.groupdict()
    written = next((groups[name] for name in ("number", "slashed", "dashed", "han", "wide") if groups.get(name)), None)
    if written is not None:
        return int(written) if written.isdecimal() else _value(written) if len(written) == 1 else None
    marker = (groups.get("circled") or groups.get("marker") or "")[:1]
    return _value(marker) if marker else None


def _value(char: str) -> int | None:
    value = unicodedata.numeric(char, -1.0)
    return int(value) if value >= 0 else None


def _numbers(lines: Sequence[str]) -> tuple[int, ...]:
    """The numbers that stand before the lines, if each has another one; else 1, 2, 3 ..."""
    own = tuple(number for line in lines if (number := _number(line)) is not None)
    return own if len(own) == len(lines) == len(set(own)) else tuple(range(1, len(lines) + 1))


def _table(lines: Sequence[Line]) -> tuple[list[Block], list[Remark]]:
    """The rows of a table as a list; what stands over its rule are names of columns, which nobody says."""
    rows = [line for line in lines if line.text.is_spoken and not _TABLE_RULE.match(line.text.words)]
    has_head = len(lines) > 1 and _TABLE_RULE.match(lines[1].text.words) is not None
    head = rows[:1] if has_head and len(rows) > 1 else []
    told = [remark(RemarkKind.TABLE, _row(line.text).words, line.number) for line in head]
    if not head and rows:
        told = [remark(RemarkKind.TABLE, _row(rows[0].text).words, rows[0].number, left_out=False)]
    entries = [_row(line.text) for line in rows[len(head) :]]
    if len(entries) == 1:
        return [Paragraph((entries[0],))], told
    items = tuple(Item(entry, entry, "|") for entry in entries)
    return ([ItemList(items, tuple(range(1, len(items) + 1)))] if items else []), told


def _row(text: Text) -> Text:
    """`Mon: Shop, Cook` of `| Mon | Shop | Cook |`."""
    cells: list[Text] = []
    position = 0
    for place in [*(match.start() for match in re.finditer(r"\|", text.words)), len(text.words)]:
        cell = text.part(position, place).flattened()
        position = place + 1
        if cell.words:
            cells.append(cell)
    if len(cells) < 2:
        return cells[0] if cells else EMPTY
    colon = "" if cells[0].words[-1] in ":.!?" else ":"
    return concatenated([cells[0], Text(f"{colon} "), concatenated(cells[1:], ", ")])


def _unwrapped(texts: Sequence[Text], whole: Sequence[bool]) -> list[Text]:
    """Lines of one paragraph, joined where they were only wrapped; a short line is a statement of its own."""
    parts: list[list[Text]] = []
    open_line = False
    for text, alone in zip(texts, whole, strict=True):
        if open_line and not alone:
            parts[-1].append(text)
        else:
            parts.append([text])
        open_line = len(text.words.strip()) >= _SHORT_LINE and not alone
    return [concatenated(part, " ") for part in parts]


def _block_quote(lines: Sequence[Text]) -> Quotation | None:
    """Lines after '>' marks, the last of them perhaps '— source'."""
    texts = [line.flattened() for line in lines if line.is_spoken]
    if len(texts) > 1 and (match := _ATTRIBUTION.fullmatch(texts[-1].words)):
        quote = joined(texts[:-1]).words.strip('"“”„«» ')
        return Quotation(joined(texts), quote, match["by"].strip())
    return None if len(texts) != 1 else _quotation(texts[0])


def _quotation(sentence: Text) -> Quotation | None:
    match = _QUOTE_FIRST.fullmatch(sentence.words) or _QUOTE_LAST.fullmatch(sentence.words)
    if match is None:
        return None
    by = next(value for name, value in match.groupdict().items() if name.startswith("by") and value)
    quote = match["quote"].strip().rstrip(",")
    if by.strip().lower() in _PRONOUNS or len(script_words(quote)) < _QUOTE_WORDS:
        return None
    return Quotation(sentence, quote, by.strip())


def _prose(sentences: list[Text]) -> list[Block]:
    """Prose with its quotations, runs of marked phrases and 'First, ... Second, ...' runs set apart."""
    blocks: list[Block] = []
    plain: list[Text] = []

    def flush() -> None:
        if plain:
            blocks.append(Paragraph(tuple(plain)))
            plain.clear()

    index = 0
    sentences = [sentence for sentence in sentences if sentence.words]
    while index < len(sentences):
        run = _ordinal_run(sentences, index)
        if len(run) > 1:
            flush()
            blocks.append(ItemList(tuple(run), tuple(range(1, len(run) + 1))))
            index += len(run)
            continue
        marked, used = _marked_run(sentences, index)
        if marked is not None:
            plain += [marked.lead] if marked.lead else []
            flush()
            blocks.append(replace(marked, lead=EMPTY))
            index += used
            continue
        quoted, used = _quoted_run(sentences, index)
        if quoted is not None:
            flush()
            blocks.append(quoted)
        else:
            plain.append(sentences[index])
        index += used
    flush()
    return blocks


def _quoted_run(sentences: Sequence[Text], start: int) -> tuple[Quotation | None, int]:
    """The quotation that begins with a sentence, and how many sentences it has; else None, 1."""
    if not _OPENING.search(sentences[start].words):
        return None, 1
    length = 0
    for used in range(1, _QUOTED_SENTENCES + 1):
        if start + used > len(sentences) or length > _LONGEST_QUOTATION:
            break
        length += len(sentences[start + used - 1].words)
        quoted = _quotation(joined(sentences[start : start + used]))
        if quoted is not None:
            return quoted, used
    return None, 1


def _ordinal_run(sentences: Sequence[Text], start: int) -> list[Item]:
    """Sentences that count up from a first, shown without the counting word."""
    run: list[Item] = []
    for index in range(start, len(sentences)):
        sentence = sentences[index]
        end = _counting_word(sentence.words, len(run))
        if end is None:
            break
        shown = sentence.part(end, len(sentence.words))
        capital = shown.words[:1].upper()
        if len(capital) == 1:
            shown = replace(shown, words=capital + shown.words[1:])
        run.append(Item(sentence, shown, sentence.words[:end].strip()))
    return run


def _counting_word(sentence: str, before: int) -> int | None:
    """Where the words of a sentence begin that counts one more than the `before` sentences."""
    step = step_of(sentence)
    if step is not None:
        return step[1] if step[0] == before + 1 else None
    match = (LATER if before else FIRST).match(sentence)
    return match.end() if match else None


def _marked_run(sentences: Sequence[Text], start: int) -> tuple[ItemList | None, int]:
    """Phrases in a line with an emoji or a numbered sign before each, and how many sentences they take."""
    first = sentences[start]
    if first.words.isascii() or not any(True for _ in _RUN_MARKER.finditer(first.words)):
        return None, 0
    used = 1
    while start + used < len(sentences) and _RUN_MARKER.match(sentences[start + used].words):
        used += 1
    whole = concatenated(sentences[start : start + used], " ")
    marks = list(_RUN_MARKER.finditer(whole.words))
    if len(marks) < 2 or not _RUN_MAY_BEGIN.search(whole.words[: marks[0].start()]):
        return None, 0
    edges = [*(mark.start() for mark in marks[1:]), len(whole.words)]
    texts = [whole.part(mark.end(), edge).flattened() for mark, edge in zip(marks, edges, strict=True)]
    signs = [_value(mark["key"] or mark["circled"]) if mark["key"] or mark["circled"] else None for mark in marks]
    counted = [sign for sign in signs if sign is not None]
    if not all(text.is_spoken for text in texts) or (
        counted and counted != list(range(counted[0], counted[0] + len(signs)))
    ):
        return None, 0
    items = tuple(Item(text, text, mark["mark"]) for text, mark in zip(texts, marks, strict=True))
    numbers = tuple(counted) if counted else tuple(range(1, len(items) + 1))
    lead = whole.part(0, marks[0].start()).flattened()
    return ItemList(items, numbers, lead if lead.is_spoken else EMPTY), used


def _with_leads(blocks: Iterable[Block]) -> list[Block]:
    """A paragraph's last sentence that ends in a colon leads into the list after it."""
    found: list[Block] = []
    for block in blocks:
        before = found[-1] if found else None
        if (
            isinstance(block, ItemList)
            and isinstance(before, Paragraph)
            and before.sentences[-1].words.endswith((":", "：", "៖", "፦", "፡-"))
        ):
            found.pop()
            if len(before.sentences) > 1:
                found.append(Paragraph(before.sentences[:-1]))
            found.append(replace(block, lead=before.sentences[-1]))
        else:
            found.append(block)
    return found
