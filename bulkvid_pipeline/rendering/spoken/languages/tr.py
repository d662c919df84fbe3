"""How Turkish is read. Suffixes stay as they are written after their apostrophe ("18:30'da")."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, NUMBER, forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.numerals import roman_value
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_IN_PARTS = {
    **{
        2: "ikide",
        3: "üçte",
        4: "dörtte",
        5: "beşte",
        6: "altıda",
        7: "yedide",
        8: "sekizde",
        9: "dokuzda",
        10: "onda",
    },
    **{12: "on ikide", 16: "on altıda", 20: "yirmide", 100: "yüzde", 1000: "binde"},
}
_ROMAN = "(?=[IVXL])[IVXL]{1,7}"


def ordinal(number: int) -> str:
    return spelled(number, "tr", "ordinal")


def _roman(match: re.Match[str]) -> str:
    said = ordinal(roman_value(match["roman"]))
    if match["next"].islower():
        return said
    return " ".join(("İ" + word[1:]) if word[0] == "i" else word.capitalize() for word in said.split())


def _fraction(upper: int, lower: int) -> str | None:
    if (upper, lower) in {(1, 2), (1, 4)}:
        return "yarım" if lower == 2 else "çeyrek"
    return f"{_IN_PARTS[lower]} {spelled(upper, 'tr', 'cardinal')}" if lower in _IN_PARTS else None


def _percent(match: re.Match[str]) -> str:
    said = match["first"].replace(".", "")
    return f"yüzde {said} ila {match['second'].replace('.', '')}" if match["second"] else f"yüzde {said}"


def _after_lira(match: re.Match[str]) -> str:
    """A suffix that was written for "TL" said "tele", as it sounds after "lira"."""
    return match["end"].translate(str.maketrans("ei", "aı"))


def _time(hour: int, minute: int, half: str) -> str:
    hour += 12 if half == "pm" and hour < 12 else 0
    if minute == 0:
        return str(hour)
    return f"{hour} sıfır {minute}" if minute < 10 else f"{hour} {minute}"


READINGS = Readings(
    locale="tr",
    words=Words(
        dot="nokta",
        at="et",
        slash="eğik çizgi",
        dash="tire",
        underscore="alt çizgi",
        hashtag="etiket",
        number="numara",
        point="nokta",
        to="ila",
        ratio="",
        score="",
        out_of="bölü",
        minus="eksi",
        plus="artı",
        plus_minus="artı eksi",
        times="çarpı",
        fold="kat",
        equals="eşittir",
        less="küçüktür",
        more="büyüktür",
        at_most="en fazla",
        at_least="en az",
        about="yaklaşık",
        ampersand="ve",
        section="madde",
        with_fraction=" tam ",
        and_a_half=" buçuk",
        percent="yüzde",
    ),
    money={
        "TRY": forms("lira"),
        "USD": forms("dolar"),
        "EUR": forms("euro"),
        "GBP": forms("sterlin"),
        "JPY": forms("yen"),
        "CNY": forms("yuan"),
        "RUB": forms("ruble"),
        "CHF": forms("frank"),
        "AZN": forms("manat"),
    },
    small_money={"TRY": forms("kuruş"), "USD": forms("sent"), "EUR": forms("sent"), "GBP": forms("peni")},
    signs={"TL": "TRY", "tl": "TRY"},
    scales={"bin": 3, "mn": 6, "Mn": 6, "mr": 9, "mlr": 9, "mlyr": 9},
    units={
        "%": forms("yüzde {}"),
        "km/h": forms("saatte {} kilometre"),
        "km/s": forms("saatte {} kilometre"),
        "km/sa": forms("saatte {} kilometre"),
        "°C": forms("derece"),
        "°": forms("derece"),
        "dk": forms("dakika"),
        "dk.": forms("dakika"),
        "sn": forms("saniye"),
        "sa": forms("saat"),
        "gr": forms("gram"),
        "lt": forms("litre"),
    },
    ordinal_ends="['’](?:inci|ıncı|uncu|üncü|nci|ncı|ncu|ncü)",
    ordinal=lambda number, _end: ordinal(number),
    fraction=_fraction,
    before_dates="tarihi",
    time=_time,
    before_times="saat|saati",
    before_phones=r"tel\.?|telefon|numara|arayın|gsm",
    abbreviations={
        "7/24": "yedi gün yirmi dört saat",
        "24/7": "yedi gün yirmi dört saat",
        "vb.": "ve benzeri",
        "vs.": "vesaire",
        "vd.": "ve diğerleri",
        "örn.": "örneğin",
        "bkz.": "bakınız",
        "yy.": "yüzyıl",
        "Dr.": "doktor",
        "Prof.": "profesör",
        "Doç.": "doçent",
        "Av.": "avukat",
        "Cad.": "caddesi",
        "Sok.": "sokağı",
        "Mah.": "mahallesi",
        "M.Ö.": "milattan önce",
        "M.S.": "milattan sonra",
        "MÖ": "milattan önce",
        "MS": "milattan sonra",
    },
    before_numbers={"No:": "numara", "No": "numara", "No.": "numara", "no:": "numara", "s.": "sayfa", "sf.": "sayfa"},
    rules=(
        Rule(re.compile(r"(?<=TL)['’](?P<end>ye|yi|de|den|nin|lik|si|yle)(?!\w)"), _after_lira),
        Rule(
            re.compile(rf"(?<![\d.,])[%％][{BLANKS}]?(?P<first>{NUMBER})(?:[-–—](?P<second>{NUMBER}))?"),
            _percent,
            digits=True,
        ),
        Rule(re.compile(rf"(?<!\w)(?P<roman>{_ROMAN})\.(?=[{BLANKS}](?P<next>[A-ZÇĞİÖŞÜa-zçğıöşü]))"), _roman),
        Rule(
            re.compile(rf"(?<![\w.,:])(?P<number>\d{{1,3}})\.(?=[{BLANKS}][a-zçğıöşü]{{2}})"),
            lambda match: ordinal(int(match["number"])),
            digits=True,
        ),
    ),
)
