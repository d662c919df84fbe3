"""espeak's voices for female, male and neutral, their settings, and the languages that they speak."""

from __future__ import annotations

from dataclasses import dataclass

from bulkvid_pipeline.core.languages import language_name
from bulkvid_pipeline.core.options import Voice

WORDS_PER_MINUTE = 158
"""espeak's words per minute at rate 1.0: its default of 175 is too fast for narration."""


@dataclass(frozen=True)
class EspeakVoice:
    """Settings of a voice in espeak's own units."""

    variant: str
    """File in espeak-ng-data/voices/!v."""
    pitch: int
    """0..100, 50 is the variant's own; 50 steps are one octave (pitch_adjust_tab in espeak's voices.c)."""
    pitch_range: int
    """0..100, 50 is normal; lower values give a calmer intonation."""


VOICES: dict[Voice, EspeakVoice] = {
    Voice.FEMALE: EspeakVoice("f3", 46, 52),
    Voice.MALE: EspeakVoice("m3", 46, 52),
    Voice.NEUTRAL: EspeakVoice("f4", 24, 46),
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SPOKEN = _words(
    "af am an ar as az ba be bg bn bs ca cs cv cy da de el en-gb en-us eo es es-419 et eu fa fi fr fr-be "
    "fr-ch ga gd gn gu haw he hi hr ht hu hy ia id io is it ja ka kk kl kn ko kok ku ky la lb lt lv mi mk ml "
    "mr ms mt my nb ne nl nog om or pa pap pl pt pt-br qu quc ro ru sd shn si sk sl sq sr sv sw ta te th ti "
    "tk tn tr tt ug uk ur uz vi cmn yue"
)
"""Voices of espeak-ng-data/lang that are used, by espeak's names."""
_BY_TAG = {
    "en": "en-us",
    "es-ES": "es",
    "pt": "pt-br",
    "pt-PT": "pt",
    "pt-AO": "pt",
    "pt-MZ": "pt",
    "pt-CV": "pt",
    "zh": "cmn",
    "zh-HK": "yue",
    "zh-MO": "yue",
    "no": "nb",
    "nn": "nb",
    "gsw": "de",
}
_BRITISH = frozenset({"GB", "IE", "AU", "NZ", "ZA", "IN", "SG", "KE", "NG"})
_NEAR = {
    "ceb": "id",
    "fil": "id",
    "fo": "is",
    "gl": "pt",
    "ha": "sw",
    "ig": "sw",
    "jv": "id",
    "mg": "id",
    "mn": "ru",
    "ps": "ur",
    "rw": "sw",
    "sn": "sw",
    "so": "sw",
    "su": "id",
    "tg": "ru",
    "xh": "sw",
    "yo": "sw",
    "zu": "sw",
}
"""Languages without a voice of their own, and the voice that pronounces their letters most similarly."""
_NEAR_NAMES = {
    "is": "Icelandic",
    "id": "Indonesian",
    "pt": "Portuguese",
    "sw": "Swahili",
    "ru": "Russian",
    "ur": "Urdu",
}


def speech_code(tag: str) -> str | None:
    """The language code that voices use for a BCP 47 tag; None if no voice can read the language.

    It is espeak's own code (`en-us`, `cmn`, `pt-br`), or the primary subtag if another language's voice reads it or
    only its script is known.
    """
    primary, _, rest = tag.partition("-")
    region = next((part for part in rest.split("-") if (len(part) in (2, 3) and part.isupper()) or part.isdigit()), "")
    if primary == "en" and region in _BRITISH:
        return "en-gb"
    if primary == "es" and region and region != "ES":
        return "es-419"
    if primary == "fr" and region in {"BE", "CH"}:
        return f"fr-{region.lower()}"
    code = _BY_TAG.get(f"{primary}-{region}") or _BY_TAG.get(primary, primary)
    return code if code in _SPOKEN or code in _NEAR or code in NO_VOICE else None


def voice_of(code: str) -> str:
    """The espeak voice that reads a `speech_code`."""
    return "en" if code == "en-gb" else _NEAR.get(code, code)


def near_voice_warning(code: str) -> str | None:
    """The warning for a language that is read by the voice of another one; None if it has its own voice."""
    if code not in _NEAR:
        return None
    near = _NEAR_NAMES[_NEAR[code]]
    return (
        f"The offline voice does not speak {language_name(code)}: its {near} voice reads it, and the narration will be "
        "hard to understand; use another voice provider"
    )


NO_VOICE: dict[str, str] = {"lo": "Lao", "bo": "Tibetan", "km": "Khmer"}
"""Languages whose scripts espeak spells letter by letter, in English."""

POOR: dict[str, str] = {
    "he": "Hebrew is written without vowels, which the offline voice does not add: the narration will be hard to "
    "understand; use another voice provider, or music only",
    "ar": "Arabic is written without short vowels, and the offline voice knows only part of them: some words will "
    "sound wrong",
    "th": "The offline voice speaks Thai badly: the narration will be hard to understand",
    "my": "The offline voice speaks Burmese badly: the narration will be hard to understand",
}
"""Languages that the offline voice speaks poorly, with the warning to show."""
