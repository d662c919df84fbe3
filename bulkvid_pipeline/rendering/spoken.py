"""Converts the script to its spoken form for the voice, with a mapping back: captions show the script's own words.

In all languages: addresses are read out, emoji and symbols are skipped, and markup characters are removed (so that no
text can become SSML or phoneme input). In English money, years, units and abbreviations are converted as well
(`spoken_english`); in other languages espeak reads the numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from bulkvid_pipeline.core.pronunciations import Pronunciation
from bulkvid_pipeline.rendering.pronunciations import occurrences
from bulkvid_pipeline.rendering.spoken_english import ENGLISH, Rule

_EMOJI = (
    "[\u00a9\u00ae\u2122\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u2500-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d"
    "\u3297\u3299\ufe0e\ufe0f\u20e3\U0001f000-\U0001fbff\U000e0020-\U000e007f]"
)
# (dot, at, slash) as spoken words; languages not listed get a pause instead.
_ADDRESS_WORDS = {
    "en": ("dot", "at", "slash"),
    "de": ("Punkt", "ät", "Schrägstrich"),
    "es": ("punto", "arroba", "barra"),
    "fr": ("point", "arobase", "barre oblique"),
    "it": ("punto", "chiocciola", "barra"),
    "pt": ("ponto", "arroba", "barra"),
    "nl": ("punt", "apenstaartje", "schuine streep"),
    "pl": ("kropka", "małpa", "ukośnik"),
    "ru": ("точка", "собака", "слэш"),
}
_URL = re.compile(r"(?:(?:https?|ftp)://|www\.)[^\s<>\"'，。）)\]]*[^\s<>\"'，。）)\].,;:!?]")
_DOMAIN = re.compile(
    r"(?<![\w@.])[a-zA-Z0-9][a-zA-Z0-9-]*(?:\.[a-zA-Z0-9-]+)*\.(?:com|org|net|io|dev|app|co|ai|edu|gov|de|es|fr|it|ru|uk|eu)"
    r"(?:/[^\s<>\"']*[^\s<>\"'.,;:!?)])?(?![\w.]*\w)"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MARKUP = re.compile("[*_`~<>|\\\\{}\\[\\]^#=$@\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff\ud800-\udfff\ufffc-\uffff]")
_WINDOW = 400
_LONE_SLASH = re.compile(r"(?<!\w)/|/(?!\w)")
_SYMBOL_FIRST = re.compile(r"(?P<symbol>[$€£¥₹])\s?(?P<amount>\d[\d.,]*\d|\d)")


@dataclass(frozen=True)
class SpokenText:
    """The spoken form of a part of the script."""

    script: str
    text: str
    """The text for the voice."""
    anchors: tuple[tuple[int, int], ...]
    """Pairs (offset in `text`, offset in `script`), both increasing, first (0, 0), last the two lengths."""

    def script_offset(self, offset: int) -> int:
        """The offset in the script for an offset in the spoken text."""
        index = bisect_right(self.anchors, offset, key=lambda anchor: anchor[0]) - 1
        index = max(0, min(index, len(self.anchors) - 2))
        (spoken, script), (next_spoken, next_script) = self.anchors[index], self.anchors[index + 1]
        if next_spoken == spoken:
            return next_script
        return script + (offset - spoken) * (next_script - script) // (next_spoken - spoken)


def spoken_form(text: str, language: str, pronunciations: tuple[Pronunciation, ...] = ()) -> SpokenText:
    """The spoken form of `text` in `language` (a code returned by `language_of`). Accepts any text.

    Words of `pronunciations` are said as given, and no rule changes that.
    """
    replacements = [(found.start, found.end, found.pair.spoken) for found in occurrences(text, pronunciations)]
    taken = bytearray(len(text))
    for start, end, _ in replacements:
        taken[start:end] = b"\x01" * (end - start)
    for pattern, say in _rules(language):
        for window_start, window_end in _windows(text):
            for match in pattern.finditer(text, window_start, window_end):
                start, end = match.span()
                if end > start and not any(taken[start:end]):
                    taken[start:end] = b"\x01" * (end - start)
                    replacements.append((start, end, say if isinstance(say, str) else say(match)))
    replacements.sort()
    parts: list[str] = []
    anchors: list[tuple[int, int]] = [(0, 0)]
    spoken_length, position = 0, 0
    for start, end, said in replacements:
        parts += [text[position:start], said]
        spoken_start = spoken_length + start - position
        spoken_length = spoken_start + len(said)
        anchors += [(spoken_start, start), (spoken_length, end)]
        position = end
    parts.append(text[position:])
    anchors.append((spoken_length + len(text) - position, len(text)))
    return SpokenText(text, "".join(parts), tuple(anchors))


def _windows(text: str) -> list[tuple[int, int]]:
    """Parts to search one by one, divided at blanks if possible, since some patterns take quadratic time."""
    windows: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = min(len(text), start + _WINDOW)
        if end < len(text):
            blank = text.rfind(" ", start + _WINDOW // 2, end)
            end = blank if blank > 0 else end
        windows.append((start, end))
        start = end
    return windows


def _rules(language: str) -> list[Rule]:
    family = language.partition("-")[0]
    words = _ADDRESS_WORDS.get(family, (",", ",", ","))
    rules: list[Rule] = [
        (_EMAIL, lambda match: _said_address(match.group(), words)),
        (_URL, lambda match: _said_url(match.group(), words)),
        (_DOMAIN, lambda match: _said_url(match.group(), words)),
        (re.compile(_EMOJI + "(?:\u200d?" + _EMOJI + ")*"), " "),
    ]
    if family == "en":
        rules += ENGLISH
    else:
        rules.append((_SYMBOL_FIRST, lambda match: f"{match['amount']} {match['symbol']}"))
    rules.append((re.compile(r"\s+[-–—]+\s+|(?<=\w)—(?=\w)"), ", "))
    # A $ after its number is money and is left to the voice; elsewhere it is shell or template text.
    rules.append((re.compile(r"(?<=\d)\s?\$(?!\w)"), lambda match: match.group()))
    rules += [(_MARKUP, " "), (_LONE_SLASH, " ")]
    return rules


def _said_url(url: str, words: tuple[str, str, str]) -> str:
    """Host and path in spoken words, without the query, which is useless to a listener."""
    bare = re.split(r"[?#]", re.sub(r"^\w+://", "", url))[0].rstrip("/")
    return _said_address(re.sub(r"^www\.", "", bare), words)


def _said_address(address: str, words: tuple[str, str, str]) -> str:
    dot, at, slash = words
    said = {".": f" {dot} ", "@": f" {at} ", "/": f" {slash} "}
    spaced = "".join(said.get(char, char if char.isalnum() else " ") for char in address)
    return " ".join(spaced.split())
