"""The choice of a speech provider: from the settings, passed to render workers, and opened there."""

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
"""The environment variable that passes the key to a render worker: arguments are visible to all users."""
OPENAI_URL = "https://api.openai.com/v1"
OPENAI_VOICES: Mapping[Voice, str] = {Voice.FEMALE: "nova", Voice.MALE: "onyx", Voice.NEUTRAL: "alloy"}


class Provider(StrEnum):
    """The speech providers."""

    ESPEAK = "espeak"
    """The offline voice."""
    PIPER = "piper"
    """Neural voices on this machine."""
    OPENAI = "openai"
    """Any OpenAI-compatible server."""


@dataclass(frozen=True)
class SpeechChoice:
    """A provider with its settings, except its key, which is passed separately and never stored.

    Raises:
        InvalidSpecError: a setting is missing or invalid.
    """

    provider: Provider = Provider.ESPEAK
    voices: Mapping[Voice, str] = field(default_factory=dict)
    """openai: the server's names of voices; default OPENAI_VOICES. piper: names of models (`en_US-amy-medium`) or
    `model/speaker`; default: the first model of the language."""
    piper_model: str | None = None
    """An .onnx file with its .onnx.json beside it, or a folder of such files."""
    base_url: str = OPENAI_URL
    model: str = "tts-1"
    price_per_million: float = 15.0
    """Price of a million characters."""
    server_paces: bool = False
    """Whether the server changes the pace, which costs a request for each pace, rather than this program."""
    timeout_s: float = 60.0
    limits_at: str | None = field(default=None, repr=False)
    """Where rate limits are counted, see `rate_limits.store_at` (a URL may hold a password); None: in this process."""
    user_id: str = "local"
    project_id: str = "default"

    def __post_init__(self) -> None:
        if self.provider is Provider.OPENAI:
            parts = urlsplit(self.base_url)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
                raise InvalidSpecError(
                    "The address of the speech server is not a plain http or https address",
                    fix=f"Set BULKVID_SPEECH_BASE_URL to one such as {OPENAI_URL}",
                )
        if self.provider is Provider.PIPER and not self.piper_model:
            raise InvalidSpecError(
                "The piper voice is chosen, but no model is named",
                fix="Set BULKVID_PIPER_MODEL to an .onnx file or a folder of them",
            )

    @property
    def is_remote(self) -> bool:
        """Whether speaking sends text to a server, and may cost money."""
        return self.provider is Provider.OPENAI


OFFLINE = SpeechChoice()


def check_choice(choice: SpeechChoice, key: str | None) -> None:
    """Check, before anything is rendered, for faults that would fail every row. Sends no requests.

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
    """An open provider, with the resources to close; `spent` reports its cost so far."""

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
        """The requests to a paid provider so far, and their cost; zero for free providers."""
        return self._spent()

    def speak(self, text: str, voice: Speaker, language: str, rate: float = 1.0, pitch: float = 0.0) -> Utterance:
        """See `Speech.speak`; raises the errors of the provider."""
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
    """Open the chosen provider; nothing is spoken or requested yet.

    Args:
        key: the key of a remote provider.
        retry: the retry policy of a remote provider.
        on_wait: called with the seconds of each pause for a rate limit or a retry, before it starts.
        on_ask: called before each wait for a remote provider, with the seconds that it may take to respond.
        on_answer: called with the seconds that each request to a remote provider took.

    Raises:
        InvalidSpecError: a package, model or voice of the choice is missing.
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
