"""Reading a script as people write it: markdown, HTML, SSML, subtitles, stage directions, labels, lists.

`parse_script` is pure, total and takes time in proportion to the script. What it makes of a script is all that cards,
captions and voice are given, so that they cannot disagree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bulkvid_pipeline.rendering.script.blocks import Block, Heading, Line, blocks_of, prefix_length
from bulkvid_pipeline.rendering.script.directions import (
    SUBTITLE_TIMES,
    Cast,
    cast_of,
    cuts_of,
    is_acted,
    placeholders_in,
)
from bulkvid_pipeline.rendering.script.inline import without_marks
from bulkvid_pipeline.rendering.script.markup import LONGEST_PAUSE, NONCHARACTERS, without_tags
from bulkvid_pipeline.rendering.script.remarks import Remark, RemarkKind, remark
from bulkvid_pipeline.rendering.script.text import Pause, Text, concatenated


@dataclass(frozen=True)
class Script:
    """A script as a tree, and what was not taken for words to show and say."""

    blocks: tuple[Block, ...]
    remarks: tuple[Remark, ...]

    @property
    def spoken(self) -> tuple[Text, ...]:
        """All that is said, in order: sentences, entries, quotations."""
        return tuple(text for block in self.blocks for text in block.texts)


_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_FENCE = re.compile(r"\s{0,3}(?P<fence>`{3,}|~{3,})[^`\n]{0,80}$")
_MOST_CODE_LINES = 3
_LINE_NUMBER = re.compile(r"\s*\d{1,5}\s*")
_SPEAKERS_DASH = re.compile(r"\s*[-–—]\s*(?=\w)")
_ACTED = re.compile(
    r"(?:(?<=^)|(?<=[.!?…。！？\"”]\s))(?P<mark>[*_])(?P<words>[^\W\d_][^*_\n]{1,40})(?P=mark)(?=\s*$|\s+[^a-z\s])",
    re.MULTILINE,
)
_SUBTITLES_HEAD = re.compile(r"\s*(?:\ufeff)?WEBVTT\b.{0,80}")


@lru_cache(maxsize=64)
def parse_script(text: str) -> Script:
    """The script's tree. Total: any text gives a result."""
    raw = _LINE_END.split(_cleaned(text))
    remarks: list[Remark] = []
    lines = [line for segment in _segments(raw, remarks) for line in _lines_of(segment, remarks)]
    lines = _without_subtitle_times(lines, remarks)
    cast = cast_of([line.text.words[prefix_length(line.text.words) :] for line in lines if not line.is_code])
    lines = _with_pauses_attached([line if line.is_code else _undirected(line, cast, remarks) for line in lines])
    blocks, told = blocks_of(lines)
    return Script(blocks, tuple(sorted([*remarks, *told], key=lambda each: each.line)))


def shown_text(text: str) -> str:
    """All that cards, captions and voice make of a script's words; directions and other signs to the makers are not in
    it."""
    shown: list[str] = []
    for block in parse_script(text).blocks:
        shown += [block.text.words] if isinstance(block, Heading) else [each.words for each in block.texts]
    return "\n".join(shown)


def plain_text(text: str) -> str:
    """A line for a card, such as a title, without marks and tags, with single blanks."""
    tagless, _ = without_tags(_cleaned(text), 1)
    return without_marks(tagless.replace("\r", " "))[0].flattened().words


def _cleaned(text: str) -> str:
    """The text without control characters and soft hyphens (the layout divides words), each letter composed with its
    marks (NFC), as all that reads it expects."""
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", NONCHARACTERS.sub(" ", text)).replace("\u00ad", ""))


@dataclass(frozen=True)
class _Segment:
    """Lines of a script, all of them code or none."""

    lines: Sequence[str]
    first: int
    """Number of the first line."""
    is_code: bool = False


def _segments(lines: Sequence[str], remarks: list[Remark]) -> Iterator[_Segment]:
    """Prose and code blocks. A fence that is never closed is a mark and no more."""
    fences = [(at, match["fence"]) for at, line in enumerate(lines) if (match := _FENCE.match(line))]
    position = index = 0
    while index < len(fences):
        at, fence = fences[index]
        close = index + 1 if index + 1 < len(fences) and fences[index + 1][1][0] == fence[0] else None
        yield _Segment(lines[position:at], position + 1)
        if close is None:
            position = at + 1
            index += 1
            continue
        end = fences[close][0]
        code = lines[at + 1 : end]
        kept = [line for line in code if line.strip()]
        if kept:
            long = len(kept) > _MOST_CODE_LINES
            kind = RemarkKind.LONG_CODE if long else RemarkKind.CODE
            remarks.append(remark(kind, "\n".join(kept), at + 1, left_out=long))
            if not long:
                yield _Segment(code, at + 2, is_code=True)
        yield _Segment([""], end + 1)
        position, index = end + 1, close + 1
    yield _Segment(lines[position:], position + 1)


def _lines_of(segment: _Segment, remarks: list[Remark]) -> Iterator[Line]:
    """A segment's lines without tags and marks."""
    if segment.is_code:
        for offset, words in enumerate(segment.lines):
            yield Line(Text(words), segment.first + offset, is_code=True)
        return
    if not segment.lines:
        return
    tagless, told = without_tags("\n".join(segment.lines), segment.first)
    if "*" in tagless or "_" in tagless:
        tagless = _ACTED.sub(lambda match: f"[{match['words']}]" if is_acted(match["words"]) else match[0], tagless)
    text, marked = without_marks(tagless, segment.first)
    remarks += [*told, *marked]
    number, position = segment.first, 0
    spans: list[tuple[int, int]] = []
    numbers: list[int] = []
    for match in re.finditer(r"[\n\r]|\Z", text.words):
        spans.append((position, match.start()))
        numbers.append(number)
        position = match.end()
        number += match.group() == "\n"
    for line, at in zip(text.parts(spans), numbers, strict=True):
        yield Line(line, at)


def _without_subtitle_times(lines: Sequence[Line], remarks: list[Remark]) -> list[Line]:
    """The text of pasted SubRip or WebVTT files, each run of cues as one line of prose."""
    if not any(SUBTITLE_TIMES.fullmatch(line.text.words) for line in lines if "-->" in line.text.words):
        return list(lines)
    kept: list[Line] = []
    cue: list[Line] = []  # words of the cues so far
    inside = False

    def flush() -> None:
        if cue:
            kept.append(Line(concatenated([line.text for line in cue], " "), cue[0].number, is_whole=True))
            cue.clear()

    blank_seen = False
    head = _head_of_subtitles(lines)
    remarks += [
        remark(RemarkKind.TIMESTAMP, line.text.words, line.number) for line in lines[:head] if line.text.words.strip()
    ]
    for line in lines[head:]:
        words = line.text.words
        if SUBTITLE_TIMES.fullmatch(words):
            last = cue if inside else kept
            if last and _LINE_NUMBER.fullmatch(last[-1].text.words):
                remarks.append(remark(RemarkKind.TIMESTAMP, last[-1].text.words, last[-1].number))
                last.pop()
            remarks.append(remark(RemarkKind.TIMESTAMP, words, line.number))
            inside, blank_seen = True, False
        elif inside and not words.strip():
            blank_seen = True
        elif inside and (not blank_seen or _LINE_NUMBER.fullmatch(words)):
            cue.append(_without_speakers_dash(line))
        elif inside:
            flush()
            inside = False
            kept += [Line(Text(""), line.number), line]
        else:
            kept.append(line)
    flush()
    return kept


def _head_of_subtitles(lines: Sequence[Line]) -> int:
    """How many lines of a WebVTT file stand before its first cue: its name, settings, notes."""
    first = next((line.text.words for line in lines if line.text.words.strip()), "")
    if not _SUBTITLES_HEAD.fullmatch(first):
        return 0
    return next(at for at, line in enumerate(lines) if SUBTITLE_TIMES.fullmatch(line.text.words))


def _without_speakers_dash(line: Line) -> Line:
    """Subtitles have a dash before the words of each of two speakers."""
    match = _SPEAKERS_DASH.match(line.text.words)
    return replace(line, text=line.text.only(match.end(), len(line.text.words))) if match else line


def _undirected(line: Line, cast: Cast, remarks: list[Remark]) -> Line:
    """The line without directions; nothing of it is left where there was nothing else."""
    words = line.text.words
    if not line.text.is_spoken:
        return line
    prefix = prefix_length(words)
    found = cuts_of(words[prefix:], cast)
    remarks += [
        remark(RemarkKind.PLACEHOLDER, word, line.number, left_out=False)
        for place, word in placeholders_in(words)
        if not any(cut.start <= place - prefix < cut.end for cut in found)
    ]
    if not found:
        return line
    cuts = [replace(cut, start=cut.start + prefix, end=cut.end + prefix) for cut in found]
    remarks += [remark(cut.kind, words[cut.start : cut.end], line.number) for cut in cuts]
    text = line.text.without((cut.start, cut.end, min(cut.seconds, LONGEST_PAUSE)) for cut in cuts)
    if not text.is_spoken or not any(map(str.isalnum, text.words[prefix:])):
        text = Text("", (), tuple(Pause(0, pause.seconds) for pause in text.pauses))
    return replace(line, text=text)


def _with_pauses_attached(lines: Iterable[Line]) -> list[Line]:
    """Pauses of lines without words are heard after the words before them, or before the first words."""
    attached: list[Line] = []
    last: int | None = None
    early = 0.0
    for line in lines:
        text = line.text
        if text.is_spoken:
            if early and not text.words.lstrip().startswith("#"):
                line = replace(line, text=replace(text, pauses=(Pause(0, early), *text.pauses)))
                early = 0.0
            if not text.words.lstrip().startswith("#"):
                last = len(attached)
        elif text.pauses and last is not None:
            before = attached[last].text
            silence = tuple(Pause(len(before.words), pause.seconds) for pause in text.pauses)
            attached[last] = replace(attached[last], text=replace(before, pauses=(*before.pauses, *silence)))
            line = replace(line, text=replace(text, pauses=()))
        elif text.pauses:
            early = min(LONGEST_PAUSE, early + sum(pause.seconds for pause in text.pauses))
            line = replace(line, text=replace(text, pauses=()))
        attached.append(line)
    return attached
