"""The provider for OpenAI-compatible speech servers: OpenAI's paid service, or one's own server.

Such servers report no word times: they are found by comparing the sound with the offline voice's. By default each
sentence is requested once, at the voice's own pace, and made faster or slower here. So finding the pace for a target
duration costs no further requests, and servers that ignore `speed` can be used.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType

import numpy as np

from bulkvid_pipeline.adapters.retry import RetryPolicy, Wait
from bulkvid_pipeline.adapters.speech.contract import Speech, Utterance
from bulkvid_pipeline.adapters.speech.decoding import UndecodableSoundError, decoded
from bulkvid_pipeline.adapters.speech.openai_transport import SpeechConnection, SpokenAnswer
from bulkvid_pipeline.adapters.speech.pacing import paced, semitones
from bulkvid_pipeline.adapters.speech.spending import Spending, price_of
from bulkvid_pipeline.adapters.speech.word_alignment import carried_over
from bulkvid_pipeline.core.errors import NarrationError
from bulkvid_pipeline.core.fingerprints import fingerprint_of
from bulkvid_pipeline.core.options import ProviderVoice, Speaker, Voice

LONGEST_INPUT = 4096
"""Largest number of characters that OpenAI accepts in one request."""
SLOWEST, FASTEST = 0.25, 4.0
_SETTINGS_VERSION = 1
"""Increase it with any change of trimming, pacing or alignment: it is part of the keys of cached utterances."""
_REMEMBERED_SAMPLES = 16_000_000
"""Samples of original sound kept in memory for use at other paces: 5.5 minutes, 64 MB."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Endpoint:
    """The speech server's address and the request parameters."""

    base_url: str
    model: str
    voices: Mapping[Voice, str]
    price_per_million: float = 0.0
    """Price of a million characters, in any currency."""
    server_paces: bool = False
    """Whether the server changes the pace (`speed`), rather than this program."""
    timeout_s: float = 60.0


@dataclass
class OpenAiSpeech:
    """The provider. Safe to share between threads.

    Args:
        reference: the voice whose words times are carried over; offline and free.
        key: the bearer key; None for servers that want none.
        admit: called before every request, tries included; waits while a rate limit is met.
        on_wait: told of each pause between two tries before it starts.
        on_ask: told how many seconds the server may be silent from now on, before each wait for it.
        on_answer: told how many seconds each request took, failed ones included.
    """

    endpoint: Endpoint
    reference: Speech
    key: str | None = field(default=None, repr=False)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    admit: Callable[[], object] = lambda: None
    on_wait: Callable[[Wait], None] = lambda _: None
    on_ask: Callable[[float], None] = lambda _: None
    on_answer: Callable[[float], None] = lambda _: None
    name: str = field(default="openai", init=False)
    version: str = field(init=False)

    def __post_init__(self) -> None:
        digest = fingerprint_of(
            "speech",
            {
                "base_url": self.endpoint.base_url.rstrip("/"),
                "voices": {voice.value: name for voice, name in self.endpoint.voices.items()},
                "server_paces": self.endpoint.server_paces,
                "reference": [self.reference.name, self.reference.version],
                "settings": _SETTINGS_VERSION,
            },
        )
        self.version = f"{self.endpoint.model}-{digest}"
        self._connection = SpeechConnection(self.endpoint.base_url, self.key, self.endpoint.timeout_s, self.on_ask)
        self._lock = threading.Lock()
        self._spent = Spending()
        self._remembered: OrderedDict[tuple[object, ...], Utterance] = OrderedDict()

    def __enter__(self) -> OpenAiSpeech:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; a later utterance would open a new one."""
        self._connection.close()

    @property
    def spent(self) -> Spending:
        """The requests so far and their cost: every response that began, including interrupted ones."""
        with self._lock:
            return self._spent

    def speak(self, text: str, voice: Speaker, language: str, rate: float = 1.0, pitch: float = 0.0) -> Utterance:
        """See `Speech.speak`.

        Raises:
            NarrationError: the server refused the text, or its response is not speech.
            AuthenticationError, AccessDeniedError, NotFoundError: key, account, address or model are wrong.
            QuotaExceededError, ServiceUnavailableError, NetworkError: the last of all attempts failed so.
        """
        if not any(char.isalnum() for char in text):
            return Utterance(np.zeros(0, np.float32), ())
        asked = 1.0
        if self.endpoint.server_paces:
            asked = round(min(FASTEST, max(SLOWEST, rate / semitones(pitch))), 4)
        return paced(self._spoken(text, voice, language, asked), rate / asked, pitch)

    def _spoken(self, text: str, voice: Speaker, language: str, speed: float) -> Utterance:
        """The utterance as the server speaks it; requested once while it is in memory."""
        key = (text, voice, language, speed)
        with self._lock:
            if key in self._remembered:
                self._remembered.move_to_end(key)
                return self._remembered[key]
        pcm = np.concatenate([self._sound(part, voice, speed) for part in _parts(text)])
        reference = self.reference.speak(text, voice, language, speed)
        utterance = Utterance(pcm, carried_over(reference.words, reference.pcm, pcm))
        with self._lock:
            self._remembered[key] = utterance
            while sum(each.pcm.size for each in self._remembered.values()) > _REMEMBERED_SAMPLES:
                self._remembered.popitem(last=False)
        return utterance

    def _sound(self, text: str, voice: Speaker, speed: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        fields: dict[str, object] = {
            "model": self.endpoint.model,
            "voice": voice.provider_name if isinstance(voice, ProviderVoice) else self.endpoint.voices[voice],
            "input": text.encode("utf-8", "replace").decode(),
            "speed": speed,
            "response_format": "wav",
        }
        answer = self.retry.call(lambda: self._asked(fields, len(text)), on_wait=self._waits)
        where = f"The voice at {self.endpoint.base_url}"
        try:
            pcm = decoded(answer.body, answer.content_type, 20 + 1.5 * len(text) / speed)
        except UndecodableSoundError as error:
            raise NarrationError(
                f"{where} answered with {error}", fix="Check BULKVID_SPEECH_BASE_URL and BULKVID_SPEECH_MODEL"
            ) from error
        if not pcm.size:
            raise NarrationError(
                f'{where} answered with silence for "{text[:40]}"',
                fix="Choose a model that speaks the script's language",
            )
        return pcm

    def _asked(self, fields: dict[str, object], characters: int) -> SpokenAnswer:
        self.admit()
        began = time.monotonic()

        def pay() -> None:
            with self._lock:
                self._spent += price_of(characters, self.endpoint.price_per_million)

        try:
            return self._connection.ask(fields, pay)
        finally:
            self.on_answer(time.monotonic() - began)

    def _waits(self, wait: Wait) -> None:
        _log.info("%s Trying again in %.1f s", wait.error.message, wait.delay_s)
        self.on_wait(wait)


def _parts(text: str) -> list[str]:
    """The text in parts that fit into a request, cut at blanks where possible."""
    parts: list[str] = []
    while len(text) > LONGEST_INPUT:
        blank = text.rfind(" ", LONGEST_INPUT // 2, LONGEST_INPUT)
        end = blank if blank > 0 else LONGEST_INPUT
        parts.append(text[:end])
        text = text[end:]
    return [part for part in (*parts, text) if any(map(str.isalnum, part))]
