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
    samples = len(voice)
    speech = levelled(voice)
    mix = np.repeat(speech.pcm[:, None], 2, axis=1)
    voice_lufs = gated_lufs(2 * block_energies(speech.pcm))
    if music is not None and samples:
        bed = looped(music, samples)
        mix += bed * music_gain(speech, voice_lufs, block_energies(bed), samples)[:, None]
    if not np.isfinite(mix).all():
        raise NarrationError(
            "Mixing the programme failed: the narration or the music holds values that are not numbers"
        )
    return mastered(mix, target_lufs=target_lufs, max_true_peak_dbtp=max_true_peak_dbtp)
