"""Generates the music: `python -m bulkvid_pipeline.rendering.music.compose` writes the .opus files beside this module.

The same seed gives the same samples. Each piece is a chord progression with a pad under a sparse figure: without a
melody that would distract from the narration, with little energy between 1 and 4 kHz, and with even dynamics.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm
from bulkvid_pipeline.rendering.music.instruments import bass, bell, kick, noise_hit, pad, piano, pluck
from bulkvid_pipeline.rendering.music.score import Loop, Score

OVERLAP_SECONDS = 1.0
"""Seconds by which the file extends beyond the loop, for blending the seam."""
_LEVEL_RMS = 0.07
_BIT_RATE = 70_000

Chord = tuple[int, ...]
"""MIDI notes, bass first."""


def _pads(score: Score, chords: list[Chord], beats: float, *, gain: float, bright: float) -> None:
    """Add each chord as a held pad, with its notes spread from left to right."""
    for index, chord in enumerate(chords):
        upper = chord[1:]
        for place, midi in enumerate(upper):
            note = pad(midi, score.seconds(beats), 0.8, score.rng, bright=bright)
            score.add(
                note, index * beats - 0.25, pan=-0.6 + 1.2 * place / max(1, len(upper) - 1), gain=gain, reverb=0.5
            )


def modern() -> Loop:
    """D major at 104: plucked arpeggio over pads, round bass, soft kick and shaker."""
    score = Score(104, 56, seed=1104)
    chords: list[Chord] = [
        (38, 57, 61, 64, 66), (35, 57, 62, 64, 66), (43, 59, 62, 66, 69), (40, 59, 62, 64, 67),
        (38, 57, 61, 64, 66), (42, 57, 61, 64, 69), (43, 59, 62, 66, 69),
    ]  # fmt: skip
    _pads(score, chords, 8, gain=0.11, bright=0.95)
    figure = (0, 2, 1, 3, 2, 1, 3, 2)
    for index, chord in enumerate(chords):
        for eighth in range(16):
            if eighth in (7, 15) and index % 2:
                continue
            midi = chord[1 + figure[eighth % 8]] + (12 if eighth % 8 in (3, 6) else 0)
            velocity = (0.62 if eighth % 4 == 0 else 0.45) + score.rng.uniform(-0.06, 0.06)
            note = pluck(midi, score.seconds(1.6), velocity, score.rng, muted=0.42)
            score.add(note, index * 8 + eighth / 2, pan=0.45 * np.sin(eighth * 1.9), gain=0.34, reverb=0.42)
        for beat, length in ((0, 2.5), (3, 0.9), (4, 2.5), (6.5, 1.2)):
            score.add(bass(chord[0], score.seconds(length), 0.8, score.rng), index * 8 + beat, gain=0.20, reverb=0.0)
    for beat in range(score.beats):
        if beat % 4 in (0, 2):
            score.add(kick(0.9 if beat % 4 == 0 else 0.7), beat, gain=0.30, reverb=0.02)
        for half in (0.0, 0.5):
            hit = noise_hit(0.7 if half else 0.45, score.rng, low=5200, high=9500, decay=34)
            score.add(hit, beat + half * 1.04, pan=0.3, gain=0.055, reverb=0.15)
        if beat % 4 == 3:
            score.add(noise_hit(0.8, score.rng, low=1100, high=3800, decay=26), beat, pan=-0.15, gain=0.05, reverb=0.5)
    return score.finished(room_seconds=1.5, presence_dip_db=1.5)


def classic() -> Loop:
    """F major at 76: broken chords on a felt piano over quiet strings."""
    score = Score(76, 40, seed=1876)
    chords: list[Chord] = [
        (41, 57, 60, 65), (40, 55, 60, 64), (38, 57, 62, 65), (36, 57, 60, 65), (46, 58, 62, 65),
        (45, 57, 60, 65), (43, 58, 62, 67), (48, 58, 60, 65), (48, 55, 58, 64), (41, 57, 60, 69),
    ]  # fmt: skip
    _pads(score, chords, 4, gain=0.075, bright=0.7)
    order = (0, 1, 2, 3, 2, 1, 2, 1)
    for index, chord in enumerate(chords):
        swell = 0.9 + 0.1 * np.sin(2 * np.pi * index / len(chords))
        for eighth, place in enumerate(order):
            velocity = ((0.62 if eighth == 0 else 0.44) + score.rng.uniform(-0.05, 0.05)) * swell
            length = score.seconds(4 if place == 0 else 1.8)
            note = piano(chord[place], length, velocity, score.rng)
            score.add(note, index * 4 + eighth / 2, pan=(chord[place] - 60) / 40, gain=0.30, reverb=0.33)
        if index % 2 == 0:
            top = chord[-1] + 12
            score.add(piano(top, score.seconds(3), 0.36, score.rng), index * 4 + 2, pan=0.3, gain=0.26, reverb=0.5)
    return score.finished(room_seconds=2.2, presence_dip_db=1.0)


def minimal() -> Loop:
    """A quiet E major ninth world at 60: single bell notes far apart over a breathing drone."""
    score = Score(60, 32, seed=1960)
    chords: list[Chord] = [(40, 59, 63, 66), (37, 59, 64, 66), (45, 57, 61, 68), (42, 57, 61, 64)]
    _pads(score, chords, 8, gain=0.12, bright=0.7)
    for index, chord in enumerate(chords):
        score.add(bass(chord[0], score.seconds(7), 0.5, score.rng), index * 8, gain=0.22, reverb=0.2)
        phrase = ((0.0, 3, 0.55), (1.5, 2, 0.42), (3.0, 1, 0.40), (4.5, 3, 0.46), (5.0, 2, 0.38), (6.5, 1, 0.34))
        for beat, place, velocity in phrase[: 5 + index % 2]:
            midi = chord[place] + (12 if place == 3 else 0)
            note = bell(midi, score.seconds(3), velocity + score.rng.uniform(-0.04, 0.04), score.rng)
            score.add(note, index * 8 + beat, pan=score.rng.uniform(-0.5, 0.5), gain=0.36, reverb=0.7)
    return score.finished(room_seconds=3.2, presence_dip_db=1.0)


def corporate() -> Loop:
    """C major at 112: muted eighths, piano chords on the bar, claps far back."""
    score = Score(112, 64, seed=2112)
    progression: list[Chord] = [(36, 60, 64, 67), (43, 59, 62, 67), (45, 60, 64, 69), (41, 60, 65, 69)]
    turn: list[Chord] = [(36, 60, 64, 67), (40, 59, 64, 67), (41, 60, 65, 69), (43, 60, 62, 67)]
    chords = progression + progression + turn + progression
    _pads(score, chords, 4, gain=0.085, bright=0.8)
    for index, chord in enumerate(chords):
        for eighth in range(8):
            midi = chord[1 + (0, 2, 1, 2, 0, 2, 1, 2)[eighth]]
            velocity = (0.62 if eighth in (0, 3, 6) else 0.42) + score.rng.uniform(-0.04, 0.04)
            note = pluck(midi, score.seconds(1), velocity, score.rng, muted=0.85)
            score.add(note, index * 4 + eighth / 2, pan=-0.4, gain=0.40, reverb=0.25)
            if eighth % 2 and index >= 4:
                high = pluck(midi + 12, score.seconds(1), velocity * 0.7, score.rng, muted=0.6)
                score.add(high, index * 4 + eighth / 2, pan=0.45, gain=0.26, reverb=0.45)
        for midi in chord[1:]:
            strike = piano(midi, score.seconds(3.5), 0.5 + score.rng.uniform(-0.04, 0.04), score.rng)
            score.add(strike, index * 4, pan=(midi - 64) / 24, gain=0.17, reverb=0.4)
        for beat, length in ((0, 1.4), (1.5, 0.9), (2.5, 1.3)):
            score.add(bass(chord[0], score.seconds(length), 0.75, score.rng), index * 4 + beat, gain=0.16, reverb=0.0)
        score.add(kick(0.8), index * 4, gain=0.16, reverb=0.02)
        score.add(kick(0.6), index * 4 + 2.5, gain=0.20, reverb=0.02)
        for beat in (1, 3):
            clap = noise_hit(0.7, score.rng, low=900, high=3200, decay=30)
            score.add(clap, index * 4 + beat, pan=0.1, gain=0.045, reverb=0.8)
    return score.finished(room_seconds=1.6, presence_dip_db=1.5)


COMPOSERS: dict[Style, Callable[[], Loop]] = {
    Style.MODERN: modern,
    Style.CLASSIC: classic,
    Style.MINIMAL: minimal,
    Style.CORPORATE: corporate,
}


def composed(style: Style) -> Pcm:
    """The music of a style at its level, shape (samples, 2), with its first second repeated at the end."""
    loop = COMPOSERS[style]()
    loop = loop / np.sqrt(np.mean(loop**2)) * _LEVEL_RMS
    overlap = int(OVERLAP_SECONDS * SAMPLE_RATE)
    return np.ascontiguousarray(np.concatenate([loop, loop[:, :overlap]], axis=1).T, np.float32)


def write_opus(pcm: Pcm, path: Path) -> None:
    """Write the music as Ogg Opus, byte for byte the same in every run."""
    with av.open(path, "w", format="ogg", options={"fflags": "+bitexact", "serial_offset": "1"}) as sink:
        stream = sink.add_stream("libopus", rate=SAMPLE_RATE, layout="stereo", options={"application": "audio"})
        stream.bit_rate = _BIT_RATE
        frame = AudioFrame.from_ndarray(pcm.reshape(1, -1), format="flt", layout="stereo")
        frame.rate = SAMPLE_RATE
        sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))


def main() -> None:
    for style in Style:
        write_opus(composed(style), Path(__file__).with_name(f"{style.value}.opus"))


if __name__ == "__main__":
    main()
