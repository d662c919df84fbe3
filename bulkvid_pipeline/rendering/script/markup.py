"""HTML and SSML in a script: tags are taken out, what they mean for lines, emphasis and pauses stays.

The result is text with signals in it, which `inline` reads: characters that no text may hold (noncharacters).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from bulkvid_pipeline.rendering.script.remarks import Remark, RemarkKind, remark

NONCHARACTERS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
STRONG_BEGINS, STRONG_ENDS = "\ufddb", "\ufddc"
LINE_ADDED = "\r"
"""A line's end that the cell does not have, so that it counts for no line of it."""
PAUSE_SIGNAL = re.compile("\ufdd0([\ufdd1-\ufdda]{3})")

LONGEST_PAUSE = 10.0
"""Seconds; nobody waits longer."""
_STRENGTHS = {"none": 0.0, "x-weak": 0.2, "weak": 0.4, "medium": 0.7, "strong": 1.2, "x-strong": 2.0}
_DEFAULT_PAUSE = 0.7


def _names(table: str) -> frozenset[str]:
    return frozenset(table.split())


_BLOCKS = _names(
    "details summary dialog fieldset legend "
    "p div section article header footer main aside blockquote ul ol dl dt dd table tr tbody thead pre "
    "figure figcaption speak par body html form address nav "
)
_INLINE = _names(
    "b strong i em u s strike del ins mark small big sub sup span font a abbr cite code kbd samp var q "
    "bdi bdo center tt label img picture source video audio iframe input button svg path wbr td th "
    "caption col colgroup title head meta link base noscript time data ruby rt rp script style emphasis "
    "prosody say-as phoneme voice lang w token desc lexicon metadata "
)
_PREFIXES = ("mstts:", "amazon:", "google:", "azure:", "o:", "v:", "w:")
_STRONG_TAGS = frozenset({"b", "strong", "emphasis", "mark"})
_TAG = re.compile(
    r"<!--.*?-->|<!\[CDATA\[(?P<data>.*?)\]\]>|<\?xml[^<>]{0,200}\?>|<!DOCTYPE[^<>]{0,200}>|"
    r"<(?P<raw>script|style|head|title)\b[^<>]{0,500}>.*?</(?P=raw)\s*>|"
    r"(?<!<)<(?P<close>/?)(?P<name>[A-Za-z][\w:-]{0,30})(?P<rest>(?:\s+[\w:.-]{1,40}\s*=\s*"
    r"(?:\"[^\"<>]{0,500}\"|'[^'<>]{0,500}'|[^\s\"'<>]{1,500}?)){0,20})\s*/?>",
    re.IGNORECASE | re.DOTALL,
)
_COMMENT_OPENS = re.compile(r"<!--|<!\[CDATA\[|<(?:script|style|head|title)\b", re.IGNORECASE)
_TIME = re.compile(r"\btime\s*=\s*[\"'“”″]?\s*\+?(\d{1,6}(?:\.\d{1,4})?|\.\d{1,4})\s*(ms|s)", re.IGNORECASE)
_STRENGTH = re.compile(r"\bstrength\s*=\s*[\"']?\s*([\w-]{1,10})", re.IGNORECASE)
_SUBTITLE_LOOK = re.compile(r"\{\\[A-Za-z][^{}\n]{0,80}\}")
_SUBTITLE_SPEAKER = re.compile(r"</?(?:v|c)(?:\.[\w.-]{1,60})?(?:[ \t][^<>\n]{1,60})?>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def pause_signal(seconds: float) -> str:
    """Stands for so many seconds of silence, to a tenth, at most LONGEST_PAUSE."""
    tenths = round(min(LONGEST_PAUSE, max(0.0, seconds)) * 10)
    return "\ufdd0" + "".join(chr(0xFDD1 + int(digit)) for digit in f"{tenths:03}") if tenths else ""


def signalled_seconds(match: re.Match[str]) -> float:
    """What a found PAUSE_SIGNAL stands for."""
    return int("".join(str(ord(char) - 0xFDD1) for char in match[1])) / 10


def without_tags(text: str, first_line: int) -> tuple[str, list[Remark]]:
    """The text without HTML and SSML, with entities as the characters that they name.

    Only names that HTML or SSML knows make a tag: `a < b` and `<your name>` stay as they are.
    """
    remarks: list[Remark] = []
    if "{\\" in text:  # where subtitles stand on the screen, and how they look
        lines = _LineCounter(text, first_line)
        remarks += [
            remark(RemarkKind.TAG, match.group(), lines.at(match.start())) for match in _SUBTITLE_LOOK.finditer(text)
        ]
        text = _SUBTITLE_LOOK.sub("", text)
    if "-->" in text:
        text = _SUBTITLE_SPEAKER.sub("", text)
    if "<" in text:
        lines = _LineCounter(text, first_line)

        def replaced(match: re.Match[str]) -> str:
            said, note = _meaning(match)
            if note is not None:
                remarks.append(remark(note, match.group(), lines.at(match.start())))
            return said

        text = _sub_closed(text, replaced)
    if "&" in text:
        text = _ENTITY.sub(lambda match: _character(match.group()), text)
    return text, remarks


def _character(entity: str) -> str:
    decoded = NONCHARACTERS.sub("", html.unescape(entity))
    return " " if decoded in "\r\n\t\x00" else decoded


def _sub_closed(text: str, replaced: Callable[[re.Match[str]], str]) -> str:
    """Replace tags; searches for the end of a comment only as long as there is one, to stay linear."""
    openings = len(_COMMENT_OPENS.findall(text))
    if openings > _MANY_COMMENTS:
        return _PLAIN_TAG.sub(replaced, text)
    return _TAG.sub(replaced, text)


_MANY_COMMENTS = 50
_PLAIN_TAG = re.compile(_TAG.pattern[_TAG.pattern.rindex("<(?P<close>") :], re.IGNORECASE)


class _LineCounter:
    """Line numbers of places that are asked for in order."""

    def __init__(self, text: str, first_line: int) -> None:
        self._text, self._line, self._place = text, first_line, 0

    def at(self, place: int) -> int:
        self._line += self._text.count("\n", self._place, place)
        self._place = place
        return self._line


def _meaning(match: re.Match[str]) -> tuple[str, RemarkKind | None]:
    """What stands in the place of a tag, and what it was; (itself, None) where it is no tag."""
    whole = match.group()
    groups = match.groupdict()
    name = (groups["name"] or "").lower()
    if not name:
        if groups.get("data") is not None:
            return groups["data"], RemarkKind.TAG
        kind = RemarkKind.COMMENT if whole.startswith("<!--") else RemarkKind.TAG
        return "\n" * whole.count("\n") or " ", kind
    if name == "break" or name == "pause":
        seconds = _break_seconds(groups["rest"])
        return pause_signal(seconds), RemarkKind.PAUSE
    kept = "\n" * whole.count("\n")
    if name == "br":
        return LINE_ADDED + kept, RemarkKind.TAG
    if name == "hr":
        return f"{LINE_ADDED}---{LINE_ADDED}{kept}", RemarkKind.TAG
    if name == "li":
        return ("" if groups["close"] else f"{LINE_ADDED}- ") + kept, RemarkKind.TAG
    if re.fullmatch(r"h[1-6]", name):
        return (LINE_ADDED if groups["close"] else f"{LINE_ADDED}# ") + kept, RemarkKind.TAG
    if name in _BLOCKS:
        return LINE_ADDED * 2 + kept, RemarkKind.TAG
    if name in ("td", "th"):
        return " " + kept, RemarkKind.TAG
    if name in _STRONG_TAGS:
        return (STRONG_ENDS if groups["close"] else STRONG_BEGINS) + kept, RemarkKind.TAG
    if name in _INLINE or name.startswith(_PREFIXES):
        return kept, RemarkKind.TAG
    return whole, None


def _break_seconds(attributes: str) -> float:
    if match := _TIME.search(attributes):
        return float(match[1]) * (0.001 if match[2].lower() == "ms" else 1.0)
    if match := _STRENGTH.search(attributes):
        return _STRENGTHS.get(match[1].lower(), _DEFAULT_PAUSE)
    return _DEFAULT_PAUSE
