"""Ordinals of languages for which ICU has no words, by their stems and endings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Ordinals:
    """The ordinals below 100 of a language, in all cases."""

    ones: tuple[str, ...]
    """The nominative masculine of 1 to 19."""
    tens: tuple[str, ...]
    """The nominative masculine of 20, 30 ... 90."""
    endings: Mapping[str, Mapping[str, str]]
    """For each ending of the nominative, the ending in other cases by name: {"ý": {"genitive": "ého"}}."""
    cardinal_tens: tuple[str, ...] = ()
    """20, 30 ... 90 where only the last word is an ordinal ("двадцять перший"); empty where both are."""

    def said(self, number: int, case: str = "") -> str:
        """The ordinal of a number from 1 to 99 in a case that `endings` has; masculine nominative without one."""
        tens, ones = divmod(number, 10)
        if number < 20:
            return self._inflected(self.ones[number - 1], case)
        if ones == 0:
            return self._inflected(self.tens[tens - 2], case)
        first = self.cardinal_tens[tens - 2] if self.cardinal_tens else self._inflected(self.tens[tens - 2], case)
        return f"{first} {self._inflected(self.ones[ones - 1], case)}"

    def _inflected(self, word: str, case: str) -> str:
        for nominative in sorted(self.endings, key=len, reverse=True) if case else ():
            if word.endswith(nominative):
                return word.removesuffix(nominative) + self.endings[nominative][case]
        return word
