"""Hyphenation of words that are wider than their line."""

from __future__ import annotations

import re
from itertools import pairwise

_VOWELS = frozenset("aeiouyäöüàáâãåæèéêëìíîïòóôõøœùúûýаеёиоуыэюяіїєαεηιουωάέήίόύώ")
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGRAPHS = frozenset({"sc", "ch", "ck", "ph", "sh", "th", "rh", "qu", "zh", "ng"})
"""Letter groups that stand for one sound and are not divided."""
_REACH = 5
"""Largest distance, in letters, of a break from the even division, for finding the start of a syllable."""


def hyphenated(text: str, letters_per_line: float) -> str:
    """The text with hyphens and break opportunities in words longer than a line of about `letters_per_line` letters.

    The parts of a word are about equally long. Breaks are put before a consonant between vowels (the usual place in
    languages of Latin, Cyrillic and Greek script); words of other scripts may be broken anywhere by the line breaker.
    """
    longest = max(4, int(letters_per_line))
    return _LETTERS.sub(lambda match: _broken(match.group(), longest), text)


def _broken(word: str, longest: int) -> str:
    if len(word) <= longest or not any(letter in _VOWELS for letter in word.lower()) or len(set(word)) < 4:
        return word
    parts = -(-len(word) // (longest - 1))
    cuts = [_syllable_start(word, round(index * len(word) / parts)) for index in range(1, parts)]
    edges = [0, *sorted(set(cuts)), len(word)]
    # U+200B allows a line break after the hyphen before any character.
    return "-\u200b".join(word[start:end] for start, end in pairwise(edges))


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
