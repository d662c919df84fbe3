"""Sound as a speech server sends it, as the engine's: float32 mono at 48 kHz, without silence around it."""

from __future__ import annotations

import io
import itertools
import re

import av
import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.adapters.speech.sound import RATE, audible
from bulkvid_pipeline.core.errors import NarrationError

_RAW_RATE = 24_000
"""Of 16-bit samples without a header, unless the content type names another."""
_FADE = 288
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"RIFF", "wav"),
    (b"ID3", "mp3"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
)


class UndecodableSoundError(NarrationError):
    """The bytes are no sound, or more of it than is believable."""


def decoded(body: bytes, content_type: str, longest_s: float) -> NDArray[np.float32]:
    """The sound in `body`, trimmed and with faded ends; empty where it is all silence.

    The demuxer is chosen here, by the first bytes, from five that read nothing but what they are given.

    Args:
        content_type: decides only where the bytes have no header: raw 16-bit little-endian mono samples.
        longest_s: more seconds than this are not believed.

    Raises:
        UndecodableSoundError: the bytes are not such a sound.
    """
    raw = _is_raw(content_type)
    name = next((name for magic, name in _MAGIC if body.startswith(magic)), None)
    if name is None and len(body) > 2 and body[0] == 0xFF and body[1] & 0xE0 == 0xE0 and not raw:
        name = "mp3"
    if name is None and not raw:
        raise UndecodableSoundError(f"{content_type or 'an answer without a content type'} that is no known sound")
    options = {"sample_rate": str(_raw_rate(content_type)), "ch_layout": "mono"} if name is None else {}
    try:
        pcm = _samples(body, name or "s16le", options, longest_s)
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise UndecodableSoundError(f"{name or 'raw'} sound that cannot be decoded: {error}") from error
    return trimmed(pcm)


def at_engine_rate(pcm: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Mono sound at `rate` Hz, resampled."""
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm, np.float32)[None, :], format="flt", layout="mono")
    frame.sample_rate = rate
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    pieces = [each.to_ndarray().reshape(-1) for each in (*resampler.resample(frame), *resampler.resample(None))]
    return np.concatenate(pieces).astype(np.float32)


def trimmed(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sound at 48 kHz without silence around it, with faded ends."""
    start, end = audible(pcm, RATE)
    return _faded(pcm[start:end].copy())


def _is_raw(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind in ("audio/pcm", "audio/l16", "audio/x-pcm", "application/octet-stream")


def _raw_rate(content_type: str) -> int:
    named = re.search(r"rate=(\d{4,6})\b", content_type)
    return int(named.group(1)) if named else _RAW_RATE


def _samples(body: bytes, demuxer: str, options: dict[str, str], longest_s: float) -> NDArray[np.float32]:
    if demuxer == "s16le":
        body = body[: len(body) // 2 * 2]
    pieces: list[NDArray[np.float32]] = []
    count = 0
    with av.open(io.BytesIO(body), "r", format=demuxer, options=options) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        for frame in itertools.chain(container.decode(audio=0), [None]):
            for resampled in resampler.resample(frame):
                piece = resampled.to_ndarray().reshape(-1).astype(np.float32)
                pieces.append(piece)
                count += piece.size
            if count > longest_s * RATE:
                raise ValueError(f"it is longer than {longest_s:.0f} seconds")
    pcm = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    if not np.isfinite(pcm).all():
        raise ValueError("it holds values that are no numbers")
    return np.clip(pcm, -1.0, 1.0, out=pcm)


def _faded(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    fade = min(_FADE, pcm.size // 2)
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    pcm[:fade] *= ramp
    pcm[pcm.size - fade :] *= ramp[::-1]
    return pcm
