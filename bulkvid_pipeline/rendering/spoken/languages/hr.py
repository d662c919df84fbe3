"""How Croatian is read; `sr` and `bs` have the same for Serbian and Bosnian, in their own letters.

Numbers agree with feminine nouns; ordinals keep the nominative.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, Forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.numerals import roman_value
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_FEMININE = re.compile("kun|minut|sekund|tisuć|milijard|ton|lip|funt|hiljad|marak")


def _ordinal(number: int, gender: str = "masculine") -> str:
    return spelled(number, "hr", f"ordinal-{gender}")


def _counted(number: str, noun: str) -> str:
    if number in {"1", "2"} and _FEMININE.match(noun) and not noun.startswith("funta "):
        return f"{'jedna' if number == '1' else 'dvije'} {noun}"
    return f"{number} {noun}"


def _noun(one: str, few: str, other: str) -> Forms:
    return {"one": one, "few": few, "other": other}


def _genitive(number: int) -> str:
    """The genitive of an ordinal, of which only the last word changes: "dvadeset četvrtog"."""
    said = _ordinal(number)
    return f"{said[:-1]}{'eg' if said.endswith('treći') else 'og'}"


MONTHS = (
    *("siječnja", "veljače", "ožujka", "travnja", "svibnja", "lipnja", "srpnja", "kolovoza", "rujna", "listopada"),
    *("studenoga", "prosinca"),
)
OTHER_MONTHS = (
    *("januara", "februara", "marta", "aprila", "maja", "juna", "jula", "avgusta", "septembra", "oktobra"),
    *("novembra", "decembra"),
)
"""As in Serbian and Bosnian."""
_ALL_MONTHS = frozenset({*MONTHS, *OTHER_MONTHS, "studenog", "augusta"})


def _before_noun(match: re.Match[str]) -> str:
    number, noun = int(match["number"]), match["noun"]
    if noun in _ALL_MONTHS:
        return _genitive(number)
    return _ordinal(number, "feminine" if noun[-1] == "a" else "neuter" if noun[-1] in "oe" else "masculine")


def date_in(months: tuple[str, ...]) -> Callable[[int | None, int, int], str]:
    """The reading of (year, month, day) with these names of months."""

    def date(year: int | None, month: int, day: int) -> str:
        said = f"{_genitive(day)} {months[month - 1]}"
        return said if year is None else f"{said} {year}"

    return date


def _time(hour: int, minute: int, half: str) -> str:
    hour += 12 if half == "pm" and hour < 12 else 0
    return f"{hour} {minute:02}" if minute else f"{hour} sati"


READINGS = Readings(
    locale="hr",
    words=Words(
        dot="točka",
        at="et",
        slash="kosa crta",
        dash="crtica",
        underscore="donja crta",
        hashtag="hashtag",
        number="broj",
        point="točka",
        to="do",
        ratio="naprema",
        score="",
        out_of="od",
        minus="minus",
        plus="plus",
        times="puta",
        equals="jednako",
        less="manje od",
        more="veće od",
        at_most="najviše",
        at_least="najmanje",
        about="oko",
        ampersand="i",
        per="po",
        with_cents=" i ",
        with_fraction=" i ",
        and_a_half=" i pol",
        percent="posto",
    ),
    counted=_counted,
    money={
        "EUR": _noun("euro", "eura", "eura"),
        "USD": _noun("dolar", "dolara", "dolara"),
        "GBP": _noun("funta", "funte", "funti"),
        "RSD": _noun("dinar", "dinara", "dinara"),
        "BAM": _noun("marka", "marke", "maraka"),
    },
    small_money={"EUR": _noun("cent", "centa", "centi"), "USD": _noun("cent", "centa", "centi")},
    signs={"din.": "RSD", "din": "RSD", "KM": "BAM"},
    scales={"tis.": 3, "mil.": 6, "mlrd.": 9, "mlrd": 9},
    units={"%": {"other": "posto"}},
    fraction=lambda upper, lower: {
        (1, 2): "pola",
        (1, 3): "trećina",
        (2, 3): "dvije trećine",
        (1, 4): "četvrtina",
        (3, 4): "tri četvrtine",
    }.get((upper, lower)),
    date=date_in(MONTHS),
    time=_time,
    time_mark=r"sati|h",
    before_phones=r"tel\.?|telefon|nazovite|zovite",
    abbreviations={
        "24/7": "danonoćno",
        "npr.": "na primjer",
        "itd.": "i tako dalje",
        "tj.": "to jest",
        "i sl.": "i slično",
        "tzv.": "takozvani",
        "dr.": "doktor",
        "vs.": "protiv",
        "vs": "protiv",
    },
    before_numbers={"br.": "broj", "str.": "stranica", "tel.": "telefon"},
    rules=(
        Rule(
            re.compile(rf"(?<![\w.,])(?P<number>\d{{1,2}})\.(?=[{BLANKS}](?P<noun>[a-zčćđšž]{{3,30}}))"),
            _before_noun,
            digits=True,
        ),
        Rule(
            re.compile(rf"(?<!\w)(?P<roman>(?=[IVX])[IVX]{{1,6}})\.(?=[{BLANKS}]stoljeć|[{BLANKS}]vek)"),
            lambda match: _ordinal(roman_value(match["roman"]), "neuter"),
        ),
    ),
)
