"""Rows that ask for a provider's voice by its name: the one that narrates here, or another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bulkvid_pipeline.adapters.speech.piper import piper_models
from bulkvid_pipeline.adapters.speech.providers import Provider
from bulkvid_pipeline.core.options import ValidationLevel, Voice
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.validation import RowProblem
from bulkvid_pipeline.core.vocabulary.words import spoken_list
from bulkvid_pipeline.settings import Settings

_TITLES = {
    "openai": "OpenAI",
    "elevenlabs": "ElevenLabs",
    "azure": "Azure",
    "google": "Google",
    "polly": "Amazon Polly",
    "piper": "Piper",
}


@dataclass(frozen=True)
class NamedVoices:
    """The voices that the provider which narrates has by name."""

    provider: Provider = Provider.ESPEAK
    installed: frozenset[str] = frozenset()
    """Names of the models that are there, for Piper."""

    @classmethod
    def of(cls, settings: Settings) -> NamedVoices:
        """What the settings name.

        Raises:
            InvalidSpecError: there is no Piper model where they say.
        """
        provider = Provider(settings.speech_provider)
        place: Path | None = settings.piper_model if provider is Provider.PIPER else None
        names = {model.name for model in piper_models(place.expanduser())} if place else set()
        return cls(provider, frozenset(names))

    def name_for(self, idea: VideoIdea) -> str:
        """The provider's name of the voice that the row asks for; "" when it has no such voice."""
        for voice in idea.named_voices:
            if voice.provider == self.provider and (
                self.provider is not Provider.PIPER or voice.name in self.installed
            ):
                return voice.name
        return ""

    def __call__(self, idea: VideoIdea) -> Iterator[RowProblem]:
        """A voice of another provider cannot be had: the nearest is taken, and strict refuses the row."""
        if not idea.named_voices or self.name_for(idea):
            return
        voice = idea.named_voices[0]
        owners = spoken_list([_TITLES[each.provider] for each in idea.named_voices])
        missing = (
            "of which there is no model here" if voice.provider == self.provider else "which does not narrate here"
        )
        used = f"a {idea.voice} voice is used" if idea.voice else "the template's voice is used"
        yield RowProblem(
            "voice_preference",
            voice.name,
            f"{voice.name} is a voice of {owners}, {missing}; {used}",
            _fix(voice.provider, self.provider),
            "VOICE_NOT_HERE",
            frozenset({ValidationLevel.STRICT}),
        )


def _fix(owner: str, here: Provider) -> str:
    fix = "Use " + ", ".join(Voice)
    if owner == here:
        return f"{fix}, or put the model where BULKVID_PIPER_MODEL looks for it"
    return f"{fix}, or set BULKVID_SPEECH_PROVIDER to {owner}" if owner in set(Provider) else fix
