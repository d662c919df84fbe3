"""How Romanian is read."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, Forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.numerals import roman_value
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_FEMININE = ("întâi", "doua", "treia", "patra", "cincea", "șasea", "șaptea", "opta", "noua", "zecea")


def _noun(one: str, few: str) -> Forms:
    """The forms after 1, after 2 to 19, and after 20 and more, with "de"."""
    return {"one": one, "few": few, "other": f"de {few}"}


def _counted(number: str, noun: str) -> str:
    """A number with its noun, whose plural shows the gender: "doi lei", "două minute"."""
    head = noun.split()[0]
    if number == "1":
        return f"{'o' if head.endswith(('ă', 'e', 'ie', 'ra')) else 'un'} {noun}"
    return f"două {noun}" if number == "2" and head.endswith(("e", "uri")) else f"{number} {noun}"


def _ordinal(number: int, article: str) -> str:
    if article == "a":
        return _FEMININE[number - 1] if number <= len(_FEMININE) else f"{number}a"
    return "întâi" if number == 1 else spelled(number, "ro", "cardinal-masculine") + "lea"


def _regnal(number: int, name: str) -> str:
    if number == 1:
        return "Întâi"
    article = "a" if name.endswith("a") else "al"
    return f"{article} {_ordinal(number, article)}"


def _after_article(match: re.Match[str]) -> str:
    written = match["number"]
    number = int(written) if written.isdecimal() else roman_value(written)
    return f"{match['article']} {_ordinal(number, match['article'])}"


def _century(match: re.Match[str]) -> str:
    return f"{match['noun'].replace('sec.', 'secolul')} al {_ordinal(roman_value(match['roman']), 'al')}"


def _time(hour: int, minute: int, half: str) -> str:
    hour += 12 if half == "pm" and hour < 12 else 0
    return f"{hour} și {minute}" if minute else str(hour)


READINGS = Readings(
    locale="ro",
    words=Words(
        dot="punct",
        at="arond",
        slash="slash",
        dash="cratimă",
        underscore="linie jos",
        hashtag="hashtag",
        number="numărul",
        point="punct",
        to="până la",
        ratio="la",
        score="la",
        out_of="din",
        minus="minus",
        plus="plus",
        plus_minus="plus minus",
        times="ori",
        equals="egal",
        less="mai mic decât",
        more="mai mare decât",
        at_most="cel mult",
        at_least="cel puțin",
        about="circa",
        ampersand="și",
        section="paragraful",
        per="pe",
        with_cents=" și ",
        with_fraction=" și ",
        and_a_half=" și jumătate",
        percent="la sută",
    ),
    counted=_counted,
    money={
        "RON": _noun("leu", "lei"),
        "EUR": _noun("euro", "euro"),
        "USD": _noun("dolar", "dolari"),
        "GBP": _noun("liră", "lire"),
        "JPY": _noun("yen", "yeni"),
        "CHF": _noun("franc", "franci"),
        "MDL": _noun("leu", "lei"),
    },
    small_money={
        "RON": _noun("ban", "bani"),
        "EUR": _noun("cent", "cenți"),
        "USD": _noun("cent", "cenți"),
        "GBP": _noun("penny", "pence"),
    },
    signs={"lei": "RON", "leu": "RON"},
    scales={"mii": 3, "mil.": 6, "mld.": 9, "mld": 9, "miliarde": 9},
    units={"%": {"other": "la sută"}, "ore": _noun("oră", "ore"), "buc.": _noun("bucată", "bucăți")},
    ordinal_ends="-(?:lea|a)",
    ordinal=lambda number, end: _ordinal(number, "a" if end == "-a" else "al"),
    fraction=lambda upper, lower: {
        (1, 2): "o jumătate",
        (1, 3): "o treime",
        (2, 3): "două treimi",
        (1, 4): "un sfert",
        (3, 4): "trei sferturi",
        (1, 5): "o cincime",
    }.get((upper, lower)),
    headings=frozenset({"capitolul", "partea", "volumul", "clasa"}),
    rulers=frozenset(
        {"Carol", "Ferdinand", "Mihai", "Ludovic", "Napoleon", "Henric", "Ioan Paul", "Petru", "Elisabeta"}
    ),
    regnal=_regnal,
    before_dates="pe|până la|din|de la|după|înainte de",
    time=_time,
    before_times="ora|orele|la ora",
    before_phones=r"tel\.?|telefon|sunați|sună",
    abbreviations={
        "de ex.": "de exemplu",
        "ex.": "exemplu",
        "etc.": "etcetera",
        "ș.a.": "și altele",
        "ș.a.m.d.": "și așa mai departe",
        "str.": "strada",
        "bd.": "bulevardul",
        "dl.": "domnul",
        "dna.": "doamna",
        "dr.": "doctor",
        "prof.": "profesor",
        "aprox.": "aproximativ",
        "î.Hr.": "înainte de Hristos",
        "d.Hr.": "după Hristos",
        "vs.": "versus",
        "vs": "versus",
        "24/7": "non-stop",
    },
    before_numbers={"nr.": "numărul", "nr": "numărul", "pag.": "pagina", "p.": "pagina", "cap.": "capitolul"},
    rules=(
        Rule(
            re.compile(rf"(?<!\w)(?P<article>al|a)[{BLANKS}](?P<number>[IVXL]{{1,7}}|\d{{1,2}})-(?:lea|a)(?!\w)"),
            _after_article,
        ),
        Rule(
            re.compile(rf"(?<!\w)(?P<noun>[Ss]ecolul(?:ui)?|sec\.)[{BLANKS}](?P<roman>(?=[IVX])[IVX]{{1,6}})(?![\w-])"),
            _century,
        ),
    ),
)
