"""How Finnish is read. Numbers keep the nominative, and suffixes stay as they are written after their colon."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_MONTHS = (
    "tammikuuta|helmikuuta|maaliskuuta|huhtikuuta|toukokuuta|kesäkuuta|heinäkuuta|elokuuta|syyskuuta|lokakuuta|marraskuuta"
    "|joulukuuta"
)


def _ordinal(number: int) -> str:
    return spelled(number, "fi", "ordinal")


def _date(year: int | None, month: int, day: int) -> str:
    said = f"{_ordinal(day)} {_MONTHS.split('|')[month - 1]}"
    return said if year is None else f"{said} {year}"


def _time(hour: int, minute: int, half: str) -> str:
    hour += 12 if half == "pm" and hour < 12 else 0
    if minute == 0:
        return str(hour)
    return f"{hour} nolla {minute}" if minute < 10 else f"{hour} {minute}"


READINGS = Readings(
    locale="fi",
    words=Words(
        dot="piste",
        at="ät",
        slash="kauttaviiva",
        dash="viiva",
        underscore="alaviiva",
        hashtag="aihetunniste",
        number="numero",
        point="piste",
        to="viiva",
        ratio="suhde",
        score="",
        out_of="kautta",
        minus="miinus",
        plus="plus",
        times="kertaa",
        equals="on yhtä kuin",
        less="pienempi kuin",
        more="suurempi kuin",
        at_most="enintään",
        at_least="vähintään",
        about="noin",
        ampersand="ja",
        per="per",
        with_fraction=" ja ",
        and_a_half=" ja puoli",
        percent="prosenttia",
    ),
    counted=lambda number, noun: f"yksi {noun}" if number == "1" else f"{number} {noun}",
    money={
        "EUR": forms("euro", "euroa"),
        "USD": forms("dollari", "dollaria"),
        "GBP": forms("punta", "puntaa"),
        "SEK": forms("kruunu", "kruunua"),
    },
    small_money={"EUR": forms("sentti", "senttiä"), "USD": forms("sentti", "senttiä")},
    scales={"milj.": 6, "mrd.": 9, "t.": 3},
    units={"t": forms("tunti", "tuntia"), "kpl": forms("kappale", "kappaletta"), "%": forms("prosentti", "prosenttia")},
    fraction=lambda upper, lower: {
        (1, 2): "puoli",
        (1, 3): "yksi kolmasosa",
        (2, 3): "kaksi kolmasosaa",
        (1, 4): "neljäsosa",
        (3, 4): "kolme neljäsosaa",
    }.get((upper, lower)),
    date=_date,
    time=_time,
    before_times=r"klo\.?|kello",
    before_phones=r"puh\.?|puhelin|soita",
    abbreviations={
        "esim.": "esimerkiksi",
        "jne.": "ja niin edelleen",
        "ym.": "ynnä muuta",
        "mm.": "muun muassa",
        "n.": "noin",
        "ks.": "katso",
        "vs.": "vastaan",
        "vs": "vastaan",
        "24/7": "ympäri vuorokauden",
    },
    before_numbers={"klo": "kello", "nro": "numero", "s.": "sivu", "puh.": "puhelin", "n.": "noin"},
    rules=(
        Rule(
            re.compile(rf"(?<![\w.,])(?P<day>\d{{1,2}})\.(?=[{BLANKS}](?:{_MONTHS}))"),
            lambda match: _ordinal(int(match["day"])),
            digits=True,
        ),
        Rule(
            re.compile(rf"(?<![\w.,:])(?P<number>\d{{1,3}})\.(?=[{BLANKS}][a-zäöå]{{2}})"),
            lambda match: _ordinal(int(match["number"])),
            digits=True,
        ),
    ),
)
