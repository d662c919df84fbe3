"""Which of espeak's voices stand for female, male and neutral, how they are set, and what they speak badly."""

from __future__ import annotations

from dataclasses import dataclass

from bulkvid_pipeline.core.options import Voice

WORDS_PER_MINUTE = 158
"""espeak's pace at rate 1.0: its default of 175 is hurried for narration."""


@dataclass(frozen=True)
class EspeakVoice:
    """Settings of a voice in espeak's own units."""

    variant: str
    """File in espeak-ng-data/voices/!v."""
    pitch: int
    """0..100, 50 is the variant's own; 50 steps are one octave (pitch_adjust_tab in espeak's voices.c)."""
    pitch_range: int
    """0..100, 50 is normal; below, the melody is calmer."""


VOICES: dict[Voice, EspeakVoice] = {
    Voice.FEMALE: EspeakVoice("f3", 46, 52),
    Voice.MALE: EspeakVoice("m3", 46, 52),
    Voice.NEUTRAL: EspeakVoice("f4", 24, 46),
}

NO_VOICE: dict[str, str] = {"lo": "Lao", "bo": "Tibetan", "km": "Khmer"}
"""Languages of scripts that espeak spells out letter by letter, in English."""

POOR: dict[str, str] = {
    "he": "Hebrew is written without vowels, which the offline voice does not add: the narration will be hard to "
    "understand; use another voice provider, or music only",
    "ar": "Arabic is written without short vowels, and the offline voice knows only part of them: some words will "
    "sound wrong",
    "th": "The offline voice speaks Thai badly: the narration will be hard to understand",
    "my": "The offline voice speaks Burmese badly: the narration will be hard to understand",
}
"""Languages that come out poorly, with the warning to show."""
