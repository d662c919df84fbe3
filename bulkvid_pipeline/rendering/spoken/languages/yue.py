"""How Cantonese is read: as Mandarin, in long characters, which its voices know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace

from bulkvid_pipeline.rendering.spoken.counting import Forms
from bulkvid_pipeline.rendering.spoken.forms import Rule, Say
from bulkvid_pipeline.rendering.spoken.languages.cmn import READINGS as _MANDARIN
from bulkvid_pipeline.rendering.spoken.languages.cmn import mandarin_number, mandarin_time
from bulkvid_pipeline.rendering.spoken.readings import Words

_LONG = str.maketrans(
    "点两亿万负号码热线电话时钟个岁块欧张条层双对组台辆颗节课场满话题标横划线华摄氏约与数对亚尔伦铢镑韩兰联后为来间历",
    "點兩億萬負號碼熱線電話時鐘個歲塊歐張條層雙對組台輛顆節課場滿話題標橫劃線華攝氏約與數對亞爾倫銖鎊韓蘭聯後為來間歷",
)


def _long(said: str) -> str:
    return said.translate(_LONG)


def _in_long(rule: Rule) -> Rule:
    say = rule.say
    if isinstance(say, str):
        return replace(rule, say=_long(say))

    def said(match: re.Match[str], say: Say = say) -> str | None:
        short = say(match)
        return None if short is None else _long(short)

    return replace(rule, say=said)


def _in_long_forms(names: Mapping[str, Forms]) -> dict[str, Forms]:
    return {key: {category: _long(form) for category, form in name.items()} for key, name in names.items()}


_WORDS = {each.name: getattr(_MANDARIN.words, each.name) for each in fields(Words)}

READINGS = replace(
    _MANDARIN,
    locale="zh_Hant_HK",
    words=Words(**{name: _long(word) if isinstance(word, str) else word for name, word in _WORDS.items()}),
    money=_in_long_forms(_MANDARIN.money),
    signs={**_MANDARIN.signs, "$": "HKD"},
    units=_in_long_forms(_MANDARIN.units),
    rules=tuple(map(_in_long, _MANDARIN.rules)),
    time=lambda hour, minute, half: _long(mandarin_time(hour, minute, half)),
    number=lambda plain: _long(mandarin_number(plain)),
)
