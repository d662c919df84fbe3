"""The sound of the whole programme: narration over music, at the platforms' loudness."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.core.errors import NarrationError
from bulkvid_pipeline.rendering.model import Pcm
from bulkvid_pipeline.rendering.sound.beds import Bed, LoopedBed
from bulkvid_pipeline.rendering.sound.blocks import BLOCK
from bulkvid_pipeline.rendering.sound.ducking import music_gain
from bulkvid_pipeline.rendering.sound.envelope import Curve, per_sample
from bulkvid_pipeline.rendering.sound.loudness import PEAK_CHUNK, energies, gated_lufs, per_step
from bulkvid_pipeline.rendering.sound.mastering import mastering_gain
from bulkvid_pipeline.rendering.sound.track import VoiceTrack
from bulkvid_pipeline.rendering.sound.voice import HOP, Speech, levelled


@dataclass(frozen=True)
class Mix:
    """The levelled narration over the ducked music; its blocks are stereo, shape (2, samples)."""

    speech: Speech
    music: LoopedBed | None
    music_gain: Curve | None
    """Amplitude of the music at each edge between hops of `HOP` samples."""

    def __len__(self) -> int:
        return len(self.speech)

    def block(self, start: int, stop: int) -> Pcm:
        """See `Blocks.block`."""
        voice = self.speech.block(start, stop)
        if self.music is None or self.music_gain is None:
            return np.stack([voice, voice])
        block = self.music.block(start, stop)
        block *= per_sample(self.music_gain, HOP, start, start + len(voice))
        block += voice
        return block


@dataclass(frozen=True, eq=False)
class ProgrammeSound:
    """A programme's sound, computed each time a slice of it is read; never in memory as a whole.

    Behaves like a read-only array of float32, shape (samples, 2), at SAMPLE_RATE: `sound[start:stop]`.
    """

    mix: Mix = field(repr=False)
    gain: NDArray[np.float32] = field(repr=False)
    """Amplitude at each edge between chunks of `PEAK_CHUNK` samples."""

    def __len__(self) -> int:
        return len(self.mix)

    @property
    def shape(self) -> tuple[int, ...]:
        return len(self.mix), 2

    @property
    def dtype(self) -> np.dtype[np.float32]:
        return np.dtype(np.float32)

    @property
    def centred(self) -> bool:
        """Whether left and right are known to be similar throughout."""
        return self.mix.music is None or self.mix.music.bed.centred

    def __getitem__(self, stretch: slice) -> Pcm:
        """The samples of a slice with step 1, shape (samples, 2); each channel is contiguous in memory.

        Raises:
            ValueError: the step is not 1.
        """
        start, stop, step = stretch.indices(len(self))
        if step != 1:
            raise ValueError(f"A programme's sound is read forwards, sample by sample, not in steps of {step}")
        begin = start // HOP * HOP
        block = self.mix.block(begin, max(start, stop))
        block *= per_sample(self.gain, PEAK_CHUNK, begin, begin + block.shape[1])
        return block[:, start - begin :].T

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """The whole sound as an array, for short sounds and for code that needs an array."""
        if copy is False:
            raise ValueError("A programme's sound is computed when it is read, so an array of it is always a copy")
        whole = np.empty(self.shape, np.float32)
        for start in range(0, len(self), BLOCK):
            whole[start : start + BLOCK] = self[start : start + BLOCK]
        return whole if dtype is None else whole.astype(dtype, copy=False)


def programme_sound(
    voice: VoiceTrack | Pcm,
    music: Bed | Pcm | None = None,
    *,
    target_lufs: float = -14.0,
    max_true_peak_dbtp: float = -1.0,
) -> ProgrammeSound:
    """The narration, levelled, over ducked music, at a loudness and under a true-peak ceiling.

    Args:
        voice: narration of the whole programme, mono, with silence between the speech.
        music: a stereo bed of any length, repeated or cut to the programme; None: narration only. An array has the
            shape (length, 2).
        target_lufs: integrated loudness by BS.1770-4; reached within 0.1 LU by speech and music.
        max_true_peak_dbtp: ceiling of the true peak. Lossy encoding can add up to about 1 dB.

    Returns:
        Stereo. A silent programme stays silent; one shorter than 0.4 s, which has no loudness, keeps its level.

    Raises:
        NarrationError: the narration or music contains values that are not numbers.
    """
    track = voice if isinstance(voice, VoiceTrack) else VoiceTrack.of(voice)
    bed = Bed.of(music) if isinstance(music, np.ndarray) else music
    speech = levelled(track)
    # Only the narration is filtered: it is in the centre and uncorrelated with the music, and all gains change slowly
    # compared with the K filter's memory, so its energies and the known energies of the bed can be added.
    voice_energies = 2 * energies(speech, PEAK_CHUNK)
    mix, mix_energies = Mix(speech, None, None), voice_energies
    if bed is not None and len(track):
        under = bed.looped(len(track))
        bed_energies = under.energies()
        gain = music_gain(speech, gated_lufs(per_step(voice_energies)), per_step(bed_energies))
        mix = Mix(speech, under, gain)
        mix_energies = voice_energies + bed_energies * _per_chunk(gain, len(voice_energies)) ** 2
    if not np.isfinite(mix_energies).all():
        raise NarrationError(
            "Mixing the programme failed: the narration or the music contains values that are not numbers"
        )
    return ProgrammeSound(
        mix, mastering_gain(mix, mix_energies, target_lufs=target_lufs, max_true_peak_dbtp=max_true_peak_dbtp)
    )


def _per_chunk(edges: Curve, chunks: int) -> Curve:
    """The values of a gain curve in the middle of each chunk, shape (chunks,)."""
    at = (np.arange(chunks) + 0.5) * (PEAK_CHUNK / HOP)
    return np.asarray(np.interp(at, np.arange(len(edges)), edges), np.float64)
