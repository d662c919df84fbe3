"""Speak the scenes once, for all formats of a row: sound, word times and length of every scene.

Each sentence is an utterance of its own, so a changed sentence costs one synthesis, and a scene's sound and frames
depend on its own text and the pace alone.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from bulkvid_pipeline.adapters.speech.contract import Speech, Utterance, UtteranceStore
from bulkvid_pipeline.adapters.speech.scripts import SCRIPT_LANGUAGE, SPACELESS
from bulkvid_pipeline.core.errors import DurationInfeasibleError
from bulkvid_pipeline.core.options import Aspect, ProviderVoice, Speaker
from bulkvid_pipeline.rendering import timeline
from bulkvid_pipeline.rendering.alignment import caption_words, spoken_words, word_seconds
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
from bulkvid_pipeline.rendering.sound.track import FULL_SCALE, Pcm16, Piece, VoiceTrack, quantised
from bulkvid_pipeline.rendering.spoken import SpokenText, spoken_form
from bulkvid_pipeline.rendering.timeline import Feasibility, Lengths, Pace, Solution

# Fitted to the offline voice's English; of a minute of speech they tell the length to 2.5 %. Where they are wrong,
# another pace is spoken.
_LETTER_SECONDS, _MARK_SECONDS = 0.065, 0.33
_SURELY_SHORT = 0.5
"""Share of the longest video under which an estimate is enough to say that a script is shorter."""
_MARKS = frozenset(",;:.!?\u2014-")

_SPACELESS_LANGUAGES = frozenset(SCRIPT_LANGUAGE[script] for script in SPACELESS)


@dataclass(frozen=True)
class NarratedScene:
    """A scene as it is spoken, before captions are cut for a format."""

    scene: Scene
    frames: int
    words: tuple[SpokenWord, ...]
    track: VoiceTrack = field(repr=False, compare=False)
    """What is heard, `frames * SAMPLES_PER_FRAME` samples."""

    @property
    def voice(self) -> Pcm:
        """The track as an array of float32, made anew each time."""
        return self.track.block(0, len(self.track))


@dataclass(frozen=True)
class Programme:
    """The narration of a row, shared by all its formats."""

    scenes: tuple[NarratedScene, ...]
    language: str
    rate: float
    """The speech rate used, 1.0 being the voice's own; includes the template's speed."""
    feasibility: Feasibility
    warnings: tuple[str, ...]

    @property
    def frames(self) -> int:
        """Length of the whole video."""
        return sum(scene.frames for scene in self.scenes)

    @property
    def seconds(self) -> float:
        """Length of the whole video."""
        return self.frames / FPS

    @property
    def voice(self) -> VoiceTrack:
        """What is heard from the first scene to the last."""
        return VoiceTrack.joined(tuple(scene.track for scene in self.scenes))

    def for_aspect(self, aspect: Aspect) -> tuple[TimedScene, ...]:
        """The scenes with captions cut for a frame of this shape, to be made pictures of: without their sound."""
        return tuple(
            TimedScene(scene.scene, scene.frames, cues_for(scene.words, aspect, scene.frames)) for scene in self.scenes
        )


def utterance_key(speech: Speech, voice: Speaker, language: str, rate: float, pitch: float, text: str) -> str:
    """Names an utterance by all that decides its sound."""
    said_by = voice.provider_name if isinstance(voice, ProviderVoice) else voice.value
    parts = [speech.name, speech.version, said_by, language, f"{rate:.4f}", f"{pitch:.4f}", text]
    encoded = json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()
    return hashlib.blake2b(encoded, digest_size=20).hexdigest()


def narrate(
    scenes: Sequence[Scene],
    speech: Speech,
    voice: Speaker,
    *,
    language: str | None = None,
    target_seconds: float | None = None,
    may_be_shorter: bool = False,
    template_speed: float = 1.0,
    pitch: float = 0.0,
    store: UtteranceStore | None = None,
) -> Programme:
    """Speak the scenes, meeting `target_seconds` as nearly as pace, pauses and holds allow.

    Where the target cannot be met, the nearest length is taken; `feasibility` and `warnings` say so. Without a target
    the length is the natural one, hurried where that keeps it under MAX_SECONDS.

    Args:
        language: a code of `language_of`; found out where None.
        may_be_shorter: the target is only a limit: the natural length is taken where it is within it.
        template_speed: the template's voice speed, on which 0.85..1.25 are applied.
        pitch: semitones.

    Raises:
        DurationInfeasibleError: even hurried, the video would be longer than MAX_SECONDS (and than the target).
        NarrationError: the voice failed.
    """
    narrator = _Narrator(tuple(scenes), speech, voice, language, template_speed, pitch, store)
    solution, result = narrator.solve(target_seconds, may_be_shorter=may_be_shorter)
    if not result.renders:
        raise DurationInfeasibleError(result.problem, fix=result.fix[:1].upper() + result.fix[1:])
    timed = narrator.timed(solution)
    hurried = () if target_seconds else result.hurry
    warnings = narrator.warnings(solution.step) + hurried + (() if result.ok else (result.message,))
    rate = narrator.rate(timeline.pace(solution.step))
    return Programme(timed, narrator.language, rate, result, tuple(dict.fromkeys(warnings)))


def duration_feasibility(
    title: str,
    description: str,
    script: str,
    voice: Speaker,
    target_seconds: float | None,
    speech: Speech,
    *,
    may_be_shorter: bool = False,
    language: str | None = None,
    template_speed: float = 1.0,
    pitch: float = 0.0,
    store: UtteranceStore | None = None,
) -> Feasibility:
    """Whether the script can be spoken in `target_seconds`, by speaking it: about 3 ms per second of video.

    Where no duration is wanted, a script that is nowhere near MAX_SECONDS is not spoken; its length is an estimate.

    Raises:
        NarrationError: the voice failed.
    """
    scenes = split_scenes(title, description, script, None if may_be_shorter else target_seconds)
    narrator = _Narrator(scenes, speech, voice, language, template_speed, pitch, store)
    if target_seconds is None and narrator.estimated_seconds < _SURELY_SHORT * timeline.MAX_SECONDS:
        return Feasibility(True, narrator.estimated_seconds)
    return narrator.solve(target_seconds, may_be_shorter=may_be_shorter)[1]


@dataclass(frozen=True)
class _Sentence:
    """A sentence, or a part of one between pauses, with what is said for it."""

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
        """About how long it takes to say at the rate 1.0."""
        text = self.spoken.text
        return _LETTER_SECONDS * sum(map(str.isalnum, text)) + _MARK_SECONDS * sum(map(_MARKS.__contains__, text))

    @cached_property
    def estimated_seconds(self) -> float:
        """The same for any script, less exactly."""
        return estimated_seconds(self.spoken.text)

    def frames(self, samples: int) -> int:
        """How long it lasts as sound of so many samples: each of its words is highlighted for a frame at least."""
        return max(len(self.words), -(-samples // SAMPLES_PER_FRAME))


@dataclass(frozen=True)
class _Said:
    """What became of a sentence when it was spoken."""

    pcm: Pcm16
    seconds: list[float]
    """When each word begins."""
    warnings: tuple[str, ...]


class _Narrator:
    """One row's scenes, with the sound of the pace that was spoken last and the lengths of all that were."""

    def __init__(
        self,
        scenes: tuple[Scene, ...],
        speech: Speech,
        voice: Speaker,
        language: str | None,
        speed: float,
        pitch: float,
        store: UtteranceStore | None,
    ) -> None:
        self._scenes = scenes
        self._speech, self._voice, self._pitch, self._speed, self._store = speech, voice, pitch, speed, store
        texts = " ".join(scene.text or scene.heading for scene in scenes)
        self.language = language or language_of(texts)
        self._sentences = [self._sentences_of(scene) for scene in scenes]
        self._lengths: dict[float, list[list[int]]] = {}
        self._last: tuple[float, list[list[_Said]]] | None = None

    @property
    def unit(self) -> str:
        """What the script is counted in."""
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
            _Sentence(phrase, spoken_form(phrase.words, self.language), caption_words(phrase.words, phrase.gap))
            for phrase in phrases
        ]
        return [sentence for sentence in found if sentence.words]

    def rate(self, pace: Pace) -> float:
        """What the voice is asked for."""
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
            if natural <= round((target_seconds or timeline.MAX_SECONDS) * FPS):
                return Solution(0, lengths), Feasibility(True, natural / FPS, rate=self._speed)
        target = timeline.target_frames(target_seconds)
        # Every pace that is spoken costs a synthesis, so paces are chosen by likely lengths until the choice falls on
        # one that has been spoken, of which the lengths are known.
        solution = timeline.solve(target, title, self._likely_frames)
        while not self._is_known(solution.step):
            self._spoken(solution.step)
            solution = timeline.solve(target, title, self._likely_frames)
        per_word = self._frames(solution.step) / max(1, self._units) or float(FPS)
        verdict = timeline.feasibility(target_seconds, solution, per_word, unit=self.unit)
        return solution, replace(verdict, rate=self.rate(timeline.pace(solution.step)))

    def _refusal(self, target_seconds: float | None) -> Feasibility | None:
        """The verdict on a script that seems far too long, if it is: found by speaking, fast, no more than is allowed.

        So a cell with a whole book in it costs no more than the longest video does.
        """
        step, most = timeline.FASTEST_STEP, timeline.most_frames(target_seconds)
        if self.estimated_seconds * FPS <= timeline.FASTEST * most:
            return None
        rate = self.rate(timeline.pace(step))
        spoken, likely = 0, 0.0
        lengths: list[list[int]] = []
        for sentences in self._sentences:
            lengths.append([])
            for sentence in sentences:
                samples = len(self._say(sentence, rate).pcm)
                lengths[-1].append(samples)
                spoken += sentence.frames(samples)
                likely += sentence.estimated_seconds
                if timeline.shortest(spoken) > most:
                    return self._overlong(target_seconds, spoken / (likely or spoken / FPS))
        self._lengths[rate] = lengths
        return None

    def _overlong(self, target_seconds: float | None, frames_per_second: float) -> Feasibility:
        """What is said of a script of which only a part was spoken: frames that an estimated second of it took."""
        total = frames_per_second * self.estimated_seconds * self._speed
        pace = timeline.pace(timeline.FASTEST_STEP)
        pauses = sum(
            sum(breaths) + pace.pause * (len(sentences) - 1)
            for breaths, sentences in zip(self._breaths(pace), self._sentences, strict=True)
            if sentences
        )
        frames = timeline.shortest(round(total) + pauses)
        beyond = frames - timeline.target_frames(target_seconds)
        cut = min(self._units, max(1, round(self._units * beyond / max(1.0, total + pauses))))
        # An estimate: a length that an easy pace meets is met by a faster or slower one too, should it be a bit wrong.
        easy = frames / FPS * timeline.FASTEST
        return timeline.too_long(target_seconds, frames / FPS, cut, unit=self.unit, advised=easy)

    @cached_property
    def estimated_seconds(self) -> float:
        """About what all sentences take at the natural pace, without pauses; by the text alone."""
        return sum(sentence.estimated_seconds for scene in self._sentences for sentence in scene) / self._speed

    def _title_frames(self) -> int:
        cards = [scene for scene in self._scenes if scene.kind is SceneKind.TITLE]
        return timeline.title_frames(cards[0].heading, cards[0].subheading) if cards else 0

    def _spoken(self, step: int) -> list[list[_Said]]:
        """All scenes' sentences as they are said at the pace of a step."""
        rate = self.rate(timeline.pace(step))
        if self._last is None or self._last[0] != rate:
            self._last = None  # before the next is made: sound is large
            said = [[self._say(sentence, rate) for sentence in sentences] for sentences in self._sentences]
            self._lengths[rate] = [[len(each.pcm) for each in scene] for scene in said]
            self._last = rate, said
        return self._last[1]

    def _say(self, sentence: _Sentence, rate: float) -> _Said:
        utterance = self._utterance(sentence.spoken.text, rate)
        seconds = word_seconds(sentence.spoken, sentence.words, utterance)
        return _Said(quantised(utterance.pcm), seconds, utterance.warnings)

    def _utterance(self, text: str, rate: float) -> Utterance:
        if self._store is None:
            return self._speech.speak(text, self._voice, self.language, rate, self._pitch)
        key = utterance_key(self._speech, self._voice, self.language, rate, self._pitch, text)
        utterance = self._store.get(key)
        if utterance is None:
            utterance = self._speech.speak(text, self._voice, self.language, rate, self._pitch)
            # On the grid on which it is held in any case, for which a store needs half the room.
            utterance = replace(utterance, pcm=quantised(utterance.pcm) * np.float32(1 / FULL_SCALE))
            self._store.put(key, utterance)
        return utterance

    def _is_known(self, step: int) -> bool:
        return self.rate(timeline.pace(step)) in self._lengths

    def _frames(self, step: int) -> int:
        """Length of the spoken scenes, without the final hold."""
        if not self._is_known(step):
            self._spoken(step)
        return self._likely_frames(step)

    def _likely_frames(self, step: int) -> int:
        """What `_frames` is, or most likely is where the step's pace was not spoken yet."""
        pace = timeline.pace(step)
        return sum(
            sum(breaths) + _silence(sentences, pace.pause) + sum(map(_Sentence.frames, sentences, samples))
            for breaths, sentences, samples in zip(
                self._breaths(pace), self._sentences, self._samples(self.rate(pace)), strict=True
            )
            if sentences
        )

    def _samples(self, rate: float) -> list[list[int]]:
        """Length of every sentence at a rate: as spoken, else from the nearest rate that was, else from its text."""
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
        """What the voice warned about, once each."""
        return tuple(
            dict.fromkeys(warning for scene in self._spoken(step) for said in scene for warning in said.warnings)
        )

    def timed(self, solution: Solution) -> tuple[NarratedScene, ...]:
        """All scenes at the solution's pace and with its holds."""
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


def _silence(sentences: Sequence[_Sentence], pause: int) -> int:
    """Frames of silence in a scene besides its breaths: `pause` between sentences, and what the script asks for."""
    asked = sum(sentence.before + sentence.after for sentence in sentences)
    return asked + pause * sum(not sentence.phrase.goes_on for sentence in sentences[:-1])


def _timed_scene(
    scene: Scene, sentences: list[_Sentence], said: list[_Said], breaths: tuple[int, int], pause: int
) -> NarratedScene:
    if not sentences:
        return NarratedScene(scene, 0, (), VoiceTrack(0))
    pieces: list[Piece] = []
    words: list[SpokenWord] = []
    position = breaths[0]
    for sentence, sound in zip(sentences, said, strict=True):
        position += sentence.before
        frames = sentence.frames(len(sound.pcm))
        words.extend(spoken_words(sentence.words, sound.seconds, position, frames))
        pieces.append(Piece(position * SAMPLES_PER_FRAME, sound.pcm))
        position += frames + sentence.after + (0 if sentence.phrase.goes_on else pause)
    total = (
        sum(breaths)
        + _silence(sentences, pause)
        + sum(sentence.frames(len(sound.pcm)) for sentence, sound in zip(sentences, said, strict=True))
    )
    return NarratedScene(scene, total, tuple(words), VoiceTrack(total * SAMPLES_PER_FRAME, tuple(pieces)))


def _lengthened(scene: NarratedScene, frames: int) -> NarratedScene:
    total = scene.frames + frames
    return replace(scene, frames=total, track=VoiceTrack(total * SAMPLES_PER_FRAME, scene.track.pieces))
