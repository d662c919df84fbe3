"""Speaks the scenes once, for all formats of a row: sound, word times and length of every scene.

Each sentence is an utterance of its own, so a changed sentence costs one synthesis, and a scene's sound and frames
depend only on its own text and the pace.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from bulkvid_pipeline.adapters.speech.contract import Speech, Utterance, UtteranceStore
from bulkvid_pipeline.adapters.speech.scripts import SCRIPT_LANGUAGE, SPACELESS
from bulkvid_pipeline.core.durations import LONGEST_VIDEO_S
from bulkvid_pipeline.core.errors import DurationInfeasibleError, NarrationError
from bulkvid_pipeline.core.options import Aspect, ProviderVoice, Speaker
from bulkvid_pipeline.core.pronunciations import Pronunciation
from bulkvid_pipeline.rendering import timeline
from bulkvid_pipeline.rendering.alignment import caption_words, spoken_words, word_seconds
from bulkvid_pipeline.rendering.caption_times import LEAST_FRAMES
from bulkvid_pipeline.rendering.captions import cues_for
from bulkvid_pipeline.rendering.language import language_of
from bulkvid_pipeline.rendering.model import (
    FPS,
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    Pcm,
    Scene,
    SceneKind,
    SpokenWord,
    TimedScene,
)
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline.rendering.script.phrases import Phrase, phrases_of
from bulkvid_pipeline.rendering.script.sentences import estimated_seconds
from bulkvid_pipeline.rendering.script.words import ScriptWord
from bulkvid_pipeline.rendering.silence import read_silently
from bulkvid_pipeline.rendering.sound.track import FULL_SCALE, Pcm16, Piece, VoiceTrack, quantised
from bulkvid_pipeline.rendering.spoken import SpokenText, spoken_form
from bulkvid_pipeline.rendering.timeline import Feasibility, Lengths, Pace, Solution
from bulkvid_pipeline.rendering.voice_gaps import VoiceGaps

# Fitted to the offline voice's English; they predict the length of a minute of speech to 2.5 %. If they are wrong,
# another pace is spoken.
_LETTER_SECONDS, _MARK_SECONDS = 0.065, 0.33
_SURELY_SHORT = 0.5
"""Share of the longest video's length: a script with a shorter estimate is accepted without speaking it."""
_MARKS = frozenset(",;:.!?\u2014-")

Measure = Callable[[str, float], int]
"""Gives the length of a text spoken at a rate (1.0 is the voice's own), in samples at SAMPLE_RATE."""

_SPACELESS_LANGUAGES = frozenset(SCRIPT_LANGUAGE[script] for script in SPACELESS)


@dataclass(frozen=True)
class NarratedScene:
    """A spoken scene, before captions are made for a format."""

    scene: Scene
    frames: int
    words: tuple[SpokenWord, ...]
    track: VoiceTrack = field(repr=False, compare=False)
    """The scene's sound, `frames * SAMPLES_PER_FRAME` samples."""
    said: tuple[SpokenText, ...] = ()
    """The texts that the voice was given, in order."""
    unread: frozenset[int] = frozenset()
    """Indexes of the words that the voice cannot read and leaves out."""

    @property
    def voice(self) -> Pcm:
        """The track as a new float32 array, shape (samples,)."""
        return self.track.block(0, len(self.track))

    @property
    def entries(self) -> tuple[int, ...]:
        """The frame at which each entry spoken in a LIST scene begins; the first one at once if nothing leads in."""
        spoken = len(self.scene.items) - self.scene.spoken_from
        starts = [word.start for before, word in itertools.pairwise(self.words) if before.gap == "\n"]
        leads_in = len(starts) >= spoken
        return tuple(starts[-spoken:] if leads_in else [0, *starts]) if spoken > 0 else ()


@dataclass(frozen=True)
class Programme:
    """The narration of a row, shared by all its formats."""

    scenes: tuple[NarratedScene, ...]
    language: str
    rate: float
    """The speech rate used (1.0 is the voice's own), including the template's speed."""
    feasibility: Feasibility
    warnings: tuple[str, ...]

    @property
    def frames(self) -> int:
        """Length of the whole video in frames."""
        return sum(scene.frames for scene in self.scenes)

    @property
    def seconds(self) -> float:
        """Length of the whole video in seconds."""
        return self.frames / FPS

    @property
    def voice(self) -> VoiceTrack:
        """The narration of all scenes."""
        return VoiceTrack.joined(tuple(scene.track for scene in self.scenes))

    def for_aspect(self, aspect: Aspect) -> tuple[TimedScene, ...]:
        """The scenes with captions for a frame of this shape, without their sound."""
        return tuple(
            TimedScene(scene.scene, scene.frames, cues_for(scene.words, aspect, scene.frames), scene.entries)
            for scene in self.scenes
        )


def utterance_key(speech: Speech, voice: Speaker, language: str, rate: float, pitch: float, text: str) -> str:
    """The cache key of an utterance: a hash of everything that decides its sound."""
    said_by = voice.provider_name if isinstance(voice, ProviderVoice) else voice.value
    parts = [speech.name, speech.version, said_by, language, f"{rate:.4f}", f"{pitch:.4f}", text]
    encoded = json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()
    return hashlib.blake2b(encoded, digest_size=20).hexdigest()


def narrate(
    scenes: Sequence[Scene],
    speech: Speech,
    voice: Speaker | None,
    *,
    language: str | None = None,
    target_seconds: float | None = None,
    may_be_shorter: bool = False,
    template_speed: float = 1.0,
    pitch: float = 0.0,
    pronunciations: tuple[Pronunciation, ...] = (),
    limit: float = LONGEST_VIDEO_S,
    may_be_unread: bool = False,
    store: UtteranceStore | None = None,
) -> Programme:
    """Speak the scenes, with a length as near to `target_seconds` as pace, pauses and holds allow.

    If the target cannot be met, the nearest length is used; `feasibility` and `warnings` report it. Without a target
    the length is the natural one, but faster if only that keeps it within `limit`.

    Args:
        voice: None: nobody speaks, and the words are timed for readers.
        language: a code of `language_of`; found out where None.
        may_be_shorter: the target is only a limit: the natural length is taken where it is within it.
        template_speed: the template's voice speed, on which 0.85..1.25 are applied.
        pitch: semitones.
        pronunciations: how words of the script are spoken.
        limit: the longest video without a target, in seconds.
        may_be_unread: accept a script that the voice cannot read; it becomes silence.

    Raises:
        DurationInfeasibleError: even at the fastest pace, the video exceeds `limit` (and the target).
        NarrationError: speaking failed, or the voice cannot read most of the script.
    """
    narrator = _Narrator(tuple(scenes), speech, voice, language, template_speed, pitch, pronunciations, limit, store)
    solution, result = narrator.solve(target_seconds, may_be_shorter=may_be_shorter)
    if not result.renders:
        raise DurationInfeasibleError(result.problem, fix=result.fix[:1].upper() + result.fix[1:])
    if not may_be_unread:
        narrator.refuse_silence(solution.step)
    timed = narrator.timed(solution)
    hurried = (result.hurry,) if result.is_much_hurried else ()
    warnings = narrator.warnings(solution.step) + hurried + (() if result.ok else (result.message,))
    rate = narrator.rate(timeline.pace(solution.step))
    return Programme(timed, narrator.language, rate, result, tuple(dict.fromkeys(warnings)))


def duration_feasibility(
    title: str,
    description: str,
    script: str,
    voice: Speaker | None,
    target_seconds: float | None,
    speech: Speech,
    *,
    may_be_shorter: bool = False,
    language: str | None = None,
    template_speed: float = 1.0,
    pitch: float = 0.0,
    pronunciations: tuple[Pronunciation, ...] = (),
    limit: float = LONGEST_VIDEO_S,
    store: UtteranceStore | None = None,
) -> Feasibility:
    """Whether the script can be spoken in `target_seconds`, found by speaking it: about 3 ms per second of video.

    Without a target duration, a script that is clearly shorter than `limit` is not spoken; its length is an estimate.

    Raises:
        NarrationError: speaking failed.
    """
    scenes = split_scenes(title, description, script, None if may_be_shorter else target_seconds)
    narrator = _Narrator(scenes, speech, voice, language, template_speed, pitch, pronunciations, limit, store)
    if target_seconds is None and narrator.estimated_seconds < _SURELY_SHORT * limit:
        return Feasibility(True, narrator.estimated_seconds)
    return narrator.solve(target_seconds, may_be_shorter=may_be_shorter)[1]


class ScriptLength:
    """The question whether a script can be spoken in its time; the script is read once, and measured as often as
    need be. The arguments are those of `duration_feasibility`.
    """

    def __init__(
        self,
        title: str,
        description: str,
        script: str,
        voice: Speaker | None,
        target_seconds: float | None,
        *,
        may_be_shorter: bool = False,
        language: str | None = None,
        template_speed: float = 1.0,
        pitch: float = 0.0,
        pronunciations: tuple[Pronunciation, ...] = (),
        limit: float = LONGEST_VIDEO_S,
    ) -> None:
        scenes = split_scenes(title, description, script, None if may_be_shorter else target_seconds)
        self._narrator = _Narrator(scenes, None, voice, language, template_speed, pitch, pronunciations, limit, None)
        self._target, self._may_be_shorter = target_seconds, may_be_shorter
        self.is_measured = voice is not None and (
            target_seconds is not None or self._narrator.estimated_seconds >= _SURELY_SHORT * limit
        )
        """Whether the answer needs the voice at all."""

    @property
    def natural_rate(self) -> float:
        """The rate at which it is spoken if no time is asked for."""
        return self._narrator.rate(timeline.pace(0))

    @property
    def texts(self) -> tuple[str, ...]:
        """What the voice would be given, utterance by utterance."""
        return self._narrator.texts

    def fits(self, measure: Measure) -> Feasibility:
        """The answer, if lengths of speech are what `measure` gives. It is called only if `is_measured`."""
        narrator = self._narrator.measured_by(measure)
        if self._target is None and narrator.estimated_seconds < _SURELY_SHORT * narrator.limit:
            return Feasibility(True, narrator.estimated_seconds)
        return narrator.solve(self._target, may_be_shorter=self._may_be_shorter)[1]


@dataclass(frozen=True)
class _Sentence:
    """A sentence, or a part of one between pauses, with its spoken form."""

    phrase: Phrase
    spoken: SpokenText
    words: tuple[ScriptWord, ...]

    @property
    def before(self) -> int:
        """Frames of silence that the script asks for before it."""
        return round(self.phrase.before * FPS)

    @property
    def after(self) -> int:
        """Frames of silence that the script asks for after it."""
        return round(self.phrase.after * FPS)

    @cached_property
    def likely_seconds(self) -> float:
        """Estimated seconds to speak it at the rate 1.0."""
        text = self.spoken.text
        return _LETTER_SECONDS * sum(map(str.isalnum, text)) + _MARK_SECONDS * sum(map(_MARKS.__contains__, text))

    @cached_property
    def estimated_seconds(self) -> float:
        """Estimated seconds for any writing system, less precise."""
        return estimated_seconds(self.spoken.text)

    def frames(self, samples: int) -> int:
        """Length in frames of its sound of `samples` samples: at least one frame for each word to highlight."""
        return max(len(self.words), -(-samples // SAMPLES_PER_FRAME))


@dataclass(frozen=True)
class _SpokenSentence:
    """A spoken sentence."""

    pcm: Pcm16
    seconds: list[float]
    """Start of each word."""
    warnings: tuple[str, ...]
    unread: tuple[tuple[int, int], ...]
    """What of its text the voice left out."""


class _Narrator:
    """The scenes of one row, the sound of the last spoken pace, and the lengths of all spoken paces."""

    def __init__(
        self,
        scenes: tuple[Scene, ...],
        speech: Speech | None,
        voice: Speaker | None,
        language: str | None,
        speed: float,
        pitch: float,
        pronunciations: tuple[Pronunciation, ...],
        limit: float,
        store: UtteranceStore | None,
    ) -> None:
        self._scenes, self.limit, self._pronunciations = scenes, limit, pronunciations
        self._measure: Measure | None = None
        self._speech, self._voice, self._pitch, self._speed, self._store = speech, voice, pitch, speed, store
        texts = " ".join(scene.text or scene.heading for scene in scenes)
        self.language = language or language_of(texts)
        self._sentences = [self._sentences_of(scene) for scene in scenes]
        self._lengths: dict[float, list[list[int]]] = {}
        self._last: tuple[float, list[list[_SpokenSentence]]] | None = None

    def measured_by(self, measure: Measure) -> _Narrator:
        """The same scenes, of which nothing is spoken: `measure` says how long it would be."""
        other = copy(self)
        other._measure, other._lengths, other._last = measure, {}, None
        return other

    @property
    def texts(self) -> tuple[str, ...]:
        """What the voice is given, utterance by utterance."""
        return tuple(sentence.spoken.text for sentences in self._sentences for sentence in sentences)

    @property
    def unit(self) -> str:
        """The unit in which the script's length is reported: words or characters."""
        return "characters" if self.language in _SPACELESS_LANGUAGES else "words"

    @cached_property
    def _units(self) -> int:
        words = [word for sentences in self._sentences for sentence in sentences for word in sentence.words]
        if self.unit == "words":
            return len(words)
        return sum(char.isalnum() for word in words for char in word.text)

    def _sentences_of(self, scene: Scene) -> list[_Sentence]:
        phrases = phrases_of(scene.text, scene.pauses)
        found = [
            _Sentence(phrase, self._spoken_form(phrase.words), caption_words(phrase.words, phrase.gap))
            for phrase in phrases
        ]
        return [sentence for sentence in found if sentence.words]

    def _spoken_form(self, words: str) -> SpokenText:
        if self._voice is None:
            return SpokenText(words, words, ((0, 0), (len(words), len(words))))
        return spoken_form(words, self.language, self._pronunciations)

    def rate(self, pace: Pace) -> float:
        """The speech rate that is requested from the voice."""
        return round(self._speed * pace.rate, 4)

    def solve(self, target_seconds: float | None, *, may_be_shorter: bool = False) -> tuple[Solution, Feasibility]:
        """The pace for the target, or the natural one, with the verdict on it."""
        title = self._title_frames()
        refused = self._refusal(target_seconds)
        if refused is not None:
            return Solution(timeline.FASTEST_STEP, Lengths(title, 0)), refused
        if target_seconds is None or may_be_shorter:
            lengths = timeline.natural_lengths(title) if self._units else Lengths(title, 0)
            natural = lengths.title + lengths.hold + self._frames(0)
            if natural <= round((target_seconds or self.limit) * FPS):
                return Solution(0, lengths), Feasibility(True, natural / FPS)
        target = timeline.target_frames(target_seconds, self.limit)
        # Speaking at a new pace costs a synthesis. So a pace is chosen by estimated lengths and spoken, until the
        # choice is a pace that has been spoken, for which the lengths are exact.
        solution = timeline.solve(target, title, self._likely_frames)
        while not self._is_known(solution.step):
            self._find_lengths(solution.step)
            solution = timeline.solve(target, title, self._likely_frames)
        per_word = self._frames(solution.step) / max(1, self._units) or float(FPS)
        return solution, timeline.feasibility(target_seconds, solution, per_word, limit=self.limit, unit=self.unit)

    def _refusal(self, target_seconds: float | None) -> Feasibility | None:
        """The refusal of a script that is far too long, else None; found by speaking at most the allowed length, fast.

        So a cell with a whole book costs no more than the longest video.
        """
        step, most = timeline.FASTEST_STEP, timeline.most_frames(target_seconds, self.limit)
        if self.estimated_seconds * FPS <= timeline.FASTEST * most:
            return None
        rate = self.rate(timeline.pace(step))
        spoken, likely = 0, 0.0
        lengths: list[list[int]] = []
        for sentences in self._sentences:
            lengths.append([])
            for sentence in sentences:
                samples = self._sample_count(sentence, rate)
                lengths[-1].append(samples)
                spoken += sentence.frames(samples)
                likely += sentence.estimated_seconds
                if timeline.shortest(spoken) > most:
                    return self._overlong(target_seconds, spoken / (likely or spoken / FPS))
        self._lengths[rate] = lengths
        return None

    def _overlong(self, target_seconds: float | None, frames_per_second: float) -> Feasibility:
        """The refusal of a script of which only a part was spoken, with that part's frames per estimated second."""
        total = frames_per_second * self.estimated_seconds * self._speed
        pace = timeline.pace(timeline.FASTEST_STEP)
        pauses = sum(
            sum(breaths) + pace.pause * (len(sentences) - 1)
            for breaths, sentences in zip(self._breaths(pace), self._sentences, strict=True)
            if sentences
        )
        frames = timeline.shortest(round(total) + pauses)
        beyond = frames - timeline.target_frames(target_seconds, self.limit)
        cut = min(self._units, max(1, round(self._units * beyond / max(1.0, total + pauses))))
        # This is an estimate. A length near the natural pace leaves room to correct it by a faster or slower pace.
        easy = frames / FPS * timeline.FASTEST
        return timeline.too_long(target_seconds, frames / FPS, cut, limit=self.limit, unit=self.unit, advised=easy)

    @cached_property
    def estimated_seconds(self) -> float:
        """Estimated seconds of all sentences at the natural pace, without pauses; from the text only."""
        return sum(sentence.estimated_seconds for scene in self._sentences for sentence in scene) / self._speed

    def _title_frames(self) -> int:
        cards = [scene for scene in self._scenes if scene.kind is SceneKind.TITLE]
        return timeline.title_frames(cards[0].heading, cards[0].subheading) if cards else 0

    def _find_lengths(self, step: int) -> None:
        """Know the exact lengths at the pace of a step."""
        if self._measure is None:
            self._spoken(step)
            return
        rate = self.rate(timeline.pace(step))
        self._lengths[rate] = [[self._sample_count(each, rate) for each in scene] for scene in self._sentences]

    def _sample_count(self, sentence: _Sentence, rate: float) -> int:
        if self._measure is None or self._voice is None:
            return len(self._speak(sentence, rate).pcm)
        return self._measure(sentence.spoken.text, rate)

    def _spoken(self, step: int) -> list[list[_SpokenSentence]]:
        """The sentences of all scenes, spoken at the pace of a step."""
        rate = self.rate(timeline.pace(step))
        if self._last is None or self._last[0] != rate:
            self._last = None  # freed before the next one is made, since sound is large
            said = [[self._speak(sentence, rate) for sentence in sentences] for sentences in self._sentences]
            self._lengths[rate] = [[len(each.pcm) for each in scene] for scene in said]
            self._last = rate, said
        return self._last[1]

    def _speak(self, sentence: _Sentence, rate: float) -> _SpokenSentence:
        utterance = self._utterance(sentence.spoken.text, rate)
        seconds = word_seconds(sentence.spoken, sentence.words, utterance)
        return _SpokenSentence(quantised(utterance.pcm), seconds, utterance.warnings, utterance.unread)

    def _utterance(self, text: str, rate: float) -> Utterance:
        if self._voice is None:
            return read_silently(text, rate)
        assert self._speech is not None
        if self._store is None:
            return self._speech.speak(text, self._voice, self.language, rate, self._pitch)
        key = utterance_key(self._speech, self._voice, self.language, rate, self._pitch, text)
        utterance = self._store.get(key)
        if utterance is None:
            utterance = self._speech.speak(text, self._voice, self.language, rate, self._pitch)
            # Rounded to 16-bit values, as it is kept in memory anyway; this halves its size in the store.
            utterance = replace(utterance, pcm=quantised(utterance.pcm) * np.float32(1 / FULL_SCALE))
            self._store.put(key, utterance)
        return utterance

    def _is_known(self, step: int) -> bool:
        return self.rate(timeline.pace(step)) in self._lengths

    def _frames(self, step: int) -> int:
        """Length of the spoken scenes in frames, without the final hold."""
        if not self._is_known(step):
            self._find_lengths(step)
        return self._likely_frames(step)

    def _likely_frames(self, step: int) -> int:
        """`_frames` if the step's pace has been spoken, else an estimate of it."""
        pace = timeline.pace(step)
        return sum(
            _scene_frames(sentences, list(map(_Sentence.frames, sentences, samples)), breaths, pace.pause)
            for breaths, sentences, samples in zip(
                self._breaths(pace), self._sentences, self._samples(self.rate(pace)), strict=True
            )
            if sentences
        )

    def _samples(self, rate: float) -> list[list[int]]:
        """Samples of every sentence at a rate: as spoken, else scaled from the nearest spoken rate, else estimated."""
        if rate in self._lengths:
            return self._lengths[rate]
        if not self._lengths:
            return [[round(each.likely_seconds * SAMPLE_RATE / rate) for each in scene] for scene in self._sentences]
        nearest = min(self._lengths, key=lambda known: (abs(known - rate), known))
        return [[round(samples * nearest / rate) for samples in scene] for scene in self._lengths[nearest]]

    def _breaths(self, pace: Pace) -> list[tuple[int, int]]:
        """Frames before the first and after the last word of each scene."""
        runs_on = [*(scene.continues for scene in self._scenes), False]
        return [
            (pace.joint if before else pace.lead, pace.joint if after else pace.tail)
            for before, after in itertools.pairwise(runs_on)
        ]

    def warnings(self, step: int) -> tuple[str, ...]:
        """The voice's warnings, each once."""
        return tuple(
            dict.fromkeys(warning for scene in self._spoken(step) for said in scene for warning in said.warnings)
        )

    def refuse_silence(self, step: int) -> None:
        """
        Raises:
            NarrationError: the voice has left out most of the script.
        """
        lost = "".join(
            sentence.spoken.text[start:end]
            for sentences, said in zip(self._sentences, self._spoken(step), strict=True)
            for sentence, sound in zip(sentences, said, strict=True)
            for start, end in sound.unread
        )
        texts = (sentence.spoken.text for scene in self._sentences for sentence in scene)
        left_out = VoiceGaps.of(lost, sum(map(str.isalnum, "".join(texts))))
        if left_out.is_too_much:
            raise NarrationError(left_out.problem, fix=left_out.fix)

    def timed(self, solution: Solution) -> tuple[NarratedScene, ...]:
        """All scenes with the solution's pace and holds."""
        pace = timeline.pace(solution.step)
        timed = [
            _timed_scene(scene, sentences, said, breaths, pace.pause)
            for scene, sentences, said, breaths in zip(
                self._scenes, self._sentences, self._spoken(solution.step), self._breaths(pace), strict=True
            )
        ]
        for index, scene in enumerate(timed):
            if scene.scene.kind is SceneKind.TITLE:
                timed[index] = _lengthened(scene, solution.lengths.title)
                break
        if solution.lengths.hold and timed:
            timed[-1] = _lengthened(timed[-1], solution.lengths.hold)
        return tuple(scene for scene in timed if scene.frames)


def _rests(sentences: Sequence[_Sentence], frames: Sequence[int], pause: int, tail: int) -> list[int]:
    """Frames of silence after each sentence of a scene: `pause` or the `tail`, and what the script asks for.

    An entry of a list has a caption of its own, which would be gone in less than a second without a longer silence.
    """
    rests: list[int] = []
    begins = True  # whether a new entry begins here
    for sentence, spoken in zip(sentences, frames, strict=True):
        is_last = len(rests) + 1 == len(sentences)
        rest = sentence.after + (tail if is_last else 0 if sentence.phrase.goes_on else pause)
        ends = is_last or sentence.phrase.gap == "\n"
        rests.append(max(rest, LEAST_FRAMES - spoken) if begins and ends else rest)
        begins = ends
    return rests


def _scene_frames(sentences: Sequence[_Sentence], frames: Sequence[int], breaths: tuple[int, int], pause: int) -> int:
    """Length of a scene whose sentences are so many frames long; `breaths` are those before and after it."""
    rests = _rests(sentences, frames, pause, breaths[1])
    return breaths[0] + sum(sentence.before for sentence in sentences) + sum(frames) + sum(rests)


def _timed_scene(
    scene: Scene, sentences: list[_Sentence], said: list[_SpokenSentence], breaths: tuple[int, int], pause: int
) -> NarratedScene:
    if not sentences:
        return NarratedScene(scene, 0, (), VoiceTrack(0))
    pieces: list[Piece] = []
    words: list[SpokenWord] = []
    lengths = [sentence.frames(len(sound.pcm)) for sentence, sound in zip(sentences, said, strict=True)]
    rests = _rests(sentences, lengths, pause, breaths[1])
    position = breaths[0]
    unread: set[int] = set()
    for sentence, sound, frames, rest in zip(sentences, said, lengths, rests, strict=True):
        position += sentence.before
        unread |= {len(words) + index for index in _unread_words(sentence, sound.unread)}
        words.extend(spoken_words(sentence.words, sound.seconds, position, frames))
        pieces.append(Piece(position * SAMPLES_PER_FRAME, sound.pcm))
        position += frames + rest
    track = VoiceTrack(position * SAMPLES_PER_FRAME, tuple(pieces))
    texts = tuple(sentence.spoken for sentence in sentences)
    return NarratedScene(scene, position, tuple(words), track, texts, frozenset(unread))


def _unread_words(sentence: _Sentence, unread: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Indexes of the words of a sentence that lie in stretches of its spoken text."""
    for start, end in unread:
        first, last = sentence.spoken.script_offset(start), sentence.spoken.script_offset(end - 1)
        yield from (index for index, word in enumerate(sentence.words) if word.start <= last and first < word.end)


def _lengthened(scene: NarratedScene, frames: int) -> NarratedScene:
    total = scene.frames + frames
    return replace(scene, frames=total, track=VoiceTrack(total * SAMPLES_PER_FRAME, scene.track.pieces))
