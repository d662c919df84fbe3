"""Signs that are words, signs that are silent, and markup, which never reaches the voice."""

from __future__ import annotations

import re
import unicodedata

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, LETTER
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.readings import Readings

_EMOJI = (
    "[\u00a9\u00ae\u2122\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u2500-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d"
    "\u3297\u3299\ufe0e\ufe0f\u20e3\U0001f000-\U0001fbff\U000e0020-\U000e007f]"
)
EMOJI = Rule(re.compile(f"{_EMOJI}(?:\u200d?{_EMOJI}){{0,60}}"), " ")
ENCLOSED = Rule(
    re.compile("[\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3251-\u325f\u32b1-\u32bf]"),
    lambda match: f" {int(unicodedata.numeric(match.group()))} ",
)
"""Numbers in circles and brackets."""
_MARKUP = re.compile("[*_`~<>|\\\\{}\\[\\]^#=$@\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff\ud800-\udfff\ufffc-\uffff]")
_DASH = re.compile(rf"[{BLANKS}]{{1,4}}[-–—]{{1,4}}[{BLANKS}]{{1,4}}|(?<=\w)—(?=\w)")
_AMPERSAND = re.compile(rf"[{BLANKS}]?&(?!#?\w{{1,8}};)[{BLANKS}]?")
_SLASH = re.compile("/")
_OPERAND = rf"[{LETTER}\d)²³½¼¾%]"


def sign_rules(readings: Readings) -> list[Rule]:
    """The rules of signs between words and numbers in a language."""
    words = readings.words

    def between(signs: str, word: str | None, before: str, after: str) -> list[Rule]:
        if not word:
            return []
        pattern = rf"(?<={before})[{BLANKS}]?{signs}[{BLANKS}]?(?=[-−]?{after})"
        return [Rule(re.compile(pattern), f" {word} ")]

    fold = words.times if words.fold is None else words.fold
    is_less = words.less if words.is_less is None else words.is_less
    is_more = words.more if words.is_more is None else words.is_more
    by = words.times if words.by is None else words.by
    number = rf"[{BLANKS}]?(?=\d)"
    return [
        *between(r"[×x]", by, r"\d\d\d", r"\d{3}"),
        *between(r"[×*·]", words.times, r"[\d)]", r"[\d(]"),
        *between("x", by, r"\d", r"\d"),
        *([Rule(re.compile(rf"(?<=\d)[x×](?![{LETTER}\d])"), f" {fold}")] if fold else []),
        *between(r"\+", words.plus, r"[\d)]", r"[\d(]"),
        *between("±", words.plus_minus, r"[\d)]", r"\d"),
        *between(f"[-−](?=[{BLANKS}]\\d{{1,9}}[{BLANKS}]?=)", words.minus, r"\d", r"\d"),
        *between("=", words.equals, _OPERAND, rf"[{LETTER}\d($€£]"),
        *between("≈", words.about, _OPERAND, rf"[{LETTER}\d(]"),
        *between("<", is_less, _OPERAND, r"\d"),
        *between(">", is_more, _OPERAND, r"\d"),
        *between(f"(?<=[{BLANKS}])<(?=[{BLANKS}])", is_less, _OPERAND, _OPERAND),
        *between(f"(?<=[{BLANKS}])>(?=[{BLANKS}])", is_more, _OPERAND, _OPERAND),
        *between("≤", words.at_most, _OPERAND, r"\d"),
        *between("≥", words.at_least, _OPERAND, r"\d"),
        *([Rule(_AMPERSAND, f" {words.ampersand} ")] if words.ampersand else []),
        *([Rule(re.compile(rf"#{number}"), f"{words.number} ")] if words.number else []),
        *([Rule(re.compile(rf"№[{BLANKS}]?"), f"{words.number} ")] if words.number else []),
        *([Rule(re.compile(rf"§[{BLANKS}]?"), f"{words.section} ")] if words.section else []),
        *([Rule(re.compile("[%％]"), f" {words.percent}")] if words.percent else []),
    ]


SILENT = (
    Rule(_DASH, ", "),
    # A $ after its number is money and is left to the voice; elsewhere it is shell or template text.
    Rule(re.compile(rf"(?<=\d)[{BLANKS}]?\$(?!\w)"), lambda match: match.group()),
    Rule(_MARKUP, " "),
    Rule(_SLASH, " "),
)
"""Dashes are pauses; markup and slashes that nothing has read are silent."""
