"""How Mandarin is read, in short or long characters; `yue` has the same for Cantonese.

Numbers stay in digits, which voices read; years and hotlines are said digit by digit, and 2 before a measure word is
两. A 1 in a phone number is said as 1, not 幺.
"""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.myriads import myriad_rule
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words
from bulkvid_pipeline.rendering.spoken.spellout import spelled

_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_YEAR = r"1\d{3}|20\d\d"
_MEASURES = (
    "个|個|位|名|次|种|種|杯|天|周年|年(?!级|級)|小时|小時|分钟|分鐘|秒|点(?!\\d)|點(?!\\d)|倍|岁|歲|元|块|塊|美元|欧元|歐元|人|只|隻|本|张|張|件|条|條"
    "|家|间|間|份|步|遍|瓶|碗|斤|公斤|千克|公里|米(?!\\d)|升|毫升|吨|噸|里|万|萬|千|亿|億|双|雙|对|對|组|組|层|層|套|台|台|辆|輛|片|颗|顆|根|把|盒|包|袋|勺|大|款|篇|首|节|節|课|課|场|場|部"
)


def by_digits(digits: str) -> str:
    """Digit by digit: 2024 is 二零二四."""
    return digits.translate(_DIGITS)


def mandarin_number(plain: str) -> str:
    """Voices lose their way in numbers from a hundred million on."""
    whole, point, decimals = plain.partition(".")
    return plain if len(whole) < 9 or len(whole) > 15 else spelled(int(whole), "zh", "cardinal") + point + decimals


def _years(match: re.Match[str]) -> str | None:
    """Years by digits; 2000年前 and 1000年的历史 are lengths of time."""
    first, second = match["first"], match["second"]
    rest = match.string[match.end() : match.end() + 3]
    if second is None and first.endswith("00") and re.match("年(?:前|以|多|间|間|来|來|的)", rest):
        return None
    return by_digits(first) + (f"到{by_digits(second)}" if second else "")


def _date(year: int | None, month: int, day: int) -> str:
    said = f"{month}月{day}日"
    return said if year is None else f"{by_digits(str(year))}年{said}"


def mandarin_time(hour: int, minute: int, half: str) -> str:
    before = {"am": "上午", "pm": "下午"}.get(half, "")
    if minute == 0:
        return f"{before}{hour}点"
    return f"{before}{hour}点{'零' if minute < 10 else ''}{minute}分"


def _fraction(upper: int, lower: int) -> str | None:
    return f"{lower}分之{upper}" if lower <= 12 or lower % 10 == 0 else None


def _grouped(digits: str) -> str:
    """A mobile number in the groups in which it is said."""
    return ", ".join(map(by_digits, (digits[:3], digits[3:7], digits[7:])))


def _below_zero(match: re.Match[str]) -> str:
    unit = match["unit"]
    scale = "" if not unit else "华氏" if unit[-1] in "F℉" else "摄氏"
    return f"零下{match['degrees']}{scale}度"


def _colon(match: re.Match[str]) -> str:
    first, second = match["first"], match["second"]
    return (
        mandarin_time(int(first), int(second), "")
        if len(second) == 2 and int(first) < 25 and second < "60"
        else f"{first}比{second}"
    )


RULES = (
    Rule(re.compile(r"(?<=[\u4e00-\u9fff])[~〜～](?=\d)"), "到", digits=True),
    Rule(
        re.compile(r"(?P<before>(?:打|拨|撥|call)[了到 ]?)(?P<digits>\d{5,12})(?![\d.,\-:]\d|\d|[a-z个人元折])"),
        lambda match: match["before"] + by_digits(match["digits"]),
        digits=True,
    ),
    Rule(re.compile(r"(?<=[\d万亿萬億])\+(?=[\u4e00-\u9fff])"), "多", digits=True),
    Rule(
        re.compile(r"(?<=[\d元块塊A-Za-z])/(?=[个個瓶人天月年次斤公小分杯盒件晚位平只支张張周日袋份])"),
        "每",
        digits=True,
    ),
    Rule(
        re.compile(rf"(?<![\d.,:/\-])(?P<first>{_YEAR})(?:年?\s?[-–—~～至到]\s?(?P<second>{_YEAR}))?(?=\s?年)"),
        _years,
        digits=True,
    ),
    Rule(
        re.compile(r"(?<!\d)(?:[5-9]0|[01][05])(?=后(?![面来续期])|後(?![面來續期]))"),
        lambda match: by_digits(match.group()),
        digits=True,
    ),
    Rule(
        re.compile(r"(?<![\d.,:/+\-])1[3-9]\d{9}(?![\d.,/\-]\d|\d)"), lambda match: _grouped(match.group()), digits=True
    ),
    Rule(
        re.compile(
            r"(?P<before>(?:拨打|撥打|致电|致電|热线|熱線|电话|電話|客服|号码|號碼)[：:是为為 ]{0,2})"
            r"(?P<digits>\d{3,12})(?![\d.,\-:]\d|\d|[a-z个人元])"
        ),
        lambda match: match["before"] + by_digits(match["digits"]),
        digits=True,
    ),
    Rule(
        re.compile(r"(?<![\d.A-Za-z])[-−](?P<degrees>\d{1,3}(?:\.\d)?)(?:\s?(?P<unit>°\s?[CF]|℃|℉)|\s?[°度])"),
        _below_zero,
        digits=True,
    ),
    Rule(re.compile(r"(?<![\d：:.])(?P<first>\d{1,3})：(?P<second>\d{1,3})(?![\d：:])"), _colon, digits=True),
    Rule(
        re.compile(r"(?<![\d/.])(?P<month>1[0-2]|[1-9])/(?P<day>1[3-9]|2\d|3[01])(?![\d/.%]|号|號)"),
        lambda match: _date(None, int(match["month"]), int(match["day"])),
        digits=True,
    ),
    Rule(re.compile(rf"(?<![\d.,:/第\-–—~～月年零〇一-九十周A-Za-z])2(?=\s?(?:{_MEASURES}))"), "两", digits=True),
    Rule(re.compile(r"(?<=[时時]速)\s?(\d{1,4}(?:\.\d)?)\s?km/h"), lambda match: f"{match[1]}公里", digits=True),
    Rule(re.compile(r"(?<![\d.,A-Za-z])第?\s?No\.\s?(?=\d)"), "第"),
)
_SIMPLE = {
    **{
        "km": "公里",
        "m": "米",
        "cm": "厘米",
        "mm": "毫米",
        "dm": "分米",
        "kg": "公斤",
        "g": "克",
        "mg": "毫克",
        "t": "吨",
    },
    **{
        "ml": "毫升",
        "mL": "毫升",
        "l": "升",
        "L": "升",
        "m²": "平方米",
        "m2": "平方米",
        "㎡": "平方米",
        "km²": "平方公里",
    },
    **{
        "cm²": "平方厘米",
        "m³": "立方米",
        "h": "小时",
        "hr": "小时",
        "min": "分钟",
        "s": "秒",
        "ms": "毫秒",
        "W": "瓦",
        "kW": "千瓦",
    },
    **{
        "kWh": "千瓦时",
        "V": "伏",
        "Hz": "赫兹",
        "kHz": "千赫",
        "MHz": "兆赫",
        "GHz": "吉赫",
        "kcal": "千卡",
        "cal": "卡",
        "kJ": "千焦",
    },
    **{
        "ha": "公顷",
        "mAh": "毫安时",
        "lb": "磅",
        "oz": "盎司",
        "mi": "英里",
        "ft": "英尺",
        "°": "度",
        "㎏": "公斤",
        "㎝": "厘米",
        "㎞": "公里",
    },
}
_AROUND = {
    **{
        "%": "百分之{}",
        "％": "百分之{}",
        "‰": "千分之{}",
        "km/h": "每小时{}公里",
        "m/s": "每秒{}米",
        "mph": "每小时{}英里",
    },
    **{"°C": "{}摄氏度", "℃": "{}摄氏度", "° C": "{}摄氏度", "°F": "{}华氏度", "℉": "{}华氏度"},
}
_MONEY = {
    **{
        "元": "元",
        "CNY": "元",
        "USD": "美元",
        "EUR": "欧元",
        "GBP": "英镑",
        "JPY": "日元",
        "KRW": "韩元",
        "HKD": "港元",
    },
    **{
        "TWD": "新台币",
        "INR": "卢比",
        "RUB": "卢布",
        "THB": "泰铢",
        "AUD": "澳元",
        "CAD": "加元",
        "SGD": "新加坡元",
        "CHF": "瑞士法郎",
    },
    **{
        "VND": "越南盾",
        "MYR": "林吉特",
        "BRL": "雷亚尔",
        "TRY": "里拉",
        "PHP": "比索",
        "IDR": "印尼盾",
        "NZD": "新西兰元",
    },
}
_SCALES = "千 万 亿 百万 千万 万亿 萬 億 百萬 千萬 萬億"

_NAMES = {sign: forms(name) for sign, name in _MONEY.items()}
_SIGNS = {"¥": "CNY", "￥": "CNY", "块": "CNY", "塊": "CNY"}

READINGS = Readings(
    locale="zh",
    words=Words(
        dot="点",
        at="艾特",
        slash="斜杠",
        dash="横杠",
        underscore="下划线",
        hashtag="话题",
        number="第",
        point="点",
        to="到",
        ratio="比",
        out_of="，满分",
        minus="负",
        plus="加",
        plus_minus="正负",
        times="乘",
        fold="倍",
        equals="等于",
        less="小于",
        more="大于",
        at_most="不超过",
        at_least="不少于",
        about="约",
        ampersand="和",
        with_fraction="又",
        percent="百分比",
    ),
    blank="",
    says_cents=False,
    counted=lambda number, noun: f"{number}{noun}",
    number=mandarin_number,
    money=_NAMES,
    signs=_SIGNS,
    scales={
        **{scale: forms(scale) for scale in _SCALES.split()},
    },
    units={
        **{unit: forms("{}" + name) for unit, name in _SIMPLE.items()},
        **{unit: forms(pattern) for unit, pattern in _AROUND.items()},
    },
    fraction=_fraction,
    date=_date,
    time=mandarin_time,
    abbreviations={"24/7": "全天候", "vs.": "对", "vs": "对", "VS": "对"},
    rules=(*RULES, myriad_rule(("万", "亿", "万亿"), _NAMES, _SIGNS)),
)
