"""The music's level under the voice."""

from __future__ import annotations

import numpy as np

from bulkvid_pipeline.rendering.model import SAMPLE_RATE
from bulkvid_pipeline.rendering.sound.envelope import (
    Curve,
    amplitudes,
    falling,
    rising,
    smoothed,
    spread,
)
from bulkvid_pipeline.rendering.sound.loudness import STEP, Energies, gated_lufs
from bulkvid_pipeline.rendering.sound.voice import HOP, Speech

UNDER_SPEECH_LU = -21.0
"""Level of music relative to speech, in LU, during speech; WCAG 2.2, success criterion 1.4.7: at least 20 dB lower."""
IN_PAUSES_LU = -8.0
"""Level of music relative to speech, in LU, in title cards and long pauses."""

_HOLD_S = 0.25
_LOOK_AHEAD_S = 0.05
_ATTACK_DB_PER_S = 40.0
_RELEASE_DB_PER_S = 18.0
_FADE_IN_S = 0.6
_FADE_OUT_S = 2.0
_LOCAL_REACH = 5
"""Number of 100 ms steps to either side over which the music's energy is averaged, to find its loud passages."""


def _excess(music: Energies, music_lufs: float) -> Curve:
    """LU by which the music exceeds its own integrated loudness, at least 0, for each 100 ms."""
    local = smoothed(music, _LOCAL_REACH)
    return np.maximum(-0.691 + 10 * np.log10(np.maximum(local, 1e-20)) - music_lufs, 0.0)


def _duck(speech: Speech) -> Curve:
    """Degree of ducking for each hop, 0 (none) to 1 (full); starts before the voice and holds between words."""
    hops_per_s = SAMPLE_RATE / HOP
    depth = IN_PAUSES_LU - UNDER_SPEECH_LU
    held = spread(np.where(speech.active, depth, 0.0), int(_HOLD_S * hops_per_s), int(_LOOK_AHEAD_S * hops_per_s))
    sloped = falling(rising(held, _ATTACK_DB_PER_S / hops_per_s), _RELEASE_DB_PER_S / hops_per_s)
    return smoothed(sloped, int(_LOOK_AHEAD_S * hops_per_s)) / depth


def _fades(hops: int) -> Curve:
    """Raised-cosine fade-in and fade-out, as amplitudes at each hop's edge; shortened in short programmes."""
    seconds = np.arange(hops + 1) * (HOP / SAMPLE_RATE)
    total = seconds[-1]
    fade_in, fade_out = min(_FADE_IN_S, total / 4), min(_FADE_OUT_S, total / 4)
    rise = np.clip(seconds / max(fade_in, 1e-9), 0, 1)
    fall = np.clip((total - seconds) / max(fade_out, 1e-9), 0, 1)
    return np.asarray((0.5 - 0.5 * np.cos(np.pi * rise)) * (0.5 - 0.5 * np.cos(np.pi * fall)), np.float64)


def music_gain(speech: Speech, voice_lufs: float, music: Energies) -> Curve:
    """Amplitude of the music at each edge between hops of `HOP` samples.

    Args:
        speech: the narration.
        voice_lufs: its loudness in LUFS; with minus infinity the music is not ducked and keeps its own level.
        music: K-weighted energies of the music for each 100 ms of the programme.

        Returns:
            Shape (hops + 1,).
    """
    hops = len(speech.active)
    music_lufs = gated_lufs(music)
    if not np.isfinite(music_lufs):
        return np.zeros(hops + 1)
    level = np.zeros(hops)
    if np.isfinite(voice_lufs):
        at = np.arange(hops) * (HOP / STEP)
        excess = np.interp(at, np.arange(len(music)) + 0.5, _excess(music, music_lufs))
        duck = _duck(speech)
        level = voice_lufs - music_lufs + IN_PAUSES_LU + duck * (UNDER_SPEECH_LU - IN_PAUSES_LU - excess)
    edges = np.pad(level, (0, 1), mode="edge")
    return amplitudes(edges) * _fades(hops)
