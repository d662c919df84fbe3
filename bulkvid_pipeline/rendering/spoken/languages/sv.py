"""How Swedish is read."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.nordic import MONTHS, date_of, day_rule, decade_rule, time_of
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_NEUTER = re.compile("öre|pund|gram|kilogram|milligram|ton|kilo$|år|tusen|dygn|cent$")


def _counted(number: str, noun: str) -> str:
    if number != "1":
        return f"{number} {noun}"
    return f"{'ett' if _NEUTER.match(noun) else 'en'} {noun}"


def _ordinal(number: int) -> str:
    return spelled(number, "sv", "ordinal-neuter")


def year(number: int) -> str:
    """1995 is "nittonhundranittiofem"; from 2000 on as a number."""
    return spelled(number, "sv", "numbering-year")


READINGS = Readings(
    locale="sv",
    words=Words(
        dot="punkt",
        at="snabel-a",
        slash="snedstreck",
        dash="bindestreck",
        underscore="understreck",
        hashtag="hashtagg",
        number="nummer",
        point="punkt",
        to="till",
        ratio="till",
        score="",
        out_of="av",
        minus="minus",
        plus="plus",
        plus_minus="plus minus",
        times="gånger",
        equals="är lika med",
        less="mindre än",
        more="större än",
        at_most="högst",
        at_least="minst",
        about="ungefär",
        ampersand="och",
        section="paragraf",
        per="per",
        with_cents=" och ",
        with_fraction=" och ",
        and_a_half=" och en halv",
        percent="procent",
    ),
    spoken_decimal=" komma ",
    counted=_counted,
    money={
        "SEK": forms("krona", "kronor"),
        "NOK": forms("norsk krona", "norska kronor"),
        "DKK": forms("dansk krona", "danska kronor"),
        "USD": forms("dollar"),
        "EUR": forms("euro"),
        "GBP": forms("pund"),
        "JPY": forms("yen"),
    },
    small_money={"SEK": forms("öre"), "EUR": forms("cent"), "USD": forms("cent"), "GBP": forms("pence")},
    signs={"kr": "SEK", "kr.": "SEK"},
    scales={"mn": 6, "milj.": 6, "mdr": 9, "md": 9, "tusen": forms("tusen")},
    units={
        "mkr": forms("miljon kronor", "miljoner kronor"),
        "tkr": forms("tusen kronor"),
        "mdkr": forms("miljard kronor", "miljarder kronor"),
        "%": forms("procent"),
        "tim": forms("timme", "timmar"),
        "st": forms("stycken"),
        "°C": forms("grad", "grader"),
    },
    ordinal_ends=":(?:a|e)",
    ordinal=lambda number, _end: _ordinal(number),
    rulers=frozenset(
        [
            "Karl",
            "Gustav",
            "Gustaf",
            "Erik",
            "Johan",
            "Oscar",
            "Oskar",
            "Ludvig",
            "Henrik",
            "Georg",
            "Fredrik",
            "Elisabet",
            "Elizabeth",
            "Filip",
        ]
    ),
    regnal=lambda number, _name: f"den {_ordinal(number)}",
    headings=frozenset({"kapitel", "del", "akt", "världskriget"}),
    fraction=lambda upper, lower: {
        (1, 2): "en halv",
        (1, 3): "en tredjedel",
        (2, 3): "två tredjedelar",
        (1, 4): "en fjärdedel",
        (3, 4): "tre fjärdedelar",
        (1, 5): "en femtedel",
    }.get((upper, lower)),
    year=year,
    year_context="år|sedan|sen|under|från|till|i|omkring|våren|sommaren|hösten|vintern|" + "|".join(MONTHS["sv"]),
    date=date_of("sv", _ordinal, year),
    before_dates="den|till|från|före|efter",
    time=time_of("noll"),
    before_times=r"kl\.?|klockan",
    abbreviations={
        "t.ex.": "till exempel",
        "t. ex.": "till exempel",
        "bl.a.": "bland annat",
        "bl. a.": "bland annat",
        "dvs.": "det vill säga",
        "d.v.s.": "det vill säga",
        "osv.": "och så vidare",
        "m.m.": "med mera",
        "m.fl.": "med flera",
        "s.k.": "så kallad",
        "t.o.m.": "till och med",
        "fr.o.m.": "från och med",
        "ca": "cirka",
        "ca.": "cirka",
        "etc.": "etcetera",
        "dr": "doktor",
        "vs.": "mot",
        "vs": "mot",
        "24/7": "dygnet runt",
    },
    before_numbers={
        "kl.": "klockan",
        "kl": "klockan",
        "nr": "nummer",
        "nr.": "nummer",
        "s.": "sidan",
        "tel.": "telefon",
    },
    rules=(
        day_rule("sv", _ordinal, year),
        decade_rule(r"-tal(?P<end>ets|et|en|s)?", lambda number: year(number), "tal"),
        Rule(re.compile(rf"(?<=\d)[{BLANKS}]?:-(?!\w)"), " kronor", digits=True),
    ),
)
