"""How words are compared, and a table of words of which each means one thing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import Generic, TypeVar

_Meaning = TypeVar("_Meaning")

_PARENTHESES = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_BETWEEN = re.compile(r"[\s,;:/|+&.\-–—_()\[\]\"'!?、،؛。]+")
_CLOSE = 0.8
"""How alike two spellings are (0..1) that are taken for a slip of the pen."""


def plain(text: str) -> str:
    """`text` for comparing: case, width, invisible characters and blanks around it make no difference."""
    if text.isascii():
        return text.casefold().strip()
    # The dotted capital of Turkish folds to an i with a dot of its own.
    return unicodedata.normalize("NFKC", without_format(text)).casefold().replace("i\u0307", "i").strip()


def without_format(text: str) -> str:
    """`text` without zero-width characters and marks of direction; ASCII has none."""
    return text if text.isascii() else "".join(c for c in text if unicodedata.category(c) != "Cf")


def without_parentheses(text: str) -> str:
    """`text` without what stands in brackets."""
    return _PARENTHESES.sub(" ", text)


@lru_cache(maxsize=16_384)
def key_of(text: str) -> str:
    """
    What is left of `text` for looking it up: letters and digits alone, without case, width or accents.,
    `Tik-Tok!`, `tik tok` and `🎵 ＴｉｋＴｏｋ` have one key,
    so have `élevée` and `elevee`. Text without a letter or a, digit is its own key (`✓`, `-`),
    but for blanks and variants of an emoji.
    """
    folded = plain(text)
    if folded.isascii():
        return "".join(c for c in folded if c.isalnum()) or "".join(folded.split())
    folded = unicodedata.normalize("NFKD", folded)
    kept = "".join(c for c in folded if c.isalnum() or (unicodedata.category(c) in {"Mn", "Mc"} and not _is_accent(c)))
    if not any(c.isalnum() for c in kept):
        kept = "".join(c for c in folded if not c.isspace() and not _varies_emoji(c))
    return unicodedata.normalize("NFC", kept)


def _varies_emoji(mark: str) -> bool:
    """Whether a character only chooses the look of the emoji before it: black and white or coloured, a tone of skin."""
    return "\ufe00" <= mark <= "\ufe0f" or "\U0001f3fb" <= mark <= "\U0001f3ff"


def _is_accent(mark: str) -> bool:
    """Whether a mark may be left out in writing: Latin and Cyrillic accents, Arabic vowels, variants of emoji."""
    return (
        "\u0300" <= mark <= "\u036f" or "\u064b" <= mark <= "\u0655" or mark == "\u0670" or "\ufe00" <= mark <= "\ufe0f"
    )


def spoken_list(words: Iterable[str], joint: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    *first, last = words
    return f"{', '.join(first)} {joint} {last}" if first else last


class Vocabulary(Generic[_Meaning]):
    """Words and what each means, looked up by `key_of`.

    Args:
        words: the words of each meaning, in any language; the meanings' order is the order of suggestions.
        fillers: words that add nothing beside another (`voice` in `male voice`).

    Raises:
        ValueError: a word means two things, or nothing is left of it.
    """

    def __init__(self, words: Mapping[_Meaning, str], fillers: str = "") -> None:
        self._meanings: dict[str, _Meaning] = {}
        self._words = {meaning: listed_words(listed) for meaning, listed in words.items()}
        for meaning, listed in self._words.items():
            for word in listed:
                key = key_of(word)
                if not key or self._meanings.setdefault(key, meaning) != meaning:
                    raise ValueError(f"'{word}' means {self._meanings.get(key)!r} and {meaning!r}")
        self._fillers = frozenset(key_of(word) for word in listed_words(fillers))
        self._order = tuple(words)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all words."""
        return frozenset(self._meanings)

    def words_for(self, meaning: _Meaning) -> tuple[str, ...]:
        """The words that mean this, as they stand in the table."""
        return self._words[meaning]

    def word(self, text: str) -> _Meaning | None:
        """What `text` means as it stands."""
        return self._meanings.get(key_of(text))

    def meaning(self, text: str) -> _Meaning | None:
        """What `text` as a whole means; brackets and fillers are left out where nothing is found with them.

        Several words mean something where each of them means that.
        """
        found = self._meanings.get(key_of(text))
        if found is None:
            rest = self._telling(without_parentheses(text)) or self._telling(text)
            found = self._meanings.get(key_of("".join(rest))) if rest else None
            if found is None and len(rest) > 1:  # `Minimal & clean`: each word by itself means the same
                each = {self._meanings.get(key_of(word)) for word in rest}
                found = each.pop() if len(each) == 1 else None
        return found

    def meanings_in(self, text: str) -> tuple[_Meaning, ...]:
        """What `text` may have been meant to say: its known words, else the words that are spelt alike."""
        parts = [part for part in _BETWEEN.split(text) if part and not self._fills(part)]
        pairs = [f"{one}{other}" for one, other in pairwise(parts)]
        found = {self._meanings[key] for key in map(key_of, (*parts, *pairs)) if key in self._meanings}
        if not found:
            key = key_of(text)
            alike = get_close_matches(key, self._meanings, n=3, cutoff=_CLOSE) if 3 <= len(key) <= 40 else []
            found = {self._meanings[word] for word in alike}
        return tuple(meaning for meaning in self._order if meaning in found)

    def _telling(self, text: str) -> list[str]:
        return [word for word in _BETWEEN.split(text) if word and not self._fills(word)]

    def _fills(self, word: str) -> bool:
        return key_of(word) in self._fillers


def listed_words(text: str) -> tuple[str, ...]:
    """The words of a table's entry, which stand between commas and line ends."""
    return tuple(word for word in (part.strip() for part in re.split(r"[,\n]", text)) if word)
