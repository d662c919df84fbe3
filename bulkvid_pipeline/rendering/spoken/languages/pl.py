"""How Polish is read.

Nouns agree with their numbers, hours and years are ordinals, and ordinals agree with the noun beside them. Cardinals
keep the nominative after prepositions.
"""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import BLANKS
from bulkvid_pipeline.rendering.spoken.forms import Rule, kept_stop
from bulkvid_pipeline.rendering.spoken.numerals import roman_value
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.slavic import agreeing
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_MONTHS = "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia"
_YEAR = r"1[1-9]\d\d|20\d\d"
_ROMAN = "(?=[IVXL])[IVXL]{1,7}"
_FEMININE = re.compile(
    "koron|minut|sekund|milisekund|godzin|ton|hrywn|lir|rupi|mila|mile|stron|kalori|kilokalori|sztuk|osob|unc|kopiej"
    "|kilowatogodzin"
)
_MEN = "Ludwik|Jan Pawe|Jana Paw|Zygmunt|Kazimierz|Henryk|Karol|Władysław|Stanisław|August|Mieszk|Bolesław|Fryderyk"
_MEN += "|Wilhelm|Napoleon|Pius|Benedykt|Franciszek|Franciszk|Piotr|Mikołaj|Aleksand|Filip|Jerz|Edward|Ryszard|Ramzes"
_MEN += "|Leopold|Jan|Paw"
_WOMEN = "Elżbie|Katarzyn|Wiktori|Ann|Mari|Krystyn|Izabel|Małgorza|Kleopat"
_ENDINGS = {
    **dict.fromkeys(("szy", "gi", "ci", "ty", "my", "ny", "y"), "masculine"),
    **dict.fromkeys(("sza", "ga", "cia", "ta", "ma", "na", "a"), "feminine"),
    **dict.fromkeys(("sze", "gie", "cie", "te", "me", "ne", "e"), "neuter"),
    **dict.fromkeys(("szego", "giego", "ciego", "tego", "mego", "go", "ego"), "masculine-genitive"),
    **dict.fromkeys(("szym", "gim", "cim", "tym", "mym", "ym"), "masculine-locative"),
    **dict.fromkeys(("szej", "giej", "ciej", "tej", "mej", "ej"), "feminine-genitive"),
}


def _ordinal(number: int, rules: str) -> str:
    return spelled(number, "pl", f"ordinal-{rules}")


def _date(year: int | None, month: int, day: int) -> str:
    """The genitive, which is used in sentences: "do dwudziestego czwartego grudnia"."""
    said = f"{_ordinal(day, 'masculine-genitive')} {_MONTHS.split('|')[month - 1]}"
    return said if year is None else f"{said} {_ordinal(year, 'masculine-genitive')} roku"


def _day_and_month(match: re.Match[str]) -> str | None:
    day, second, year = int(match["day"]), match["second"], match["year"]
    if not (1 <= day <= 31 and 1 <= int(second or day) <= 31):
        return None
    said = f"{_ordinal(day, 'masculine-genitive')} "
    if second:
        said += f"do {_ordinal(int(second), 'masculine-genitive')} "
    said += match["month"]
    if year:
        said += f" {_ordinal(int(year), 'masculine-genitive')} roku"
    return said + kept_stop(match)


def _year(match: re.Match[str]) -> str:
    noun = {"r.": "roku"}.get(match["noun"], match["noun"])
    case = {"rok": "", "rokiem": "-instrumental"}.get(noun, "-locative" if match["place"] else "-genitive")
    return f"{match['place'] or ''}{_ordinal(int(match['year']), f'masculine{case}')} {noun}{kept_stop(match)}"


def _after_year(match: re.Match[str]) -> str:
    case = {"rok": "", "Rok": ""}.get(match["noun"], "-locative" if match["place"] else "-genitive")
    return f"{match['place'] or ''}{match['noun']} {_ordinal(int(match['year']), f'masculine{case}')}"


def _century(match: re.Match[str]) -> str:
    noun = {"w.": "wieku"}.get(match["noun"], match["noun"])
    case = {"wiek": "", "wiekiem": "-instrumental", "wieki": ""}.get(
        noun, "-locative" if match["place"] else "-genitive"
    )
    numbers = [_ordinal(roman_value(match[name]), f"masculine{case}") for name in ("first", "second") if match[name]]
    joint = f" {match['joint']} " if match["joint"] in {"i", "a"} else " "
    return f"{match['place'] or ''}{joint.join(numbers)} {noun}{kept_stop(match)}"


def _ruler(match: re.Match[str]) -> str:
    name, number = match["name"], roman_value(match["roman"])
    if match["woman"]:
        cases = {"a": "", "ą": "-instrumental", "ę": "-accusative"}
        return f"{name} {_ordinal(number, 'feminine' + cases.get(name[-1], '-genitive')).title()}"
    if name.endswith("em"):
        case = "-instrumental"
    else:
        case = {"a": "-genitive", "i": "-dative", "u": "-locative", "e": "-locative"}.get(name[-1], "")
    return f"{name} {_ordinal(number, 'masculine' + case).title()}"


def _phone(match: re.Match[str]) -> str:
    return ", ".join(" ".join(group) for group in match.group().split())


def _world_war(match: re.Match[str]) -> str:
    case = {"a": "", "ę": "-accusative", "ą": "-instrumental"}.get(match["end"], "-genitive")
    return _ordinal(len(match["roman"]), f"feminine{case}")


def _hour(hour: int, minute: int, case: str = "") -> str:
    said = "zero" if hour == 0 and minute else _ordinal(hour or 24, f"feminine{case}")
    if minute == 0:
        return said
    return f"{said} zero {minute}" if minute < 10 else f"{said} {minute}"


def _hour_after(match: re.Match[str]) -> str:
    """An hour after a preposition: "o osiemnastej trzydzieści", "od dziewiątej"."""
    noun = {"godz.": "godzinie" if match["before"][:1] in "oO" else "godziny"}.get(match["noun"], match["noun"])
    said = f"{match['before'] or ''}{f'{noun} ' if noun else ''}"
    return said + _hour(int(match["hour"]), int(match["minute"] or 0), "-genitive")


def _hour_named(match: re.Match[str]) -> str:
    return f"godzina {_hour(int(match['hour']), int(match['minute'] or 0))}"


def _before_noun(match: re.Match[str]) -> str | None:
    last = match["noun"][-1]
    gender = "feminine" if last == "a" else "neuter" if last in "eoę" else "masculine"
    return _ordinal(int(match["number"]), gender)


def _decade(match: re.Match[str]) -> str:
    case = "" if match["noun"].lower() == "lata" else "-genitive"
    return f"{match['noun']} {_ordinal(int(match['decade']), f'plural{case}')}{'.' if _is_last(match) else ''}"


def _is_last(match: re.Match[str]) -> bool:
    return not match.string[match.end() :].strip(" \"'”’»)")


def _fraction(upper: int, lower: int) -> str | None:
    if (upper, lower) == (1, 2):
        return "pół"
    if lower not in {3, 4, 5, 8, 10, 100}:
        return None
    rules = "feminine" if upper == 1 else "plural" if upper in {2, 3, 4} else "plural-genitive"
    return f"{spelled(upper, 'pl', 'cardinal-feminine')} {_ordinal(lower, rules)}"


def _money(one: str, few: str, many: str, decimal: str) -> dict[str, str]:
    return {"one": one, "few": few, "many": many, "other": decimal}


_HOUR = r"(?P<hour>[01]?\d|2[0-4])(?:[:.](?P<minute>[0-5]\d))"
RULES = (
    Rule(re.compile(r"(?<![\d.,+\-])(?<!\d[ ])[4-8]\d\d \d{3} \d{3}(?![ \u00a0]?[\w€$%])"), _phone, digits=True),
    Rule(re.compile(rf"(?<!\w)(?P<roman>I{{1,3}})(?=[{BLANKS}]wojn(?P<end>a|y|ie|ę|ą)(?!\w))"), _world_war),
    Rule(
        re.compile(
            rf"(?<![\w.,])(?P<day>\d{{1,2}})\.?(?:[{BLANKS}]?[-–—][{BLANKS}]?(?P<second>\d{{1,2}}))?[{BLANKS}](?P<month>{_MONTHS})"
            rf"(?!\w)(?:[{BLANKS}](?P<year>{_YEAR})(?!\d)(?:[{BLANKS}](?:roku|r\.))?)?"
        ),
        _day_and_month,
        digits=True,
    ),
    Rule(
        re.compile(
            rf"(?<![\w.,])(?P<place>[wW][{BLANKS}])?(?P<year>{_YEAR})[{BLANKS}](?P<noun>rokiem|roku|rok|r\.)(?!\w)"
        ),
        _year,
        digits=True,
    ),
    Rule(
        re.compile(
            rf"(?<![\w.,])(?P<place>[wW][{BLANKS}])?(?P<noun>[Rr]oku|[Rr]ok)[{BLANKS}](?P<year>{_YEAR})(?![\d.,]\d|\d)"
        ),
        _after_year,
        digits=True,
    ),
    Rule(
        re.compile(
            rf"(?<!\w)(?P<place>[wW][{BLANKS}])?(?P<first>{_ROMAN})(?:[{BLANKS}]?(?P<joint>[-–—ia])[{BLANKS}]?(?P<second>{_ROMAN}))?"
            rf"[{BLANKS}](?P<noun>wiekiem|wieku|wieki|wiek|w\.(?![{BLANKS}]?[a-z]))(?!\w)"
        ),
        _century,
    ),
    Rule(
        re.compile(
            rf"(?<!\w)(?P<name>(?:(?:{_MEN})[a-ząćęłńóśźż]{{0,5}}|(?P<woman>{_WOMEN})[a-ząćęłńóśźż]{{1,3}}))[{BLANKS}]"
            rf"(?P<roman>{_ROMAN})(?!\w)"
        ),
        _ruler,
    ),
    Rule(
        re.compile(
            rf"(?<!\w)(?P<before>(?:[oO]|[oO]d|[dD]o|[pP]o|[oO]koło|[kK]oło)[{BLANKS}])(?:(?P<noun>godz\.|godzin(?:ie|y))[{BLANKS}])?{_HOUR}"
            r"(?!\d|[.,:]\d)"
        ),
        _hour_after,
        digits=True,
    ),
    Rule(
        re.compile(
            rf"(?<!\w)(?P<before>(?:[oO]|[oO]d|[dD]o|[pP]o)[{BLANKS}])(?P<noun>godz\.|godzin(?:ie|y))[{BLANKS}](?P<hour>[01]?\d|2[0-4])"
            r"(?P<minute>(?!))?(?!\d|[.,:]\d)"
        ),
        _hour_after,
        digits=True,
    ),
    Rule(re.compile(rf"(?<!\w)[gG]odz\.[{BLANKS}]{_HOUR}?(?!\d|[.,:]\d)"), _hour_named, digits=True),
    Rule(
        re.compile(rf"(?<!\w)(?P<noun>[Ll]atach|[Ll]ata|[Ll]at)[{BLANKS}]’?'?(?P<decade>[1-9]0|1[89]\d0)\."),
        _decade,
        digits=True,
    ),
    Rule(
        re.compile(rf"(?<![\w.,])(?P<number>\d{{1,2}})\.(?=[{BLANKS}](?P<noun>[a-ząćęłńóśźż]{{3,30}}))"),
        _before_noun,
        digits=True,
    ),
)

READINGS = Readings(
    locale="pl",
    words=Words(
        dot="kropka",
        at="małpa",
        slash="ukośnik",
        dash="myślnik",
        underscore="podkreślnik",
        hashtag="hasztag",
        number="numer",
        point="kropka",
        to="do",
        ratio="do",
        score="do",
        out_of="na",
        minus="minus",
        plus="plus",
        plus_minus="plus minus",
        times="razy",
        by="na",
        equals="równa się",
        less="mniej niż",
        more="więcej niż",
        at_most="najwyżej",
        at_least="co najmniej",
        about="około",
        ampersand="i",
        section="paragraf",
        per="za",
        with_fraction=" i ",
        and_a_half=" i pół",
        percent="procent",
    ),
    grouping=" .",
    counted=lambda number, noun: agreeing(number, noun, "pl", _FEMININE),
    money={
        "PLN": _money("złoty", "złote", "złotych", "złotego"),
        "EUR": _money("euro", "euro", "euro", "euro"),
        "USD": _money("dolar", "dolary", "dolarów", "dolara"),
        "GBP": _money("funt", "funty", "funtów", "funta"),
        "CZK": _money("korona", "korony", "koron", "korony"),
        "JPY": _money("jen", "jeny", "jenów", "jena"),
        "CNY": _money("juan", "juany", "juanów", "juana"),
        "UAH": _money("hrywna", "hrywny", "hrywien", "hrywny"),
        "RUB": _money("rubel", "ruble", "rubli", "rubla"),
        "CHF": _money("frank", "franki", "franków", "franka"),
    },
    small_money={
        "PLN": _money("grosz", "grosze", "groszy", "grosza"),
        "EUR": _money("cent", "centy", "centów", "centa"),
        "USD": _money("cent", "centy", "centów", "centa"),
        "GBP": _money("pens", "pensy", "pensów", "pensa"),
    },
    signs={"zl": "PLN", "zł.": "PLN"},
    scales={"tys.": 3, "tys": 3, "mln": 6, "mln.": 6, "mld": 9, "mld.": 9, "bln": 12},
    units={
        "%": _money("procent", "procent", "procent", "procent"),
        "godz.": _money("godzina", "godziny", "godzin", "godziny"),
        "min.": _money("minuta", "minuty", "minut", "minuty"),
        "sek.": _money("sekunda", "sekundy", "sekund", "sekundy"),
        "szt.": _money("sztuka", "sztuki", "sztuk", "sztuki"),
        "os.": _money("osoba", "osoby", "osób", "osoby"),
    },
    headings=frozenset({"rozdział", "tom", "część", "klasa", "akt", "etap", "liceum", "księga"}),
    ordinal_ends="-(?:" + "|".join(sorted(_ENDINGS, key=len, reverse=True)) + ")",
    ordinal=lambda number, end: _ordinal(number, _ENDINGS[end[1:]]),
    fraction=_fraction,
    date=_date,
    date_mark=r"roku|r\.",
    before_dates="do|od|dnia|po|przed",
    time=lambda hour, minute, _half: _hour(hour, minute),
    before_phones=r"tel\.?|telefonu?|numer|zadzwoń|dzwoń",
    abbreviations={
        "24/7": "całą dobę",
        "np.": "na przykład",
        "tzn.": "to znaczy",
        "tj.": "to jest",
        "itd.": "i tak dalej",
        "itp.": "i tym podobne",
        "m.in.": "między innymi",
        "m. in.": "między innymi",
        "tzw.": "tak zwany",
        "dr": "doktor",
        "prof.": "profesor",
        "mgr": "magister",
        "inż.": "inżynier",
        "św.": "święty",
        "pl.": "plac",
        "al.": "aleja",
        "ul.": "ulica",
        "na ul.": "na ulicy",
        "przy ul.": "przy ulicy",
        "ok.": "około",
        "pt.": "pod tytułem",
        "ww.": "wyżej wymieniony",
        "p.n.e.": "przed naszą erą",
        "n.e.": "naszej ery",
        "vs.": "kontra",
        "vs": "kontra",
    },
    before_numbers={
        "nr": "numer",
        "nr.": "numer",
        "Nr": "numer",
        "str.": "strona",
        "s.": "strona",
        "tel.": "telefon",
        "rozdz.": "rozdział",
    },
    rules=RULES,
)
