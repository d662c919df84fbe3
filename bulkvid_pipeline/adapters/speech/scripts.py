"""Writing systems: the script of a character, scripts without blanks between words, and a language for each script."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache


class Script(StrEnum):
    """A writing system; `COMMON` are digits, punctuation, symbols and blanks, which belong to all."""

    COMMON = "common"
    LATIN = "Latin"
    GREEK = "Greek"
    CYRILLIC = "Cyrillic"
    ARMENIAN = "Armenian"
    HEBREW = "Hebrew"
    ARABIC = "Arabic"
    DEVANAGARI = "Devanagari"
    BENGALI = "Bengali"
    GURMUKHI = "Gurmukhi"
    GUJARATI = "Gujarati"
    ODIA = "Odia"
    TAMIL = "Tamil"
    TELUGU = "Telugu"
    KANNADA = "Kannada"
    MALAYALAM = "Malayalam"
    SINHALA = "Sinhala"
    THAI = "Thai"
    LAO = "Lao"
    TIBETAN = "Tibetan"
    BURMESE = "Burmese"
    GEORGIAN = "Georgian"
    ETHIOPIC = "Ethiopic"
    KHMER = "Khmer"
    KANA = "Kana"
    HAN = "Han"
    HANGUL = "Hangul"
    OTHER = "other"


# Blocks of the Unicode character database (Blocks.txt), first code point inclusive, until the next entry.
_BLOCKS: tuple[tuple[int, Script], ...] = (
    (0x0000, Script.COMMON),
    (0x0041, Script.LATIN),
    (0x0250, Script.LATIN),
    (0x02B0, Script.COMMON),
    (0x0370, Script.GREEK),
    (0x0400, Script.CYRILLIC),
    (0x0530, Script.ARMENIAN),
    (0x0590, Script.HEBREW),
    (0x0600, Script.ARABIC),
    (0x0700, Script.OTHER),
    (0x0750, Script.ARABIC),
    (0x0780, Script.OTHER),
    (0x0870, Script.ARABIC),
    (0x0900, Script.DEVANAGARI),
    (0x0980, Script.BENGALI),
    (0x0A00, Script.GURMUKHI),
    (0x0A80, Script.GUJARATI),
    (0x0B00, Script.ODIA),
    (0x0B80, Script.TAMIL),
    (0x0C00, Script.TELUGU),
    (0x0C80, Script.KANNADA),
    (0x0D00, Script.MALAYALAM),
    (0x0D80, Script.SINHALA),
    (0x0E00, Script.THAI),
    (0x0E80, Script.LAO),
    (0x0F00, Script.TIBETAN),
    (0x1000, Script.BURMESE),
    (0x10A0, Script.GEORGIAN),
    (0x1100, Script.HANGUL),
    (0x1200, Script.ETHIOPIC),
    (0x13A0, Script.OTHER),
    (0x1780, Script.KHMER),
    (0x1800, Script.OTHER),
    (0x1C90, Script.GEORGIAN),
    (0x1CC0, Script.OTHER),
    (0x1D00, Script.LATIN),
    (0x1DC0, Script.COMMON),
    (0x1E00, Script.LATIN),
    (0x1F00, Script.GREEK),
    (0x2000, Script.COMMON),
    (0x2C00, Script.OTHER),
    (0x2C60, Script.LATIN),
    (0x2C80, Script.OTHER),
    (0x2E00, Script.COMMON),
    (0x2E80, Script.HAN),
    (0x2FE0, Script.COMMON),
    (0x3005, Script.HAN),
    (0x3008, Script.COMMON),
    (0x3041, Script.KANA),
    (0x30FB, Script.COMMON),
    (0x30FC, Script.KANA),
    (0x3100, Script.OTHER),
    (0x3130, Script.HANGUL),
    (0x3190, Script.OTHER),
    (0x31F0, Script.KANA),
    (0x3200, Script.COMMON),
    (0x3400, Script.HAN),
    (0x4DC0, Script.COMMON),
    (0x4E00, Script.HAN),
    (0xA000, Script.OTHER),
    (0xA640, Script.CYRILLIC),
    (0xA6A0, Script.OTHER),
    (0xA720, Script.LATIN),
    (0xA800, Script.OTHER),
    (0xAC00, Script.HANGUL),
    (0xD800, Script.OTHER),
    (0xF900, Script.HAN),
    (0xFB00, Script.LATIN),
    (0xFB13, Script.ARMENIAN),
    (0xFB1D, Script.HEBREW),
    (0xFB50, Script.ARABIC),
    (0xFE00, Script.COMMON),
    (0xFE70, Script.ARABIC),
    (0xFEFF, Script.COMMON),
    (0xFF21, Script.LATIN),
    (0xFF5B, Script.COMMON),
    (0xFF66, Script.KANA),
    (0xFFA0, Script.HANGUL),
    (0xFFE0, Script.COMMON),
    (0x10000, Script.OTHER),
    (0x1D400, Script.LATIN),
    (0x1E000, Script.OTHER),
    (0x1F000, Script.COMMON),
    (0x20000, Script.HAN),
    (0x323B0, Script.COMMON),
)
_STARTS = tuple(start for start, _ in _BLOCKS)

SPACELESS = frozenset(
    {Script.HAN, Script.KANA, Script.THAI, Script.LAO, Script.TIBETAN, Script.BURMESE, Script.KHMER},
)
"""Scripts written without blanks between words."""

SCRIPT_LANGUAGE: dict[Script, str] = {
    Script.LATIN: "en-us",
    Script.GREEK: "el",
    Script.CYRILLIC: "ru",
    Script.ARMENIAN: "hy",
    Script.HEBREW: "he",
    Script.ARABIC: "ar",
    Script.DEVANAGARI: "hi",
    Script.BENGALI: "bn",
    Script.GURMUKHI: "pa",
    Script.GUJARATI: "gu",
    Script.ODIA: "or",
    Script.TAMIL: "ta",
    Script.TELUGU: "te",
    Script.KANNADA: "kn",
    Script.MALAYALAM: "ml",
    Script.SINHALA: "si",
    Script.THAI: "th",
    Script.LAO: "lo",
    Script.TIBETAN: "bo",
    Script.BURMESE: "my",
    Script.GEORGIAN: "ka",
    Script.ETHIOPIC: "am",
    Script.KHMER: "km",
    Script.KANA: "ja",
    Script.HAN: "cmn",
    Script.HANGUL: "ko",
}
"""The language to assume if only the script is known."""


@lru_cache(maxsize=8192)
def script_of(char: str) -> Script:
    """The script of one character; COMMON if it is neither a letter nor a vowel sign."""
    if char.isalpha() or unicodedata.category(char) in {"Mn", "Mc"}:
        return _BLOCKS[bisect_right(_STARTS, ord(char)) - 1][1]
    return Script.COMMON


def is_spaceless(char: str) -> bool:
    """Whether the character belongs to a script that puts no blanks between words."""
    return char > "\u0dff" and script_of(char) in SPACELESS


def script_runs(text: str) -> Iterator[tuple[int, int, Script]]:
    """Runs (start, end, script) that cover the text; common characters belong to the letters before them.

    Han and Kana form one run (HAN), since Japanese mixes them within words.
    """
    if text.isascii():
        if text:
            yield 0, len(text), Script.LATIN if any(map(str.isalpha, text)) else Script.COMMON
        return
    start, current = 0, Script.COMMON
    for index, char in enumerate(text):
        script = script_of(char)
        script = Script.HAN if script is Script.KANA else script
        if script is Script.COMMON or script is current:
            continue
        if current is not Script.COMMON:
            yield start, index, current
            start = index
        current = script
    if start < len(text):
        yield start, len(text), current
