"""What a script consists of: paragraphs, lists, quotations and headings, as its author marked them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bulkvid_pipeline.rendering.script.sentences import join, sentences_of
from bulkvid_pipeline.rendering.script.words import script_words


@dataclass(frozen=True)
class Paragraph:
    """Prose, as sentences."""

    sentences: tuple[str, ...]


@dataclass(frozen=True)
class ItemList:
    """A list as (spoken text, text to show) pairs, with the sentence that leads into it, if any.

    `numbers` has one number for each entry: the author's own, or counted from 1 where there are none.
    """

    items: tuple[tuple[str, str], ...]
    numbers: tuple[int, ...]
    lead: str = ""


@dataclass(frozen=True)
class Quotation:
    """`spoken` is all of it as the script has it, source included."""

    spoken: str
    quote: str
    source: str


@dataclass(frozen=True)
class Heading:
    """A line that is shown, not spoken."""

    text: str


Block = Paragraph | ItemList | Quotation | Heading

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?P<text>\S.*?)\s*#*\s*$")
_ITEM = re.compile(r"\s*(?:[-*+•‣◦·–]|\(?(?P<number>\d{1,2})[.)])\s+(?P<text>\S.*)$")
_BLOCK_QUOTE = re.compile(r"\s{0,3}>\s?(?P<text>.*)$")
_FULL_STOP = re.compile(r"[.!?…؟۔।॥。！？][\"'”’»)」』]*\s*$")
_SHORT_LINE = 50

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
_FIRST = re.compile(
    r"(?:First(?:ly)?|Step (?:1|one)|Tip (?:1|one)|Number one|Erstens|Primero|En primer lugar|Premièrement|"
    r"D'abord|Primo|In primo luogo|Primeiro)\s*[,:]\s*(?=\S)",
    re.I,
)
_LATER = re.compile(
    r"(?:Second(?:ly)?|Third(?:ly)?|Fourth(?:ly)?|Fifth(?:ly)?|Sixth(?:ly)?|Next|Then|Last(?:ly)?|Finally|"
    r"(?:Step|Tip|Number) (?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)|Zweitens|Drittens|Viertens|"
    r"Schließlich|Segundo|Tercero|Luego|Después|Por último|Finalmente|Deuxièmement|Troisièmement|Ensuite|Enfin|"
    r"Secondo|Terzo|Poi|Infine|Terceiro|Depois|Por fim)\s*[,:]\s*(?=\S)",
    re.I,
)


def blocks_of(script: str) -> tuple[Block, ...]:
    """The blocks of a script in order. Total: any text gives a result, and no spoken word is lost or repeated."""
    blocks: list[Block] = []
    lines = _LINE_END.split(_CONTROL.sub(" ", script))
    index = 0
    while index < len(lines):
        kind = _kind(lines[index])
        start = index
        while index < len(lines) and _kind(lines[index]) == kind:
            index += 1
            if kind == "heading":
                break
        blocks.extend(_blocks(kind, lines[start:index]))
    return tuple(_with_leads(blocks))


def _kind(line: str) -> str:
    if not any(map(str.isalnum, line)):
        return "blank"
    if _HEADING.match(line):
        return "heading"
    if _ITEM.match(line):
        return "item"
    return "quote" if _BLOCK_QUOTE.match(line) else "prose"


def _blocks(kind: str, lines: list[str]) -> list[Block]:
    if kind == "blank":
        return []
    if kind == "heading":
        return [Heading(_captured(_HEADING, lines[0]))]
    if kind == "item" and len(lines) > 1:
        lines = [line for line in lines if any(map(str.isalnum, _captured(_ITEM, line)))]
        spoken = [" ".join(_captured(_ITEM, line).split()) for line in lines]
        return [ItemList(tuple((item, item) for item in spoken), _numbers(lines))] if lines else []
    if kind == "quote":
        quoted = _block_quote([_captured(_BLOCK_QUOTE, line) for line in lines])
        if quoted is not None:
            return [quoted]
        lines = [_captured(_BLOCK_QUOTE, line) for line in lines]
    if all(_FULL_STOP.search(line) for line in lines):  # then no line was merely wrapped: each is a paragraph
        return [block for line in lines for block in _prose(list(sentences_of(line)))]
    return _prose([sentence for part in _unwrapped(lines) for sentence in sentences_of(part)])


def _captured(pattern: re.Pattern[str], line: str) -> str:
    match = pattern.match(line)
    return match["text"] if match else line


def _numbers(lines: list[str]) -> tuple[int, ...]:
    """The numbers that stand before the lines, if each has another one; else 1, 2, 3 ..."""
    written = [match["number"] for line in lines if (match := _ITEM.match(line)) and match["number"]]
    own = tuple(map(int, written))
    return own if len(own) == len(lines) == len(set(own)) else tuple(range(1, len(lines) + 1))


def _unwrapped(lines: list[str]) -> list[str]:
    """Lines of one paragraph, joined where they were only wrapped; a short line is a statement of its own."""
    parts: list[str] = []
    open_line = False
    for line in lines:
        if open_line:
            parts[-1] += " " + line
        else:
            parts.append(line)
        open_line = len(line.strip()) >= _SHORT_LINE
    return parts


def _block_quote(lines: list[str]) -> Quotation | None:
    """Lines after '>' marks, the last of them perhaps '— source'."""
    text = [line.strip() for line in lines if any(map(str.isalnum, line))]
    if len(text) > 1 and (match := _ATTRIBUTION.fullmatch(text[-1])):
        return Quotation(join(text), join(text[:-1]).strip('"“”„«» '), match["by"].strip())
    return None if len(text) != 1 else _quotation(text[0])


def _quotation(sentence: str) -> Quotation | None:
    match = _QUOTE_FIRST.fullmatch(sentence) or _QUOTE_LAST.fullmatch(sentence)
    if match is None:
        return None
    by = next(value for name, value in match.groupdict().items() if name.startswith("by") and value)
    quote = match["quote"].strip().rstrip(",")
    if by.strip().lower() in _PRONOUNS or len(script_words(quote)) < _QUOTE_WORDS:
        return None
    return Quotation(sentence, quote, by.strip())


def _prose(sentences: list[str]) -> list[Block]:
    """Prose with its quotations and 'First, ... Second, ...' runs set apart."""
    blocks: list[Block] = []
    plain: list[str] = []

    def flush() -> None:
        if plain:
            blocks.append(Paragraph(tuple(plain)))
            plain.clear()

    index = 0
    while index < len(sentences):
        run = _ordinal_run(sentences[index:])
        quoted = _quotation(sentences[index])
        if len(run) > 1:
            flush()
            blocks.append(ItemList(tuple(run), tuple(range(1, len(run) + 1))))
            index += len(run)
            continue
        if quoted is not None:
            flush()
            blocks.append(quoted)
        else:
            plain.append(sentences[index])
        index += 1
    flush()
    return blocks


def _ordinal_run(sentences: list[str]) -> list[tuple[str, str]]:
    """Sentences that count up from a first, as (spoken, shown without the counting word)."""
    run: list[tuple[str, str]] = []
    for sentence in sentences:
        match = (_LATER if run else _FIRST).match(sentence)
        if match is None:
            break
        shown = sentence[match.end() :]
        run.append((sentence, shown[:1].upper() + shown[1:]))
    return run


def _with_leads(blocks: list[Block]) -> list[Block]:
    """A paragraph's last sentence that ends in a colon leads into the list after it."""
    joined: list[Block] = []
    for block in blocks:
        before = joined[-1] if joined else None
        if isinstance(block, ItemList) and isinstance(before, Paragraph) and before.sentences[-1].endswith((":", "：")):
            joined.pop()
            if len(before.sentences) > 1:
                joined.append(Paragraph(before.sentences[:-1]))
            joined.append(replace(block, lead=before.sentences[-1]))
        else:
            joined.append(block)
    return joined
