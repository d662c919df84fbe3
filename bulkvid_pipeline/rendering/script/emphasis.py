"""Which phrases of a statement to set off: the author's bold ones, else figures with their units, else a "never"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bulkvid_pipeline.rendering.script.tokens import UnitKind, units_of

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
    rf"{_AMOUNT}(?:{_LINK}{_AMOUNT})*(?:[ -](?:{_SCALES})\b)*(?:{_LINK}{_AMOUNT})*(?:[ -](?:{_UNITS})\b)?",
    re.IGNORECASE,
)
_HAN_DIGIT = "[〇零一二两三四五六七八九十百千万亿億兩]"
_HAN_UNIT = (
    "(?:百分点|个月|個月|ヶ月|か月|개월|分钟|分鐘|小时|小時|时间|時間|公里|公斤|毫升|美元|欧元|"
    "[克度秒分天日年月周週升倍岁歳歲元円米杯次个個本枚つ회번개])"
)
_HAN_FIGURE = re.compile(
    rf"百分之{_HAN_DIGIT}+|(?<![第\w])\d[\d.,]*\s?[%万亿億]?{_HAN_UNIT}?|"
    rf"(?<!第){_HAN_DIGIT}{{2,}}{_HAN_UNIT}?|(?<!第)[两三四五六七八九十百千兩]{_HAN_UNIT}"
)
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_STRONG = re.compile(
    r"\b(?:never|always|nothing|niemals|nie|immer|nunca|siempre|jamais|toujours|mai|sempre|никогда|всегда|أبداً|أبدا|"
    r"दائما|कभी नहीं|हमेशा)\b",
    re.IGNORECASE,
)
_STRONG_HAN = re.compile("从不|永远|千万别|千万不要|絶対に|必ず")


_LEADING_AMOUNT = re.compile(r"(?P<amount>(?:[^\d\s]{1,4}\s)?\S*\d\S*)(?:\s(?P<unit>.*))?$")
_DATA = frozenset({UnitKind.AMOUNT, UnitKind.TIME, UnitKind.DATE, UnitKind.PHONE})
"""Units that may be set off as a figure; digits in a name, an address or a version are none."""


def emphasis_of(heading: str, marked: Sequence[str] = ()) -> tuple[str, ...]:
    """Phrases of `heading` to set off, in their order in it; at most two, and none where there is nothing to set off.

    Args:
        marked: what the author set off in the words that the heading was made from.
    """
    own = [phrase for phrase in marked if phrase.strip() and phrase in heading]
    han = _HAN.search(heading) is not None
    found = own or _figures(_HAN_FIGURE if han else _FIGURE, heading)
    found = found or _phrases(_STRONG_HAN if han else _STRONG, heading)[:1]
    chosen = found[:_MOST_PHRASES]
    while sum(map(len, chosen)) > _MOST_SHARE * len(heading):
        chosen = chosen[1:]  # the last figure is more often what the statement comes to
    return tuple(chosen)


def amount_and_unit(phrase: str) -> tuple[str, str]:
    """A phrase that was set off as a figure with sign, currency and scale, and what is counted, which may be empty."""
    match = _LEADING_AMOUNT.match(phrase)
    return (match["amount"], match["unit"] or "") if match else (phrase, "")


def _phrases(pattern: re.Pattern[str], heading: str) -> list[str]:
    return [match.group().strip() for match in pattern.finditer(heading)]


def _figures(pattern: re.Pattern[str], heading: str) -> list[str]:
    """Figures of a heading, each grown to the whole of the units that it touches."""
    units = units_of(heading)
    spans: list[tuple[int, int]] = []
    found = sorted(
        [match.span() for match in pattern.finditer(heading)]
        + [(unit.start, unit.end) for unit in units if unit.kind is UnitKind.AMOUNT]
    )
    for start, end in found:
        touched = [unit for unit in units if unit.start < end and start < unit.end]
        if any(unit.kind not in _DATA for unit in touched):
            continue
        start = min([start, *(unit.start for unit in touched)])
        end = max([end, *(unit.end for unit in touched)])
        if spans and start <= spans[-1][1]:  # "3小时58分" is one
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    return [heading[start:end].strip() for start, end in spans]
