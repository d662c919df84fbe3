"""What of a script is said, as the narration has it: the pronunciations used, and the words that no voice can say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bulkvid_pipeline.adapters.speech.espeak import unread
from bulkvid_pipeline.adapters.speech.scripts import Script, script_of
from bulkvid_pipeline.core.pronunciations import Pronunciation
from bulkvid_pipeline.rendering.pronunciations import occurrences
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline.rendering.script.phrases import phrases_of
from bulkvid_pipeline.rendering.script.words import script_words
from bulkvid_pipeline.rendering.spoken import spoken_form

_TOO_MUCH = 0.5
"""Share of a script's letters: a narration without so many is none."""


def spoken_phrases(script: str) -> Iterator[str]:
    """What of a script is said in one go each."""
    for scene in split_scenes("", "", script):
        yield from (phrase.words for phrase in phrases_of(scene.text, scene.pauses))


def used_in(script: str, pairs: tuple[Pronunciation, ...]) -> tuple[Pronunciation, ...]:
    """The pairs that are found in a script, in their order."""
    if not pairs:
        return ()
    found = {occurrence.pair for phrase in spoken_phrases(script) for occurrence in occurrences(phrase, pairs)}
    return tuple(pair for pair in pairs if pair in found)


@dataclass(frozen=True)
class VoiceGaps:
    """What the offline voice leaves out of a script."""

    letters: str
    """All letters that are not said."""
    share: float
    """Share of the script's letters."""
    words: tuple[str, ...] = ()
    """Words of the script that are not said, in order, each once."""

    @classmethod
    def of(cls, lost: str, total: int, words: Iterable[str] = ()) -> VoiceGaps:
        """What is left out of a script with `total` letters and digits."""
        return cls(lost, sum(map(str.isalnum, lost)) / max(1, total), tuple(words))

    @property
    def problem(self) -> str:
        """Why there is no narration."""
        lost = "the video would be silent" if self.share == 1 else f"{self.share:.0%} of the script would not be spoken"
        return f"There is no voice for {self.writing}: {lost}"

    @property
    def fix(self) -> str:
        """What to do if there is no narration."""
        return (
            "Write silent in the column voice_preference for a video with captions and without a voice, "
            "or use another voice provider (BULKVID_SPEECH_PROVIDER)"
        )

    @property
    def is_too_much(self) -> bool:
        """Whether what is left is no narration."""
        return self.share > _TOO_MUCH

    @property
    def writing(self) -> str:
        """The name of the writing system that most of it is in: `Khmer`."""
        return writing_of(self.letters)


def writing_of(letters: str) -> str:
    """The name of the writing system that most letters are in."""
    scripts = Counter(script_of(char) for char in letters) - Counter({Script.COMMON: len(letters)})
    script = scripts.most_common(1)[0][0] if scripts else Script.OTHER
    return "this writing" if script is Script.OTHER else script.value


def voice_gaps(phrases: Iterable[str], language: str, pronunciations: tuple[Pronunciation, ...] = ()) -> VoiceGaps:
    """What the offline voice would leave out of phrases in `language`, found without speaking."""
    words: dict[str, None] = {}
    letters: list[str] = []
    total = 0
    for phrase in phrases:
        said = spoken_form(phrase, language, pronunciations)
        total += sum(map(str.isalnum, said.text))
        for start, end in unread(said.text, language):
            letters.append(said.text[start:end])
            first, last = said.script_offset(start), said.script_offset(end - 1)
            words.update({word.text: None for word in script_words(phrase) if word.start <= last and first < word.end})
    return VoiceGaps.of("".join(letters), total, words)
