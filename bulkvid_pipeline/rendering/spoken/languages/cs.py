"""How Czech is read.

Nouns agree with their numbers; ordinals are in the genitive in dates and agree with "století" in centuries. Before
other nouns an ordinal in digits ("1. místo") takes its ending from theirs.
"""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import BLANKS
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.numerals import roman_value
from bulkvid_pipeline.rendering.spoken.ordinals import Ordinals
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.slavic import agreeing, plural_of

_HARD = {"genitive": "ého", "locative": "ém", "feminine": "á", "feminine-genitive": "é", "neuter": "é", "plural": "á"}
_SOFT = {"genitive": "ího", "locative": "ím", "feminine": "í", "feminine-genitive": "í", "neuter": "í", "plural": "í"}
ORDINALS = Ordinals(
    ones=(
        *("první", "druhý", "třetí", "čtvrtý", "pátý", "šestý", "sedmý", "osmý", "devátý", "desátý", "jedenáctý"),
        *("dvanáctý", "třináctý", "čtrnáctý", "patnáctý", "šestnáctý", "sedmnáctý", "osmnáctý", "devatenáctý"),
    ),
    tens=("dvacátý", "třicátý", "čtyřicátý", "padesátý", "šedesátý", "sedmdesátý", "osmdesátý", "devadesátý"),
    endings={"ý": _HARD, "í": _SOFT},
)
_MONTHS = "ledna|února|března|dubna|května|června|července|srpna|září|října|listopadu|prosince"
_FEMININE = re.compile(
    "korun|libr|minut|sekund|hodin|tun|miliard|stran|kalori|kilokalori|lir|rupi|hřiv|míl|eur|milisekund"
)
_NAMES = (
    "Ludvík|Karel|Karl|Jan Pavel|Jan Pavl|Jiří|Josef|Františ|František|Václav|Vladislav|Ferdinand|Rudolf|Petr|Mikuláš"
    "|Alexandr|Vilém|Jindřich|Filip|Eduard|Richard|Benedikt|Pius|Napoleon|Ramses|Otakar|Přemysl Otakar|Zikmund|Leopold"
)
_WOMEN = "Alžbět|Kateřin|Marie|Viktori|Ann|Markét|Isabel|Kristýn"
_ROMAN = "(?=[IVXL])[IVXL]{1,7}"


def _phone(match: re.Match[str]) -> str:
    return ", ".join(" ".join(group) for group in match.group().split())


def _world_war(match: re.Match[str]) -> str:
    said = ORDINALS.said(len(match["roman"]), "feminine")
    return said if match["end"] == "á" else said.removesuffix("á") + match["end"]


def _date(year: int | None, month: int, day: int) -> str:
    said = f"{ORDINALS.said(day, 'genitive')} {_MONTHS.split('|')[month - 1]}"
    return said if year is None else f"{said} {year}"


def _day_and_month(match: re.Match[str]) -> str | None:
    day, second = int(match["day"]), match["second"]
    if not (1 <= day <= 31 and 1 <= int(second or day) <= 31):
        return None
    said = f"{ORDINALS.said(day, 'genitive')} "
    if second:
        said += f"až {ORDINALS.said(int(second), 'genitive')} "
    return said + match["month"]


def _before_noun(match: re.Match[str]) -> str | None:
    number, noun = int(match["number"]), match["noun"]
    if not 1 <= number <= 99:
        return None
    if noun.startswith("stolet"):
        case = {"století": "neuter"}.get(noun, "genitive")
        case = "locative" if match["place"] else case
    elif noun[-1] == "a":
        case = "feminine"
    else:
        case = "neuter" if noun[-1] in "oeí" else ""
    return f"{match['place'] or ''}{ORDINALS.said(number, case)}"


def _century(match: re.Match[str]) -> str:
    said = ORDINALS.said(roman_value(match["roman"]), "locative" if match["place"] else "neuter")
    return f"{match['place'] or ''}{said}"


def _ruler(match: re.Match[str]) -> str:
    name, number = match["name"], roman_value(match["roman"])
    if match["woman"]:
        case = "feminine" if name[-1] in "ae" else "feminine-genitive"
    else:
        case = "genitive" if name[-1] in "ae" else ""
    return f"{name} {ORDINALS.said(number, case).title()}{'.' if match['stop'] and _ends(match) else ''}"


def _ends(match: re.Match[str]) -> bool:
    return not match.string[match.end() :].strip()


def _decade(match: re.Match[str]) -> str:
    ending = "á" if match["noun"] == "léta" else "ých"
    return f"{ORDINALS.said(int(match['decade'])).removesuffix('ý')}{ending} {match['noun']}"


def _time(hour: int, minute: int, half: str) -> str:
    hour += 12 if half == "pm" and hour < 12 else 0
    if minute:
        return f"{hour} {minute:02}"
    return agreeing(str(hour), plural_of(hour, "cs", "hodina", "hodiny", "hodin"), "cs", _FEMININE)


RULES = (
    Rule(re.compile(r"(?<![\d.,+\-])(?<!\d[ ])[2-7]\d\d \d{3} \d{3}(?![ \u00a0]?[\w€$%])"), _phone, digits=True),
    Rule(re.compile(rf"(?<!\w)(?P<roman>I{{1,3}})\.(?=[{BLANKS}]světov(?P<end>á|é|ou)(?!\w))"), _world_war),
    Rule(
        re.compile(
            rf"(?<![\w.,])(?P<day>\d{{1,2}})\.(?:[{BLANKS}]?[-–—][{BLANKS}]?(?P<second>\d{{1,2}})\.)?[{BLANKS}]?"
            rf"(?P<month>{_MONTHS})(?!\w)"
        ),
        _day_and_month,
        digits=True,
    ),
    Rule(
        re.compile(r"(?<![\w.,])(?P<decade>[2-9]0)\.[ \u00a0](?P<noun>letech|léta|let)(?!\w)"),
        _decade,
        digits=True,
    ),
    Rule(
        re.compile(
            rf"(?<![\w.,])(?P<place>[vV](?:e)?[{BLANKS}])?(?P<number>\d{{1,2}})\.(?=[{BLANKS}](?P<noun>[a-zá-ž]{{3,30}}))"
        ),
        _before_noun,
        digits=True,
    ),
    Rule(re.compile(rf"(?<!\w)(?P<place>[vV][{BLANKS}])?(?P<roman>{_ROMAN})\.?(?=[{BLANKS}]stolet)"), _century),
    Rule(
        re.compile(
            rf"(?<!\w)(?P<name>(?:(?:{_NAMES})[a-zá-ž]{{0,3}}|(?P<woman>{_WOMEN})[a-zá-ž]{{0,2}}))[{BLANKS}]"
            rf"(?P<roman>{_ROMAN})(?P<stop>\.)?(?![\w])"
        ),
        _ruler,
    ),
)
_EUR = {"one": "euro", "few": "eura", "many": "eura", "other": "eur"}


def _money(one: str, few: str, other: str, many: str) -> dict[str, str]:
    """`many` is for decimals, `other` for five and more."""
    return {"one": one, "few": few, "other": other, "many": many}


READINGS = Readings(
    locale="cs",
    words=Words(
        dot="tečka",
        at="zavináč",
        slash="lomeno",
        dash="pomlčka",
        underscore="podtržítko",
        hashtag="hashtag",
        number="číslo",
        point="tečka",
        to="až",
        ratio="ku",
        score="ku",
        out_of="z",
        minus="minus",
        plus="plus",
        plus_minus="plus minus",
        times="krát",
        equals="rovná se",
        less="méně než",
        more="více než",
        at_most="nejvýše",
        at_least="nejméně",
        about="asi",
        ampersand="a",
        section="paragraf",
        per="za",
        with_cents=" ",
        with_fraction=" a ",
        and_a_half=" a půl",
        percent="procent",
    ),
    grouping=" .",
    counted=lambda number, noun: agreeing(number, noun, "cs", _FEMININE),
    money={
        "CZK": _money("koruna", "koruny", "korun", "koruny"),
        "EUR": _EUR,
        "USD": _money("dolar", "dolary", "dolarů", "dolaru"),
        "GBP": _money("libra", "libry", "liber", "libry"),
        "JPY": _money("jen", "jeny", "jenů", "jenu"),
        "CNY": _money("jüan", "jüany", "jüanů", "jüanu"),
        "PLN": _money("zlotý", "zloté", "zlotých", "zlotého"),
        "RUB": _money("rubl", "rubly", "rublů", "rublu"),
        "CHF": _money("frank", "franky", "franků", "franku"),
    },
    small_money={
        "CZK": _money("haléř", "haléře", "haléřů", "haléře"),
        "EUR": _money("cent", "centy", "centů", "centu"),
        "USD": _money("cent", "centy", "centů", "centu"),
        "GBP": _money("pence", "pence", "pencí", "pence"),
    },
    signs={"kr": "CZK"},
    scales={"tis.": 3, "tis": 3, "mil.": 6, "mil": 6, "mld.": 9, "mld": 9, "bil.": 12, "miliónů": 6, "milionů": 6},
    units={
        "%": _money("procento", "procenta", "procent", "procenta"),
        "hod.": _money("hodina", "hodiny", "hodin", "hodiny"),
        "hod": _money("hodina", "hodiny", "hodin", "hodiny"),
        "min.": _money("minuta", "minuty", "minut", "minuty"),
        "sek.": _money("sekunda", "sekundy", "sekund", "sekundy"),
        "ks": _money("kus", "kusy", "kusů", "kusu"),
    },
    fraction=lambda upper, lower: {
        (1, 2): "půl",
        (1, 3): "třetina",
        (2, 3): "dvě třetiny",
        (1, 4): "čtvrtina",
        (3, 4): "tři čtvrtiny",
        (1, 5): "pětina",
        (1, 8): "osmina",
        (1, 10): "desetina",
    }.get((upper, lower)),
    headings=frozenset({"kapitola", "díl", "část", "třída", "kniha"}),
    date=_date,
    before_dates="do|od|dne|k|ke|po",
    time=_time,
    time_mark=r"hodin[ayu]?|hod\.?",
    before_times="v|ve|od|do|po",
    before_phones=r"tel\.?|telefon|volejte|zavolejte",
    abbreviations={
        "24/7": "nepřetržitě",
        "např.": "například",
        "tzn.": "to znamená",
        "tj.": "to jest",
        "atd.": "a tak dále",
        "apod.": "a podobně",
        "aj.": "a jiné",
        "tzv.": "takzvaný",
        "mj.": "mimo jiné",
        "resp.": "respektive",
        "cca": "cirka",
        "ul.": "ulice",
        "nám.": "náměstí",
        "sv.": "svatý",
        "prof.": "profesor",
        "Dr.": "doktor",
        "Ing.": "inženýr",
        "př. n. l.": "před naším letopočtem",
        "n. l.": "našeho letopočtu",
        "vs.": "versus",
        "vs": "versus",
    },
    before_numbers={
        "č.": "číslo",
        "str.": "strana",
        "s.": "strana",
        "tel.": "telefon",
        "r.": "rok",
        "kap.": "kapitola",
    },
    rules=RULES,
)
