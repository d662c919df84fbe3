from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.speech import openai, openai_transport
from bulkvid_pipeline.adapters.speech.contract import Speech, Utterance
from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.adapters.speech.openai import Endpoint, OpenAiSpeech
from bulkvid_pipeline.adapters.speech.openai_transport import retry_after
from bulkvid_pipeline.core.errors import (
    AccessDeniedError,
    AuthenticationError,
    BulkVideoError,
    NarrationError,
    NetworkError,
    NotFoundError,
    QuotaExceededError,
    ServiceUnavailableError,
)
from bulkvid_pipeline.core.options import ProviderVoice, Voice
from bulkvid_pipeline_tests.peers.speech_server import Fault, SpeechServer

KEY = "sk-test-key"
TEXT = "Turn off the tap while you brush, and save forty litres of water every single day."
VOICES = {Voice.FEMALE: "nova", Voice.MALE: "onyx", Voice.NEUTRAL: "alloy"}
FAILURE = Fault("refuse", 500)
SENTENCES = (
    TEXT,
    "Most people never notice how much time they lose, because it disappears in tiny pieces.",
    "Coffee tastes bitter when the water is too hot, so wait thirty seconds before you pour.",
    "When the market opens in the morning, prices move quickly; by noon, most of the noise is gone.",
)


@pytest.fixture
def server() -> Iterator[SpeechServer]:
    with SpeechServer(KEY) as peer:
        yield peer


class Naps(list[float]):
    """Takes the place of sleeping: remembers the pauses, and makes none."""

    def policy(self) -> RetryPolicy:
        return RetryPolicy(sleep=self.append)


@pytest.fixture
def naps() -> Naps:
    return Naps()


Connect = Callable[..., OpenAiSpeech]


@pytest.fixture
def connect(speech: EspeakSpeech, naps: Naps) -> Iterator[Connect]:
    opened: list[OpenAiSpeech] = []

    def to(server: SpeechServer, key: str | None = KEY, **fields: object) -> OpenAiSpeech:
        endpoint = replace(Endpoint(server.base_url, "tts-1", VOICES, 15.0, timeout_s=60.0), **fields)  # type: ignore[arg-type]
        opened.append(OpenAiSpeech(endpoint, speech, key, naps.policy()))
        return opened[-1]

    yield to
    for each in opened:
        each.close()


def seconds(utterance: Utterance) -> float:
    return utterance.pcm.size / 48_000


def likeness(a: Utterance, b: Utterance) -> float:
    """The highest correlation of the two sounds, wherever they begin."""
    size = a.pcm.size + b.pcm.size
    products = np.fft.irfft(np.fft.rfft(a.pcm, size) * np.fft.rfft(b.pcm, size).conj(), size)
    return float(products.max() / np.sqrt(float((a.pcm**2).sum()) * float((b.pcm**2).sum())))


def pitch_of(utterance: Utterance) -> float:
    pcm = utterance.pcm.astype(np.float64)
    spectrum = np.abs(np.fft.rfft(pcm, 2 * pcm.size)) ** 2
    correlation = np.fft.irfft(spectrum)
    low, high = 48_000 // 400, 48_000 // 60
    return 48_000 / (low + int(correlation[low:high].argmax()))


def word_errors(server: SpeechServer, utterance: Utterance, rate: float) -> list[float]:
    """Seconds by which the words' beginnings are off, where the server knows them."""
    true = {word.offset: word.seconds / rate for word in server.said[-1].words}
    return [abs(word.seconds - true[word.offset]) for word in utterance.words if word.offset in true]


def test_it_is_a_speech_provider_that_asks_as_the_protocol_wants(server: SpeechServer, connect: Connect) -> None:
    provider: Speech = connect(server)
    provider.speak(TEXT, Voice.MALE, "en-us")
    (heard,) = server.heard
    assert heard.authorization == f"Bearer {KEY}"
    assert heard.fields == {
        "model": "tts-1",
        "voice": "onyx",
        "input": TEXT,
        "speed": 1.0,
        "response_format": "wav",
    }


def test_a_voice_of_the_servers_own_is_asked_for_by_its_name(server: SpeechServer, connect: Connect) -> None:
    provider: Speech = connect(server)
    provider.speak(TEXT, ProviderVoice("alloy", Voice.FEMALE), "en-us")
    assert server.heard[0].fields["voice"] == "alloy"


@pytest.mark.parametrize("sent", ["wav", "mp3", "pcm", "flac"])
def test_takes_any_sound_that_servers_send(sent: str, connect: Connect) -> None:
    with SpeechServer(KEY, answers_as=sent, silence_s=0.4) as server:
        spoken = connect(server).speak(TEXT, Voice.FEMALE, "en-us")
        (said,) = server.said
    assert spoken.pcm.dtype == np.float32
    assert seconds(spoken) == pytest.approx(seconds(said), abs=0.06)
    loud = np.flatnonzero(np.abs(spoken.pcm) > 0.01)
    assert loud[0] < 0.05 * 48_000


def test_takes_a_stream_whose_header_does_not_know_its_length(connect: Connect) -> None:
    with SpeechServer(KEY, streamed=True) as server:
        spoken = connect(server).speak(TEXT, Voice.FEMALE, "en-us")
        assert seconds(spoken) == pytest.approx(seconds(server.said[0]), abs=0.06)


def test_a_server_of_ones_own_needs_no_key(connect: Connect) -> None:
    with SpeechServer(None) as server:
        assert connect(server, key=None).speak(TEXT, Voice.FEMALE, "en-us").pcm.size
        assert server.heard[0].authorization is None


@pytest.mark.parametrize(
    ("voice", "rate", "server_paces"),
    [(Voice.FEMALE, 0.85, False), (Voice.MALE, 1.25, False), (Voice.MALE, 0.85, True)],
)
def test_words_are_found_where_the_server_spoke_them(
    server: SpeechServer, connect: Connect, voice: Voice, rate: float, server_paces: bool
) -> None:
    provider = connect(server, server_paces=server_paces)
    errors: list[float] = []
    for sentence in SENTENCES:
        spoken = provider.speak(sentence, voice, "en-us", rate)
        assert [word.seconds for word in spoken.words] == sorted(word.seconds for word in spoken.words)
        errors += word_errors(server, spoken, 1.0 if server_paces else rate)
    assert len(errors) > 40
    assert np.median(errors) < 0.02
    assert np.percentile(errors, 90) < 0.06


def test_another_pace_costs_no_other_request_and_keeps_the_pitch(server: SpeechServer, connect: Connect) -> None:
    provider = connect(server)
    natural, fast, slow = (provider.speak(TEXT, Voice.MALE, "en-us", rate) for rate in (1.0, 1.25, 0.85))
    assert len(server.heard) == 1
    assert seconds(fast) == pytest.approx(seconds(natural) / 1.25, rel=0.01)
    assert seconds(slow) == pytest.approx(seconds(natural) / 0.85, rel=0.01)
    assert pitch_of(fast) == pytest.approx(pitch_of(natural), rel=0.05)
    assert fast.words[-1].seconds == pytest.approx(natural.words[-1].seconds / 1.25, rel=0.01)


def test_the_server_is_asked_for_the_pace_where_it_is_to_make_it(server: SpeechServer, connect: Connect) -> None:
    spoken = connect(server, server_paces=True).speak(TEXT, Voice.MALE, "en-us", 1.25)
    assert server.heard[0].fields["speed"] == 1.25
    assert likeness(spoken, server.said[0]) > 0.9


@pytest.mark.parametrize("server_paces", [False, True])
def test_pitch_is_moved_here_and_the_pace_stays(server: SpeechServer, connect: Connect, server_paces: bool) -> None:
    provider = connect(server, server_paces=server_paces)
    natural, higher = (provider.speak(TEXT, Voice.MALE, "en-us", 1.0, pitch) for pitch in (0.0, 4.0))
    assert pitch_of(higher) / pitch_of(natural) == pytest.approx(2 ** (4 / 12), rel=0.08)
    assert seconds(higher) == pytest.approx(seconds(natural), rel=0.04)


def test_what_was_spoken_is_counted_and_priced(server: SpeechServer, connect: Connect) -> None:
    provider = connect(server)
    provider.speak("Ten chars.", Voice.MALE, "en-us")
    provider.speak("Ten chars.", Voice.MALE, "en-us", 1.1)
    provider.speak("Ten chars.", Voice.FEMALE, "en-us")
    assert (provider.spent.characters, provider.spent.requests) == (20, 2)
    assert provider.spent.cost == pytest.approx(20 * 15 / 1_000_000)


def test_refused_requests_cost_nothing_and_broken_off_answers_do(server: SpeechServer, connect: Connect) -> None:
    provider = connect(server)
    server.fail(FAILURE, Fault("cut"))
    provider.speak("Ten chars.", Voice.MALE, "en-us")
    assert provider.spent.requests == 2


def test_nothing_to_say_is_not_asked_for(server: SpeechServer, connect: Connect) -> None:
    assert connect(server).speak("... 🥱", Voice.MALE, "en-us").pcm.size == 0
    assert not server.heard


def test_a_text_too_long_for_one_request_is_asked_for_in_parts(
    server: SpeechServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai, "LONGEST_INPUT", 40)
    spoken = connect(server).speak(TEXT, Voice.MALE, "en-us")
    inputs = [heard.fields["input"] for heard in server.heard]
    assert "".join(inputs) == TEXT
    assert len(inputs) > 1
    assert all(len(each) <= 40 for each in inputs)
    assert seconds(spoken) == pytest.approx(sum(map(seconds, server.said)), rel=0.02)


@pytest.mark.parametrize(
    "fault",
    [
        FAILURE,
        Fault("refuse", 503),
        Fault("refuse", 429, "Rate limit reached"),
        Fault("reset"),
        Fault("cut"),
    ],
    ids=lambda fault: f"{fault.kind} {fault.status}",
)
@pytest.mark.parametrize("streamed", [False, True])
def test_what_passes_is_tried_again(fault: Fault, streamed: bool, connect: Connect, naps: Naps) -> None:
    with SpeechServer(KEY, streamed=streamed) as server:
        server.fail(fault, fault)
        spoken = connect(server).speak(TEXT, Voice.MALE, "en-us")
        assert seconds(spoken) == pytest.approx(seconds(server.said[-1]), abs=0.06)
        assert len(server.heard) == 3
    assert len(naps) == 2


def test_a_pause_that_the_server_asks_for_is_made(server: SpeechServer, connect: Connect, naps: Naps) -> None:
    server.fail(Fault("refuse", 429, headers={"Retry-After": "7"}))
    connect(server).speak(TEXT, Voice.MALE, "en-us")
    assert naps[0] >= 7


def test_a_pause_of_a_day_is_not_made(server: SpeechServer, connect: Connect, naps: Naps) -> None:
    server.fail(Fault("refuse", 429, headers={"Retry-After": "86400"}))
    with pytest.raises(QuotaExceededError) as caught:
        connect(server).speak(TEXT, Voice.MALE, "en-us")
    assert caught.value.retry_after == 86_400
    assert not naps


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after("12") == 12
    assert retry_after("Thu, 01 Jan 1970 00:00:00 GMT") == 0
    assert retry_after("soon") is None
    assert retry_after(None) is None


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (FAILURE, ServiceUnavailableError),
        (Fault("refuse", 429), QuotaExceededError),
        (Fault("reset"), NetworkError),
    ],
)
def test_what_does_not_pass_ends_after_five_tries(
    server: SpeechServer, connect: Connect, fault: Fault, kind: type[BulkVideoError]
) -> None:
    server.fail(*[fault] * 5)
    with pytest.raises(kind):
        connect(server).speak(TEXT, Voice.MALE, "en-us")
    assert len(server.heard) == 5


def test_a_silent_server_is_not_waited_for(server: SpeechServer, connect: Connect) -> None:
    server.fail(*[Fault("stall", seconds=20.0)] * 5)
    with pytest.raises(NetworkError, match="in time"):
        connect(server, timeout_s=0.05).speak(TEXT, Voice.MALE, "en-us")


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Fault("refuse", 403, "No access"), AccessDeniedError, "No access"),
        (Fault("refuse", 429, "Quota gone", "insufficient_quota"), AccessDeniedError, "Add credit"),
        (Fault("refuse", 400, "Not this text"), NarrationError, "Not this text"),
        (Fault("refuse", 302, headers={"Location": "http://elsewhere.example/"}), NarrationError, "302"),
        (Fault("answer", body=b"<html>hello</html>", content_type="text/html"), NarrationError, "text/html"),
        (Fault("answer", body=b"RIFF but no more"), NarrationError, "cannot be decoded"),
        (Fault("answer", body=b""), NarrationError, "not a known sound format"),
        (Fault("answer", body=b"\0" * 48_000, content_type="audio/pcm"), NarrationError, "silence"),
        (Fault("answer", body=b"\1" * 24_000_000, content_type="audio/pcm"), NarrationError, "longer than"),
    ],
)
def test_what_will_not_pass_fails_at_once(
    server: SpeechServer, connect: Connect, fault: Fault, kind: type[BulkVideoError], words: str
) -> None:
    server.fail(fault)
    with pytest.raises(kind, match=words):
        connect(server).speak(TEXT, Voice.MALE, "en-us")
    assert len(server.heard) == 1


def test_an_answer_without_end_is_cut_off(
    server: SpeechServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_transport, "LARGEST_ANSWER", 100_000)
    with pytest.raises(NarrationError, match="more than 100,000 bytes"):
        connect(server).speak(TEXT, Voice.MALE, "en-us")


def test_a_wrong_key_fails_at_once_and_is_not_repeated(
    server: SpeechServer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    provider = connect(server, key="sk-secret-wrong")
    with pytest.raises(AuthenticationError, match="Incorrect API key") as caught:
        provider.speak(TEXT, Voice.MALE, "en-us")
    assert "sk-secret-wrong" not in f"{caught.value} {caught.value.as_dict()} {provider!r} {caplog.text}"


def test_an_unknown_model_is_named(server: SpeechServer, connect: Connect) -> None:
    with pytest.raises(NotFoundError, match="gpt-9"):
        connect(server, model="gpt-9").speak(TEXT, Voice.MALE, "en-us")


def test_the_key_does_not_follow_a_redirect(server: SpeechServer, connect: Connect) -> None:
    with SpeechServer(None) as other:
        server.fail(Fault("refuse", 307, headers={"Location": f"{other.base_url}/audio/speech"}))
        with pytest.raises(NarrationError):
            connect(server).speak(TEXT, Voice.MALE, "en-us")
        assert not other.heard


def test_every_request_asks_for_admission_first(server: SpeechServer, speech: EspeakSpeech, naps: Naps) -> None:
    admitted: list[int] = []
    endpoint = Endpoint(server.base_url, "tts-1", VOICES)
    provider = OpenAiSpeech(endpoint, speech, KEY, naps.policy(), admit=lambda: admitted.append(len(server.heard)))
    server.fail(FAILURE)
    provider.speak(TEXT, Voice.MALE, "en-us")
    assert admitted == [0, 1]


def test_whatever_changes_the_sound_changes_the_version(
    server: SpeechServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = {
        connect(server).version,
        connect(server, model="tts-1-hd").version,
        connect(server, voices={**VOICES, Voice.MALE: "echo"}).version,
        connect(server, base_url="http://127.0.0.1:1/v1").version,
        connect(server, server_paces=True).version,
    }
    assert len(versions) == 5
    assert connect(server).version == connect(server, price_per_million=1.0).version
    monkeypatch.setattr(openai, "_SETTINGS_VERSION", 0)
    assert connect(server).version not in versions
