"""How Norwegian is read."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.nordic import MONTHS, date_of, day_rule, decade_rule, time_of
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_NEUTER = re.compile("øre|pund|gram|kilogram|milligram|tonn|kilo$|år|tusen|minutt|sekund|døgn")


def _counted(number: str, noun: str) -> str:
    if number != "1":
        return f"{number} {noun}"
    return f"{'ett' if _NEUTER.match(noun) else 'én'} {noun}"


def _ordinal(number: int) -> str:
    return spelled(number, "nb", "ordinal-masculine")


def year(number: int) -> str:
    """1995 is "nittennittifem", 90 "nitti"; from 2000 on as a number."""
    century, rest = divmod(number, 100)
    if number < 100:
        return spelled(number, "nb", "cardinal-masculine")
    if not 11 <= century <= 19:
        return str(number)
    said = spelled(century, "nb", "cardinal-masculine")
    if rest == 0:
        return f"{said}hundre"
    return said + ("null" if rest < 10 else "") + spelled(rest, "nb", "cardinal-masculine")


READINGS = Readings(
    locale="nb",
    words=Words(
        dot="punktum",
        at="krøllalfa",
        slash="skråstrek",
        dash="bindestrek",
        underscore="understrek",
        hashtag="emneknagg",
        number="nummer",
        point="punktum",
        to="til",
        ratio="til",
        score="",
        out_of="av",
        minus="minus",
        plus="pluss",
        plus_minus="pluss minus",
        times="ganger",
        equals="er lik",
        less="mindre enn",
        more="større enn",
        at_most="høyst",
        at_least="minst",
        about="omtrent",
        ampersand="og",
        section="paragraf",
        per="per",
        with_cents=" og ",
        with_fraction=" og ",
        and_a_half=" og en halv",
        percent="prosent",
    ),
    counted=_counted,
    money={
        "NOK": forms("krone", "kroner"),
        "SEK": forms("svensk krone", "svenske kroner"),
        "DKK": forms("dansk krone", "danske kroner"),
        "USD": forms("dollar"),
        "EUR": forms("euro"),
        "GBP": forms("pund"),
        "JPY": forms("yen"),
    },
    small_money={"NOK": forms("øre"), "EUR": forms("cent"), "USD": forms("cent"), "GBP": forms("pence")},
    signs={"kr": "NOK", "kr.": "NOK"},
    scales={"mill.": 6, "mill": 6, "mrd.": 9, "mrd": 9, "tusen": forms("tusen")},
    units={"%": forms("prosent"), "t": forms("time", "timer"), "stk.": forms("stykker"), "°C": forms("grad", "grader")},
    rulers=frozenset(
        [
            "Harald",
            "Haakon",
            "Olav",
            "Christian",
            "Kristian",
            "Karl",
            "Ludvig",
            "Henrik",
            "Georg",
            "Elizabeth",
            "Elisabeth",
            "Filip",
            "Fredrik",
        ]
    ),
    regnal=lambda number, _name: f"den {_ordinal(number)}",
    headings=frozenset({"kapittel", "del", "akt"}),
    fraction=lambda upper, lower: {
        (1, 2): "en halv",
        (1, 3): "en tredjedel",
        (2, 3): "to tredjedeler",
        (1, 4): "en fjerdedel",
        (3, 4): "tre fjerdedeler",
        (1, 5): "en femtedel",
    }.get((upper, lower)),
    year=year,
    year_context="år|siden|fra|til|i|rundt|våren|sommeren|høsten|vinteren|" + "|".join(MONTHS["nb"]),
    date=date_of("nb", _ordinal, year),
    before_dates="den|til|fra|før|etter",
    time=time_of("null"),
    before_times=r"kl\.?|klokken|klokka",
    abbreviations={
        "f.eks.": "for eksempel",
        "f. eks.": "for eksempel",
        "bl.a.": "blant annet",
        "dvs.": "det vil si",
        "osv.": "og så videre",
        "o.l.": "og lignende",
        "m.m.": "med mer",
        "mfl.": "med flere",
        "ca.": "cirka",
        "ca": "cirka",
        "pga.": "på grunn av",
        "s.k.": "såkalt",
        "etc.": "etcetera",
        "dr.": "doktor",
        "vs.": "mot",
        "vs": "mot",
        "24/7": "døgnet rundt",
    },
    before_numbers={
        "kl.": "klokken",
        "kl": "klokken",
        "nr.": "nummer",
        "nr": "nummer",
        "s.": "side",
        "tlf.": "telefon",
    },
    before_phones=r"tlf\.?|ring",
    rules=(
        day_rule("nb", _ordinal, year),
        decade_rule("-tall(?P<end>ets|et|ene|s)?", year, "tall"),
    ),
)
