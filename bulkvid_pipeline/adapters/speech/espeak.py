"""The offline voice: espeak-ng in a worker process, about a hundred languages, no network.

A text is cut into stretches of one script; each is spoken by a voice that can read it ("hello 你好" is English and
Mandarin), so nothing is ever read out as "chinese letter". Scripts that no espeak voice reads are left silent for as
long as reading them takes, with a warning.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.adapters.speech.contract import Utterance, WordTime
from bulkvid_pipeline.adapters.speech.espeak_client import EspeakDiedError, EspeakWorker, narration_failed
from bulkvid_pipeline.adapters.speech.scripts import SCRIPT_LANGUAGE, Script, script_of, script_runs
from bulkvid_pipeline.adapters.speech.sound import RATE, audible, finish
from bulkvid_pipeline.adapters.speech.voices import (
    NO_VOICE,
    POOR,
    VOICES,
    WORDS_PER_MINUTE,
    near_voice_warning,
    voice_of,
)
from bulkvid_pipeline.core.errors import NarrationError
from bulkvid_pipeline.core.options import Speaker, character_of

MAX_CHARACTERS = 20_000
_SETTINGS_VERSION = 2
"""Raise it with any change of voices, tone or trimming: cached utterances are named by it."""
_SILENT_READING_SECONDS = 0.07
_VOWEL_MARKS = {"he": (Script.HEBREW, range(0x05B0, 0x05C8)), "ar": (Script.ARABIC, range(0x064B, 0x0653))}


@dataclass(frozen=True)
class _Stretch:
    """A part of the text in one language; `language` is None where no voice reads its script."""

    start: int
    text: str
    language: str | None


class EspeakSpeech:
    """The offline provider. Safe to share between threads: they take turns (about 1 ms per second of speech).

    The worker starts with the first utterance and is started again, once per utterance, if it has died.
    """

    name = "espeak-ng"

    def __init__(self, *, seconds_per_utterance: float = 20.0) -> None:
        packages = "-".join(installed_version(package) for package in ("espeakng-loader", "pykakasi"))
        self.version = f"{packages}-{_SETTINGS_VERSION}"
        self._limit = seconds_per_utterance
        self._lock = threading.Lock()
        self._worker: EspeakWorker | None = None

    def __enter__(self) -> EspeakSpeech:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker; the next utterance would start a new one."""
        with self._lock:
            self._drop()

    def speak(self, text: str, voice: Speaker, language: str, rate: float = 1.0, pitch: float = 0.0) -> Utterance:
        """See `Speech.speak`.

        Raises:
            NarrationError: the text is too long, the language unknown to espeak, or the worker failed twice or hung.
        """
        if len(text) > MAX_CHARACTERS:
            raise NarrationError(
                f"A single utterance of {len(text):,} characters is more than the {MAX_CHARACTERS:,} that are allowed",
                fix="Split the script into sentences",
            )
        if not any(char.isalnum() for char in text):
            return Utterance(np.zeros(0, np.float32), ())
        stretches = _stretches(text, language)
        raw = [self._speak_stretch(stretch, voice, rate, pitch) for stretch in stretches]
        pieces = [pcm for pcm, _ in raw]
        starts = np.cumsum([0, *(piece.size for piece in pieces)])
        words = [
            WordTime(stretch.start + offset, seconds + float(start) / RATE)
            for stretch, (_, times), start in zip(stretches, raw, starts, strict=False)
            for offset, seconds in times
        ]
        return Utterance(np.concatenate(pieces), _ordered(words), _warnings(text, stretches))

    def _speak_stretch(
        self, stretch: _Stretch, voice: Speaker, rate: float, pitch: float
    ) -> tuple[NDArray[np.float32], list[tuple[int, float]]]:
        letters = sum(char.isalnum() for char in stretch.text)
        if not letters:
            return np.zeros(0, np.float32), []
        if stretch.language is None:
            length = round(letters * _SILENT_READING_SECONDS / rate * RATE)
            return np.zeros(length, np.float32), [(0, 0.0)]
        settings = VOICES[character_of(voice)]
        header, body, sample_rate = self._ask(
            {
                "text": stretch.text,
                "voice": f"{voice_of(stretch.language)}+{settings.variant}",
                "words_per_minute": min(450, max(80, round(WORDS_PER_MINUTE * rate))),
                "pitch": min(100, max(0, round(settings.pitch + pitch * 50 / 12))),
                "pitch_range": settings.pitch_range,
                "kana": stretch.language == "ja",
            }
        )
        pcm = np.frombuffer(body, "<i2").astype(np.float32) / np.float32(32768)
        start, end = audible(pcm, sample_rate)
        times = [
            (int(offset), max(0.0, milliseconds / 1000 - start / sample_rate))
            for offset, milliseconds in header["words"]
        ]
        return finish(pcm[start:end], sample_rate), times

    def _ask(self, request: dict[str, object]) -> tuple[dict[str, list[list[float]]], bytes, int]:
        with self._lock:
            for attempt in (1, 2):
                try:
                    worker = self._running()
                    header, body = worker.ask(request, self._limit)
                except TimeoutError as error:
                    self._drop()
                    raise narration_failed(f"no answer in {self._limit:g} seconds") from error
                except EspeakDiedError as error:
                    self._drop()
                    if attempt == 2:
                        raise narration_failed(f"the espeak worker died twice ({error})") from error
                except BaseException:
                    self._drop()  # half an answer in the pipe would be taken for the next one
                    raise
                else:
                    if "error" in header:
                        raise narration_failed(str(header["error"]))
                    return header, body, worker.sample_rate
        raise AssertionError("unreachable")

    def _running(self) -> EspeakWorker:
        # A fork inherits our pipes; two processes writing into one worker would mix up their answers.
        if self._worker is not None and not self._worker.is_ours:
            self._drop()
        if self._worker is None:
            self._worker = EspeakWorker()
        return self._worker

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def _stretches(text: str, language: str) -> list[_Stretch]:
    language = "en-us" if language in NO_VOICE else language
    own = _scripts_of(language)
    stretches: list[_Stretch] = []
    for start, end, script in script_runs(text):
        if script in own or script is Script.COMMON:
            spoken: str | None = language
        else:
            spoken = SCRIPT_LANGUAGE.get(script)
            if spoken is not None and spoken in NO_VOICE:
                spoken = None
            if script is Script.HAN and any(script_of(char) is Script.KANA for char in text[start:end]):
                spoken = "ja"
        if stretches and stretches[-1].language == spoken:
            last = stretches.pop()
            stretches.append(_Stretch(last.start, text[last.start : end], spoken))
        else:
            stretches.append(_Stretch(start, text[start:end], spoken))
    return stretches


def _scripts_of(language: str) -> frozenset[Script]:
    """The scripts that the language's espeak voice reads; all read Latin, many by switching to English."""
    special = {
        "ja": Script.HAN,
        "yue": Script.HAN,
        "as": Script.BENGALI,
        "ti": Script.ETHIOPIC,
        "shn": Script.BURMESE,
        **dict.fromkeys(("fa", "ur", "ps", "sd", "ug"), Script.ARABIC),
        **dict.fromkeys(("mr", "ne", "kok"), Script.DEVANAGARI),
        **dict.fromkeys(
            ("uk", "bg", "sr", "be", "mk", "kk", "ky", "tt", "ba", "cv", "nog", "mn", "tg"), Script.CYRILLIC
        ),
    }
    own = {script for script, code in SCRIPT_LANGUAGE.items() if code == language}
    own |= {special[language]} if language in special else set()
    return frozenset(own | {Script.LATIN})


def _ordered(words: list[WordTime]) -> tuple[WordTime, ...]:
    """One time per offset, both increasing: espeak repeats the event of a number for each of its spoken words."""
    kept: list[WordTime] = []
    for word in words:
        if not kept or word.offset > kept[-1].offset:
            kept.append(WordTime(word.offset, max(word.seconds, kept[-1].seconds if kept else 0.0)))
    return tuple(kept)


def is_silent(text: str, language: str) -> bool:
    """Whether the voice says nothing of a text that has something to say: it cannot read its writing."""
    spoken = [stretch.language is not None for stretch in _stretches(text, language) if _has_letters(stretch.text)]
    return bool(spoken) and not any(spoken)


def shortcomings(text: str, language: str) -> tuple[str, ...]:
    """What a listener will miss when the voice reads `text`, in words for the user; known without speaking.

    These are the warnings that the text's utterances come with.
    """
    return _warnings(text, _stretches(text, language))


def _has_letters(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _warnings(text: str, stretches: list[_Stretch]) -> tuple[str, ...]:
    warnings: list[str] = []
    for stretch in stretches:
        near = near_voice_warning(stretch.language) if stretch.language else None
        if near:
            warnings.append(near)
        elif stretch.language is None and _has_letters(stretch.text):
            warnings.append(
                f'The offline voice cannot read the writing of "{stretch.text.strip()[:20]}": it is shown, not spoken'
            )
        elif stretch.language in POOR and not _is_vocalised(text, stretch.language):
            warnings.append(POOR[stretch.language])
    return tuple(dict.fromkeys(warnings))


def _is_vocalised(text: str, language: str) -> bool:
    """Whether a text in a consonant script writes its vowels: at least a mark for every three letters."""
    if language not in _VOWEL_MARKS:
        return False
    script, marks = _VOWEL_MARKS[language]
    letters = sum(script_of(char) is script and char.isalpha() for char in text)
    return 3 * sum(ord(char) in marks for char in text) >= letters > 0
