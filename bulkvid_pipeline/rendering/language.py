"""Detects the language of a text, with a confidence, by its script, letters and words. No network.

Within a script the naive Bayes model of `py3langid` decides. It is loaded when the first text needs it (0.6 CPU s,
80 MB); clear English does not need it.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bulkvid_pipeline.adapters.speech.scripts import SCRIPT_LANGUAGE, Script, script_of
from bulkvid_pipeline.adapters.speech.voices import speech_code
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.rendering.alphabets import CYRILLIC, LATIN
from bulkvid_pipeline.rendering.dialects import WORDS_THAT_TELL, chinese_of, portuguese_of

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

DEFAULT = "en-us"
"""The speech code of texts whose language cannot be detected."""
DOUBTFUL = 0.65
"""Confidence under which a guess should be confirmed: of 120 short sentences in 40 languages all wrong guesses and
every sixth right one were below it."""

_SAMPLE = 4000
_CANDIDATES: Mapping[Script, Mapping[str, float]] = {
    Script.LATIN: {
        **dict.fromkeys(("az", "ca", "cs", "da", "et", "fi", "hr", "hu", "lt", "lv", "no", "ro", "sk", "sl"), 1.0),
        **dict.fromkeys(("sr", "sw", "eu", "is", "sq"), 0.7),
        **dict.fromkeys(("af", "cy", "ga", "gl", "ha", "ms", "mt", "so", "yo", "zu"), 0.3),
        **{"en": 6.0, "de": 3.0, "es": 3.0, "fr": 3.0, "it": 3.0, "pt": 3.0, "id": 3.0},
        **{"nl": 2.0, "pl": 2.0, "tr": 2.0, "vi": 2.0, "sv": 1.5, "tl": 1.5},
    },
    Script.CYRILLIC: {
        **{"ru": 3.0, "uk": 2.0, "bg": 1.0, "sr": 1.0, "be": 0.7, "kk": 1.0, "mk": 0.5, "ky": 0.5, "mn": 0.5, "tt": 0.3}
    },
    Script.ARABIC: {"ar": 3.0, "fa": 2.0, "ur": 2.0, "ps": 0.5, "ug": 0.3},
    Script.DEVANAGARI: {"hi": 3.0, "mr": 1.0, "ne": 0.7},
    Script.BENGALI: {"bn": 3.0, "as": 0.7},
    Script.HEBREW: {"he": 3.0},
    Script.ETHIOPIC: {"am": 3.0},
}
"""For each script the model's language codes, with their prior weights (how common they are in sheets)."""
_TAGS = {"no": "nb", "tl": "fil"}
_NOTHING = 0.3
"""Confidence below which the language of a Latin text counts as unknown: names, initials, noise."""
_FOREIGN_LETTER = 0.15
"""Factor of a language's likelihood for each letter (up to three) that the language does not use."""
_TELLING_WORD = 4.0
"""Factor of a language's likelihood for a word that a related language writes differently."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENGLISH = _words(
    "the and of to you your with that this have from are for it they what when which how can will not is if "
    "or but as at be an our their we them than into"
)
_ADDRESS = re.compile(r"\S*(?:://|@|www\.|\.\w+/)\S*|#\S+")


@dataclass(frozen=True)
class Guess:
    """A language by its BCP 47 tag, and the probability (0..1) that it is right."""

    tag: str
    confidence: float
    other: str = ""
    """The second likeliest language; empty if no other is likely."""

    @property
    def is_doubtful(self) -> bool:
        return self.confidence < DOUBTFUL

    @property
    def code(self) -> str:
        """See `speech_code`."""
        return speech_code(self.tag) or DEFAULT


def narration_language(plan: VideoPlan) -> str:
    """The speech code of a plan's language: the named one, or else the likeliest one."""
    tag = plan.language or plan.likely_language
    return (speech_code(tag) if tag else None) or guess_language(text_of(plan)).code


def language_tag(plan: VideoPlan, code: str) -> str:
    """The BCP 47 tag of a plan that is narrated in the language of a speech code."""
    return plan.language or plan.likely_language or _tag_of(code)


def text_of(plan: VideoPlan) -> str:
    """All texts of a plan that are used to detect its language."""
    return "\n".join(text for text in (plan.title, plan.description, plan.script) if text)


def language_of(text: str) -> str:
    """The speech code of the language of `text`; American English if it cannot be detected."""
    return guess_language(text).code


@lru_cache(maxsize=1024)
def guess_language(text: str) -> Guess:
    """The likeliest language of `text`. Accepts any text; the same text gives the same guess."""
    sample = _ADDRESS.sub(" ", text[:_SAMPLE]).lower().encode("utf-8", "ignore").decode()
    script = _main_script(sample)
    if script is None:
        return Guess("en", 1.0)
    if script is Script.HAN:
        return chinese_of(sample)
    if script is Script.KANA:
        return Guess("ja", 1.0)
    if script not in _CANDIDATES:
        return Guess(_tag_of(SCRIPT_LANGUAGE[script]), 1.0)
    words = _words_of(sample)
    if script is Script.LATIN and len(set("".join(words))) < 3:
        return Guess("en", 0.0)
    if script is Script.LATIN and _is_clear_english(words):
        return Guess("en", 1.0)
    ranked = _ranked(words, script)
    (first, confidence), (second, _) = ranked[0], (ranked[1] if len(ranked) > 1 else ("", 0.0))
    if script is Script.LATIN and confidence < _NOTHING:
        return Guess("en", confidence, first if first != "en" else second)
    if first == "pt":
        return portuguese_of(words, confidence, second)
    return Guess(first, confidence, second)


def _main_script(sample: str) -> Script | None:
    counts = Counter(map(script_of, sample))
    del counts[Script.COMMON]
    counts.pop(Script.OTHER, None)
    if not counts:
        return None
    # A CJK character counts as three letters, so that a product name in Latin does not outweigh a short title.
    for dense in (Script.HAN, Script.KANA, Script.HANGUL):
        counts[dense] *= 3
    script = max(counts, key=lambda each: (counts[each], each))
    if script in {Script.HAN, Script.KANA}:
        return Script.KANA if 10 * counts[Script.KANA] > counts[Script.HAN] else Script.HAN
    return script


def _words_of(sample: str) -> list[str]:
    """The words without punctuation, digits and symbols; vowel signs and apostrophes are kept."""
    kept = (
        char if char.isalpha() or char in "'’" or unicodedata.category(char) in {"Mn", "Mc"} else " " for char in sample
    )
    return [word for word in (part.strip("'’") for part in "".join(kept).split()) if word]


def _is_clear_english(words: list[str]) -> bool:
    found = [word for word in words if word in _ENGLISH]
    return len(set(found)) >= 6 and 5 * len(found) >= len(words)


def _ranked(words: list[str], script: Script) -> list[tuple[str, float]]:
    """Languages of the script with their probabilities, best first."""
    plain = [word for word in words if word.isascii()]
    if script is Script.LATIN and 3 <= len(plain) < len(words):
        # English has no accents of its own: words with accents are loans, which say nothing about the other words.
        without_loans = _posterior(plain, script)
        if without_loans[0][0] == "en" and without_loans[0][1] > 0.5:
            return without_loans
    return _posterior(words, script)


def _posterior(words: list[str], script: Script) -> list[tuple[str, float]]:
    candidates = _CANDIDATES[script]
    letters = {char for word in words for char in word if char.isalpha() and not char.isascii()}
    weights = {}
    for label, likelihood in _model().rank(" ".join(words)):
        if label in candidates:
            tag = _TAGS.get(label, label)
            evidence = _FOREIGN_LETTER ** min(3, _foreign(letters, tag, script))
            evidence *= _TELLING_WORD ** min(3, len(WORDS_THAT_TELL.get(tag, frozenset()) & set(words)))
            weights[tag] = likelihood * candidates[label] * evidence
    total = sum(weights.values())
    if not total:
        return [("en" if script is Script.LATIN else SCRIPT_LANGUAGE[script], 0.0)]
    return sorted(((tag, weight / total) for tag, weight in weights.items()), key=lambda item: -item[1])


def _foreign(letters: Iterable[str], tag: str, script: Script) -> int:
    """How many of the letters the language does not use."""
    alphabet = {Script.LATIN: LATIN, Script.CYRILLIC: CYRILLIC}.get(script, {}).get(tag)
    return 0 if alphabet is None else sum(script_of(char) is script and char not in alphabet for char in letters)


def _tag_of(code: str) -> str:
    return {"en-us": "en", "cmn": "zh"}.get(code, code)


_loading = threading.Lock()
_loaded: list[LanguageIdentifier] = []


def _model() -> LanguageIdentifier:
    with _loading:
        if not _loaded:
            from py3langid.langid import MODEL_FILE, LanguageIdentifier

            model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
            model.set_languages({label for candidates in _CANDIDATES.values() for label in candidates})
            _loaded.append(model)
    return _loaded[0]
