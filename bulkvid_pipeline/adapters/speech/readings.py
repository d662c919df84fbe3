"""The reading of Japanese text: kanji and digits to kana, with blanks between phrases, since espeak reads only kana.

pykakasi is GPL software like espeak-ng, so this module is loaded only inside the worker process, too.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

from bulkvid_pipeline.adapters.speech.japanese_numbers import NUMBER, number_reading

_HIRAGANA = ("ぁ", "ゟ")
_NUMBER = re.compile(rf"(?<![A-Za-z\d]){NUMBER.pattern}(?![A-Za-z])")


@cache
def _dictionary() -> Any:
    return import_module("pykakasi").kakasi()  # takes half a second, so only for Japanese


def japanese_reading(text: str) -> tuple[str, tuple[int, ...]]:
    """The text in kana, and for each of its characters the offset of the word in `text` that it comes from."""
    reading: list[str] = []
    sources: list[int] = []
    position = 0
    for number in _NUMBER.finditer(text):
        _add_words(text[position : number.start()], position, reading, sources)
        _add_phrase(number_reading(number), number.start(), number.end(), reading, sources)
        position = number.end()
    _add_words(text[position:], position, reading, sources)
    return "".join(reading), tuple(sources)


def _add_words(text: str, start: int, reading: list[str], sources: list[int]) -> None:
    """Add the reading of a text without numbers, which begins at `start`."""
    position = 0
    for token in _dictionary().convert(text) if text else ():
        written, kana = token["orig"], _pronounced(token["orig"], token["hira"])
        found = text.find(written, position)
        position = found if found >= 0 else position
        # Particles and endings are hiragana and belong to the word before; anything else begins a phrase.
        is_ending = all(_HIRAGANA[0] <= char <= _HIRAGANA[1] for char in written)
        _add_phrase(kana, start + position, start + position + len(written), reading, sources, joined=is_ending)
        position += len(written)


def _add_phrase(
    kana: str, start: int, end: int, reading: list[str], sources: list[int], *, joined: bool = False
) -> None:
    """Add kana that are read for the characters from `start` to `end`, after a blank unless `joined`."""
    if reading and not joined:
        reading.append(" ")
        sources.append(start)
    reading.extend(kana)
    spread = max(1, len(kana))
    sources.extend(start + index * (end - start) // spread for index in range(len(kana)))


def _pronounced(written: str, kana: str) -> str:
    """The pronunciation of a word: topic and direction particles are written ha and he but pronounced wa and e."""
    hiragana_only = all(_HIRAGANA[0] <= char <= _HIRAGANA[1] for char in written)
    if hiragana_only and kana.endswith("は") and kana != "はは":
        return kana[:-1] + "わ"
    return "え" if written == "へ" else kana
