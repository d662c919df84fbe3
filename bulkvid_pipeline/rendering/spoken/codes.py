"""What is said by its parts: phone numbers by digits, versions, names of products, initials."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, LETTER, MARKED_LETTER
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.readings import Readings

_ALONE = rf"(?<![{LETTER}\d_.,/:-])"
_ENDS = rf"(?![{LETTER}\d_]|[-.,:/]\d)"
_PHONE = re.compile(
    rf"(?<![{LETTER}\d_.,/])\+\d{{1,3}}(?:[ .\-/\u00a0]?(?:\(\d{{1,5}}\)|\d{{1,11}})){{1,6}}{_ENDS}|"
    rf"{_ALONE}\(0?\d{{2,5}}\)[ \u00a0]?\d{{2,8}}(?:[ -]\d{{2,8}}){{0,3}}{_ENDS}|"
    rf"{_ALONE}(?<!\d[{BLANKS}])0\d{{1,4}}(?:[ /-]\d{{2,8}}){{1,4}}{_ENDS}|"
    rf"{_ALONE}(?!\d{{4}}-\d\d-\d\d(?!\d))\d{{1,4}}(?:-\d{{1,6}}){{2,5}}{_ENDS}|"
    rf"{_ALONE}\d{{5}}-\d{{4}}{_ENDS}|"
    rf"{_ALONE}(?<!\d[{BLANKS}])\d{{3}} 0\d{{3}}{_ENDS}|"
    rf"{_ALONE}0\d(?:\.\d\d){{4}}{_ENDS}|"
    rf"{_ALONE}\d{{3}}[ .]\d{{3}}[ .]\d{{4}}{_ENDS}|"
    rf"{_ALONE}1-8\d\d-[A-Z0-9]{{3,9}}(?:-[A-Z0-9]{{2,6}})?(?![\w-])|"
    rf"{_ALONE}\d{{3}} \d{{6,7}}{_ENDS}|"
    rf"{_ALONE}(?<!\d[{BLANKS}])\d{{2}} \d{{4,5}}-\d{{4}}{_ENDS}|"
    rf"{_ALONE}(?<!\d[{BLANKS}])(?P<grouped>\d{{2,3}}(?: \d{{2,4}}){{2,4}})(?![{BLANKS}]\d){_ENDS}|"
    rf"{_ALONE}[0٠۰]\d{{8,12}}{_ENDS}|"
    rf"{_ALONE}(?P<local>\d{{3}}-\d{{4}}){_ENDS}"
)
_CALLED = re.compile(
    rf"(?<![{LETTER}\d_.,/])(?P<grouped>(?!))?(?P<local>(?!))?\+?\(?\d{{2,5}}\)?(?:[ ./-]?\d{{2,7}}){{1,5}}{_ENDS}"
)
_CALL = re.compile(
    r"(?:\b(?:tel|tél|fax|phone|mobile|whatsapp|hotline|sms|call|dial|text|llam\w{1,4}|ligue|appelez|chiam\w{1,3}|bel|ruf|rufen|"
    r"teléfono|telefone|telefono|téléphone|telefon|handy|cell|celular|móvil)\b)(?:[^\w\d]{0,3}\w{0,4}){1,2}$",
    re.IGNORECASE,
)
_GROUP = re.compile(r"[A-Za-z]{1,12}|\d{1,20}")
_VERSION = re.compile(rf"(?<![{LETTER}\d_.,])(?P<mark>[vV])?(?P<parts>\d{{1,5}}(?:\.\d{{1,5}}){{2,5}}){_ENDS}")
_SHORT_VERSION = re.compile(rf"(?<![{LETTER}\d_.,])[vV](?P<parts>\d{{1,4}}(?:\.\d{{1,4}})?){_ENDS}")
_PRODUCT = re.compile(
    rf"(?<![{LETTER}\d_.,-])(?P<name>[{LETTER}]{{1,20}}\d{{0,3}})[-\u2010\u2011–](?P<number>\d{{1,5}})(?![a-z]?[{LETTER}\d_-])"
)
_CAPITAL = "A-ZÀ-ÖØ-ÞĀ-ŽА-Я"
_INITIALS = re.compile(rf"(?<![{LETTER}\d_.'’])(?:[{_CAPITAL}]\.[{BLANKS}]?){{2,4}}(?=[{_CAPITAL}][a-zß-ÿа-я])")
_MIDDLE = re.compile(rf"(?<![{LETTER}\d_.'’])[{_CAPITAL}]\.[{BLANKS}](?=[{_CAPITAL}][a-zß-ÿа-я])")
_NAME_BEFORE = re.compile(rf"[{_CAPITAL}][a-zß-ÿа-я]{{1,30}}[{BLANKS}]$")
_DOTTED = re.compile(rf"(?<![{LETTER}\d_.])(?:[{_CAPITAL}]\.){{2,6}}(?![{LETTER}\d])")


def phone_rules(readings: Readings) -> list[Rule]:
    """The rules of phone numbers, digit by digit with pauses between the groups."""
    plus = readings.words.plus

    def phone(match: re.Match[str]) -> str | None:
        written = match.group()
        digits = sum(map(str.isdecimal, written))
        if match["local"] and _is_round_range(match["local"]):
            return None
        if match["grouped"] and len({len(group) for group in written.split()}) == 1:
            return None
        if not 6 <= digits + sum(map(str.isalpha, written)) <= 17:
            return None
        groups = [group if group.isalpha() else " ".join(group) for group in _GROUP.findall(written)]
        said = ", ".join(groups)
        return (f"{plus} {said}" if plus else f"+{said}") if written.startswith("+") else said

    words = rf"(?<![{LETTER}{MARKED_LETTER}])(?:{readings.before_phones})[:：{BLANKS}]{{1,3}}$"
    own_call = re.compile(words, re.IGNORECASE) if readings.before_phones else None

    def called(match: re.Match[str]) -> str | None:
        before = match.string[max(0, match.start() - 24) : match.start()]
        is_called = _CALL.search(before) or (own_call is not None and own_call.search(before))
        return phone(match) if is_called and not _is_round_range(match.group()) else None

    return [Rule(_CALLED, called, digits=True), Rule(_PHONE, phone, digits=True)]


def code_rules(readings: Readings) -> list[Rule]:
    """The rules of versions and of names with numbers."""
    point = readings.words.point

    def version(match: re.Match[str]) -> str | None:
        parts = match["parts"].split(".")
        is_grouped = all(len(part) == 3 for part in parts[1:]) and len(parts[0]) < 4 and parts[0] != "0"
        if point is None or (is_grouped and match["mark"] is None and len(parts) < 4):
            return None
        said = f" {point} ".join(parts)
        return f"{match['mark'].upper()} {said}" if match["mark"] else said

    def short_version(match: re.Match[str]) -> str | None:
        if point is None:
            return None
        return "V " + match["parts"].replace(".", f" {point} ")

    return [
        Rule(_VERSION, version, digits=True),
        Rule(_SHORT_VERSION, short_version, digits=True),
        Rule(_PRODUCT, lambda match: f"{match['name']} {match['number']}", digits=True),
    ]


def initial_rules() -> list[Rule]:
    """The rules of several initials before a name, and of letters with stops (U.S.), which are said as letters."""

    def initials(match: re.Match[str]) -> str:
        return " ".join(filter(str.isalpha, match.group())) + " "

    def dotted(match: re.Match[str]) -> str:
        rest = match.string[match.end() :].lstrip(" \"'”’»)")
        return " ".join(filter(str.isalpha, match.group())) + ("" if rest else ".")

    return [Rule(_INITIALS, initials), Rule(_DOTTED, dotted)]


def middle_initial_rule() -> Rule:
    """The rule of a single initial between names: George W. Bush. Titles of one letter (M. Roux) go before it."""

    def initial(match: re.Match[str]) -> str | None:
        before = match.string[max(0, match.start() - 40) : match.start()]
        return f"{match.group()[0]} " if _NAME_BEFORE.search(before) else None

    return Rule(_MIDDLE, initial)


def _is_round_range(written: str) -> bool:
    """Whether 500-1000 is a range of round numbers, where 555-0142 is a phone number."""
    first, _, second = written.partition("-")
    if not (first.isdecimal() and second.isdecimal()):
        return False
    return int(first) < int(second) and int(second) % 50 == 0 and int(first) % 10 == 0 and second[0] != "0"
