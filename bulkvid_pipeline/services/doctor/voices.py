"""The voice that narrates: it says something, for real."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bulkvid_pipeline.core.errors import NarrationError, NotFoundError
from bulkvid_pipeline.core.options import Voice
from bulkvid_pipeline.core.wording import plural
from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, broken, grouped, ok, skipped, warning
from bulkvid_pipeline.services.doctor.samples import SAMPLES

if TYPE_CHECKING:
    from bulkvid_pipeline.adapters.speech.providers import SpeechChoice

_MEND = "Correct the BULKVID_SPEECH_ settings, or set BULKVID_SPEECH_PROVIDER=espeak"
_REINSTALL = "Install the offline voice again: `pip install --force-reinstall espeakng-loader pykakasi`"


def _voices(site: Site) -> Finding:
    from bulkvid_pipeline.adapters.speech.providers import Provider
    from bulkvid_pipeline.services.wiring.speech import installed_voice

    choice = installed_voice(site.hasty_settings)
    if choice.provider is Provider.PIPER:
        return _piper(choice)
    return _remote(site, choice) if choice.is_remote else _espeak(site)


def _espeak(site: Site) -> Finding:
    if site.settings.speech_voices:
        return warning(
            "The offline voice has no other voices than female, male and neutral, so that BULKVID_SPEECH_VOICES is "
            "without effect",
            "Unset BULKVID_SPEECH_VOICES, or set BULKVID_SPEECH_PROVIDER to the provider that has them",
        )
    return _offline(site)


def _offline(site: Site) -> Finding:
    """The offline voice, which also says what other voices cannot, in each writing that it reads."""
    from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech

    said = [sample for sample in SAMPLES if sample.language]
    with EspeakSpeech(seconds_per_utterance=site.limit_s) as speech:
        mute = [
            sample.writing for sample in said if not speech.speak(sample.line, Voice.FEMALE, sample.language).pcm.any()
        ]
        silent = [voice.value for voice in Voice if not speech.speak("Hello", voice, "en-us").pcm.any()]
    if mute or silent:
        return broken(f"The offline voice says nothing: {', '.join([*mute, *silent])}", _REINSTALL)
    return ok(f"espeak-ng has spoken {plural(len(said), 'language')}, female, male and neutral")


def _piper(choice: SpeechChoice) -> Finding:
    from bulkvid_pipeline.adapters.speech.piper import piper_models
    from bulkvid_pipeline.adapters.speech.providers import open_speech

    models = piper_models(Path(choice.piper_model or ""))
    languages = list(dict.fromkeys(model.language for model in models))
    with open_speech(choice) as speech:
        for language in languages:
            if not speech.speak(_line_in(language), Voice.FEMALE, language).pcm.any():
                raise NarrationError(f"The Piper voice for {language} says nothing", fix=_MEND)
    return ok(f"Piper has spoken {', '.join(languages)} with {plural(len(models), 'model')} at {choice.piper_model}")


def _line_in(language: str) -> str:
    family = language.partition("-")[0]
    return next((sample.line for sample in SAMPLES if sample.language.partition("-")[0] == family), "Hello")


def _remote(site: Site, choice: SpeechChoice) -> Finding:
    """A paid voice: its key is checked by what costs nothing, unless the user lets it speak."""
    from bulkvid_pipeline.adapters.retry import RetryPolicy
    from bulkvid_pipeline.adapters.speech.openai_transport import SpeechConnection
    from bulkvid_pipeline.adapters.speech.providers import open_speech
    from bulkvid_pipeline.services.wiring.speech import speech_key

    key = speech_key(site.settings)
    if site.paid:
        with open_speech(choice, key, retry=RetryPolicy(tries=1)) as speech:
            for voice in dict.fromkeys([Voice.FEMALE, *choice.voices]):
                speech.speak("Hi", voice, "en-us")
            cost = speech.spent
        return ok(f"{choice.base_url} has spoken with {choice.model} ({plural(cost.characters, 'character')} paid)")
    connection = SpeechConnection(choice.base_url, key, site.hasty_settings.network_timeout_s)
    try:
        models = connection.models()
    except NotFoundError:
        return skipped(f"{choice.base_url} answers, but tells nothing without a cost; `--paid` lets it say a word")
    finally:
        connection.close()
    if choice.model not in models:
        return warning(
            f"{choice.base_url} accepts the key and does not list the model {choice.model}",
            f"Set BULKVID_SPEECH_MODEL to one of: {', '.join(models[:8]) or 'its models'}",
        )
    return ok(f"{choice.base_url} accepts the key and has {choice.model}; nothing was spent")


def _modules(site: Site) -> tuple[str, ...]:
    of = {"espeak": ("espeak",), "piper": ("espeak", "piper"), "openai": ("espeak", "openai")}
    voices = of[site.settings.speech_provider]
    return ("bulkvid_pipeline.services.wiring.speech", *(f"bulkvid_pipeline.adapters.speech.{name}" for name in voices))


CHECKS = grouped("voices", Check("voices", _voices, _MEND, loads=_modules, patience=2.0))
