"""What the engine asks of a voice, whoever provides it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.core.options import Speaker


@dataclass(frozen=True)
class WordTime:
    """Where a word begins."""

    offset: int
    """Index of the word's first character in the text that was spoken."""
    seconds: float
    """Time from the start of the sound."""


@dataclass(frozen=True)
class Utterance:
    """One stretch of text, spoken.

    `pcm` is float32 mono at 48 kHz, without silence before and after; it is empty where there was nothing to say.
    `words` increase in offset and never decrease in time; a provider may leave out words that it fuses with others.
    """

    pcm: NDArray[np.float32]
    words: tuple[WordTime, ...]
    warnings: tuple[str, ...] = ()
    """What the listener will notice, in words for the user, e.g. that a script cannot be read aloud."""


class Speech(Protocol):
    """A voice provider. `name` and `version` go into cache keys: whatever changes the sound changes them."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def speak(self, text: str, voice: Speaker, language: str, rate: float = 1.0, pitch: float = 0.0) -> Utterance:
        """Speak plain text (never markup).

        Args:
            language: a code as `rendering.language.language_of` gives it.
            rate: 1.0 is the provider's own pace, 1.25 a quarter faster; pitch stays.
            pitch: semitones up or down.

        Raises:
            NarrationError: the voice failed.
        """
        ...


class UtteranceStore(Protocol):
    """Where spoken utterances are kept, so that the same words are not spoken twice."""

    def get(self, key: str) -> Utterance | None: ...

    def put(self, key: str, utterance: Utterance) -> None: ...
