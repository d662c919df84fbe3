"""How Slovak is read. Ordinals are in the genitive in dates, and agree with the noun after them elsewhere."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import BLANKS
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.ordinals import Ordinals
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.slavic import plural_of

_CASES = ("genitive", "locative", "feminine", "neuter")
_ORDINALS = Ordinals(
    ones=(
        *("prvý", "druhý", "tretí", "štvrtý", "piaty", "šiesty", "siedmy", "ôsmy", "deviaty", "desiaty", "jedenásty"),
        *("dvanásty", "trinásty", "štrnásty", "pätnásty", "šestnásty", "sedemnásty", "osemnásty", "devätnásty"),
    ),
    tens=(
        "dvadsiaty",
        "tridsiaty",
        "štyridsiaty",
        "päťdesiaty",
        "šesťdesiaty",
        "sedemdesiaty",
        "osemdesiaty",
        "deväťdesiaty",
    ),
    endings={
        "ý": dict(zip(_CASES, ("ého", "om", "á", "é"), strict=True)),
        "y": dict(zip(_CASES, ("eho", "om", "a", "e"), strict=True)),
        "í": dict(zip(_CASES, ("ieho", "om", "ia", "ie"), strict=True)),
    },
)
_MONTHS = "januára|februára|marca|apríla|mája|júna|júla|augusta|septembra|októbra|novembra|decembra"
_FEMININE = re.compile("korun|libr|minút|sekund|sekúnd|hodin|hodín|ton|miliard|stran|kalóri|kilokalóri|eur")


def _date(year: int | None, month: int, day: int) -> str:
    said = f"{_ORDINALS.said(day, 'genitive')} {_MONTHS.split('|')[month - 1]}"
    return said if year is None else f"{said} {year}"


def _day_and_month(match: re.Match[str]) -> str | None:
    day = int(match["day"])
    return _ORDINALS.said(day, "genitive") if 1 <= day <= 31 else None


def _before_noun(match: re.Match[str]) -> str | None:
    number, noun = int(match["number"]), match["noun"]
    if not 1 <= number <= 99:
        return None
    if match["place"]:
        return f"{match['place']}{_ORDINALS.said(number, 'locative')}"
    return _ORDINALS.said(number, "feminine" if noun[-1] == "a" else "neuter" if noun[-1] in "oe" else "")


def _time(hour: int, minute: int, half: str) -> str:
    hour += 12 if half == "pm" and hour < 12 else 0
    if minute:
        return f"{hour} {minute:02}"
    return f"{hour} {plural_of(hour, 'sk', 'hodina', 'hodiny', 'hodín')}"


def _noun(one: str, few: str, other: str, many: str) -> dict[str, str]:
    """`many` is for decimals, `other` for five and more."""
    return {"one": one, "few": few, "other": other, "many": many}


READINGS = Readings(
    locale="sk",
    words=Words(
        dot="bodka",
        at="zavináč",
        slash="lomeno",
        dash="pomlčka",
        underscore="podčiarkovník",
        hashtag="hashtag",
        number="číslo",
        point="bodka",
        to="až",
        ratio="ku",
        out_of="z",
        minus="mínus",
        plus="plus",
        times="krát",
        equals="rovná sa",
        less="menej ako",
        more="viac ako",
        at_most="najviac",
        at_least="najmenej",
        about="asi",
        ampersand="a",
        per="za",
        with_fraction=" a ",
        and_a_half=" a pol",
        percent="percent",
    ),
    grouping=" .",
    counted=lambda number, noun: (
        f"{({'1': 'jedna', '2': 'dve'})[number]} {noun}"
        if number in {"1", "2"} and _FEMININE.match(noun) and noun != "euro"
        else f"{number} {noun}"
    ),
    money={
        "EUR": _noun("euro", "eurá", "eur", "eura"),
        "CZK": _noun("koruna", "koruny", "korún", "koruny"),
        "USD": _noun("dolár", "doláre", "dolárov", "dolára"),
        "GBP": _noun("libra", "libry", "libier", "libry"),
    },
    small_money={"EUR": _noun("cent", "centy", "centov", "centa"), "USD": _noun("cent", "centy", "centov", "centa")},
    signs={"Kč": "CZK"},
    scales={"tis.": 3, "mil.": 6, "mld.": 9, "mil": 6},
    units={
        "%": _noun("percento", "percentá", "percent", "percenta"),
        "hod.": _noun("hodina", "hodiny", "hodín", "hodiny"),
    },
    fraction=lambda upper, lower: {
        (1, 2): "pol",
        (1, 3): "tretina",
        (2, 3): "dve tretiny",
        (1, 4): "štvrtina",
        (3, 4): "tri štvrtiny",
    }.get((upper, lower)),
    date=_date,
    time=_time,
    time_mark=r"hodín|hod\.?",
    before_phones=r"tel\.?|telefón|volajte|zavolajte",
    abbreviations={
        "24/7": "nepretržite",
        "napr.": "napríklad",
        "t. j.": "to jest",
        "tzn.": "to znamená",
        "atď.": "a tak ďalej",
        "a pod.": "a podobne",
        "tzv.": "takzvaný",
        "resp.": "respektíve",
        "cca": "cirka",
        "ul.": "ulica",
        "vs.": "verzus",
        "vs": "verzus",
    },
    before_numbers={"č.": "číslo", "str.": "strana", "s.": "strana"},
    rules=(
        Rule(
            re.compile(rf"(?<![\w.,])(?P<day>\d{{1,2}})\.(?=[{BLANKS}]?(?:{_MONTHS})(?!\w))"),
            _day_and_month,
            digits=True,
        ),
        Rule(
            re.compile(
                rf"(?<![\w.,])(?P<place>[vV][{BLANKS}])?(?P<number>\d{{1,2}})\.(?=[{BLANKS}](?P<noun>[a-zá-ž]{{3,30}}))"
            ),
            _before_noun,
            digits=True,
        ),
    ),
)
