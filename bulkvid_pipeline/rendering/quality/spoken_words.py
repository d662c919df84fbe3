"""Proof that words are spoken: all of a scene's words are given to the voice, have their time, and can be heard."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.model import FPS, SAMPLES_PER_FRAME, SpokenWord
from bulkvid_pipeline.rendering.narration import NarratedScene
from bulkvid_pipeline.rendering.quality.written import TextFault, first_difference, quoted, written
from bulkvid_pipeline.rendering.script.words import script_words
from bulkvid_pipeline.rendering.sound.track import FULL_SCALE, VoiceTrack
from bulkvid_pipeline.rendering.spoken import SpokenText

_AUDIBLE = 10 ** (-50 / 20)
"""Least amplitude of a frame of speech (-50 dBFS); voices reach it in every syllable, their pauses are far below."""
_LONGEST_MUTE_S = 0.5
"""Longest time in a row in which words may be timed but not heard: word times are interpolated between syllables."""
_LETTERS_PER_SECOND = 60.0
"""No voice speaks so fast, at any pace that is allowed; one that skips words does."""
_FEW_LETTERS = 12


def spoken_faults(scenes: Sequence[NarratedScene], *, is_silent: bool = False) -> Iterator[TextFault]:
    """Words that the narration leaves out, changes, mistimes or, unless it is to be silent, does not sound."""
    for index, scene in enumerate(scenes):
        for fault in _scene_faults(scene, is_silent=is_silent):
            yield TextFault(fault.check, fault.said, index, fault.frame)


def _scene_faults(scene: NarratedScene, *, is_silent: bool) -> Iterator[TextFault]:
    given = sayable(" ".join(spoken.script for spoken in scene.said))
    difference = first_difference(sayable(scene.scene.text), given)
    if difference:
        yield TextFault("words_spoken", f"what the voice is given {difference}")
    for spoken in scene.said:
        if unsaid := unsaid_words(spoken):
            yield TextFault("words_spoken", f"the voice is not given {quoted(' '.join(unsaid))}", frame=0)
    difference = first_difference(sayable(scene.scene.text), sayable(" ".join(word.text for word in scene.words)))
    if difference:
        yield TextFault("words_spoken", f"what is timed {difference}")
    yield from _time_faults(scene.words, scene.frames)
    if scene.words and not is_silent:
        yield from _sound_faults(scene)


def sayable(text: str) -> str:
    """What of a text has a sound: letters, digits, and the signs of amounts."""
    return "".join(
        char for char in written(text) if unicodedata.category(char)[0] in "LNM" or char in "%‰٪°" or _is_money(char)
    )


def _is_money(char: str) -> bool:
    return unicodedata.category(char) == "Sc"


def unsaid_words(spoken: SpokenText) -> list[str]:
    """The words of which nothing stands in the text for the voice, though they have letters or digits."""
    segments = [
        (script, next_script, spoken.text[said:next_said])
        for (said, script), (next_said, next_script) in pairwise(spoken.anchors)
    ]
    unsaid: list[str] = []
    for word in script_words(spoken.script):
        if not any(map(str.isalnum, word.text)):
            continue
        parts = []
        for start, end, said in segments:
            if start < word.end and word.start < end:
                same = said == spoken.script[start:end]
                parts.append(said[max(0, word.start - start) : word.end - start] if same else said)
        if not any(map(str.isalnum, "".join(parts))):
            unsaid.append(word.text)
    return unsaid


def _time_faults(words: Sequence[SpokenWord], frames: int) -> Iterator[TextFault]:
    before = 0
    for word in words:
        if not before <= word.start < word.end <= frames:
            said = f"the word {quoted(word.text)} is timed from {word.start / FPS:.2f} to {word.end / FPS:.2f} s"
            within = f"of a scene of {frames / FPS:.2f} s, after a word that ends at {before / FPS:.2f} s"
            yield TextFault("words_timed", f"{said} {within}", frame=min(max(0, word.start), frames))
            return
        before = word.end


def _sound_faults(scene: NarratedScene) -> Iterator[TextFault]:
    loud = audible_frames(scene.track, scene.frames)
    mute: list[SpokenWord] = []
    for index, word in enumerate([*scene.words, None]):
        if word is not None and index not in scene.unread and not loud[word.start : word.end].any():
            mute.append(word)
            continue
        if mute and mute[-1].end - mute[0].start > _LONGEST_MUTE_S * FPS:
            said = f"nothing is heard while {quoted(' '.join(each.text for each in mute))} should be said"
            yield TextFault("words_heard", said, frame=mute[0].start)
        mute = []
    heard = np.count_nonzero(loud) / FPS
    count = len(sayable(" ".join(word.text for index, word in enumerate(scene.words) if index not in scene.unread)))
    if count >= _FEW_LETTERS and 0 < heard < count / _LETTERS_PER_SECOND:
        said = f"{count} letters are said in {heard:.1f} s of sound: the voice leaves words out"
        yield TextFault("words_heard", said, frame=scene.words[0].start)


def audible_frames(track: VoiceTrack, frames: int) -> NDArray[np.bool_]:
    """Which frames have speech in them: shape (frames,)."""
    loud = np.zeros(frames, np.bool_)
    for piece in track.pieces:
        first, into = divmod(piece.start, SAMPLES_PER_FRAME)
        pcm = np.pad(piece.pcm, (into, -(into + len(piece.pcm)) % SAMPLES_PER_FRAME))
        limit = _AUDIBLE * FULL_SCALE if pcm.dtype == np.int16 else _AUDIBLE
        rows = pcm.reshape(-1, SAMPLES_PER_FRAME)
        found = np.maximum(rows.max(axis=1), -rows.min(axis=1).astype(np.float32)) > limit
        loud[first : first + len(found)] |= found[: max(0, frames - first)]
    return loud
