"""What stands together in a text of any script: a number with all that belongs to it, an address, a name, an emoji.

A unit is never cut: not by a sentence's end, a caption's, a line's, nor by what is set off. Units are found by their
form alone. Every pattern is bounded, so that searching takes time in proportion to the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bulkvid_pipeline.rendering.pictures.scripts import EMOJI


class UnitKind(StrEnum):
    """What a unit is."""

    ADDRESS = "address"
    """A web or mail address, a file's name, a handle, a hashtag."""
    PHONE = "phone"
    DATE = "date"
    TIME = "time"
    """A time of day, a length of time with colons, a ratio, a score."""
    VERSION = "version"
    AMOUNT = "amount"
    """A number, or a range of numbers, with sign, currency, scale and unit."""
    NAME = "name"
    """A name with initials, a hyphenated word, a product's name with digits in it."""
    ABBREVIATION = "abbreviation"
    """Letters with stops after them."""
    EMOJI = "emoji"


@dataclass(frozen=True)
class Unit:
    """A unit: text[start:end] of the text it was found in."""

    text: str
    start: int
    end: int
    kind: UnitKind


_L = "A-Za-z\u00c0-\u02af\u0370-\u03ff\u0400-\u052f"
"""Letters of the alphabets that are written with blanks and digits among them."""
_ALONE = rf"(?<![{_L}\d_])"
_NO_LETTER = rf"(?![{_L}_])"
_B = "[ \u00a0\u202f]"

_HOST = r"(?:[A-Za-z0-9\u00c0-\u024f_][A-Za-z0-9\u00c0-\u024f_-]{0,62}\.){1,6}[A-Za-z]{2,24}"
_PATH = r"(?:[/?#][A-Za-z0-9\u00c0-\u024f_./?=&%#~+@:;,!$'()*-]{0,500}[A-Za-z0-9\u00c0-\u024f_/=&%#~+$-]|/)"
_ADDRESS = (
    rf"(?:https?|ftp)://[A-Za-z0-9\u00c0-\u024f_.:@-]{{1,250}}(?<![.:@])(?:{_PATH})?|"
    rf"(?<![{_L}\d_.+@-])[A-Za-z0-9\u00c0-\u024f_.+-]{{1,64}}@{_HOST}{_NO_LETTER}|"
    rf"(?<![{_L}\d_@.-]){_HOST}(?![A-Za-z0-9_@]|-\w)(?:{_PATH})?|"
    rf"(?<![{_L}\d_/@.])[@#][{_L}\d_](?:[{_L}\d_.-]{{0,60}}[{_L}\d_])?"
)

_PHONE = (
    r"\+\d{1,3}(?:[ .\-/\u00a0]?\(?\d{1,5}\)?){2,6}(?!\d)|"
    r"\(\d{2,5}\)[ \u00a0]?\d{2,5}(?:[ -]\d{2,5}){0,3}(?!\d)|"
    rf"{_ALONE}0\d{{1,4}}(?:[ /-]\d{{2,8}}){{1,4}}(?![\d.,:/-]\d)|"
    rf"{_ALONE}\d{{1,4}}(?:-\d{{2,5}}){{2,4}}(?![\d-])|"
    rf"{_ALONE}1-8\d\d-[A-Z0-9]{{3,9}}(?:-[A-Z0-9]{{2,6}})?(?![\w-])|"
    rf"{_ALONE}\d{{3}}-\d{{4}}(?![\d-])"
)

_MONTHS = (
    "Jan(?:uary|uar)?|Feb(?:ruary|ruar)?|Mar(?:ch)?|März|Apr(?:il)?|May|Mai|Jun[ei]?|Jul[yi]?|Aug(?:ust)?|"
    "Sept?(?:ember)?|O[ck]t(?:ober)?|Nov(?:ember)?|De[cz](?:ember)?"
)
_DATE = (
    rf"{_ALONE}\d{{4}}-\d{{1,2}}-\d{{1,2}}(?![\d-])|"
    rf"{_ALONE}\d{{1,2}}\.{_B}?\d{{1,2}}\.(?:{_B}?\d{{4}}|\d{{2}}(?!\d))?(?![\d])|"
    rf"{_ALONE}\d{{1,2}}\.{_B}(?:{_MONTHS})\b|"
    rf"{_ALONE}(?:{_MONTHS})\.?{_B}\d{{1,2}}(?:st|nd|rd|th)?(?![\w])|"
    r"(?:\d{2,4}年)?\d{1,2}月(?:\d{1,2}[日号號])?|"
    r"(?:\d{2,4}년 ?)?\d{1,2}월(?: ?\d{1,2}일)?|\d{2,4}[年년](?!代)"
)

_HALF_OF_DAY = rf"(?:{_B}?(?:[aApP]\.{_B}?[mM]\.|[aApP][mM]){_NO_LETTER})"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_TIME = (
    rf"{_ALONE}{_CLOCK}(?:{_B}?[-–—~]{_B}?{_CLOCK})?(?![:\d]){_HALF_OF_DAY}?(?:{_B}(?:Uhr|น\.|h)(?![{_L}]))?|"
    rf"{_ALONE}\d{{1,2}}(?:[-–]\d{{1,2}})?{_HALF_OF_DAY}|"
    rf"{_ALONE}\d{{1,2}}{_B}?[hH]{_B}?\d{{2}}(?![\d{_L}])|"
    rf"{_ALONE}\d{{1,2}}(?:\.\d{{2}})?{_B}Uhr(?![{_L}])|"
    r"\d{1,2}[时時点點](?:\d{1,2}[分]|半)?(?!间|間)|\d{1,2}시(?: ?\d{1,2}분)?|"
    rf"{_ALONE}\d{{1,4}}(?::\d{{1,4}}){{1,3}}(?![:\d])"
)

_VERSION = (
    rf"{_ALONE}(?:[vV](?:er\.)?|[vV]ersion{_B})\d{{1,4}}(?:\.\d{{1,4}}){{0,4}}(?:-[a-z]{{1,8}}(?:\.?\d{{1,4}})?)?(?![{_L}\d])|"
    rf"{_ALONE}(?!\d{{1,3}}(?:\.\d{{3}}){{1,6}}(?!\d))\d{{1,4}}(?:\.\d{{1,5}}){{2,5}}(?:-[a-z]{{1,8}}(?:\.?\d{{1,4}})?)?(?![\d.]\d)(?![{_L}])"
)

_CODES = (
    "USD|EUR|GBP|JPY|CNY|RMB|INR|BRL|CHF|AUD|CAD|NZD|SGD|HKD|KRW|MXN|RUB|TRY|SEK|NOK|DKK|PLN|CZK|HUF|ZAR|AED|SAR|EGP|"
    "THB|VND|IDR|PHP|NGN|KES|Rs\\.?|kr\\.?|Fr\\.?|zł"
)
_MONEY_SIGN = "[$€£¥₹₽₺₱₩₫₴₦฿₪￥￡￦]"
_BEFORE = rf"(?:(?:[A-Z]{{1,2}})?{_MONEY_SIGN}{_B}?|(?:{_CODES}){_B}?(?=\d))"
_DIGITS = (
    rf"(?:\d{{1,3}}(?:{_B}\d{{3}}){{1,6}}(?:[.,]\d{{1,9}})?(?![\d{_L}.-])|\d{{1,40}}(?:[.,٫٬'’]\d{{1,20}}){{0,12}}|[½¼¾⅓⅔⅛])"
    "[½¼¾⅓⅔⅛]?"
)
_SCALE = (
    r"million(?:s|en|es)?|billion(?:s|en|es)?|trillion(?:s|en)?|thousand|hundred|lakhs?|crores?|Mio\.?|Mrd\.?|Tsd\.?|"
    r"Millionen|Milliarden|Mill?\.|mil|millones|millón|mille|millions|milliards?|mila|milioni|miliardi|milhões|milhão|"
    r"bilhões|mln\.?|mld\.?|тыс\.?|млн\.?|млрд\.?|тысяч[аи]?|миллион(?:а|ов)?|миллиард(?:а|ов)?|"
    r"ألف|آلاف|مليون|ملايين|مليار|हज़ार|हजार|लाख|करोड़"
)
_ATTACHED = (
    r"km/h|m/s|bn|mn|tn|[kKMBTxX×]|st|nd|rd|th|ers?|ère|ème|e|º|ª|h|hrs?|min|sec|ms|s|kg|g|mg|lbs?|oz|km|cm|mm|m²|m³|m|ft|in|"
    r"ml|cl|l|L|GB|MB|TB|KB|kB|GHz|MHz|kHz|Hz|kWh|kW|MW|W|V|mAh|px|fps|mph|kcal|cal|[pP]|[GDd]|ppm|dB|pp|pts?"
)
_APART = (
    r"%|‰|٪|kg|g|mg|lbs?|oz|km/h|km|cm|mm|m²|m³|m|ft|ml|cl|l|GB|MB|TB|KB|GHz|MHz|kWh|kW|mph|kcal|dB|"
    rf"{_CODES}|бит|руб\.?|₽|€|£|₺|zł|kr\.?|Kč|lei"
)
_CURRENCY = (
    r"[Dd]ollars?|[Ee]uros?|[Pp]ounds?|[Rr]upees|[Pp]esos|Franken|dólares|reais|libras|dollari|sterline|рублей|долларов|евро|"
    r"डॉलर|रुपये|دولار|يورو"
)
_CJK_SCALE = (
    "[十百千]?[万萬亿億兆]{0,2}[十百千]?"
    r"(?:(?<=[万萬亿億兆])\d{1,4}[百千]?[万萬亿億]?(?:(?<=[万萬亿億])\d{1,4}[百千]?)?)?"
)
_CJK_UNIT = (
    "(?:多|余|餘)?(?:人民币|美元|欧元|歐元|日元|日圆|港元|英镑|韩元|卢比|[元円圆圓块塊]|平方公里|平方米|立方米|公里|公斤|千克|毫升|厘米|毫米|"
    "平米|分钟|分鐘|小时|小時|時間|百分点|個月|个月|ヶ月|か月|カ月|年間|年代|週間|日間|分間|秒間|パーセント|キロ|グラム|メートル|"
    "[%％克度斤秒分天日周週岁歳歲杯次个個本枚人倍米升件名位台条條层層步種种级級页頁巻章話回点月])?"
)
_HANGUL_SCALE = r"(?:[십백천]?[만억조]){0,2}[십백천]?(?:(?<=[만억조]) ?\d{1,4}[백천]?만?)?"
_HANGUL_UNIT = (
    "(?: ?(?:개월|시간|분기|년대|원|달러|유로|엔|퍼센트|프로|킬로|미터|그램)|"
    "[명개년월일시분초배도회번잔장권살주](?![\uac00-\ud7a3]{2}))?"
)
_THAI_UNIT = "(?: ?(?:ล้าน|แสน|หมื่น|พัน)?(?:ล้าน)?(?:บาท|ดอลลาร์|เปอร์เซ็นต์)| ?(?:ล้าน|แสน|หมื่น|พัน))?"
_NUMBER = (
    rf"{_DIGITS}(?:(?:{_ATTACHED})(?![{_L}\d])|(?:{_B}?(?:[%‰٪]|°{_B}?[CF]?|℃|℉)))?"
    rf"{_CJK_SCALE}{_CJK_UNIT}{_HANGUL_SCALE}{_HANGUL_UNIT}{_THAI_UNIT}"
)
_AFTER = (
    rf"(?:{_B}?(?:{_MONEY_SIGN})(?![\d{_L}])|{_B}(?:{_SCALE})(?:{_B}(?:{_APART}|{_CURRENCY}))?(?![{_L}\u0600-\u06ff\u0900-\u097f])|"
    rf"{_B}(?:{_APART})(?![{_L}\d]))?"
)
_SIGN = rf"(?:(?<![^\s(\[{{\"'«“„])[-−+±~≈<>≤≥]{_B}?(?={_MONEY_SIGN}|\d|[A-Z]{{1,3}}{_MONEY_SIGN}))"
_AMOUNT = (
    rf"(?:{_SIGN}|{_ALONE})(?:{_BEFORE})?{_NUMBER}"
    rf"(?:/{_DIGITS}(?:/\d+)?|(?:[-–—~〜～]|{_B}[–—]{_B}){_BEFORE}?{_NUMBER})?"
    rf"{_AFTER}\+?(?![-\u2010\u2011]?[{_L}]|(?<=\d)\d)"
)

_PLACES = r"(?:U\.S|U\.K|U\.N|E\.U|D\.C|L\.A|N\.Y|A\.M|P\.M|B\.C|A\.D|P\.S|U\.A\.E)\."
"""What looks like initials, but may end a sentence."""
_NAME = (
    rf"(?<![{_L}.])(?!{_PLACES})(?:[A-ZÀ-ÞА-Я]\.{_B}?){{2,4}}[A-ZÀ-ÞА-Я][a-zß-ÿа-я]{{1,30}}(?![{_L}])|"
    rf"(?<![{_L}\d_.,-])[{_L}\d]{{1,30}}(?:[-\u2010\u2011][{_L}\d]{{1,30}}){{1,5}}(?![{_L}\d])|"
    rf"{_ALONE}(?:[A-Za-z]{{1,20}}\d+[A-Za-z0-9]{{0,20}}|\d{{1,4}}[A-Za-z]{{1,20}}\d*)(?![{_L}\d])|"
    rf"{_ALONE}[A-Za-z](?:\+\+|#)(?:\d\d)?(?![{_L}\d])|{_ALONE}[A-Z]&[A-Z](?![{_L}])|{_ALONE}[A-Za-z]/[A-Za-z](?![{_L}/])"
)
_ABBREVIATION = (
    rf"(?<![{_L}.])(?:[{_L}]\.){{2,6}}(?![{_L}])|"
    rf"(?<![{_L}.])(?:z\.{_B}B\.|d\.{_B}h\.|u\.{_B}a\.|i\.{_B}d\.{_B}R\.|p\.{_B}ex\.|(?:и{_B})?т\.{_B}[дпек]\.|"
    rf"P\.{_B}S\.|a\.{_B}m\.|p\.{_B}m\.|n\.{_B}Chr\.|v\.{_B}Chr\.)"
)

_FORMS = {
    UnitKind.EMOJI: EMOJI.pattern,
    UnitKind.ADDRESS: _ADDRESS,
    UnitKind.DATE: _DATE,
    UnitKind.PHONE: _PHONE,
    UnitKind.TIME: _TIME,
    UnitKind.VERSION: _VERSION,
    UnitKind.AMOUNT: _AMOUNT,
    UnitKind.NAME: _NAME,
    UnitKind.ABBREVIATION: _ABBREVIATION,
}
_UNIT = re.compile("|".join(f"(?P<{kind.value}>{pattern})" for kind, pattern in _FORMS.items()))


def units_of(text: str) -> tuple[Unit, ...]:
    """The units of a text in order. Total; they never overlap."""
    return tuple(
        Unit(match.group(), match.start(), match.end(), UnitKind(match.lastgroup))
        for match in _UNIT.finditer(text)
        if match.lastgroup and match.group()
    )
