"""The programme's sound, encoded once from end to end, so that it has no seams."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from typing import Protocol

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from bulkvid_pipeline.core.errors import EncoderError, RenderCancelledError
from bulkvid_pipeline.core.options import AudioCodec
from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm

# AAC's "fast" coder sounds alike at this rate and takes a third of the time of the default one.
_SETTINGS: dict[AudioCodec, tuple[str, str, int, dict[str, str]]] = {
    AudioCodec.AAC: ("aac", "mp4", 160_000, {"aac_coder": "fast"}),
    AudioCodec.OPUS: ("libopus", "ogg", 128_000, {"application": "audio"}),
}
"""Encoder, container, bits per second, options."""

_CHUNK = 6 * SAMPLE_RATE // 10


class Sound(Protocol):
    """Stereo sound that is read stretch by stretch: an array of float32, (samples, 2), or what behaves like one."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype[np.float32]: ...

    def __len__(self) -> int: ...

    def __getitem__(self, stretch: slice, /) -> Pcm: ...


def encode_sound(sound: Sound, codec: AudioCodec, *, cancelled: Callable[[], bool] = lambda: False) -> bytes:
    """The sound as a small file of its own (mp4 for AAC, ogg for Opus), which keeps what a player must know of priming.

    Args:
        sound: stereo float32, shape (samples, 2), at SAMPLE_RATE.
        codec: the codec to use.
        cancelled: asked several times a second of sound.

    Raises:
        EncoderError: the encoder failed.
        RenderCancelledError: `cancelled` said so.
    """
    encoder, container, bit_rate, options = _SETTINGS[codec]
    target = io.BytesIO()
    try:
        with av.open(target, "w", format=container) as file:
            stream = file.add_stream(encoder, rate=SAMPLE_RATE, options=options, layout="stereo")
            assert isinstance(stream, AudioStream)
            stream.bit_rate = bit_rate
            for start in range(0, len(sound), _CHUNK):
                if cancelled():
                    raise RenderCancelledError("Encoding sound was stopped on request")
                file.mux(stream.encode(_frame(sound[start : start + _CHUNK], start, stream)))
            file.mux(stream.encode(None))
    except av.FFmpegError as error:
        raise EncoderError(f"Encoding {len(sound)} samples of sound with {encoder} failed: {error}") from error
    return target.getvalue()


def _frame(chunk: Pcm, start: int, stream: AudioStream) -> AudioFrame:
    """Samples as the encoder wants them: planar float for AAC, packed for Opus."""
    packed = stream.codec_context.format.is_packed
    samples = np.ascontiguousarray(chunk.reshape(1, -1) if packed else chunk.T, dtype=np.float32)
    frame = AudioFrame.from_ndarray(samples, format="flt" if packed else "fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
    return frame
