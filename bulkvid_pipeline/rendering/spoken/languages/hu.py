"""How Hungarian is read. Suffixes stay as they are written after their hyphen, except after times."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.numerals import roman_value
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_MONTHS = "január|február|március|április|május|június|július|augusztus|szeptember|október|november|december"


def _ordinal(number: int) -> str:
    return spelled(number, "hu", "ordinal")


def _day(number: int) -> str:
    """A day of a month, which belongs to it: "huszonnegyedike"."""
    if number == 1:
        return "elseje"
    said = _ordinal(number)
    return said + ("a" if said.endswith(("adik", "odik")) else "e")


def _date(year: int | None, month: int, day: int) -> str:
    said = f"{_MONTHS.split('|')[month - 1]} {_day(day)}"
    return said if year is None else f"{year} {said}"


def _month_and_day(match: re.Match[str]) -> str | None:
    day = int(match["day"])
    if not 1 <= day <= 31:
        return None
    year = f"{match['year']} " if match["year"] else ""
    return f"{year}{match['month']} {_day(day)}"


def _time(hour: int, minute: int, half: str) -> str:
    hour += 12 if half == "pm" and hour < 12 else 0
    return f"{hour} óra {minute} perc" if minute else f"{hour} óra"


def _at_time(match: re.Match[str]) -> str:
    return _time(int(match["hour"]), int(match["minute"]), "") + match["end"]


def _roman(match: re.Match[str]) -> str:
    said = _ordinal(roman_value(match["roman"]))
    return said if match["next"].islower() else said.capitalize()


READINGS = Readings(
    locale="hu",
    words=Words(
        dot="pont",
        at="kukac",
        slash="per",
        dash="kötőjel",
        underscore="aláhúzás",
        hashtag="hashtag",
        number="szám",
        point="pont",
        to="",
        ratio="per",
        score="",
        out_of="per",
        minus="mínusz",
        plus="plusz",
        plus_minus="plusz-mínusz",
        times="szorozva",
        fold="szoros",
        equals="egyenlő",
        less="kisebb mint",
        more="nagyobb mint",
        at_most="legfeljebb",
        at_least="legalább",
        about="körülbelül",
        ampersand="és",
        section="paragrafus",
        per="per",
        with_fraction=" egész ",
        and_a_half=" és fél",
        percent="százalék",
    ),
    money={
        "HUF": forms("forint"),
        "EUR": forms("euró"),
        "USD": forms("dollár"),
        "GBP": forms("font"),
        "JPY": forms("jen"),
        "CHF": forms("frank"),
        "RON": forms("lej"),
    },
    small_money={"EUR": forms("cent"), "USD": forms("cent"), "GBP": forms("penny")},
    signs={"Ft": "HUF", "Ft.": "HUF"},
    scales={"ezer": 3, "e": 3, "M": 6, "millió": 6, "mrd": 9, "milliárd": 9},
    units={"%": forms("százalék"), "db": forms("darab"), "fő": forms("fő"), "km/h": forms("kilométer per óra")},
    fraction=lambda upper, lower: {
        (1, 2): "fél",
        (1, 3): "egyharmad",
        (2, 3): "kétharmad",
        (1, 4): "negyed",
        (3, 4): "háromnegyed",
        (1, 5): "egyötöd",
    }.get((upper, lower)),
    date=_date,
    time=_time,
    before_phones=r"tel\.?|telefon|hívja|hívj",
    abbreviations={
        "pl.": "például",
        "stb.": "satöbbi",
        "kb.": "körülbelül",
        "ill.": "illetve",
        "ún.": "úgynevezett",
        "dr.": "doktor",
        "Dr.": "doktor",
        "u.": "utca",
        "i.e.": "időszámításunk előtt",
        "i. e.": "időszámításunk előtt",
        "vs.": "kontra",
        "vs": "kontra",
        "24/7": "éjjel-nappal",
    },
    before_numbers={"tel.": "telefon", "old.": "oldal"},
    rules=(
        Rule(re.compile(r"(?<=\d%)-(?=[a-zöőü])|(?<=\d[ ]%)-(?=[a-zöőü])"), "", digits=True),
        Rule(
            re.compile(
                rf"(?<![\w.,])(?:(?P<year>1\d{{3}}|20\d\d)\.[{BLANKS}])?(?P<month>{_MONTHS})[{BLANKS}](?P<day>\d{{1,2}})\.(?!\d)"
            ),
            _month_and_day,
            digits=True,
        ),
        Rule(
            re.compile(r"(?<![\d.,:])(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)-(?P<end>kor|ra|re|ig|tól|től)(?!\w)"),
            _at_time,
            digits=True,
        ),
        Rule(
            re.compile(
                rf"(?<!\w)(?P<roman>(?=[IVXL])[IVXL]{{1,7}})\.(?=[{BLANKS}](?P<next>[A-ZÁÉÍÓÖŐÚÜŰa-záéíóöőúüű]))"
            ),
            _roman,
        ),
        Rule(
            re.compile(rf"(?<![\w.,:])(?P<number>\d{{1,3}})\.(?=[{BLANKS}][a-záéíóöőúüű]{{2}})"),
            lambda match: _ordinal(int(match["number"])),
            digits=True,
        ),
    ),
)
