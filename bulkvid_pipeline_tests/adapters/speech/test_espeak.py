"""The real espeak-ng, in its real worker process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from bulkvid_pipeline.adapters.speech import espeak_client
from bulkvid_pipeline.adapters.speech.contract import Speech, Utterance
from bulkvid_pipeline.adapters.speech.espeak import MAX_CHARACTERS, EspeakSpeech
from bulkvid_pipeline.core.errors import NarrationError
from bulkvid_pipeline.core.options import Voice

SENTENCE = "Let an assistant draft your replies, and only edit what matters."


def seconds(utterance: Utterance) -> float:
    return utterance.pcm.size / 48_000


def pitch_of(utterance: Utterance) -> float:
    """Median fundamental in Hz, by autocorrelation of voiced stretches."""
    found = []
    for start in range(0, utterance.pcm.size - 4096, 4800):
        frame = utterance.pcm[start : start + 4096] * np.hanning(4096)
        correlation = np.fft.irfft(np.abs(np.fft.rfft(frame, 8192)) ** 2)
        lag = 140 + int(correlation[140:740].argmax())
        if np.abs(frame).max() > 0.05 and correlation[lag] > 0.4 * correlation[0]:
            found.append(48_000 / lag)
    return float(np.median(found))


def worker_pid(speech: EspeakSpeech) -> int:
    speech.speak("Ready.", Voice.MALE, "en-us")
    assert speech._worker is not None
    return speech._worker.pid


def is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends_within(pid: int, limit: float) -> bool:
    deadline = time.monotonic() + limit
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(pid)


def test_it_is_a_speech_provider(speech: EspeakSpeech) -> None:
    provider: Speech = speech
    assert provider.name == "espeak-ng"
    assert provider.version


def test_speaks_mono_float_sound_that_fills_the_range_without_clipping(speech: EspeakSpeech) -> None:
    pcm = speech.speak(SENTENCE, Voice.FEMALE, "en-us").pcm
    assert pcm.dtype == np.float32
    assert pcm.ndim == 1
    assert 2.5 * 48_000 < pcm.size < 6 * 48_000
    assert 0.2 < np.abs(pcm).max() < 0.95


def test_begins_and_ends_with_speech_not_silence(speech: EspeakSpeech) -> None:
    pcm = speech.speak(SENTENCE, Voice.MALE, "en-us").pcm
    loud = np.flatnonzero(np.abs(pcm) > 0.003)
    assert loud[0] < 0.06 * 48_000
    assert pcm.size - loud[-1] < 0.1 * 48_000


def test_names_words_by_their_offset_in_rising_time(speech: EspeakSpeech) -> None:
    spoken = speech.speak(SENTENCE, Voice.MALE, "en-us")
    times = {SENTENCE[word.offset :].split()[0]: word.seconds for word in spoken.words}
    assert {"Let", "assistant", "draft", "your", "replies,", "only", "edit", "matters."} <= times.keys()
    assert [word.seconds for word in spoken.words] == sorted(word.seconds for word in spoken.words)
    assert times["Let"] < 0.1
    assert times["matters."] < seconds(spoken)


def test_a_word_after_a_pause_is_timed_where_the_sound_begins_again(speech: EspeakSpeech) -> None:
    text = "Stop now. Begin again."
    spoken = speech.speak(text, Voice.MALE, "en-us")
    at = next(word.seconds for word in spoken.words if word.offset == text.index("Begin"))
    loud = np.abs(spoken.pcm) > 0.01
    edges = np.flatnonzero(np.diff(np.flatnonzero(loud)) > 0.15 * 48_000)
    onset = np.flatnonzero(loud)[edges[0] + 1] / 48_000
    assert abs(onset - at) < 0.1


def test_equal_requests_sound_equal_whatever_was_spoken_between(speech: EspeakSpeech) -> None:
    first = speech.speak(SENTENCE, Voice.FEMALE, "en-us")
    speech.speak("Etwas ganz anderes.", Voice.MALE, "de", 1.2, 3)
    again = speech.speak(SENTENCE, Voice.FEMALE, "en-us")
    with EspeakSpeech() as other_process:
        elsewhere = other_process.speak(SENTENCE, Voice.FEMALE, "en-us")
    assert np.array_equal(first.pcm, again.pcm)
    assert np.array_equal(first.pcm, elsewhere.pcm)
    assert first.words == again.words == elsewhere.words


@pytest.mark.parametrize("rate", [0.85, 1.1, 1.25])
def test_rate_changes_the_length_and_leaves_the_pitch(speech: EspeakSpeech, rate: float) -> None:
    natural = speech.speak(SENTENCE, Voice.MALE, "en-us")
    paced = speech.speak(SENTENCE, Voice.MALE, "en-us", rate)
    assert seconds(paced) == pytest.approx(seconds(natural) / rate, rel=0.05)
    assert pitch_of(paced) == pytest.approx(pitch_of(natural), rel=0.08)


def test_pitch_is_in_semitones(speech: EspeakSpeech) -> None:
    natural = speech.speak(SENTENCE, Voice.MALE, "en-us")
    higher = speech.speak(SENTENCE, Voice.MALE, "en-us", pitch=4)
    assert pitch_of(higher) / pitch_of(natural) == pytest.approx(2 ** (4 / 12), rel=0.08)


def test_the_three_voices_differ_as_their_names_say(speech: EspeakSpeech) -> None:
    female, male, neutral = (
        pitch_of(speech.speak(SENTENCE, voice, "en-us")) for voice in (Voice.FEMALE, Voice.MALE, Voice.NEUTRAL)
    )
    assert male < 125 < neutral < 165 < female


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Ganz einfach, oder?"),
        ("es", "¿Por qué bostezamos?"),
        ("ru", "Проветрите комнату."),
        ("cmn", "先用热水温一下茶壶。"),
        ("hi", "पाँच तक गिनें।"),
        ("ko", "안녕하세요 여러분."),
        ("el", "Καλημέρα κόσμε."),
    ],
)
def test_languages_are_spoken_without_warning(speech: EspeakSpeech, language: str, text: str) -> None:
    spoken = speech.speak(text, Voice.FEMALE, language)
    assert seconds(spoken) > 0.5
    assert spoken.words
    assert not spoken.warnings


def test_letters_of_another_script_are_read_by_a_voice_that_knows_them(speech: EspeakSpeech) -> None:
    text = "hello 你好 world"
    mixed = speech.speak(text, Voice.MALE, "en-us")
    # "Chinese letter, Chinese letter" would take far longer than two syllables.
    parts = [("hello", "en-us"), ("你好", "cmn"), ("world", "en-us")]
    apart = sum(seconds(speech.speak(part, Voice.MALE, language)) for part, language in parts)
    assert seconds(mixed) == pytest.approx(apart, rel=0.1)
    times = {word.offset: word.seconds for word in mixed.words}
    assert times[0] < 0.1
    assert times[text.index("你")] == pytest.approx(seconds(speech.speak("hello", Voice.MALE, "en-us")), abs=0.1)
    assert seconds(mixed) - 0.8 < times[text.index("world")] < seconds(mixed) - 0.2


def test_a_script_without_a_voice_is_left_silent_and_named(speech: EspeakSpeech) -> None:
    spoken = speech.speak("ສະບາຍດີ hello", Voice.MALE, "lo")
    assert "ສະບາຍດີ" in spoken.warnings[0]
    assert not np.any(spoken.pcm[: round(0.2 * 48_000)])
    assert np.any(spoken.pcm)


def test_hebrew_without_vowels_is_warned_about_and_with_vowels_not(speech: EspeakSpeech) -> None:
    assert "vowels" in speech.speak("קראו את העמוד הראשון.", Voice.NEUTRAL, "he").warnings[0]
    assert not speech.speak("שָׁלוֹם עֲלֵיכֶם", Voice.NEUTRAL, "he").warnings


def test_markup_is_text_to_it(speech: EspeakSpeech) -> None:
    assert seconds(speech.speak('<break time="30s"/> hi', Voice.MALE, "en-us")) < 6


@pytest.mark.parametrize(
    "text", ["a\x00b and more", "lone \ud800 surrogate", "tab\tand\nline", "\u202eturned", "q" * 900]
)
def test_any_text_is_survived(speech: EspeakSpeech, text: str) -> None:
    assert speech.speak(text, Voice.MALE, "en-us").pcm.size


@pytest.mark.parametrize("text", ["", "   ", "...", "🥱🧠", "—"])
def test_nothing_to_say_is_an_empty_utterance(speech: EspeakSpeech, text: str) -> None:
    spoken = speech.speak(text, Voice.MALE, "en-us")
    assert spoken.pcm.size == 0
    assert spoken.words == ()


def test_a_text_beyond_all_measure_is_refused(speech: EspeakSpeech) -> None:
    with pytest.raises(NarrationError, match="Split the script"):
        speech.speak("a" * (MAX_CHARACTERS + 1), Voice.MALE, "en-us")


def test_an_unknown_language_is_an_error_that_names_it(speech: EspeakSpeech) -> None:
    with pytest.raises(NarrationError, match="xx-klingon"):
        speech.speak("hello", Voice.MALE, "xx-klingon")
    assert speech.speak("hello", Voice.MALE, "en-us").pcm.size


def test_a_dead_worker_is_replaced(speech: EspeakSpeech) -> None:
    pid = worker_pid(speech)
    os.kill(pid, signal.SIGKILL)
    assert speech.speak(SENTENCE, Voice.MALE, "en-us").pcm.size
    assert worker_pid(speech) != pid


def test_a_worker_that_hangs_is_ended_and_reported() -> None:
    with EspeakSpeech(seconds_per_utterance=0.5) as speech:
        pid = worker_pid(speech)
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(NarrationError, match=r"no answer in 0\.5 seconds"):
            speech.speak(SENTENCE, Voice.MALE, "en-us")
        assert not is_running(pid)
        assert speech.speak(SENTENCE, Voice.MALE, "en-us").pcm.size


def test_a_worker_that_cannot_start_is_a_narration_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak_client, "_MODULE", "bulkvid_pipeline.adapters.speech.no_such_module")
    with EspeakSpeech() as speech, pytest.raises(NarrationError, match="no_such_module"):
        speech.speak(SENTENCE, Voice.MALE, "en-us")


def test_closing_ends_the_worker() -> None:
    speech = EspeakSpeech()
    pid = worker_pid(speech)
    speech.close()
    assert not is_running(pid)
    speech.close()


def test_the_worker_dies_with_a_parent_that_is_killed() -> None:
    program = (
        "from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech\n"
        "from bulkvid_pipeline.core.options import Voice\n"
        "s = EspeakSpeech(); s.speak('hi', Voice.MALE, 'en-us'); print(s._worker.pid, flush=True); input()"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()
        assert ends_within(pid, 5)
    finally:
        parent.kill()
        parent.communicate()


def test_outlives_the_thread_that_started_it() -> None:
    with EspeakSpeech() as speech:
        thread = threading.Thread(target=speech.speak, args=("hi", Voice.MALE, "en-us"))
        thread.start()
        thread.join()
        assert speech.speak(SENTENCE, Voice.MALE, "en-us").pcm.size


def test_threads_that_share_it_get_their_own_words(speech: EspeakSpeech) -> None:
    texts = [f"This is sentence number {index}, and it is {'very ' * index}long." for index in range(8)]
    alone = [speech.speak(text, Voice.MALE, "en-us").pcm for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: speech.speak(text, Voice.MALE, "en-us").pcm, texts))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


@pytest.mark.parametrize(
    ("text", "language"), [(SENTENCE, "en-us"), ("hello 你好 \u1400 there", "en-us"), ("…", "de"), ("東京です。", "ja")]
)
@pytest.mark.parametrize("rate", [0.85, 1.0, 1.25])
def test_a_length_is_told_without_making_the_sound(speech: EspeakSpeech, text: str, language: str, rate: float) -> None:
    spoken = speech.speak(text, Voice.MALE, language, rate)

    assert speech.samples(text, Voice.MALE, language, rate) == spoken.pcm.size
