"""How Ukrainian is read.

Nouns agree with their numbers, and ordinals with the noun beside them. Cardinals keep the nominative after
prepositions.
"""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import BLANKS, Forms, forms
from bulkvid_pipeline.rendering.spoken.forms import Rule, kept_stop
from bulkvid_pipeline.rendering.spoken.numerals import roman_value
from bulkvid_pipeline.rendering.spoken.ordinals import Ordinals
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.slavic import agreeing, decimal_in_words, fraction_in_words, plural_of
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_HARD = {
    **{"genitive": "ого", "dative": "ому", "locative": "ому", "instrumental": "им", "feminine": "а", "neuter": "е"},
    **{"feminine-genitive": "ої", "feminine-accusative": "у", "plural": "і", "plural-genitive": "их"},
}
_SOFT = {
    **{"genitive": "ього", "dative": "ьому", "locative": "ьому", "instrumental": "ім", "feminine": "я", "neuter": "є"},
    **{"feminine-genitive": "ьої", "feminine-accusative": "ю", "plural": "і", "plural-genitive": "іх"},
}
_ORDINALS = Ordinals(
    ones=(
        *("перший", "другий", "третій", "четвертий", "п'ятий", "шостий", "сьомий", "восьмий", "дев'ятий", "десятий"),
        *("одинадцятий", "дванадцятий", "тринадцятий", "чотирнадцятий", "п'ятнадцятий", "шістнадцятий"),
        *("сімнадцятий", "вісімнадцятий", "дев'ятнадцятий"),
    ),
    tens=(
        *("двадцятий", "тридцятий", "сороковий", "п'ятдесятий", "шістдесятий", "сімдесятий", "вісімдесятий"),
        "дев'яностий",
    ),
    endings={"ий": _HARD, "ій": _SOFT},
    cardinal_tens=("двадцять", "тридцять", "сорок", "п'ятдесят", "шістдесят", "сімдесят", "вісімдесят", "дев'яносто"),
)
_ENDINGS = {
    **{"га": "feminine", "тя": "feminine", "ша": "feminine", "ге": "neuter", "тє": "neuter", "ше": "neuter"},
    **{"й": "", "ий": "", "ій": "", "а": "feminine", "я": "feminine", "е": "neuter", "є": "neuter", "го": "genitive"},
    **{"ого": "genitive", "му": "locative", "ому": "locative", "м": "instrumental", "ої": "feminine-genitive"},
    **{"ї": "feminine-genitive", "у": "feminine-accusative", "ту": "feminine-accusative", "та": "feminine"},
    **{"ті": "plural", "і": "plural", "их": "plural-genitive", "х": "plural-genitive"},
}
_FEW_OF = {2: "двох", 3: "трьох", 4: "чотирьох"}
_MONTHS = "січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня"
_YEAR = r"1[1-9]\d\d|20\d\d"
_ROMAN = r"(?=[IVXLХІ])[IVXLХІ]{1,7}"
_MEN = "Петр|Микол|Олександр|Павл|Іван|Василь|Васил|Людовік|Людовик|Карл|Генріх|Георг|Вільгельм|Фрідріх|Філіп|Бенедикт"
_MEN += "|Франциск|Рамзес|Наполеон|Костянтин|Едуард|Річард|Яків|Яков|Сигізмунд|Казимир"
_FEMININE = re.compile(
    "гривн|копійк|годин|хвилин|секунд|тонн|єн|тисяч|кілокалорі|калорі|кіловат-годин|сторінк|штук|крон|рупі|лір|мил|унці"
)
_WOMEN = "Катерин|Єлизавет|Анн|Марі|Вікторі|Ізабелл|Маргарит|Софі|Клеопатр"


def ordinal(number: int, case: str = "") -> str:
    """An ordinal below 10,000 in a case of `_HARD`."""
    hundreds, rest = divmod(number, 100)
    if rest:
        before = f"{_cardinal(hundreds * 100)} " if hundreds else ""
        return before + _ORDINALS.said(rest, case)
    whole = {20: "двотисячний", 10: "тисячний", 1: "сотий"}.get(hundreds)
    if whole is None and hundreds > 10:
        stem = {9: "дев'ятисотий", 8: "восьмисотий", 7: "семисотий", 6: "шестисотий", 5: "п'ятисотий"}
        last = {**stem, 4: "чотирьохсотий", 3: "трьохсотий", 2: "двохсотий", 1: "сотий"}.get(hundreds % 10)
        whole = None if last is None else f"{_cardinal(hundreds // 10 * 1000)} {last}"
    if whole is None:
        return str(number)
    return whole.removesuffix("ий") + _HARD[case] if case else whole


def _cardinal(number: int) -> str:
    return spelled(number, "uk", "cardinal-masculine")


def _said_ordinal(number: int, end: str) -> str | None:
    ending = end[1:]
    if ending == "х" and number in _FEW_OF:
        return _FEW_OF[number]
    is_decade = number % 10 == 0 and (20 <= number < 100 or number > 1000) and ending in {"ті", "і"}
    return None if ending in {"ті", "і"} and not is_decade and number > 31 else ordinal(number, _ENDINGS[ending])


def _date(year: int | None, month: int, day: int) -> str:
    said = f"{ordinal(day, 'genitive')} {_MONTHS.split('|')[month - 1]}"
    return said if year is None else f"{said} {ordinal(year, 'genitive')} року"


def _day_and_month(match: re.Match[str]) -> str | None:
    day, second, year = int(match["day"]), match["second"], match["year"]
    if not 1 <= int(second or day) <= 31 or day == 0:
        return None
    said = f"{ordinal(int(second), 'neuter') if second else ordinal(day, 'genitive')} {match['month']}"
    if second:
        said = f"{match['from'] or 'з '}{ordinal(day, 'genitive')} по {said}"
    if year:
        said += f" {ordinal(int(year), 'genitive')} року"
    return said + kept_stop(match)


def _year(match: re.Match[str]) -> str:
    noun = match["noun"]
    if noun in {"р.", "рр."}:
        noun = "році" if match["place"] else "року"
    case = {"рік": "", "року": "genitive", "році": "locative", "роком": "instrumental"}.get(noun, "plural")
    return f"{match['place'] or ''}{ordinal(int(match['year']), case)} {noun}{kept_stop(match)}"


def _century(match: re.Match[str]) -> str:
    noun = match["noun"]
    if noun in {"ст.", "стст."}:
        noun = "столітті" if match["place"] else "століття"
    if noun.startswith("столі"):
        in_case = {"столітті": "locative", "століттю": "dative", "століттям": "instrumental"}
        case = in_case.get(noun, "neuter" if noun == "століття" and not match["noun"].startswith("ст.") else "genitive")
    else:
        case = {"вік": "", "віку": "genitive", "віці": "locative"}[noun]
    return f"{match['place'] or ''}{ordinal(_arabic(match['roman']), case)} {noun}{kept_stop(match)}"


def _ruler(match: re.Match[str]) -> str:
    number, name = _arabic(match["roman"]), match["name"]
    if match["woman"]:
        cases = {"а": "feminine", "я": "feminine", "у": "feminine-accusative", "ю": "feminine-accusative"}
        return f"{name} {ordinal(number, cases.get(name[-1], 'feminine-genitive')).title()}"
    if name.endswith(("ом", "ем", "єм")):
        return f"{name} {ordinal(number, 'instrumental').title()}"
    is_nominative = name in {"Микола"} or name[-1] not in "аяуюіи"
    case = "" if is_nominative else "genitive" if name[-1] in "аяи" else "dative"
    return f"{name} {ordinal(number, case).title()}"


def _arabic(roman: str) -> int:
    """The value of a Roman numeral, in which Cyrillic letters of the same look may stand."""
    return roman_value(roman.replace("Х", "X").replace("І", "I"))


def _world_war(match: re.Match[str]) -> str:
    case = {"а": "feminine", "ої": "feminine-genitive", "у": "feminine-accusative"}[match["end"]]
    return ordinal(len(match["roman"]), case).capitalize()


def _counted(number: str, noun: str) -> str:
    return agreeing(number, noun, "uk", _FEMININE)


def _time(hour: int, minute: int, half: str) -> str:
    hour += 12 if half == "pm" and hour < 12 else 0
    if minute:
        return f"{hour} {minute:02}"
    word = plural_of(hour, "uk", "година", "години", "годин")
    return _counted(str(hour), word)


_RULES = (
    Rule(re.compile(rf"(?<!\w)(?P<roman>[IІ]{{1,3}})(?=[{BLANKS}]світов(?P<end>а|ої|у)(?!\w))"), _world_war),
    Rule(
        re.compile(
            rf"(?<![\w.,])(?P<from>[зЗ] )?(?P<day>\d{{1,2}})(?: ?[-–—] ?(?P<second>\d{{1,2}})|(?<=\d))[{BLANKS}]"
            rf"(?P<month>{_MONTHS})(?!\w)(?:[{BLANKS}](?P<year>{_YEAR})(?!\d)(?:[{BLANKS}](?:року|р\.))?)?"
        ),
        _day_and_month,
        digits=True,
    ),
    Rule(
        re.compile(
            rf"(?<![\w.,])(?P<place>[уУвВ][{BLANKS}])?(?P<year>{_YEAR})[{BLANKS}]?"
            r"(?P<noun>роком|року|році|роки|рік|рр\.|р\.)(?!\w)"
        ),
        _year,
        digits=True,
    ),
    Rule(
        re.compile(
            rf"(?<!\w)(?P<place>[уУвВ][{BLANKS}])?(?P<roman>{_ROMAN})[{BLANKS}]"
            r"(?P<noun>століттям|століттю|столітті|століття|віку|віці|вік|ст\.)(?!\w)"
        ),
        _century,
    ),
    Rule(
        re.compile(
            rf"(?<!\w)(?P<name>(?:(?:{_MEN})[а-яіїє]{{0,3}}|(?P<woman>{_WOMEN})[а-яіїє]{{1,2}}))[{BLANKS}]"
            rf"(?P<roman>{_ROMAN})(?!\w)"
        ),
        _ruler,
    ),
    Rule(
        re.compile(rf"(?<=[а-яіїє][{BLANKS}])(?=[IVXІХ]{{2}})(?P<roman>{_ROMAN})(?![\w'’])"),
        lambda match: str(_arabic(match["roman"])),
    ),
)


def _noun(one: str, few: str, many: str) -> Forms:
    """The forms of a noun, of which masculine ones have the genitive after decimals: "1,5 літра"."""
    is_masculine = " " not in one and one[-1] not in "аяо" and few[-1] in "иі"
    decimal = few[:-1] + ("я" if few[-1] == "і" else "а") if is_masculine else few
    return {"one": one, "few": few, "many": many, "other": decimal}


READINGS = Readings(
    locale="uk",
    words=Words(
        dot="крапка",
        at="ет",
        slash="слеш",
        dash="дефіс",
        underscore="підкреслення",
        hashtag="хештег",
        number="номер",
        point="крапка",
        to="до",
        ratio="до",
        out_of="з",
        minus="мінус",
        plus="плюс",
        plus_minus="плюс-мінус",
        times="помножити на",
        by="на",
        fold="рази",
        equals="дорівнює",
        less="менше",
        more="більше",
        at_most="не більше",
        at_least="не менше",
        about="близько",
        ampersand="і",
        section="параграф",
        per="за",
        with_fraction=" і ",
        and_a_half=" з половиною",
        percent="відсотків",
    ),
    grouping=" .",
    counted=_counted,
    number=lambda plain: decimal_in_words(plain, "uk"),
    money={
        "UAH": _noun("гривня", "гривні", "гривень"),
        "USD": _noun("долар", "долари", "доларів"),
        "EUR": forms("євро"),
        "GBP": _noun("фунт", "фунти", "фунтів"),
        "PLN": {**_noun("злотий", "злоті", "злотих"), "other": "злотого"},
        "JPY": _noun("єна", "єни", "єн"),
        "CNY": _noun("юань", "юані", "юанів"),
        "RUB": _noun("рубль", "рублі", "рублів"),
        "CHF": _noun("франк", "франки", "франків"),
    },
    small_money={
        "UAH": _noun("копійка", "копійки", "копійок"),
        "USD": _noun("цент", "центи", "центів"),
        "EUR": _noun("цент", "центи", "центів"),
        "GBP": _noun("пенс", "пенси", "пенсів"),
    },
    signs={"грн": "UAH", "грн.": "UAH"},
    scales={
        **dict.fromkeys(("тис.", "тис", "тисяча", "тисячі", "тисяч"), _noun("тисяча", "тисячі", "тисяч")),
        **{"млн": 6, "млн.": 6, "млрд": 9, "млрд.": 9, "трлн": 12},
    },
    units={
        "км/год": _noun("кілометр на годину", "кілометри на годину", "кілометрів на годину"),
        "км": _noun("кілометр", "кілометри", "кілометрів"),
        "м": _noun("метр", "метри", "метрів"),
        "см": _noun("сантиметр", "сантиметри", "сантиметрів"),
        "мм": _noun("міліметр", "міліметри", "міліметрів"),
        "м²": _noun("квадратний метр", "квадратні метри", "квадратних метрів"),
        "га": _noun("гектар", "гектари", "гектарів"),
        "кг": _noun("кілограм", "кілограми", "кілограмів"),
        "г": _noun("грам", "грами", "грамів"),
        "мг": _noun("міліграм", "міліграми", "міліграмів"),
        "т": _noun("тонна", "тонни", "тонн"),
        "л": _noun("літр", "літри", "літрів"),
        "мл": _noun("мілілітр", "мілілітри", "мілілітрів"),
        "год": _noun("година", "години", "годин"),
        "год.": _noun("година", "години", "годин"),
        "хв": _noun("хвилина", "хвилини", "хвилин"),
        "хв.": _noun("хвилина", "хвилини", "хвилин"),
        "с": _noun("секунда", "секунди", "секунд"),
        "сек": _noun("секунда", "секунди", "секунд"),
        "сек.": _noun("секунда", "секунди", "секунд"),
        "кВт": _noun("кіловат", "кіловати", "кіловат"),
        "кВт·год": _noun("кіловат-година", "кіловат-години", "кіловат-годин"),
        "ккал": _noun("кілокалорія", "кілокалорії", "кілокалорій"),
        "МБ": _noun("мегабайт", "мегабайти", "мегабайтів"),
        "ГБ": _noun("гігабайт", "гігабайти", "гігабайтів"),
        "°С": _noun("градус Цельсія", "градуси Цельсія", "градусів Цельсія"),
        "шт.": _noun("штука", "штуки", "штук"),
    },
    ordinal_ends="-(?:" + "|".join(sorted(_ENDINGS, key=len, reverse=True)) + ")",
    ordinal=_said_ordinal,
    fraction=lambda upper, lower: fraction_in_words(upper, lower, "uk"),
    date=_date,
    date_mark=r"року|р\.",
    before_dates="до|з|на|від|по|після",
    time=_time,
    time_mark=r"годин[аиі]?|год\.?",
    before_phones=r"тел\.?|телефоном?|дзвоніть|телефонуйте|номер",
    abbreviations={
        "24/7": "цілодобово",
        "т. д.": "так далі",
        "т. п.": "таке подібне",
        "т. зв.": "так званий",
        "т. ч.": "тому числі",
        "та ін.": "та інші",
        "і т. д.": "і так далі",
        "до н. е.": "до нашої ери",
        "н. е.": "нашої ери",
        "див.": "дивись",
        "напр.": "наприклад",
        "вул.": "вулиця",
        "просп.": "проспект",
        "пл.": "площа",
        "м.": "місто",
        "обл.": "область",
        "проф.": "професор",
        "ім.": "імені",
        "vs": "проти",
        "vs.": "проти",
    },
    before_numbers={
        "стор.": "сторінка",
        "с.": "сторінка",
        "рис.": "рисунок",
        "тел.": "телефон",
        "буд.": "будинок",
        "кв.": "квартира",
        "ст.": "стаття",
    },
    rules=_RULES,
)
