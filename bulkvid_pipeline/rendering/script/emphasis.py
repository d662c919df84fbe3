"""Which phrases of a statement to set off: the author's bold ones, else figures with their units, else a "never".

A unit (`tokens`) and a word are set off whole or not at all. Digits in a name, an address, a version, an ordinal and a
year are no figures.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bulkvid_pipeline.rendering.script.statements import display_width
from bulkvid_pipeline.rendering.script.tokens import SCALE, Unit, UnitKind, units_of

_MOST_PHRASES = 2
_MOST_SHARE = 0.75
"""Of a statement; what is set off everywhere stands out nowhere."""

_SCALES = (
    "thousand|million|billion|trillion|hundred|tausend|millionen?|milliarden?|hundert|mil|millón|millones|mille|"
    "millions?|milliards?|mila|milioni|miliardi?|milhões|milhão|bilhões|тысяч[аи]?|миллион(?:а|ов)?|миллиард(?:а|ов)?|"
    "ألف|آلاف|مليون|مليار|हज़ार|हजार|लाख|करोड़"
)
_UNITS = (
    "percentage points?|percent|per cent|"
    "dollars?|euros?|pounds?|cents?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|litres?|"
    "liters?|grams?|kilos?|kilometres?|kilometers?|metres?|meters?|miles?|degrees?|times|"
    "prozent|euro|sekunden?|minuten?|stunden?|tage?|wochen?|monate?|jahren?|jahre|liter|gramm|kilometer|meter|grad|mal|"
    "por ciento|por cento|dólares|segundos?|minutos?|horas?|días?|dias?|semanas?|meses|años?|anos?|litros?|gramos?|"
    "grados?|veces|vezes|pour cent|secondes?|heures?|jours?|semaines?|mois|ans?|années?|litres?|grammes?|degrés?|fois|"
    "per cento|secondi|minuti|ore|giorni|settimane|mesi|anni|litri|grammi|gradi|volte|"
    "процент(?:а|ов)?|долларов|рублей|секунд[аы]?|минут[аы]?|час(?:а|ов)?|дней|дня|недел[ьи]|месяц(?:а|ев)|лет|года|"
    "بالمئة|بالمائة|في المئة|دولار|ثوانٍ|ثانية|دقائق|دقيقة|ساعات|ساعة|أيام|يوماً|يوما|يوم|أسابيع|أسبوع|أشهر|شهر|"
    "سنوات|سنة|"
    "كلمات|كلمة|प्रतिशत|मिनट|घंटे|दिन|साल|रुपये"
)
_ARABIC_WORDS = (
    "ثلاث|ثلاثة|أربع|أربعة|خمس|خمسة|ست|ستة|سبع|سبعة|ثماني|ثمانية|تسع|تسعة|عشر|عشرة|عشرين|عشرون|ثلاثين|ثلاثون|أربعين|"
    "خمسين|ستين|سبعين|ثمانين|تسعين|مئة|مائة"
)
_WORDS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    "nineteen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-(?:one|two|three|four|five|six|seven|eight|nine))?|half|"
    "one(?= (?:hundred|thousand|million|billion|percent))|"
    "zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|"
    "neunzig|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|veinte|treinta|cuarenta|cincuenta|sesenta|setenta|"
    "ochenta|noventa|cien|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|vingt|trente|quarante|cinquante|soixante|"
    "cent|due|tre|quattro|cinque|sei|sette|otto|nove|dieci|venti|trenta|quaranta|cinquanta|cento|dois|duas|três|quatro|"
    "sete|oito|dez|vinte|trinta|quarenta|cinquenta|два|две|три|четыре|пять|шесть|семь|восемь|девять|десять|двадцать|"
    f"тридцать|сорок|пятьдесят|сто|{_ARABIC_WORDS}|"
    "दो|तीन|चार|पाँच|पांच|छह|सात|आठ|नौ|दस|बीस|तीस|सौ"
)
_DIGITS = r"[$€£¥₹]?\d+(?:[.,:/٫٬  ]\d+)*(?:\s?[%°٪‰€$£₹]|(?:st|nd|rd|th|x|k|m)\b)?"
_AMOUNT = rf"(?:{_DIGITS}|\b(?:{_WORDS})\b|\b[وفبلك](?:{_ARABIC_WORDS})\b)"
_LINK = r"(?:[ -]|\s(?:and|to|or|out of|und|bis|y|a|et|à|e|и|و)\s)"
_FIGURE = re.compile(
    rf"{_AMOUNT}(?:{_LINK}{_AMOUNT})*(?:[ -](?:{_SCALES})\b)*(?:{_LINK}{_AMOUNT})*(?:[ -](?:{_UNITS})\b)?"
    rf"(?:{_LINK}{_AMOUNT}[ -](?:{_UNITS})\b)*",
    re.IGNORECASE,
)
_HAN_DIGIT = "[〇零一二两三四五六七八九十百千万亿億兩]"
_HAN_UNIT = (
    "(?:百分点|个月|個月|ヶ月|か月|개월|分钟|分鐘|小时|小時|时间|時間|公里|公斤|毫升|美元|欧元|"
    "[克度秒分天日年月周週升倍岁歳歲元円米杯次个個本枚つ회번개])"
)
_HAN_FIGURE = re.compile(
    rf"(?!十分(?![钟鐘])|万分|万一|一一|千万[别別不要])(?:百分之{_HAN_DIGIT}+|(?<!第){_HAN_DIGIT}{{2,}}{_HAN_UNIT}?|"
    rf"(?<!第)[两三四五六七八九十百千兩]{_HAN_UNIT})"
)
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_STRONG = re.compile(
    r"\b(?:never|always|nothing|niemals|nie|immer|nunca|siempre|jamais|toujours|mai|sempre|никогда|всегда|أبداً|أبدا|"
    r"दائما|कभी नहीं|हमेशा)\b",
    re.IGNORECASE,
)
_STRONG_HAN = re.compile("从不|永远|千万别|千万不要|絶対に|必ず")


_FIGURE_KINDS = frozenset({UnitKind.AMOUNT, UnitKind.TIME, UnitKind.DATE, UnitKind.PHONE})
_YEAR = re.compile(r"(?:1[1-9]|20|21)\d\d(?:[/–-]\d{2,4})?s?|'?\d0s|\d{2,4}[年년]")
"""Years, seasons and decades."""
_ORDINAL = ("第", "제")
_LONGEST_NUMBER = 9
"""In characters; a longer amount is parted before its unit."""
_NUMBER_AND_UNIT = re.compile(rf"(?P<number>\S*\d\S*(?:[ \u00a0](?:{SCALE})(?![^\W\d_]))?+)(?:[ \u00a0](?P<unit>\D+))?")
_LEAST_BARE_NUMBER = 100
"""A smaller number without a unit, as in "Top 5", says too little to stand alone."""


def emphasis_of(heading: str, marked: Sequence[str] = ()) -> tuple[str, ...]:
    """Phrases of `heading` to set off, in their order in it; at most two, and none where there is nothing to set off.

    Args:
        marked: what the author set off in the words that the heading was made from.
    """
    found = _whole(heading, [_to_word_ends(heading, place) for place in _places(heading, marked)])
    if not found:
        han = _HAN.search(heading) is not None
        found = _figures(_HAN_FIGURE if han else _FIGURE, heading)
        found = found or _phrases(_STRONG_HAN if han else _STRONG, heading)[:1]
    chosen = found[:_MOST_PHRASES]
    while sum(map(len, chosen)) > _MOST_SHARE * len(heading):
        chosen = chosen[1:]  # the last figure is more often what the statement comes to
    return tuple(chosen)


def amount_and_unit(phrase: str) -> tuple[str, str] | None:
    """A phrase that is one amount, as (number, what is counted), which together are the phrase; None if it is not.

    The number has its sign, its currency and its scale; only a long one leaves a unit that is written apart from it to
    what is counted, which may be empty.
    """
    units = units_of(phrase)
    if not units or units[0].start or units[0].kind is not UnitKind.AMOUNT:
        return None
    amount, counted = units[0].text, phrase[units[0].end :].strip()
    if amount.startswith(_ORDINAL) or _YEAR.fullmatch(amount) or not _has_digit(amount) or _has_digit(counted):
        return None
    if amount.isdigit() and not counted and int(amount) < _LEAST_BARE_NUMBER:
        return None
    if display_width(amount) > _LONGEST_NUMBER:
        parted = _NUMBER_AND_UNIT.fullmatch(amount)
        if parted and parted["unit"]:
            return parted["number"], f"{parted['unit']} {counted}".strip()
    return amount, counted


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _phrases(pattern: re.Pattern[str], heading: str) -> list[str]:
    return [match.group().strip() for match in pattern.finditer(heading)]


def _places(heading: str, phrases: Sequence[str]) -> list[tuple[int, int]]:
    """Where the phrases stand in the heading, in its order; each is looked for after the one before, then anywhere."""
    places: list[tuple[int, int]] = []
    at = 0
    for phrase in phrases:
        found = [match.span() for match in re.finditer(re.escape(phrase), heading)] if phrase.strip() else []
        place = most_whole(heading, [place for place in found if place[0] >= at] or found)
        if place is not None:
            at = place[1]
            places.append(place)
    return sorted(places)


def most_whole(text: str, places: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The first of the places (start, end) that cuts no unit and no word, so that "5" is not found in "№5"; if all cut
    something, the first that cuts least; None if there are none."""
    if len(places) < 2:
        return places[0] if places else None
    units = units_of(text)
    return min(places, key=lambda place: (parts_unit(units, place), parts_word(text, place)))


def _figures(pattern: re.Pattern[str], heading: str) -> list[str]:
    """Figures of a heading, each grown to the whole of the units that it touches; digits of a longer word are none."""
    units = units_of(heading)
    found = [span for span in (match.span() for match in pattern.finditer(heading)) if not parts_word(heading, span)]
    found += [(unit.start, unit.end) for unit in units if unit.kind in _FIGURE_KINDS and _has_digit(unit.text)]
    figures = [
        (start, end)
        for start, end in sorted(found)
        if all(unit.kind in _FIGURE_KINDS for unit in units if unit.start < end and start < unit.end)
    ]
    return [figure for figure in _whole(heading, figures) if not _says_when(figure)]


def parts_word(text: str, place: tuple[int, int]) -> bool:
    """Whether a stretch begins or ends inside a word of letters and digits, in a script that parts words by blanks."""
    return any(_is_in_word(text, at) for at in place)


def parts_unit(units: Sequence[Unit], place: tuple[int, int]) -> bool:
    """Whether a stretch has a part of one of the units, but not all of it."""
    return any(unit.start < at < unit.end for unit in units for at in place)


def _is_in_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and _is_of_word(text[at - 1]) and _is_of_word(text[at])


def _is_of_word(char: str) -> bool:
    """Whether it is a digit, or a letter of a script with capitals: all of them have blanks between words."""
    return char.isdecimal() or char.lower() != char.upper()


def _to_word_ends(text: str, place: tuple[int, int]) -> tuple[int, int]:
    start, end = place
    while _is_in_word(text, start):
        start -= 1
    while _is_in_word(text, end):
        end += 1
    return start, end


def _says_when(figure: str) -> bool:
    return _YEAR.fullmatch(figure) is not None or figure.startswith(_ORDINAL)


def _whole(heading: str, places: Sequence[tuple[int, int]]) -> list[str]:
    """The text at the places, each grown to the whole of the units that it touches; places that meet are one."""
    units = units_of(heading)
    spans: list[tuple[int, int]] = []
    for start, end in places:
        touched = [unit for unit in units if unit.start < end and start < unit.end]
        start = min([start, *(unit.start for unit in touched)])
        end = max([end, *(unit.end for unit in touched)])
        while end < len(heading) and unicodedata.category(heading[end]).startswith("M"):
            end += 1  # a letter's marks belong to it
        if spans and start <= spans[-1][1]:  # "1時間30分" is one
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    return [heading[start:end].strip() for start, end in spans]
