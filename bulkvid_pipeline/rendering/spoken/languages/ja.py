"""How Japanese is read.

Numbers stay in digits before their counters: the offline voice reads both in kana (`adapters.speech.japanese_numbers`).
"""

from __future__ import annotations

import re

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.myriads import myriad_rule
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words


def _time(hour: int, minute: int, half: str) -> str:
    before = {"am": "午前", "pm": "午後"}.get(half, "")
    return f"{before}{hour}時{minute}分" if minute else f"{before}{hour}時"


def _date(year: int | None, month: int, day: int) -> str:
    return f"{month}月{day}日" if year is None else f"{year}年{month}月{day}日"


def _colon(match: re.Match[str]) -> str:
    first, second = match["first"], match["second"]
    if len(second) == 2 and int(first) < 25 and second < "60":
        return _time(int(first), int(second), "")
    return f"{first}対{second}"


def _compared(match: re.Match[str]) -> str:
    return f"{match['first']}は{match['second']}より{'大きい' if match['sign'] in '>＞' else '小さい'}"


RULES = (
    Rule(re.compile(r"(?<=[\u3040-\u30ff\u4e00-\u9fff])[~〜～](?=\d)"), "から", digits=True),
    Rule(re.compile(r"(?<![\d：:.])(?P<first>\d{1,3})：(?P<second>\d{1,3})(?![\d：:])"), _colon, digits=True),
    Rule(
        re.compile(r"(?<![\d/.])(?P<month>1[0-2]|[1-9])/(?P<day>1[3-9]|2\d|3[01])(?![\d/.%])"),
        lambda match: _date(None, int(match["month"]), int(match["day"])),
        digits=True,
    ),
    Rule(re.compile(r"(?<=時速)\s?(\d{1,4}(?:\.\d)?)\s?km/h"), lambda match: f"{match[1]}キロメートル", digits=True),
    Rule(
        re.compile(r"(?<![\d.,])(?P<first>\d{1,6})\s?(?P<sign>[<>＜＞])\s?(?P<second>\d{1,6})(?!\d|[.,]\d)"),
        _compared,
        digits=True,
    ),
)
_SIMPLE = {
    **{
        "%": "パーセント",
        "％": "パーセント",
        "km": "キロメートル",
        "m": "メートル",
        "cm": "センチ",
        "mm": "ミリ",
        "kg": "キログラム",
    },
    **{
        "g": "グラム",
        "mg": "ミリグラム",
        "t": "トン",
        "ml": "ミリリットル",
        "mL": "ミリリットル",
        "l": "リットル",
        "L": "リットル",
    },
    **{
        "m²": "平方メートル",
        "m2": "平方メートル",
        "㎡": "平方メートル",
        "km²": "平方キロメートル",
        "㎏": "キログラム",
        "㎝": "センチ",
    },
    **{
        "㎞": "キロメートル",
        "h": "時間",
        "min": "分",
        "s": "秒",
        "W": "ワット",
        "kW": "キロワット",
        "kWh": "キロワット時",
        "V": "ボルト",
    },
    **{
        "Hz": "ヘルツ",
        "MHz": "メガヘルツ",
        "GHz": "ギガヘルツ",
        "kcal": "キロカロリー",
        "cal": "カロリー",
        "MB": "メガバイト",
    },
    **{
        "GB": "ギガバイト",
        "TB": "テラバイト",
        "KB": "キロバイト",
        "mAh": "ミリアンペア時",
        "°C": "度",
        "℃": "度",
        "°": "度",
    },
}
_MONEY = {
    **{
        "JPY": "円",
        "USD": "ドル",
        "EUR": "ユーロ",
        "GBP": "ポンド",
        "CNY": "元",
        "KRW": "ウォン",
        "INR": "ルピー",
        "TWD": "台湾ドル",
    },
    **{
        "HKD": "香港ドル",
        "THB": "バーツ",
        "RUB": "ルーブル",
        "AUD": "豪ドル",
        "CAD": "カナダドル",
        "CHF": "スイスフラン",
        "VND": "ドン",
    },
}

_NAMES = {code: forms(name) for code, name in _MONEY.items()}

READINGS = Readings(
    locale="ja",
    words=Words(
        dot="ドット",
        at="アットマーク",
        slash="スラッシュ",
        dash="ハイフン",
        underscore="アンダーバー",
        hashtag="ハッシュタグ",
        number="ナンバー",
        point="てん",
        to="から",
        ratio="対",
        out_of="点、満点",
        minus="マイナス",
        plus="プラス",
        plus_minus="プラスマイナス",
        times="かける",
        fold="倍",
        equals="イコール",
        less="未満",
        more="超え",
        at_most="最大",
        at_least="最低",
        about="約",
        ampersand="アンド",
        with_fraction="と",
        percent="パーセント",
    ),
    blank="",
    says_cents=False,
    counted=lambda number, noun: f"{number}{noun}",
    money=_NAMES,
    signs={"円": "JPY"},
    scales={
        **{scale: forms(scale) for scale in ("千", "万", "億", "兆", "百万", "千万")},
    },
    units={
        **{unit: forms("{}" + name) for unit, name in _SIMPLE.items()},
        **{"km/h": forms("時速{}キロメートル"), "m/s": forms("秒速{}メートル"), "°F": forms("華氏{}度")},
    },
    fraction=lambda upper, lower: f"{lower}分の{upper}" if lower <= 12 or lower % 10 == 0 else None,
    date=_date,
    time=_time,
    abbreviations={"24/7": "24時間365日", "vs.": "対", "vs": "対", "VS": "対"},
    before_numbers={"No.": "ナンバー", "Vol.": "ボリューム", "vol.": "ボリューム"},
    rules=(*RULES, myriad_rule(("万", "億", "兆"), _NAMES, {})),
)
