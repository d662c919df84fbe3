"""Numbers in words by the rules of ICU, with gender and case where a language has them."""

from __future__ import annotations

from functools import lru_cache

from icu4py.messageformat import MessageFormat

_MENDED = {
    "pl": (("iętdziesi", "ięćdziesi"), ("szesdziesi", "sześćdziesi")),
    "ru": (("четверт", "четвёрт"), ("одна тысяча", "тысяча")),
    "uk": (("одна тисяча", "тисяча"), ("\u02bc", "'")),
    "ro": (("patrusprezece", "paisprezece"), ("șasesprezece", "șaisprezece")),
    "ar": (("إثن", "اثن"), ("  ", " ")),
}
"""What ICU's rules spell otherwise than the language does."""
_JOINTS = str.maketrans("", "", "\u00ad\u200b")
"""ICU marks the joints of compounds, which voices may take for pauses."""


@lru_cache(maxsize=64)
def _format(locale: str, rules: str) -> MessageFormat:
    return MessageFormat(f"{{n,spellout,%spellout-{rules}}}", locale)


def spelled(number: int, locale: str, rules: str) -> str:
    """A number in words: `spelled(2, "ru", "ordinal-feminine-genitive")` is "второй".

    Args:
        rules: one of the rule sets that ICU has for the language, without "spellout-". ICU falls back to the plain
            cardinal without a word where it has none by that name, so a table's tests must cover each that it uses.
    """
    said = _format(locale, rules).format({"n": number}).translate(_JOINTS)
    for spelling, right in _MENDED.get(locale, ()):
        said = said.replace(spelling, right)
    return said
