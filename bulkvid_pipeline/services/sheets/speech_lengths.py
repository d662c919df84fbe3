"""Whether the scripts of a sheet fit their times: estimated where that is certain, spoken where it is not.

Speaking costs about a millisecond for each second of sound. So the first scripts of a language and a voice are spoken,
and teach how long it takes for a text; of the others only those are spoken for which the bound of the estimate's error
does not rule out that there is something to say. Scripts are spoken on all cores, and their lengths kept in the cache.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from bulkvid_pipeline.adapters.cache.contract import CacheOfKind
from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.adapters.speech.sound import RATE
from bulkvid_pipeline.core.options import Speaker
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.rendering.likely_lengths import LEAST_TEXTS, LikelyLengths, learnt
from bulkvid_pipeline.rendering.narration import ScriptLength
from bulkvid_pipeline.rendering.timeline import Feasibility
from bulkvid_pipeline.services.sheets.narration_checks import Narrator, script_length

CACHE_KIND = "lengths"
_AT_ONCE = 64
"""Scripts that are looked at together; what has been read of them is held in memory meanwhile."""


@dataclass(frozen=True)
class _Manner:
    """How a script is spoken: scripts that are spoken alike teach the same."""

    voice: Speaker
    language: str
    rate: float
    pitch: float


@dataclass(frozen=True)
class _Question:
    """A script whose answer needs the voice, and its place in the sheet's order."""

    place: int
    script: ScriptLength
    manner: _Manner


class SpeechLengths:
    """Answers for many scripts; a context, since it has processes that speak.

    Args:
        narrator: who will speak. Lengths are the offline voice's, whoever it is.
        kept: where lengths of spoken scripts are kept for another time.
        cores: how many scripts are spoken at once.
    """

    def __init__(self, narrator: Narrator, kept: CacheOfKind | None = None, cores: int | None = None) -> None:
        self._narrator, self._kept = narrator, kept
        self._cores = cores or len(os.sched_getaffinity(0))
        self._voices: SimpleQueue[EspeakSpeech] = SimpleQueue()
        self._spoken: defaultdict[_Manner, dict[str, float]] = defaultdict(dict)
        self._likely: dict[_Manner, LikelyLengths | None] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        for _ in range(self._cores):
            self._voices.put(self._open.enter_context(EspeakSpeech()))
        self._pool = self._open.enter_context(ThreadPoolExecutor(self._cores, "speak"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def of(self, plans: Sequence[VideoPlan]) -> list[Feasibility]:
        """Whether each plan's script fits its time.

        Where there is a problem or a hurry to tell of, the script was spoken and the figures are exact; else they are
        estimates.

        Raises:
            NarrationError: the voice failed.
        """
        return [found for start in range(0, len(plans), _AT_ONCE) for found in self._some(plans[start:][:_AT_ONCE])]

    def _some(self, plans: Sequence[VideoPlan]) -> list[Feasibility]:
        answers: dict[int, Feasibility] = {}
        questions: list[_Question] = []
        for place, plan in enumerate(plans):
            language, script = script_length(plan, self._narrator)
            pitch = plan.template.settings.audio.voice_settings.pitch
            if script.is_measured:
                questions.append(_Question(place, script, _Manner(plan.voice, language, script.natural_rate, pitch)))
            else:
                answers[place] = script.fits(_never)
        teachers = self._teachers(questions)
        self._learn(teachers)
        unsure = teachers
        for question in questions:
            if question not in teachers:
                likely = self._estimate(question)
                if likely is None:
                    unsure.append(question)
                else:
                    answers[question.place] = likely
        found = self._pool.map(self._speak, unsure)
        answers.update(zip((question.place for question in unsure), found, strict=True))
        return [answers[place] for place in range(len(plans))]

    def _teachers(self, questions: Iterable[_Question]) -> list[_Question]:
        """The first scripts of each manner that together have enough texts to learn from."""
        texts = {manner: set(known) for manner, known in self._spoken.items()}
        teachers: list[_Question] = []
        for question in questions:
            known = texts.setdefault(question.manner, set())
            if len(known) < LEAST_TEXTS:
                known.update(question.script.texts)
                teachers.append(question)
        return teachers

    def _learn(self, teachers: Sequence[_Question]) -> None:
        for question, lengths in zip(teachers, self._pool.map(self._at_own_pace, teachers), strict=True):
            self._spoken[question.manner] |= lengths
        for manner in {question.manner for question in teachers}:
            self._likely[manner] = learnt(self._spoken[manner])

    def _estimate(self, question: _Question) -> Feasibility | None:
        """The answer if no length within the bound of the estimate's error gives anything to tell of."""
        likely = self._likely.get(question.manner)
        bound = likely.bound(question.script.texts) if likely else None
        if likely is None or bound is None:
            return None
        samples = {text: likely.seconds(text) * RATE * question.manner.rate for text in question.script.texts}

        def fits(share: float) -> Feasibility:
            return question.script.fits(lambda text, rate: round(samples[text] * share / rate))

        for share in (1 + bound, 1 - bound, 1.0):
            found = fits(share)
            if not found.ok or found.hurry:
                return None
        return found  # the likeliest length

    def _at_own_pace(self, question: _Question) -> dict[str, float]:
        """The lengths of a script's texts, in seconds."""
        with _Spoken(question.manner, question.script.texts, self._voices, self._kept) as spoken:
            rate = question.manner.rate
            return {text: spoken.samples(text, rate) / RATE for text in question.script.texts}

    def _speak(self, question: _Question) -> Feasibility:
        with _Spoken(question.manner, question.script.texts, self._voices, self._kept) as spoken:
            return question.script.fits(spoken.samples)


class _Spoken:
    """The lengths of the texts of one script: those that are kept, and those that are spoken now and then kept."""

    def __init__(
        self, manner: _Manner, texts: Sequence[str], voices: SimpleQueue[EspeakSpeech], kept: CacheOfKind | None
    ) -> None:
        self._manner, self._voices, self._kept = manner, voices, kept
        self._texts = {text: index for index, text in enumerate(dict.fromkeys(texts))}

    def __enter__(self) -> Self:
        self._voice = self._voices.get()
        version = f"{self._voice.name} {self._voice.version}"
        parts = [version, self._manner.voice, self._manner.language, f"{self._manner.pitch:.4f}", *self._texts]
        self._key = hashlib.blake2b(json.dumps(parts).encode(), digest_size=20).hexdigest()
        self._known = dict(self._read())
        self._had = len(self._known)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._voices.put(self._voice)
        if self._kept is not None and len(self._known) > self._had:
            lines = [[index, rate, samples] for (index, rate), samples in self._known.items()]
            self._kept.put(self._key, json.dumps(lines, separators=(",", ":")).encode())

    def samples(self, text: str, rate: float) -> int:
        """See `rendering.narration.Measure`."""
        known = self._known.get((self._texts[text], rate))
        if known is None:
            manner = self._manner
            known = self._voice.samples(text, manner.voice, manner.language, rate, manner.pitch)
            self._known[self._texts[text], rate] = known
        return known

    def _read(self) -> Iterator[tuple[tuple[int, float], int]]:
        piece = self._kept.get(self._key) if self._kept is not None else None
        for index, rate, samples in json.loads(piece) if piece else ():
            yield (int(index), float(rate)), int(samples)


def _never(_text: str, _rate: float) -> int:
    raise AssertionError("a script that needs no voice was measured")
