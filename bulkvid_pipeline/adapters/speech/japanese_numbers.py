"""The reading of Japanese numbers and of the counters after them, in kana: 10時30分 is じゅうじさんじゅっぷん.

espeak joins the readings of digits without the changes of sound (300 as さんひゃく) and skips decimal points, and the
dictionary of kanji reads a counter after digits as a word of its own (時 as とき).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

NUMBER = re.compile(
    r"(?P<whole>\d{1,3}(?:,\d{3})+(?![,\d])|\d+)(?:[.．](?P<decimals>\d+))?(?P<scales>[百千万億兆]*)"
    r"(?P<counter>分の(?=\d)|対(?=\d)|時間|分間|日間|年間|か月|ヶ月|ヵ月|カ月|週間|年|月|日|時|分|秒|円|人|歳|才|回|階|本|杯|匹|個|枚|台|度|倍|位|番|冊|つ|割|点|話|章|巻|週|泊|名|件|点|軒|足|着|番目)?"
)
_DIGITS = ("ぜろ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう")
_HUNDREDS = {1: "ひゃく", 3: "さんびゃく", 6: "ろっぴゃく", 8: "はっぴゃく"}
_THOUSANDS = {1: "せん", 3: "さんぜん", 8: "はっせん"}
_GROUPS = ("", "まん", "おく", "ちょう", "けい")
_SCALES = {"百": "ひゃく", "千": "せん", "万": "まん", "億": "おく", "兆": "ちょう"}
_DAYS = dict(
    zip(
        (*range(1, 11), 14, 20, 24),
        (
            *("ついたち", "ふつか", "みっか", "よっか", "いつか", "むいか", "なのか", "ようか", "ここのか", "とおか"),
            *("じゅうよっか", "はつか", "にじゅうよっか"),
        ),
        strict=True,
    )
)
_THINGS = dict(
    zip(
        range(1, 10),
        ("ひとつ", "ふたつ", "みっつ", "よっつ", "いつつ", "むっつ", "ななつ", "やっつ", "ここのつ"),
        strict=True,
    )
)
_PEOPLE = {1: "ひとり", 2: "ふたり"}
# The kana after 1, 6, 8 and 10, then after 3, then after the others; with none, the last is for all.
_COUNTERS = {
    **{
        "分": ("ぷん", "ぷん", "ふん"),
        "本": ("ぽん", "ぼん", "ほん"),
        "杯": ("ぱい", "ばい", "はい"),
        "匹": ("ぴき", "びき", "ひき"),
    },
    **{
        "泊": ("ぱく", "ぱく", "はく"),
        "足": ("そく", "ぞく", "そく"),
        "軒": ("けん", "げん", "けん"),
        "階": ("かい", "がい", "かい"),
    },
    **{
        "回": ("かい",) * 3,
        "個": ("こ",) * 3,
        "か月": ("かげつ",) * 3,
        "週間": ("しゅうかん",) * 3,
        "週": ("しゅう",) * 3,
    },
    **{
        "歳": ("さい",) * 3,
        "才": ("さい",) * 3,
        "冊": ("さつ",) * 3,
        "点": ("てん",) * 3,
        "章": ("しょう",) * 3,
        "着": ("ちゃく",) * 3,
    },
    **{"件": ("けん",) * 3, "巻": ("かん",) * 3},
}
_PLAIN = {
    **{
        "秒": "びょう",
        "円": "えん",
        "枚": "まい",
        "台": "だい",
        "度": "ど",
        "倍": "ばい",
        "位": "い",
        "番": "ばん",
        "割": "わり",
    },
    **{
        "話": "わ",
        "名": "めい",
        "番目": "ばんめ",
        "年": "ねん",
        "月": "がつ",
        "日": "にち",
        "時": "じ",
        "人": "にん",
        "つ": "つ",
    },
    **{"分の": "ぶんの", "対": "たい"},
}
_SHORTENED = {"いち": "いっ", "ろく": "ろっ", "はち": "はっ", "じゅう": "じゅっ", "ひゃく": "ひゃっ"}
# Counters before which 1, 8 and 10 are shortened, but 6 is not.
_KEEP_SIX = frozenset({"週間", "週", "歳", "才", "冊", "点", "章", "着", "足"})
# Last digits that are read in another way before these counters.
_OTHER_DIGITS = {
    **{
        "時": {4: "よ", 7: "しち", 9: "く"},
        "月": {4: "し", 7: "しち", 9: "く"},
        "年": {4: "よ"},
        "人": {4: "よ", 7: "しち"},
    },
    **{"円": {4: "よ"}, "日": {4: "よっ", 7: "しち", 9: "く"}},
}


def number_reading(match: re.Match[str]) -> str:
    """What a match of `NUMBER` is read as, in kana."""
    whole, decimals, scales, counter = (
        match["whole"].replace(",", ""),
        match["decimals"],
        match["scales"],
        match["counter"],
    )
    said_scales = "".join(map(_SCALES.__getitem__, scales))
    if len(whole) > 20 or (whole[0] == "0" and len(whole) > 1):
        return " ".join(_DIGITS[int(digit)] for digit in whole) + _decimals(decimals) + said_scales + _counter(counter)
    value = int(whole)
    if decimals or scales:
        first = "れい" if value == 0 and decimals else cardinal(value)
        return (
            _before_scale(first, said_scales if not decimals else "")
            + _decimals(decimals)
            + said_scales
            + _counter(counter)
        )
    if counter == "日" and value == 1 and not match.string[: match.start()].endswith("月"):
        return "いちにち"
    return _counted(value, counter)


def cardinal(value: int) -> str:
    """A number below 10^20 in kana."""
    if value == 0:
        return _DIGITS[0]
    parts = []
    for index, group in _groups(value):
        said = _below_ten_thousand(group)
        if index and group == 1000:
            said = "いっせん"
        parts.append(_before_scale(said, _GROUPS[index]) + _GROUPS[index])
    return "".join(parts)


def _groups(value: int) -> Iterator[tuple[int, int]]:
    for index in range(len(_GROUPS) - 1, -1, -1):
        group = value // 10_000**index % 10_000
        if group:
            yield index, group


def _below_ten_thousand(value: int) -> str:
    said = ""
    for size, names, word in ((1000, _THOUSANDS, "せん"), (100, _HUNDREDS, "ひゃく")):
        digit = value // size % 10
        if digit:
            said += names.get(digit, _DIGITS[digit] + word)
    tens, ones = value // 10 % 10, value % 10
    if tens:
        said += ("" if tens == 1 else _DIGITS[tens]) + "じゅう"
    return said + (_DIGITS[ones] if ones else "")


def _before_scale(said: str, scale: str) -> str:
    """いち and the like before ちょう are shortened: いっちょう."""
    if not scale.startswith("ちょう"):
        return said
    return _shortened(said, keep_six=True)


def _shortened(said: str, *, keep_six: bool) -> str:
    for word, short in _SHORTENED.items():
        if said.endswith(word) and not (keep_six and word in {"ろく", "ひゃく"}):
            return said.removesuffix(word) + short
    return said


def _decimals(decimals: str | None) -> str:
    return "" if decimals is None else "てん" + "".join(_DIGITS[int(digit)] for digit in decimals)


def _counter(counter: str | None) -> str:
    """A counter's usual sound."""
    if counter is None:
        return ""
    stem, rest = _stem(counter)
    return (_COUNTERS[stem][2] if stem in _COUNTERS else _PLAIN[stem]) + rest


def _stem(counter: str) -> tuple[str, str]:
    """The counter without the 間 of spans, which changes no sound, and that 間 in kana."""
    counter = re.sub("[ヶヵカ]月", "か月", counter)
    if counter in {"時間", "分間", "日間", "年間"}:
        return counter[0], "かん"
    return counter, ""


def _counted(value: int, counter: str | None) -> str:
    if counter is None:
        return cardinal(value)
    if counter == "日間" and value == 1:
        return "いちにちかん"
    stem, rest = _stem(counter)
    whole_words = {"日": _DAYS, "つ": _THINGS, "人": _PEOPLE}.get(stem, {})
    if value in whole_words:
        return whole_words[value] + rest
    if stem in {"歳", "才"} and value == 20:
        return "はたち"
    said, ones = cardinal(value), value % 10
    if ones in _OTHER_DIGITS.get(stem, {}):
        return said.removesuffix(_DIGITS[ones]) + _OTHER_DIGITS[stem][ones] + _PLAIN[stem] + rest
    if stem not in _COUNTERS:
        return said + _PLAIN[stem] + rest
    after_short, after_three, usual = _COUNTERS[stem]
    short = _shortened(said, keep_six=stem in _KEEP_SIX)
    if short != said:
        return short + after_short + rest
    if ones == 3 or value % 10_000 in {0, 1000, 3000}:
        return said + after_three + rest
    if stem == "分" and ones == 4:
        return said + after_short + rest
    return said + usual + rest
