"""The reading of Japanese text: kanji to kana, with blanks between phrases, since espeak reads only kana.

pykakasi is GPL software like espeak-ng, so this module is loaded only inside the worker process, too.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

_HIRAGANA = ("ぁ", "ゟ")


@cache
def _dictionary() -> Any:
    return import_module("pykakasi").kakasi()  # takes half a second, so only for Japanese


def japanese_reading(text: str) -> tuple[str, tuple[int, ...]]:
    """The text in kana, and for each of its characters the offset of the word in `text` that it comes from."""
    reading: list[str] = []
    sources: list[int] = []
    position = 0
    for token in _dictionary().convert(text):
        written, kana = token["orig"], _pronounced(token["orig"], token["hira"])
        found = text.find(written, position)
        position = found if found >= 0 else position
        # Particles and endings are hiragana and belong to the word before; anything else begins a phrase.
        if reading and not all(_HIRAGANA[0] <= char <= _HIRAGANA[1] for char in written):
            reading.append(" ")
            sources.append(position)
        reading.extend(kana)
        spread = max(1, len(kana))
        sources.extend(position + index * len(written) // spread for index in range(len(kana)))
        position += len(written)
    return "".join(reading), tuple(sources)


def _pronounced(written: str, kana: str) -> str:
    """The pronunciation of a word: topic and direction particles are written ha and he but pronounced wa and e."""
    hiragana_only = all(_HIRAGANA[0] <= char <= _HIRAGANA[1] for char in written)
    if hiragana_only and kana.endswith("は") and kana != "はは":
        return kana[:-1] + "わ"
    return "え" if written == "へ" else kana
