"""How Russian is read.

Nouns agree with their numbers, and ordinals with the noun beside them. Cardinals keep the nominative after prepositions
("до 5 часов" is said "до пять часов"), since their case cannot be told without parsing the sentence.
"""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken import cldr
from bulkvid_pipeline.rendering.spoken.counting import BLANKS, forms
from bulkvid_pipeline.rendering.spoken.forms import Rule, kept_stop
from bulkvid_pipeline.rendering.spoken.numerals import roman_value
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.slavic import agreeing, decimal_in_words, fraction_in_words, plural_of
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_ENDINGS = {
    **dict.fromkeys(("й", "ый", "ой", "ий"), "masculine"),
    **dict.fromkeys(("я", "ая"), "feminine"),
    **dict.fromkeys(("е", "ое", "ье"), "neuter"),
    **dict.fromkeys(("го", "ого"), "masculine-genitive"),
    **dict.fromkeys(("му", "ому"), "masculine-dative"),
    **dict.fromkeys(("м", "ом"), "masculine-locative"),
    **dict.fromkeys(("ым", "им"), "masculine-instrumental"),
    **dict.fromkeys(("х", "ых", "их"), "plural-genitive"),
    **dict.fromkeys(("ю", "ую"), "feminine-accusative"),
    **dict.fromkeys(("ые", "ие"), "plural"),
    **dict.fromkeys(("ми", "ыми"), "plural-instrumental"),
}
"""The endings after an ordinal's digits ("2-го"), to ICU's rules."""
_FEW_OF = {2: "двух", 3: "трёх", 4: "четырёх"}
_CASES = {"": "", "а": "-genitive", "у": "-dative", "ом": "-instrumental", "е": "-locative"}
_MONTHS = "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
_YEAR = r"1[1-9]\d\d|20\d\d"
_ROMAN = r"(?=[IVXLХ])[IVXLХ]{1,7}"
_MEN = "Пётр|Петр|Николай|Никола|Александр|Павел|Павл|Иван|Василий|Васили|Людовик|Карл|Генрих|Георг|Вильгельм|Фридрих"
_MEN += "|Филипп|Лев|Льв|Бенедикт|Франциск|Рамзес|Наполеон|Константин|Эдуард|Ричард|Яков|Иаков|Иоанн|Пий|Пи|Климент"
_MEN += "|Алексей|Алексе|Фёдор|Дмитрий|Дмитри|Леопольд|Альберт|Максимилиан|Абдул|Мехмед|Селим"
_MEN += "|Филарет|Кирилл|Григорий|Григори"
_WOMEN = "Екатерин|Елизавет|Анн|Мари|Виктори|Изабелл|Маргарит|Кристин|Софи|Клеопатр"


def _ordinal(number: int, rules: str) -> str:
    return spelled(number, "ru", f"ordinal-{rules}")


def _said_ordinal(number: int, end: str) -> str | None:
    ending = end[1:]
    if ending in {"х", "ти", "и"} and number < 20:
        return _FEW_OF.get(number) or spelled(number, "ru", "cardinal-masculine-genitive")
    if ending not in _ENDINGS:
        return None
    is_decade = number % 10 == 0 and (20 <= number < 100 or number > 1000) and ending == "е"
    return _ordinal(number, "plural" if is_decade else _ENDINGS[ending])


def _year(number: int, case: str) -> str:
    return _ordinal(number, f"masculine{case}")


def _date(year: int | None, month: int, day: int) -> str:
    """The genitive, which is used in sentences: "до двадцать четвёртого декабря"."""
    said = f"{_ordinal(day, 'neuter-genitive')} {_MONTHS.split('|')[month - 1]}"
    return said if year is None else f"{said} {_year(year, '-genitive')} года"


def _day_and_month(match: re.Match[str]) -> str | None:
    day, second, year = match["day"], match["second"], match["year"]
    if not 1 <= int(second or day) <= 31:
        return None
    said = f"{_ordinal(int(second), 'neuter')}" if second else _ordinal(int(day), "neuter-genitive")
    said = f"{match['month']}" if not said else f"{said} {match['month']}"
    if second:
        said = f"{match['from'] or 'с '}{_ordinal(int(day), 'neuter-genitive')} по {said}"
    if year:
        said += f" {_year(int(year), '-genitive')} года"
    return said + kept_stop(match)


def _year_before_noun(match: re.Match[str]) -> str:
    noun, number = match["noun"], int(match["year"])
    second = match["second"]
    if second:
        case = {"годов": "-genitive", "годах": "-locative"}.get(noun, "")
        first = _year(number, case or "")
        return f"{first} {_year(int(second), case)} {'годы' if noun == 'гг.' else noun}"
    if noun == "г.":
        noun = "году" if match["place"] else "года"
    case = {"год": "", "года": "-genitive", "году": "-locative", "годом": "-instrumental"}[noun]
    return f"{match['place'] or ''}{_year(number, case)} {noun}{kept_stop(match)}"


def _century(match: re.Match[str]) -> str:
    noun, first, second = match["noun"], _arabic(match["first"]), match["second"]
    if noun == "в.":
        noun = "веке" if match["place"] else "века"
    elif noun == "вв.":
        noun = "веках" if match["place"] else "века"
    gender = "neuter" if noun.startswith(("столет", "тысячел")) else "masculine"
    if gender == "neuter":
        ending = {"е": "", "я": "-genitive", "ю": "-dative", "и": "-locative", "ем": "-instrumental"}
        case = ending.get(noun.removeprefix("столети").removeprefix("тысячелети"), "")
    else:
        case = _CASES.get(noun.removeprefix("век"), "")
    if second:
        plural = {"веках": "masculine-locative", "веков": "masculine-genitive", "веками": "masculine-instrumental"}
        rules = plural.get(noun, "masculine")
        return f"{match['place'] or ''}{_ordinal(first, rules)} {_ordinal(_arabic(second), rules)} {noun}"
    return f"{match['place'] or ''}{_ordinal(first, gender + case)} {noun}{kept_stop(match)}"


def _ruler(match: re.Match[str]) -> str:
    number, name = _arabic(match["roman"]), match["name"]
    if match["woman"]:
        cases = {
            "а": "",
            "я": "",
            "ы": "-genitive",
            "и": "-genitive",
            "е": "-dative",
            "у": "-accusative",
            "ю": "-accusative",
        }
        return f"{name} {_ordinal(number, 'feminine' + cases.get(name[-1], '-genitive')).title()}"
    ends = {"а": "-genitive", "я": "-genitive", "у": "-dative", "ю": "-dative", "е": "-locative", "и": "-locative"}
    case = "-instrumental" if name.endswith(("ом", "ем")) else ends.get(name[-1], "")
    return f"{name} {_ordinal(number, 'masculine' + case).title()}"


def _arabic(roman: str) -> int:
    """The value of a Roman numeral, in which a Cyrillic Х may stand for the X."""
    return roman_value(roman.replace("Х", "X"))


def _world_war(match: re.Match[str]) -> str:
    case = {"ая": "", "ой": "-genitive", "ую": "-accusative"}[match["end"]]
    return _ordinal(len(match["roman"]), f"feminine{case}").capitalize()


def _mobile(match: re.Match[str]) -> str:
    digits = match.group()
    return ", ".join(" ".join(part) for part in (digits[:1], digits[1:4], digits[4:7], digits[7:9], digits[9:]))


def _time(hour: int, minute: int, half: str) -> str:
    hour += 12 if half == "pm" and hour < 12 else 0
    if minute:
        return f"{hour} {minute:02}"
    return f"{hour} {plural_of(hour, 'ru', 'час', 'часа', 'часов')}"


def _place(match: re.Match[str]) -> str:
    noun = {"ул.": ("улица", "улице"), "г.": ("город", "городе")}[match["short"].lower()]
    return f"{match['place'] or ''}{noun[1] if match['place'] else noun[0]} "


_RULES = (
    Rule(re.compile(r"(?<![\d.,/+\-])[78]\d{10}(?!\d|[.,/\-]\d)"), _mobile, digits=True),
    Rule(
        re.compile(
            rf"(?<!\w)(?P<from>[сС][{BLANKS}])(?P<day>\d{{1,2}})[{BLANKS}]по[{BLANKS}](?P<second>\d{{1,2}})[{BLANKS}](?P<month>{_MONTHS})(?P<year>)(?!\w)"
        ),
        _day_and_month,
        digits=True,
    ),
    Rule(re.compile(rf"(?<!\w)(?P<roman>I{{1,3}})(?=[{BLANKS}]миров(?P<end>ая|ой|ую)(?!\w))"), _world_war),
    Rule(
        re.compile(
            rf"(?<![\w.,])(?P<from>[сС] )?(?P<day>\d{{1,2}})(?: ?[-–—] ?(?P<second>\d{{1,2}})|(?<=\d))[{BLANKS}]"
            rf"(?P<month>{_MONTHS})(?!\w)(?:[{BLANKS}](?P<year>{_YEAR})(?!\d)(?:[{BLANKS}](?:года|году|г\.))?)?"
        ),
        _day_and_month,
        digits=True,
    ),
    Rule(
        re.compile(
            rf"(?<![\w.,])(?P<place>[вВ][{BLANKS}])?(?P<year>{_YEAR})(?:[-–—](?P<second>{_YEAR}))?[{BLANKS}]?"
            r"(?P<noun>годах|годов|годы|годом|году|года|год|гг\.|г\.)(?!\w)"
        ),
        _year_before_noun,
        digits=True,
    ),
    Rule(
        re.compile(
            rf"(?<!\w)(?P<place>[вВ][{BLANKS}])?(?P<first>{_ROMAN})(?:[{BLANKS}]?[-–—и][{BLANKS}]?(?P<second>{_ROMAN}))?"
            rf"[{BLANKS}](?P<noun>век(?:ами|ах|ов|ом|а|у|е)?|вв\.|в\.(?![{BLANKS}]?[а-я]\.)|(?:столети|тысячелети)(?:ем|е|я|ю|и))(?!\w)"
        ),
        _century,
    ),
    Rule(
        re.compile(
            rf"(?<!\w)(?P<name>(?:(?:{_MEN})[а-яё]{{0,3}}|(?P<woman>{_WOMEN})[а-яё]{{1,2}}))[{BLANKS}](?P<roman>{_ROMAN})(?!\w)"
        ),
        _ruler,
    ),
    Rule(
        re.compile(rf"(?<!\w)(?P<place>(?:[Нн]а|[Пп]о|[Вв])[{BLANKS}])?(?P<short>ул\.|г\.)[{BLANKS}](?=[А-ЯЁ])"), _place
    ),
    Rule(
        re.compile(rf"(?<=[а-яё][{BLANKS}])(?=[IVX]{{2}}|[IVX](?![{BLANKS}]?\w))(?P<roman>{_ROMAN})(?![\w'’])"),
        lambda match: str(_arabic(match["roman"])),
    ),
)

READINGS = Readings(
    locale="ru",
    words=Words(
        dot="точка",
        at="собака",
        slash="слэш",
        dash="дефис",
        underscore="подчёркивание",
        hashtag="хэштег",
        number="номер",
        point="точка",
        to="до",
        ratio="к",
        out_of="из",
        minus="минус",
        plus="плюс",
        plus_minus="плюс-минус",
        times="умножить на",
        by="на",
        fold="раза",
        equals="равно",
        less="меньше",
        more="больше",
        at_most="не больше",
        at_least="не меньше",
        about="около",
        ampersand="и",
        section="параграф",
        with_fraction=" и ",
        and_a_half=" с половиной",
        percent="процентов",
    ),
    grouping=" .",
    counted=lambda number, noun: agreeing(number, noun, "ru"),
    number=lambda plain: decimal_in_words(plain, "ru"),
    money={
        "RUB": forms("рубль", "рубля", "рублей"),
        "$": forms("доллар", "доллара", "долларов"),
        "USD": forms("доллар", "доллара", "долларов"),
        "EUR": forms("евро", "евро", "евро"),
        "GBP": forms("фунт", "фунта", "фунтов"),
        "JPY": forms("иена", "иены", "иен"),
        "CNY": forms("юань", "юаня", "юаней"),
        "UAH": forms("гривна", "гривны", "гривен"),
        "BYN": forms("белорусский рубль", "белорусских рубля", "белорусских рублей"),
        "KZT": forms("тенге", "тенге", "тенге"),
        "TRY": forms("лира", "лиры", "лир"),
        "INR": forms("рупия", "рупии", "рупий"),
        "PLN": forms("злотый", "злотых", "злотых"),
        "CHF": forms("франк", "франка", "франков"),
    },
    small_money={
        "RUB": forms("копейка", "копейки", "копеек"),
        "UAH": forms("копейка", "копейки", "копеек"),
        "USD": forms("цент", "цента", "центов"),
        "EUR": forms("цент", "цента", "центов"),
        "GBP": forms("пенс", "пенса", "пенсов"),
    },
    signs={"руб.": "RUB", "руб": "RUB", "р.": "RUB", "тг": "KZT", "грн": "UAH", "грн.": "UAH"},
    scales={
        "тыс.": forms("тысяча", "тысячи", "тысяч"),
        "тыс": forms("тысяча", "тысячи", "тысяч"),
        "тысяча": forms("тысяча", "тысячи", "тысяч"),
        "тысячи": forms("тысяча", "тысячи", "тысяч"),
        "тысяч": forms("тысяча", "тысячи", "тысяч"),
        "млн": 6,
        "млн.": 6,
        "млрд": 9,
        "млрд.": 9,
        "трлн": 12,
    },
    units={
        "км/ч": forms("километр в час", "километра в час", "километров в час"),
        "м/с": forms("метр в секунду", "метра в секунду", "метров в секунду"),
        "км": forms("километр", "километра", "километров"),
        "м": forms("метр", "метра", "метров"),
        "см": forms("сантиметр", "сантиметра", "сантиметров"),
        "мм": forms("миллиметр", "миллиметра", "миллиметров"),
        "км²": forms("квадратный километр", "квадратных километра", "квадратных километров"),
        "м²": forms("квадратный метр", "квадратных метра", "квадратных метров"),
        "м³": forms("кубический метр", "кубических метра", "кубических метров"),
        "кв. м": forms("квадратный метр", "квадратных метра", "квадратных метров"),
        "га": forms("гектар", "гектара", "гектаров"),
        "кг": forms("килограмм", "килограмма", "килограммов"),
        "г": forms("грамм", "грамма", "граммов"),
        "мг": forms("миллиграмм", "миллиграмма", "миллиграммов"),
        "т": forms("тонна", "тонны", "тонн"),
        "л": forms("литр", "литра", "литров"),
        "мл": forms("миллилитр", "миллилитра", "миллилитров"),
        "ч": forms("час", "часа", "часов"),
        "ч.": forms("час", "часа", "часов"),
        "мин": forms("минута", "минуты", "минут"),
        "мин.": forms("минута", "минуты", "минут"),
        "сек": forms("секунда", "секунды", "секунд"),
        "сек.": forms("секунда", "секунды", "секунд"),
        "с": forms("секунда", "секунды", "секунд"),
        "мс": forms("миллисекунда", "миллисекунды", "миллисекунд"),
        "°С": cldr.unit("ru", "temperature-celsius"),
        "кВт": forms("киловатт", "киловатта", "киловатт"),
        "кВт·ч": forms("киловатт-час", "киловатт-часа", "киловатт-часов"),
        "Вт": forms("ватт", "ватта", "ватт"),
        "В": forms("вольт", "вольта", "вольт"),
        "Гц": forms("герц", "герца", "герц"),
        "ГГц": forms("гигагерц", "гигагерца", "гигагерц"),
        "ккал": forms("килокалория", "килокалории", "килокалорий"),
        "л.с.": forms("лошадиная сила", "лошадиные силы", "лошадиных сил"),
        "л. с.": forms("лошадиная сила", "лошадиные силы", "лошадиных сил"),
        "Кб": forms("килобайт", "килобайта", "килобайт"),
        "Мб": forms("мегабайт", "мегабайта", "мегабайт"),
        "МБ": forms("мегабайт", "мегабайта", "мегабайт"),
        "Гб": forms("гигабайт", "гигабайта", "гигабайт"),
        "ГБ": forms("гигабайт", "гигабайта", "гигабайт"),
        "Тб": forms("терабайт", "терабайта", "терабайт"),
        "ТБ": forms("терабайт", "терабайта", "терабайт"),
        "Мбит/с": forms("мегабит в секунду", "мегабита в секунду", "мегабит в секунду"),
        "шт.": forms("штука", "штуки", "штук"),
        "чел.": forms("человек", "человека", "человек"),
        "стр.": forms("страница", "страницы", "страниц"),
    },
    ordinal_ends="-(?:" + "|".join(sorted([*_ENDINGS, "ти", "и"], key=len, reverse=True)) + ")",
    ordinal=_said_ordinal,
    fraction=lambda upper, lower: fraction_in_words(upper, lower, "ru"),
    date=_date,
    date_mark=r"года|г\.",
    before_dates="до|с|к|на|от|по|после",
    time=_time,
    time_mark=r"часов|часа|час|ч\.|ч",
    before_phones=r"тел\.?|телефону?|звоните|позвоните|номеру?|whatsapp",
    abbreviations={
        "24/7": "круглосуточно",
        "т. е.": "то есть",
        "т. д.": "так далее",
        "т. п.": "тому подобное",
        "т. к.": "так как",
        "т. н.": "так называемый",
        "т. ч.": "том числе",
        "и др.": "и другие",
        "и пр.": "и прочее",
        "до н. э.": "до нашей эры",
        "н. э.": "нашей эры",
        "др.": "другие",
        "см.": "смотри",
        "напр.": "например",
        "ул.": "улица",
        "пр.": "проспект",
        "просп.": "проспект",
        "пл.": "площадь",
        "д-р": "доктор",
        "проф.": "профессор",
        "акад.": "академик",
        "им.": "имени",
        "ок.": "около",
        "обл.": "область",
        "vs": "против",
        "vs.": "против",
    },
    before_numbers={
        "стр.": "страница",
        "с.": "страница",
        "гл.": "глава",
        "рис.": "рисунок",
        "табл.": "таблица",
        "тел.": "телефон",
        "д.": "дом",
        "кв.": "квартира",
        "п.": "пункт",
        "ст.": "статья",
        "оф.": "офис",
    },
    rules=_RULES,
)
