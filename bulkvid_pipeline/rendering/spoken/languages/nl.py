"""Dutch."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import LETTER, forms, word_set
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words

_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
_ONES = (
    *("nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf", "twaalf"),
    *("dertien", "veertien", "vijftien", "zestien", "zeventien", "achttien", "negentien"),
)
_TENS = ("", "", "twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig")
_PARTS = {3: "derde", 4: "kwart", 5: "vijfde", 6: "zesde", 8: "achtste", 10: "tiende"}


def cardinal(number: int) -> str:
    """A number below 100 in words, others in digits."""
    if number < 20:
        return _ONES[number]
    if number >= 100:
        return str(number)
    ones = number % 10
    joint = "ën" if ones in {2, 3} else "en"
    return (f"{_ONES[ones]}{joint}" if ones else "") + _TENS[number // 10]


def ordinal(number: int, _: str) -> str | None:
    """An ordinal below 100 in words."""
    if not 0 < number <= 100:
        return None
    if number == 100:
        return "honderdste"
    if number in {1, 3}:
        return {1: "eerste", 3: "derde"}[number]
    return cardinal(number) + ("de" if number < 20 and number != 8 else "ste")


def year(number: int) -> str:
    """A year: "negentien zesenvijftig"; those from 2000 as the voice reads them."""
    century, rest = divmod(number, 100)
    if century == 20:
        return str(number)
    if rest == 0:
        return f"{cardinal(century)}honderd"
    return f"{cardinal(century)} {'nul ' if rest < 10 else ''}{cardinal(rest)}"


def _date(in_year: int | None, month: int, day: int) -> str:
    said = f"{day} {_MONTHS[month - 1]}"
    return said if in_year is None else f"{said} {year(in_year) if 1100 <= in_year < 2000 else in_year}"


def _time(hour: int, minute: int, half: str) -> str:
    if half == "pm" and hour < 12:
        hour += 12
    said = f"{'een' if hour == 1 else hour} uur"
    return said if minute == 0 else f"{said} {minute}"


def _fraction(upper: int, lower: int) -> str | None:
    if (upper, lower) == (1, 2):
        return "een half"
    if lower not in _PARTS or (lower in {5, 10} and upper > 1):
        return None
    return f"{cardinal(upper)} {_PARTS[lower]}"


def _regnal(number: int, _: str) -> str:
    said = ordinal(number, "e") or str(number)
    return f"de {said.capitalize()}"


def _century(number: int) -> str:
    return ordinal(number, "e") or str(number)


def _decade(match: re.Match[str]) -> str:
    return f"{match['before']}{_TENS[int(match['tens']) // 10]}"


READINGS = Readings(
    locale="nl",
    words=Words(
        dot="punt",
        at="apenstaartje",
        slash="schuine streep",
        dash="streepje",
        underscore="liggend streepje",
        hashtag="hashtag",
        number="nummer",
        point="punt",
        to="tot",
        ratio="op",
        score="",
        out_of="van",
        per="per",
        minus="min",
        plus="plus",
        plus_minus="plus of min",
        times="keer",
        by="bij",
        equals="is gelijk aan",
        less="minder dan",
        more="meer dan",
        is_less="is kleiner dan",
        is_more="is groter dan",
        at_most="hoogstens",
        at_least="minstens",
        about="ongeveer",
        ampersand="en",
        section="paragraaf",
        with_cents=" en ",
        with_fraction=" ",
        and_a_half=" en een half",
        percent="procent",
    ),
    grouping=". ",
    cardinal=cardinal,
    money={
        "$": forms("dollar"),
        "US$": forms("Amerikaanse dollar"),
        "£": forms("pond"),
        "GBP": forms("Brits pond", "Britse pond"),
        "¥": forms("yen"),
        "₹": forms("roepie"),
        "₽": forms("roebel"),
        "₺": forms("lira"),
        "₱": forms("peso"),
        "₩": forms("won"),
        "₪": forms("sjekel"),
        "R$": forms("real"),
        "zł": forms("zloty"),
        "kr": forms("kroon", "kronen"),
        "kr.": forms("kroon", "kronen"),
        "Kč": forms("kroon", "kronen"),
        "Fr.": forms("frank"),
        "CHF": forms("Zwitserse frank"),
        "EUR": forms("euro"),
    },
    small_money={
        **dict.fromkeys(("EUR", "USD", "CAD", "AUD"), forms("cent")),
        "GBP": forms("penny", "pence"),
        "BRL": forms("centavo"),
        "CHF": forms("centime", "centimes"),
        "RUB": forms("kopeke", "kopeken"),
    },
    scales={"mln": 6, "mln.": 6, "mld": 9, "mld.": 9, "mrd": 9, "mrd.": 9, "M": 6},
    units={
        "u": forms("uur"),
        "km/u": forms("kilometer per uur"),
        "mAh": forms("milliampère-uur"),
        "dB": forms("decibel"),
        "°": forms("graad", "graden"),
        "el": forms("eetlepel", "eetlepels"),
        "tl": forms("theelepel", "theelepels"),
    },
    ordinal_ends="ste|de|e",
    ordinal=ordinal,
    century=_century,
    century_words="eeuw(?:en)?",
    rulers=word_set(
        "Willem Karel Filips Lodewijk Hendrik Johannes Paulus Pius Benedictus Leo Gregorius Clemens Innocentius "
        "Elizabeth Elisabeth Catharina Maria Margaretha Beatrix Wilhelmina Juliana Albert Boudewijn Leopold Filip "
        "Frederik Frans Jozef Peter Alexander Nicolaas Ivan George Edward Richard Jacobus Napoleon Otto "
        "Maximiliaan Constantijn Darius Xerxes Cyrus Ramses Ptolemaeus Cleopatra Süleyman Juan Felipe Christiaan "
        "Gustaaf Harald Louis Henry Charles Urbanus"
    ),
    regnal=_regnal,
    headings=frozenset(
        {
            "hoofdstuk",
            "deel",
            "akte",
            "band",
            "boek",
            "artikel",
            "titel",
            "fase",
            "niveau",
            "type",
            "stap",
            "aflevering",
        }
        | {"seizoen", "bijlage", "figuur", "Wereldoorlog", "graad", "klasse"}
    ),
    not_counted=word_set("Het Een Van Met Voor"),
    fraction=_fraction,
    year=year,
    year_context="in|in het jaar|jaar|sinds|van|tot|vanaf|rond|voor|na|en|tussen|" + "|".join(_MONTHS),
    decades=Rule(
        re.compile(rf"(?<![{LETTER}])(?P<before>(?:[Jj]aren) )['’]?(?P<tens>[2-9]0)(?![{LETTER}\d%])"),
        _decade,
        digits=True,
    ),
    date=_date,
    before_dates="op|tot|vanaf|sinds|voor|na|de",
    time=_time,
    before_times="om",
    time_mark="uur|u",
    abbreviations={
        "bijv.": "bijvoorbeeld",
        "bv.": "bijvoorbeeld",
        "d.w.z.": "dat wil zeggen",
        "o.a.": "onder andere",
        "m.a.w.": "met andere woorden",
        "i.p.v.": "in plaats van",
        "t/m": "tot en met",
        "a.u.b.": "alstublieft",
        "m.b.t.": "met betrekking tot",
        "t.o.v.": "ten opzichte van",
        "i.v.m.": "in verband met",
        "n.Chr.": "na Christus",
        "v.Chr.": "voor Christus",
        "n. Chr.": "na Christus",
        "v. Chr.": "voor Christus",
        "enz.": "enzovoort",
        "etc.": "et cetera",
        "ca.": "circa",
        "dhr.": "de heer",
        "Dhr.": "De heer",
        "mevr.": "mevrouw",
        "Mevr.": "Mevrouw",
        "mw.": "mevrouw",
        "Mw.": "Mevrouw",
        "dr.": "dokter",
        "Dr.": "dokter",
        "prof.": "professor",
        "Prof.": "professor",
        "St.": "Sint",
        "tel.": "telefoon",
        "Tel.": "telefoon",
        "incl.": "inclusief",
        "excl.": "exclusief",
        "max.": "maximaal",
        "min.": "minimaal",
        "vs.": "versus",
        "vs": "versus",
        "24/7": "24 uur per dag",
        "en/of": "en of",
    },
    before_numbers={
        "nr.": "nummer",
        "Nr.": "nummer",
        "no.": "nummer",
        "No.": "nummer",
        "n°": "nummer",
        "blz.": "bladzijde",
        "p.": "pagina",
        "art.": "artikel",
        "hfst.": "hoofdstuk",
        "afb.": "afbeelding",
        "ca.": "circa",
    },
)
