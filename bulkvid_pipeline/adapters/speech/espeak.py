"""The offline voice: espeak-ng in a worker process, about a hundred languages, no network.

A text is split into runs of one script, and each run is spoken by a voice that can read it ("hello 你好" is English and
Mandarin), so no character is read out as "chinese letter". A run whose script no espeak voice can read becomes
silence of about its reading time, with a warning.
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
from bulkvid_pipeline.adapters.speech.sound import RATE, audible, finish, finished_length
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
"""Increase it with any change of voices, tone or trimming: it is part of the keys of cached utterances."""
_SILENT_READING_SECONDS = 0.07
_VOWEL_MARKS = {"he": (Script.HEBREW, range(0x05B0, 0x05C8)), "ar": (Script.ARABIC, range(0x064B, 0x0653))}


@dataclass(frozen=True)
class _Stretch:
    """A part of the text in one language; `language` is None if no voice reads its script."""

    start: int
    text: str
    language: str | None


class EspeakSpeech:
    """The offline provider. Threads may share it; their calls are serialised (about 1 ms per second of speech).

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
        """End the worker process; a later utterance would start a new one."""
        with self._lock:
            self._drop()

    def speak(self, text: str, voice: Speaker, language: str, rate: float = 1.0, pitch: float = 0.0) -> Utterance:
        """See `Speech.speak`.

        Raises:
            NarrationError: the text is too long, the language unknown to espeak, or the worker failed twice or hung.
        """
        _refuse_overlong(text)
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
        return Utterance(np.concatenate(pieces), _ordered(words), _warnings(text, stretches), _unread(stretches))

    def samples(self, text: str, voice: Speaker, language: str, rate: float = 1.0, pitch: float = 0.0) -> int:
        """How long what `speak` returns would be, for half the time: in samples at RATE.

        Raises:
            NarrationError: as `speak`.
        """
        _refuse_overlong(text)
        return sum(self._stretch_samples(stretch, voice, rate, pitch) for stretch in _stretches(text, language))

    def _stretch_samples(self, stretch: _Stretch, voice: Speaker, rate: float, pitch: float) -> int:
        if stretch.language is None or not _has_letters(stretch.text):
            return _silent_samples(stretch, rate)
        pcm, sample_rate, _, _ = self._raw(stretch, stretch.language, voice, rate, pitch)
        return finished_length(pcm.size, sample_rate)

    def _speak_stretch(
        self, stretch: _Stretch, voice: Speaker, rate: float, pitch: float
    ) -> tuple[NDArray[np.float32], list[tuple[int, float]]]:
        if not _has_letters(stretch.text):
            return np.zeros(0, np.float32), []
        if stretch.language is None:
            return np.zeros(_silent_samples(stretch, rate), np.float32), [(0, 0.0)]
        pcm, sample_rate, start, words = self._raw(stretch, stretch.language, voice, rate, pitch)
        times = [(int(offset), max(0.0, milliseconds / 1000 - start / sample_rate)) for offset, milliseconds in words]
        return finish(pcm, sample_rate), times

    def _raw(
        self, stretch: _Stretch, language: str, voice: Speaker, rate: float, pitch: float
    ) -> tuple[NDArray[np.float32], int, int, list[list[float]]]:
        """espeak's own sound of a stretch, without the silence around it; its rate; the sample at which it begins; its
        words (offset, milliseconds)."""
        settings = VOICES[character_of(voice)]
        header, body, sample_rate = self._ask(
            {
                "text": stretch.text,
                "voice": f"{voice_of(language)}+{settings.variant}",
                "words_per_minute": min(450, max(80, round(WORDS_PER_MINUTE * rate))),
                "pitch": min(100, max(0, round(settings.pitch + pitch * 50 / 12))),
                "pitch_range": settings.pitch_range,
                "kana": language == "ja",
            }
        )
        pcm = np.frombuffer(body, "<i2").astype(np.float32) / np.float32(32768)
        start, end = audible(pcm, sample_rate)
        return pcm[start:end], sample_rate, start, header["words"]

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
                    self._drop()  # an incomplete response in the pipe would be read as the next one
                    raise
                else:
                    if "error" in header:
                        raise narration_failed(str(header["error"]))
                    return header, body, worker.sample_rate
        raise AssertionError("unreachable")

    def _running(self) -> EspeakWorker:
        # A forked process inherits our pipes; two processes writing to one worker would mix up its responses.
        if self._worker is not None and not self._worker.is_ours:
            self._drop()
        if self._worker is None:
            self._worker = EspeakWorker()
        return self._worker

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def _refuse_overlong(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise NarrationError(
            f"A single utterance of {len(text):,} characters is more than the {MAX_CHARACTERS:,} that are allowed",
            fix="Split the script into sentences",
        )


def _silent_samples(stretch: _Stretch, rate: float) -> int:
    letters = sum(map(str.isalnum, stretch.text))
    return round(letters * _SILENT_READING_SECONDS / rate * RATE)


def _stretches(text: str, language: str) -> list[_Stretch]:
    known = language not in NO_VOICE
    language = language if known else "en-us"
    own = _scripts_of(language)
    stretches: list[_Stretch] = []

    def add(start: int, end: int, spoken: str | None) -> None:
        if stretches and stretches[-1].language == spoken:
            start = stretches.pop().start
        stretches.append(_Stretch(start, text[start:end], spoken))

    for start, end, script in script_runs(text):
        if script in own or script is Script.COMMON:
            add(start, end, language)
            continue
        spoken = SCRIPT_LANGUAGE.get(script)
        if script is Script.HAN and any(script_of(char) is Script.KANA for char in text[start:end]):
            spoken = "ja"
        if spoken is not None and spoken not in NO_VOICE:
            add(start, end, spoken)
            continue
        # A number after a word that no voice reads is said, if the text is in another language.
        last = max(at for at in range(start, end) if script_of(text[at]) is script) + 1
        last = last if known and _has_letters(text[last:end]) else end
        add(start, last, None)
        if last < end:
            add(last, end, language)
    return stretches


def _scripts_of(language: str) -> frozenset[Script]:
    """The scripts that the language's espeak voice can read; all read Latin, many by switching to English."""
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
    """One time per offset, both increasing: for a number, espeak reports an event for each of its spoken words."""
    kept: list[WordTime] = []
    for word in words:
        if not kept or word.offset > kept[-1].offset:
            kept.append(WordTime(word.offset, max(word.seconds, kept[-1].seconds if kept else 0.0)))
    return tuple(kept)


def unread(text: str, language: str) -> tuple[tuple[int, int], ...]:
    """The stretches of a text whose writing the voice cannot read; see `Utterance.unread`."""
    return _unread(_stretches(text, language))


def _unread(stretches: list[_Stretch]) -> tuple[tuple[int, int], ...]:
    silent = (each for each in stretches if each.language is None and _has_letters(each.text))
    return tuple((each.start, each.start + len(each.text)) for each in silent)


def shortcomings(text: str, language: str) -> tuple[str, ...]:
    """Messages for the user about what the voice cannot read well in `text`; found without speaking.

    They are the same as the warnings of the text's utterances.
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
    """Whether a text in a consonant script has vowel signs: at least one mark for every three letters."""
    if language not in _VOWEL_MARKS:
        return False
    script, marks = _VOWEL_MARKS[language]
    letters = sum(script_of(char) is script and char.isalpha() for char in text)
    return 3 * sum(ord(char) in marks for char in text) >= letters > 0
