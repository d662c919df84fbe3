"""Marks inside lines: emphasis, code, links, images, notes, escapes. Markdown as people type it into cells.

A mark counts where it pairs with another outside words: `**so**`, but not `2*3*4`, `f***`, `@tea_time_daily`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bulkvid_pipeline.adapters.speech.scripts import Script, is_spaceless, script_of
from bulkvid_pipeline.rendering.script.markup import PAUSE_SIGNAL, STRONG_BEGINS, STRONG_ENDS, signalled_seconds
from bulkvid_pipeline.rendering.script.remarks import Remark, RemarkKind, remark
from bulkvid_pipeline.rendering.script.text import Pause, Text

_TARGET = r"\(\s*<?(?:[^()\s<>]|\([^()\s]{0,100}\)){0,1000}>?(?:\s+(?:\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'))?\s*\)"
_MARK = re.compile(
    rf"!\[(?P<alt>[^\[\]\n]{{0,300}})\](?:{_TARGET}|\[[^\[\]\n]{{0,100}}\])|"
    rf"\[(?P<linked>[^\[\]\n]{{1,300}})\](?P<target>{_TARGET})|"
    r"(?P<note>\[\^[^\[\]\s]{1,40}\])|"
    r"<(?P<address>(?:https?|ftp|mailto|tel):[^\s<>]{1,1000}|[\w.+-]{1,64}@[\w.-]{1,200}\.\w{2,24})>|"
    r"(?<!`)(?P<ticks>`{1,3})(?!`)(?P<code>[^`\n]{1,500})(?P=ticks)(?!`)|"
    r"\\(?P<escaped>[\\`*_{}\[\]()#+.!|>~-])|"
    rf"(?P<pause>{PAUSE_SIGNAL.pattern})|"
    rf"(?P<strong>[{STRONG_BEGINS}{STRONG_ENDS}])|"
    r"(?P<run>\*+|_+|~~+|(?<!=)==(?!=))|"
    r"(?P<gap>[\n\r][^\S\n\r]*(?=[\n\r]|$)|[\n\r](?=\s{0,8}(?:[-*+•>|#]|\d{1,2}[.)])\s))",
)
_REFERENCE = re.compile(r"(?<!!)\[([^\[\]\n]{1,300})\]\[([^\[\]\n]{0,100})\]")
_SHORT_REFERENCE = re.compile(r"(?<![!\]])\[([^\[\]\n^]{1,300})\](?![\[(:])")
_DEFINITION = re.compile(r"^[ ]{0,3}\[(?P<name>[^\[\]\n]{1,100})\]:[ \t]+(?P<rest>\S[^\n\r]*)$", re.MULTILINE)
_ADDRESS_OF_DEFINITION = re.compile(r"<?(?:https?://|www\.|/|\.{1,2}/|#|mailto:)\S*>?(?:\s+[\"'(].*)?$")
_MOST_MARKS = 3
"""Of one kind in a row; longer runs are ornaments or asterisks for a swear word."""


def without_marks(text: str, first_line: int = 1) -> tuple[Text, list[Remark]]:
    """The text without its marks. Lines stay as they are; `first_line` is the number of the first."""
    found = _Found(first_line)
    text = found.without_definitions(text)
    return found.read(text), found.remarks


@dataclass
class _Opener:
    char: str
    count: int
    piece: int
    """Index of the piece that stands for the run."""


@dataclass
class _Found:
    """The state of one reading: what is kept, what is open."""

    line: int
    remarks: list[Remark] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _strong: list[tuple[int, int]] = field(default_factory=list)
    """Stretches as indices of pieces."""
    _pauses: list[tuple[int, float]] = field(default_factory=list)
    _open: list[_Opener] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    def without_definitions(self, text: str) -> str:
        """Take out definitions of links and footnotes, and the names of those that are used."""
        names: set[str] = set()

        def taken(match: re.Match[str]) -> str:
            is_note = match["name"].startswith("^")
            if not is_note and not _ADDRESS_OF_DEFINITION.match(match["rest"]):
                return match.group()
            names.add(match["name"].casefold())
            line = self.line + text.count("\n", 0, match.start())
            self.remarks.append(remark(RemarkKind.NOTE, match.group(), line))
            return ""

        if "]:" in text:
            text = _DEFINITION.sub(taken, text)
        if names and "][" in text:
            text = _REFERENCE.sub(
                lambda match: match[1] if (match[2] or match[1]).casefold() in names else match.group(), text
            )
        if names:
            text = _SHORT_REFERENCE.sub(lambda match: match[1] if match[1].casefold() in names else match.group(), text)
        return text

    def read(self, text: str) -> Text:
        position = counted = 0
        for match in _MARK.finditer(text):
            start, end = match.span()
            self._pieces.append(text[position:start])
            self.line += text.count("\n", counted, start)
            counted, position = start, end
            self._take(text, match)
        self._pieces.append(text[position:])
        return self._assembled()

    def _take(self, text: str, match: re.Match[str]) -> None:
        kind, whole = match.lastgroup, match.group()
        if match["alt"] is not None:
            self.remarks.append(remark(RemarkKind.IMAGE, whole, self.line))
        elif match["linked"] is not None:
            self._pieces += _linked_text(match["linked"])
            self.remarks.append(remark(RemarkKind.LINK, match["target"], self.line))
        elif match["note"]:
            self.remarks.append(remark(RemarkKind.NOTE, whole, self.line))
        elif match["address"]:
            self._pieces.append(re.sub("^(?:mailto|tel):", "", match["address"]))
        elif match["code"]:
            self._pieces.append(match["code"].strip() or match["code"])
        elif match["escaped"]:
            self._pieces.append(match["escaped"])
        elif match["pause"]:
            signal = PAUSE_SIGNAL.match(whole)
            self._pauses.append((len(self._pieces), signalled_seconds(signal) if signal else 0.0))
        elif kind == "strong":
            self._tagged(whole)
        elif kind == "run":
            self._run(text, match.start(), match.end())
        else:  # a blank line or the start of an entry: nothing goes on over it
            self._open.clear()
            self._counts.clear()
            self._pieces.append(whole)

    def _tagged(self, signal: str) -> None:
        if signal == STRONG_BEGINS:
            self._push(STRONG_BEGINS, 2)
            self._pieces[-1] = ""
        else:
            self._close(STRONG_BEGINS, 2)

    def _run(self, text: str, start: int, end: int) -> None:
        """A run of stars, lines or waves: it may close what is open, and open what follows."""
        before = text[start - 1] if start else " "
        after = text[end] if end < len(text) else " "
        char, count = text[start], end - start
        if count > _MOST_MARKS:
            self._pieces.append(text[start:end])
            return
        left = count
        in_a_name = char == "_" and after == "." and text[end + 1 : end + 2].isalnum()  # `__init__.py`
        if not (before.isspace() or in_a_name) and (
            not _goes_on_word(after, count) or (count == 2 and char == "*" and after.isalpha())
        ):
            left = self._close(char, count)
        if left and not after.isspace() and not _goes_on_word(before, count):
            self._push(char, left)
        elif left:
            self._pieces.append(char * left)

    def _push(self, char: str, count: int) -> None:
        self._pieces.append(char * count)
        self._open.append(_Opener(char, count, len(self._pieces) - 1))
        self._counts[char] = self._counts.get(char, 0) + 1

    def _close(self, char: str, count: int) -> int:
        """Close what is open of this kind; returns how many marks are left over."""
        while count and self._counts.get(char):
            while self._open[-1].char != char:  # what stands between was never closed: it is text
                self._counts[self._open.pop().char] -= 1
            opener = self._open[-1]
            if opener.piece == len(self._pieces) - 2 and not self._pieces[-1]:
                return count  # nothing between the two
            pairs = min(count, opener.count)
            opener.count -= pairs
            count -= pairs
            self._pieces[opener.piece] = char * opener.count if char != STRONG_BEGINS else ""
            if pairs > 1 and char != "~":
                self._strong.append((opener.piece + 1, len(self._pieces)))
            if not opener.count:
                self._open.pop()
                self._counts[char] -= 1
        return count

    def _assembled(self) -> Text:
        places = [0]
        for piece in self._pieces:
            places.append(places[-1] + len(piece))
        spans = _merged((places[first], places[last]) for first, last in self._strong)
        pauses = tuple(Pause(places[index], seconds) for index, seconds in self._pauses)
        return Text("".join(self._pieces), spans, pauses)


def _linked_text(text: str) -> Iterable[str]:
    """The text of a link without marks of its own."""
    inner = _Found(0)
    return (inner.read(text).words,)


def _goes_on_word(char: str, count: int) -> bool:
    """Whether a mark beside this character would stand inside a word.

    Scripts without blanks, and Korean, whose endings follow a mark, set double marks between letters.
    """
    if not char.isalnum():
        return False
    return count < 2 or not (is_spaceless(char) or script_of(char) is Script.HANGUL)


def _merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The spans in order, those that touch or overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return tuple(merged)
