"""Ordinals, and Roman numerals after names, headings and centuries."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.amounts import any_of
from bulkvid_pipeline.rendering.spoken.counting import BLANKS, LETTER
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.readings import Readings

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN = "(?=[IVXL])(?:X{1,3}|X?L)?(?:IX|IV|V?I{0,3})"
_OTHER_SCRIPTS = "\u0370-\u1fff\u3040-\uffef"
"""Letters of scripts in which Latin capitals after a word are a numeral."""
_CAPITAL = "A-ZÀ-ÖØ-ÞĀ-Ž"


def roman_value(numeral: str) -> int:
    """The value of a Roman numeral in capitals."""
    values = [_VALUES[letter] for letter in numeral]
    return sum(-one if one < two else one for one, two in zip(values, [*values[1:], 0], strict=True))


def ordinal_rules(readings: Readings) -> list[Rule]:
    """The rules of ordinals in digits."""
    say = readings.ordinal
    if say is None or not readings.ordinal_ends:
        return []
    pattern = re.compile(
        rf"(?<![{LETTER}\d_.,])(?<![-−](?=\d{{1,4}}[º°]))(?P<digits>\d{{1,4}})(?P<end>{readings.ordinal_ends})(?![{LETTER}\d_])"
    )
    return [Rule(pattern, lambda match: say(int(match["digits"]), match["end"]), digits=True)]


def roman_rules(readings: Readings) -> list[Rule]:
    """The rules of Roman numerals."""
    end = rf"(?![{LETTER}\d_]|['’](?!s(?![{LETTER}])))"
    alone = rf"(?<![{LETTER}\d_])"
    numeral = rf"[{BLANKS}](?P<roman>{_ROMAN})"
    rules = _century_rules(readings)
    if readings.rulers:
        ordinal_end = r"(?P<end>\.(?=[ \u00a0][a-zà-ÿ]|[,;:)])|ᵉʳ|er|ère|re|e|º|°|ª)?"
        pattern = rf"{alone}(?P<name>{any_of(readings.rulers)}){numeral}{ordinal_end}{end}"
        rules.append(Rule(re.compile(pattern), lambda match: _ruler(match, readings)))
    if readings.headings:
        pattern = rf"{alone}(?P<name>{any_of(readings.headings)}){numeral}{end}"
        rules.append(Rule(re.compile(pattern, re.IGNORECASE), lambda match: _heading(match, readings)))
    two_or_more = rf"[{BLANKS}](?P<roman>(?=[IVX]{{2}})X{{0,2}}(?:IX|IV|V?I{{0,3}}))"
    pattern = rf"{alone}(?P<name>[{_CAPITAL}][a-zß-ÿ]{{2,20}}){two_or_more}{end}"
    rules.append(Rule(re.compile(pattern), lambda match: _counted(match, readings)))
    after = rf"(?:(?<=[{_OTHER_SCRIPTS}])|(?<=[{_OTHER_SCRIPTS}][{BLANKS}]))"
    pattern = rf"{after}(?P<roman>(?=[IVX]{{2}})X{{0,2}}(?:IX|IV|V?I{{0,3}})){end}"
    rules.append(Rule(re.compile(pattern), lambda match: str(roman_value(match["roman"]))))
    rules.append(Rule(re.compile("[Ⅰ-Ⅻ]"), lambda match: str(ord(match.group()) - ord("Ⅰ") + 1)))
    return rules


def _century_rules(readings: Readings) -> list[Rule]:
    say, words, short = readings.century, readings.century_words, readings.century_short
    if say is None or not words:
        return []
    if short:
        words += f"|{re.escape(short)}"

    def said(match: re.Match[str]) -> str:
        word = readings.century_word if match["word"] == short else match["word"]
        parts = (say(roman_value(match["roman"])), match["blank"], word)
        return "".join(parts if match.start("roman") < match.start("word") else reversed(parts))

    word, blank, roman = rf"(?P<word>{words})", rf"(?P<blank>[{BLANKS}])", rf"(?P<roman>{_ROMAN})"
    ends = r"(?:\.|er|e|ème|ᵉ|º|°|th)?"
    after = rf"(?<![{LETTER}\d_]){roman}{ends}{blank}{word}(?![{LETTER}])"
    before = rf"(?<![{LETTER}]){word}{blank}{roman}(?![{LETTER}\d_])"
    joint = rf"(?P<joint>[{BLANKS}](?:y|e|et|and|und|en|i|a|à|au|al)[{BLANKS}])"
    first = rf"(?<![{LETTER}\d_]){roman}{ends}{joint}(?={_ROMAN}{ends}{blank}{word}(?![{LETTER}]))"
    both = rf"(?<![{LETTER}]){word}{blank}{roman}{joint}(?P<second>{_ROMAN})(?![{LETTER}\d_])"

    def first_said(match: re.Match[str]) -> str:
        return f"{say(roman_value(match['roman']))}{match['joint']}"

    def both_said(match: re.Match[str]) -> str:
        return f"{said(match)}{match['joint']}{say(roman_value(match['second']))}"

    return [
        Rule(re.compile(both), both_said),
        Rule(re.compile(first), first_said),
        Rule(re.compile(after), said),
        Rule(re.compile(before), said),
    ]


def _ruler(match: re.Match[str], readings: Readings) -> str | None:
    if match["roman"] == "I" and not match["end"] and readings.after_pronoun:
        following = match.string[match.end() : match.end() + 20].split()
        if following and following[0] in readings.after_pronoun:
            return None
    value = roman_value(match["roman"])
    said = readings.regnal(value, match["name"]) if readings.regnal else readings.cardinal(value)
    return f"{match['name']} {said}"


def _heading(match: re.Match[str], readings: Readings) -> str | None:
    if not match["roman"].isupper():
        return None
    return f"{match['name']} {readings.cardinal(roman_value(match['roman']))}"


def _counted(match: re.Match[str], readings: Readings) -> str | None:
    if match["name"] in readings.not_counted:
        return None
    return f"{match['name']} {readings.cardinal(roman_value(match['roman']))}"
