"""The sound of the whole programme: narration over music at the platforms' loudness."""

from __future__ import annotations

import numpy as np

from bulkvid_pipeline.core.errors import NarrationError
from bulkvid_pipeline.rendering.model import Pcm
from bulkvid_pipeline.rendering.sound.beds import looped
from bulkvid_pipeline.rendering.sound.ducking import music_gain
from bulkvid_pipeline.rendering.sound.loudness import block_energies, gated_lufs
from bulkvid_pipeline.rendering.sound.mastering import mastered
from bulkvid_pipeline.rendering.sound.voice import levelled

_BLOCK = 65_536


def programme_sound(
    voice: Pcm, music: Pcm | None = None, *, target_lufs: float = -14.0, max_true_peak_dbtp: float = -1.0
) -> Pcm:
    """The narration, levelled, over ducked music, at a loudness and under a true-peak ceiling.

    Args:
        voice: narration of the whole programme, mono, (samples,), silence where nobody speaks.
        music: a stereo bed of any length, (length, 2), repeated or cut to the programme; None for narration alone.
        target_lufs: integrated loudness by BS.1770-4; reached within 0.1 LU by speech and music.
        max_true_peak_dbtp: ceiling of the true peak. Lossy coding adds up to about 1 dB of its own.

    Returns:
        Stereo, (samples, 2). A silent programme stays silent; one under 0.4 s, which has no loudness, keeps its level.

    Raises:
        NarrationError: the narration or music holds values that are no numbers.
    """
    return mastered(_mixed(voice, music), target_lufs=target_lufs, max_true_peak_dbtp=max_true_peak_dbtp)


def _mixed(voice: Pcm, music: Pcm | None) -> Pcm:
    """The levelled narration over the ducked music, by blocks: whole programmes are large."""
    samples = len(voice)
    speech = levelled(voice)
    mix = np.empty((samples, 2), np.float32)
    bed = gain = None
    if music is not None and samples:
        bed = looped(music, samples)
        gain = music_gain(speech, gated_lufs(2 * block_energies(speech.pcm)), block_energies(bed), samples)
    for start in range(0, samples, _BLOCK):
        block = slice(start, start + _BLOCK)
        piece = mix[block]
        if bed is None or gain is None:
            piece[:] = speech.pcm[block, None]
        else:
            np.multiply(bed[block], gain[block, None], out=piece)
            piece += speech.pcm[block, None]
        if not np.isfinite(piece).all():
            raise NarrationError(
                "Mixing the programme failed: the narration or the music holds values that are not numbers"
            )
    return mix
