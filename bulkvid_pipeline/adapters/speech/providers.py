"""Which voice an installation narrates with, as settings choose it and as a render worker is told."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.speech.contract import Speech, Utterance
from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.adapters.speech.spending import Spending
from bulkvid_pipeline.core.errors import InvalidSpecError
from bulkvid_pipeline.core.options import Speaker, Voice

KEY_VARIABLE = "BULKVID_SPEECH_API_KEY"
"""Where a render worker finds the key: arguments can be read by every user of the machine."""
OPENAI_URL = "https://api.openai.com/v1"
OPENAI_VOICES: Mapping[Voice, str] = {Voice.FEMALE: "nova", Voice.MALE: "onyx", Voice.NEUTRAL: "alloy"}


class Provider(StrEnum):
    """Who speaks."""

    ESPEAK = "espeak"
    """The offline voice."""
    PIPER = "piper"
    """Neural voices on this machine."""
    OPENAI = "openai"
    """Any server that speaks OpenAI's protocol."""


@dataclass(frozen=True)
class SpeechChoice:
    """A provider with all that it needs but its key, which is told apart and never written down.

    Raises:
        InvalidSpecError: something is missing or makes no sense.
    """

    provider: Provider = Provider.ESPEAK
    voices: Mapping[Voice, str] = field(default_factory=dict)
    """openai: the server's names of voices, OPENAI_VOICES where left out. piper: names of models (`en_US-amy-medium`)
    or `model/speaker`; the first model of the language where left out."""
    piper_model: str | None = None
    """An .onnx file with its .onnx.json beside it, or a folder of such."""
    base_url: str = OPENAI_URL
    model: str = "tts-1"
    price_per_million: float = 15.0
    """Cost of a million characters."""
    server_paces: bool = False
    """Whether pace is asked of the server rather than made here, which costs a request for each pace."""
    timeout_s: float = 60.0
    limits_at: str | None = field(default=None, repr=False)
    """Where rate limits are counted, as `rate_limits.store_at` takes it (a url may hold a password); None: here."""
    user_id: str = "local"
    project_id: str = "default"

    def __post_init__(self) -> None:
        if self.provider is Provider.OPENAI:
            parts = urlsplit(self.base_url)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
                raise InvalidSpecError(
                    "The address of the speech server is no plain http or https address",
                    fix=f"Set BULKVID_SPEECH_BASE_URL to one such as {OPENAI_URL}",
                )
        if self.provider is Provider.PIPER and not self.piper_model:
            raise InvalidSpecError(
                "The piper voice is chosen, but no model is named",
                fix="Set BULKVID_PIPER_MODEL to an .onnx file or a folder of them",
            )

    @property
    def is_remote(self) -> bool:
        """Whether speaking sends text to a server, and may cost."""
        return self.provider is Provider.OPENAI


OFFLINE = SpeechChoice()


def check_choice(choice: SpeechChoice, key: str | None) -> None:
    """Find out, before anything is rendered, what every row would fail for; asks no server.

    Raises:
        InvalidSpecError: a package, a model file or a key is missing.
    """
    if choice.provider is Provider.PIPER:
        if importlib.util.find_spec("piper") is None:
            raise InvalidSpecError(
                "The piper voice is chosen, but the package piper-tts is not installed",
                fix="Install it with `pip install 'bulkvid-pipeline[piper]'`",
            )
        from bulkvid_pipeline.adapters.speech.piper import piper_models

        piper_models(Path(choice.piper_model or ""))
    if choice.provider is Provider.OPENAI and choice.base_url.rstrip("/") == OPENAI_URL and not key:
        raise InvalidSpecError(
            "The voice of OpenAI is chosen, but there is no key for it", fix="Set BULKVID_SPEECH_API_KEY"
        )


class OpenedSpeech:
    """The provider of a choice, which closes what it opened; `spent` counts what it cost so far."""

    def __init__(self, speech: Speech, closing: ExitStack, spent: Callable[[], Spending] = Spending) -> None:
        self._speech, self._closing, self._spent = speech, closing, spent
        self.name, self.version = speech.name, speech.version

    def __enter__(self) -> OpenedSpeech:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End workers and connections."""
        self._closing.close()

    @property
    def spent(self) -> Spending:
        """What was asked of a paid voice so far, and what it costs; nothing for voices that are free."""
        return self._spent()

    def speak(self, text: str, voice: Speaker, language: str, rate: float = 1.0, pitch: float = 0.0) -> Utterance:
        """See `Speech.speak`; the errors are those of the provider."""
        return self._speech.speak(text, voice, language, rate, pitch)


def open_speech(
    choice: SpeechChoice,
    key: str | None = None,
    *,
    retry: RetryPolicy | None = None,
    on_wait: Callable[[float], None] = lambda _: None,
    on_ask: Callable[[float], None] = lambda _: None,
    on_answer: Callable[[float], None] = lambda _: None,
) -> OpenedSpeech:
    """The voice of a choice; nothing is spoken or asked yet.

    Args:
        key: the key of a remote provider.
        retry: how a remote provider tries again.
        on_wait: told the seconds of each pause for a rate limit or another try, before it starts.
        on_ask: told how many seconds a remote provider may be silent from now on, before each wait for it.
        on_answer: told the seconds that each request to a remote provider took.

    Raises:
        InvalidSpecError: what is chosen is not there.
    """
    closing = ExitStack()
    if choice.provider is Provider.PIPER:
        check_choice(choice, key)
        from bulkvid_pipeline.adapters.speech.piper import PiperSpeech

        offline = closing.enter_context(EspeakSpeech())
        return OpenedSpeech(PiperSpeech(Path(choice.piper_model or ""), choice.voices, offline), closing)
    offline = closing.enter_context(EspeakSpeech())
    if choice.provider is Provider.ESPEAK:
        return OpenedSpeech(offline, closing)
    from bulkvid_pipeline.adapters.rate_limits import Budget, limiter_for
    from bulkvid_pipeline.adapters.speech.openai import Endpoint, OpenAiSpeech

    limiter = limiter_for(choice.limits_at, budget=Budget.VOICE)
    endpoint = Endpoint(
        choice.base_url,
        choice.model,
        {**OPENAI_VOICES, **choice.voices},
        choice.price_per_million,
        choice.server_paces,
        choice.timeout_s,
    )
    remote = OpenAiSpeech(
        endpoint,
        offline,
        key,
        retry or RetryPolicy(),
        admit=lambda: limiter.acquire(choice.user_id, choice.project_id, on_wait=lambda pause: on_wait(pause.delay_s)),
        on_wait=lambda pause: on_wait(pause.delay_s),
        on_ask=on_ask,
        on_answer=on_answer,
    )
    closing.enter_context(remote)
    return OpenedSpeech(remote, closing, lambda: remote.spent)
