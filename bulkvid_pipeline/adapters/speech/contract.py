"""The interface of speech providers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.core.options import Speaker


@dataclass(frozen=True)
class WordTime:
    """The position and time at which a word begins."""

    offset: int
    """Index of the word's first character in the spoken text."""
    seconds: float
    """Time from the start of the sound, in seconds."""


@dataclass(frozen=True)
class Utterance:
    """A spoken text.

    `pcm` is float32 mono at 48 kHz, without silence at both ends; it is empty if the text has nothing to speak.
    `words` increase in offset and never decrease in time; a provider may leave out words that it merges with others.
    """

    pcm: NDArray[np.float32]
    words: tuple[WordTime, ...]
    warnings: tuple[str, ...] = ()
    """Messages for the user about audible shortcomings, e.g. that a writing system cannot be read aloud."""
    unread: tuple[tuple[int, int], ...] = ()
    """Stretches (start, end) of the spoken text that the voice cannot read and leaves out."""


class Speech(Protocol):
    """A speech provider. `name` and `version` are part of cache keys: any change of the sound must change them."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def speak(self, text: str, voice: Speaker, language: str, rate: float = 1.0, pitch: float = 0.0) -> Utterance:
        """Speak plain text (never markup).

        Args:
            language: a code as returned by `rendering.language.language_of`.
            rate: 1.0 is the provider's own pace, 1.25 a quarter faster; the pitch does not change.
            pitch: semitones up or down.

        Raises:
            NarrationError: speaking failed.
        """
        ...


class UtteranceStore(Protocol):
    """A store of spoken utterances, so that the same text is not spoken twice."""

    def get(self, key: str) -> Utterance | None: ...

    def put(self, key: str, utterance: Utterance) -> None: ...
