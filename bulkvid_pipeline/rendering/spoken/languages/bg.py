"""How Bulgarian is read."""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.numerals import roman_value
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_MONTHS = "януари|февруари|март|април|май|юни|юли|август|септември|октомври|ноември|декември"
_ENDINGS = {
    **dict.fromkeys(("ви", "ри", "ти", "ми", "и"), "masculine"),
    **dict.fromkeys(("ва", "ра", "та", "ма", "а"), "feminine"),
    **dict.fromkeys(("во", "ро", "то", "мо", "о"), "neuter"),
}


def _ordinal(number: int, gender: str = "masculine") -> str:
    return spelled(number, "bg", f"ordinal-{gender}")


def _date(year: int | None, month: int, day: int) -> str:
    said = f"{_ordinal(day)} {_MONTHS.split('|')[month - 1]}"
    return said if year is None else f"{said} {_ordinal(year, 'feminine')} година"


def _day_and_month(match: re.Match[str]) -> str | None:
    day, year = int(match["day"]), match["year"]
    if not 1 <= day <= 31:
        return None
    said = f"{_ordinal(day)} {match['month']}"
    return f"{said} {_ordinal(int(year), 'feminine')} година" if year else said


def _year(match: re.Match[str]) -> str:
    return f"{_ordinal(int(match['year']), 'feminine')} година"


def _century(match: re.Match[str]) -> str:
    return f"{_ordinal(roman_value(match['roman']))} век"


def _ruler(match: re.Match[str]) -> str:
    gender = "feminine" if match["name"][-1] in "ая" else "masculine"
    return f"{match['name']} {_ordinal(roman_value(match['roman']), gender).title()}"


def _counted(number: str, noun: str) -> str:
    if number in {"1", "2"}:
        feminine = noun.split()[0].endswith(("а", "я")) if number == "1" else noun.split()[0].endswith(("и", "ни"))
        return f"{({'1': 'една', '2': 'две'} if feminine else {'1': 'един', '2': 'два'})[number]} {noun}"
    return f"{number} {noun}"


def _time(hour: int, minute: int, half: str) -> str:
    hour += 12 if half == "pm" and hour < 12 else 0
    if minute:
        return f"{hour} и {minute}"
    return "1 час" if hour == 1 else f"{hour} часа"


READINGS = Readings(
    locale="bg",
    words=Words(
        dot="точка",
        at="маймунско а",
        slash="наклонена черта",
        dash="тире",
        underscore="долна черта",
        hashtag="хаштаг",
        number="номер",
        point="точка",
        to="до",
        ratio="към",
        score="на",
        out_of="от",
        minus="минус",
        plus="плюс",
        plus_minus="плюс-минус",
        times="по",
        equals="равно на",
        less="по-малко от",
        more="повече от",
        at_most="най-много",
        at_least="поне",
        about="около",
        ampersand="и",
        section="параграф",
        per="на",
        with_cents=" и ",
        with_fraction=" и ",
        and_a_half=" и половина",
        percent="процента",
    ),
    grouping=" .",
    counted=_counted,
    money={
        "BGN": forms("лев", "лева"),
        "EUR": forms("евро"),
        "USD": forms("долар", "долара"),
        "GBP": forms("паунд", "паунда"),
        "TRY": forms("лира", "лири"),
        "RUB": forms("рубла", "рубли"),
    },
    small_money={"BGN": forms("стотинка", "стотинки"), "EUR": forms("цент", "цента"), "USD": forms("цент", "цента")},
    signs={"лв.": "BGN", "лв": "BGN"},
    scales={"хил.": forms("хиляда", "хиляди"), "млн.": 6, "млн": 6, "млрд.": 9, "млрд": 9},
    units={
        "км/ч": forms("километър в час", "километра в час"),
        "км": forms("километър", "километра"),
        "м": forms("метър", "метра"),
        "см": forms("сантиметър", "сантиметра"),
        "кг": forms("килограм", "килограма"),
        "г": forms("грам", "грама"),
        "л": forms("литър", "литра"),
        "мл": forms("милилитър", "милилитра"),
        "ч.": forms("час", "часа"),
        "мин.": forms("минута", "минути"),
        "мин": forms("минута", "минути"),
        "кв.м": forms("квадратен метър", "квадратни метра"),
    },
    ordinal_ends="-(?:" + "|".join(sorted(_ENDINGS, key=len, reverse=True)) + ")",
    ordinal=lambda number, end: _ordinal(number, _ENDINGS[end[1:]]),
    fraction=lambda upper, lower: {
        (1, 2): "половин",
        (1, 3): "една трета",
        (2, 3): "две трети",
        (1, 4): "една четвърт",
        (3, 4): "три четвърти",
    }.get((upper, lower)),
    date=_date,
    date_mark=r"година|г\.",
    before_dates="на|до|от|след|преди",
    time=_time,
    time_mark=r"часа|ч\.?",
    before_phones=r"тел\.?|телефон|обадете се на",
    abbreviations={
        "т.е.": "тоест",
        "т. е.": "тоест",
        "т.н.": "така нататък",
        "т. н.": "така нататък",
        "напр.": "например",
        "др.": "други",
        "ул.": "улица",
        "бул.": "булевард",
        "гр.": "град",
        "д-р": "доктор",
        "проф.": "професор",
        "пр.н.е.": "преди нашата ера",
        "vs": "срещу",
        "24/7": "денонощно",
    },
    before_numbers={"стр.": "страница", "тел.": "телефон", "бр.": "брой", "ал.": "алинея", "чл.": "член"},
    rules=(
        Rule(
            re.compile(
                rf"(?<![\w.,])(?P<day>\d{{1,2}})[{BLANKS}](?P<month>{_MONTHS})(?!\w)(?:[{BLANKS}](?P<year>1[1-9]\d\d|20\d\d)(?!\d)"
                rf"(?:[{BLANKS}](?:година|г\.))?)?"
            ),
            _day_and_month,
            digits=True,
        ),
        Rule(re.compile(rf"(?<![\w.,])(?P<year>1[1-9]\d\d|20\d\d)[{BLANKS}](?:година|г\.)"), _year, digits=True),
        Rule(re.compile(rf"(?<!\w)(?P<roman>(?=[IVX])[IVX]{{1,6}})[{BLANKS}](?:век|в\.)(?!\w)"), _century),
        Rule(
            re.compile(
                rf"(?<!\w)(?P<name>Борис|Фердинанд|Симеон|Иван|Петър|Николай|Александър|Людовик|Карл|Хенри|Екатерина|Елизабет|Елисавета)"
                rf"[{BLANKS}](?P<roman>(?=[IVX])[IVX]{{1,6}})(?!\w)"
            ),
            _ruler,
        ),
    ),
)
