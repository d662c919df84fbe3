"""How Danish is read."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.nordic import MONTHS, date_of, day_rule, decade_rule, time_of
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_NEUTER = re.compile("pund|gram|kilogram|milligram|ton|kilo$|år|tusind|minut|sekund|døgn")


def _counted(number: str, noun: str) -> str:
    if number != "1":
        return f"{number} {noun}"
    return f"{'et' if _NEUTER.match(noun) else 'en'} {noun}"


def _ordinal(number: int) -> str:
    return spelled(number, "da", "ordinal-common")


def year(number: int) -> str:
    """1995 is "nittenfemoghalvfems", 90 "halvfems"; from 2000 on as a number."""
    century, rest = divmod(number, 100)
    if number < 100:
        return spelled(number, "da", "cardinal-common")
    if not 11 <= century <= 19:
        return str(number)
    said = spelled(century, "da", "cardinal-common")
    return (
        f"{said}hundrede" if rest == 0 else said + ("nul" if rest < 10 else "") + spelled(rest, "da", "cardinal-common")
    )


READINGS = Readings(
    locale="da",
    words=Words(
        dot="punktum",
        at="snabel-a",
        slash="skråstreg",
        dash="bindestreg",
        underscore="understreg",
        hashtag="hashtag",
        number="nummer",
        point="punktum",
        to="til",
        ratio="til",
        score="",
        out_of="ud af",
        minus="minus",
        plus="plus",
        plus_minus="plus minus",
        times="gange",
        equals="er lig med",
        less="mindre end",
        more="større end",
        at_most="højst",
        at_least="mindst",
        about="cirka",
        ampersand="og",
        section="paragraf",
        per="per",
        with_cents=" og ",
        with_fraction=" og ",
        and_a_half=" og en halv",
        percent="procent",
    ),
    counted=_counted,
    money={
        "DKK": forms("krone", "kroner"),
        "SEK": forms("svensk krone", "svenske kroner"),
        "NOK": forms("norsk krone", "norske kroner"),
        "USD": forms("dollar"),
        "EUR": forms("euro"),
        "GBP": forms("pund"),
        "JPY": forms("yen"),
    },
    small_money={"DKK": forms("øre"), "EUR": forms("cent"), "USD": forms("cent"), "GBP": forms("pence")},
    signs={"kr": "DKK", "kr.": "DKK"},
    scales={"mio.": 6, "mio": 6, "mia.": 9, "mia": 9, "mill.": 6, "tusind": forms("tusind")},
    units={"%": forms("procent"), "t": forms("time", "timer"), "stk.": forms("styk"), "°C": forms("grad", "grader")},
    rulers=frozenset(
        [
            "Christian",
            "Frederik",
            "Margrethe",
            "Erik",
            "Karl",
            "Ludvig",
            "Henrik",
            "Georg",
            "Elizabeth",
            "Elisabeth",
            "Filip",
        ]
    ),
    regnal=lambda number, _name: f"den {_ordinal(number)}",
    headings=frozenset({"kapitel", "del", "akt"}),
    fraction=lambda upper, lower: {
        (1, 2): "en halv",
        (1, 3): "en tredjedel",
        (2, 3): "to tredjedele",
        (1, 4): "en fjerdedel",
        (3, 4): "tre fjerdedele",
        (1, 5): "en femtedel",
    }.get((upper, lower)),
    year=year,
    year_context="år|siden|fra|til|i|omkring|" + "|".join(MONTHS["da"]),
    date=date_of("da", _ordinal, year),
    before_dates="den|til|fra|før|efter",
    time=time_of("nul"),
    before_times=r"kl\.?|klokken",
    abbreviations={
        "f.eks.": "for eksempel",
        "fx": "for eksempel",
        "bl.a.": "blandt andet",
        "dvs.": "det vil sige",
        "osv.": "og så videre",
        "m.m.": "med mere",
        "m.fl.": "med flere",
        "ca.": "cirka",
        "pga.": "på grund af",
        "etc.": "etcetera",
        "dr.": "doktor",
        "vs.": "mod",
        "vs": "mod",
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
        day_rule("da", _ordinal, year),
        decade_rule("-tal(?P<end>lets|let|ls)?", year, "tal"),
        decade_rule("['’]?(?P<end>erne|er|ernes)", year, ""),
    ),
)
