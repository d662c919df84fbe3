"""Hyphenation of words that are wider than their line."""

from __future__ import annotations

import re
from itertools import pairwise

_VOWELS = frozenset("aeiouyäöüàáâãåæèéêëìíîïòóôõøœùúûýаеёиоуыэюяіїєαεηιουωάέήίόύώ")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"\W*[^\W\d_]+(?:['’\u2010-][^\W\d_]+)*\W*")
_DIGRAPHS = frozenset({"sc", "ch", "ck", "ph", "sh", "th", "rh", "qu", "zh", "ng"})
"""Letter groups that stand for one sound and are not divided."""
_REACH = 5
"""Largest distance, in letters, of a break from the even division, for finding the start of a syllable."""


def syllables(word: str, letters_per_line: float) -> list[str]:
    """The parts of a word that is longer than a line of about `letters_per_line` letters, without hyphens.

    Parts are about equally long. Breaks are put before a consonant between vowels (the usual place in languages of
    Latin, Cyrillic and Greek script). A word of another script is not divided,
    nor is what has digits or marks inside, such as an address.
    """
    if not _WORD.fullmatch(word):
        return [word]
    longest = max(4, int(letters_per_line))
    parts = [""]
    done = 0
    for match in _LETTERS.finditer(word):
        first, *others = _broken(match.group(), longest)
        parts[-1] += word[done : match.start()] + first
        parts += others
        done = match.end()
    parts[-1] += word[done:]
    return parts


def _broken(word: str, longest: int) -> list[str]:
    if len(word) <= longest or not any(letter in _VOWELS for letter in word.lower()) or len(set(word)) < 4:
        return [word]
    parts = -(-len(word) // (longest - 1))
    cuts = [_syllable_start(word, round(index * len(word) / parts)) for index in range(1, parts)]
    edges = [0, *sorted(set(cuts)), len(word)]
    return [word[start:end] for start, end in pairwise(edges)]


def _syllable_start(word: str, near: int) -> int:
    lower = word.lower()

    def starts_syllable(index: int) -> bool:
        if lower[index - 1 : index + 1] in _DIGRAPHS or lower[index - 1] == lower[index + 1] == lower[index]:
            return False
        if lower.startswith("sch", index):
            return True
        after = index + (2 if lower[index : index + 2] in _DIGRAPHS else 1)
        return lower[index] not in _VOWELS and lower[after] in _VOWELS

    for distance in range(_REACH + 1):
        for index in (near - distance, near + distance):
            if 2 <= index < len(word) - 3 and starts_syllable(index):
                return index
    return near
