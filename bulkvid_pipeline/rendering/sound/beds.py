"""Music beds: those of the four styles, and the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import IO

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from bulkvid_pipeline.core.errors import TemplateInvalidError
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm

MAX_MUSIC_SECONDS = 600
_MAX_MUSIC_BYTES = 256 * 2**20
_MIN_MUSIC_SECONDS = 1
_LOUDEST_SAMPLE = 64.0
"""Floating-point files may exceed full scale, but not by more than 36 dB."""
_SEAM_SECONDS = 1.0
_FORMATS_IN_WORDS = "MP3, M4A, AAC, WAV, FLAC, Ogg, Opus or AIFF"


@cache
def load_bed(style: Style) -> Pcm:
    """The bed of a style: stereo, (samples, 2), read-only; decoded once a process.

    Its last second repeats its first, which is what `looped` blends into a seam that cannot be heard.
    """
    with (resources.files("bulkvid_pipeline.rendering.music") / f"{style.value}.opus").open("rb") as file:
        bed = _decoded(file, "ogg")
    bed.flags.writeable = False
    return bed


def load_music(path: Path) -> Pcm:
    """The audio file that a template names: stereo at 48 kHz, (samples, 2).

    The container is told by the file's first bytes, never by its name, and only that demuxer sees it: a playlist
    cannot make us open other files.

    Raises:
        TemplateInvalidError: there is no such file, it is not audio, or it is too long or too short.
    """
    try:
        with path.open("rb") as file:
            container = _sniffed(file.read(16))
            if container is None:
                raise _refusal(path, "it is not an audio file", f"Give a file in {_FORMATS_IN_WORDS}")
            if file.seek(0, 2) > _MAX_MUSIC_BYTES:
                raise _refusal(path, "it is larger than 256 MB", "Give a shorter or a compressed file")
            file.seek(0)
            music = _decoded(file, container)
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        raise _refusal(path, "it is damaged or holds no sound", f"Give a file in {_FORMATS_IN_WORDS}") from error
    except OSError as error:
        raise _refusal(
            path, (error.strerror or "it cannot be read").lower(), "Check the path in the template"
        ) from error
    if not (np.abs(music) < _LOUDEST_SAMPLE).all():
        raise _refusal(path, "it holds samples that are no sound", "Export the music anew, as 16 or 24 bit")
    if len(music) > MAX_MUSIC_SECONDS * SAMPLE_RATE:
        raise _refusal(path, "it plays for more than 10 minutes", "Give an excerpt of at most 10 minutes")
    if len(music) < _MIN_MUSIC_SECONDS * SAMPLE_RATE:
        raise _refusal(
            path, "it plays for less than 1 second", "Give at least 1 second of music; 20 or more sound best"
        )
    return music


def _refusal(path: Path, reason: str, fix: str) -> TemplateInvalidError:
    return TemplateInvalidError(f"The background music {path.name!r} cannot be used: {reason}", fix=fix)


def _sniffed(head: bytes) -> str | None:
    """The demuxer for a file that starts so, or None if it is no audio file we know."""
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[4:8] == b"ftyp":
        return "mov"
    for magic, container in ((b"fLaC", "flac"), (b"OggS", "ogg"), (b"\x1a\x45\xdf\xa3", "matroska"), (b"ID3", "mp3")):
        if head.startswith(magic):
            return container
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "aac" if head[1] & 0xF6 == 0xF0 else "mp3"
    return None


def _decoded(file: IO[bytes], container: str) -> Pcm:
    """The first sound track as stereo, until just past the longest that is allowed."""
    blocks: list[Pcm] = []
    samples = 0
    for block in _blocks(file, container):
        blocks.append(block)
        samples += len(block)
        if samples > MAX_MUSIC_SECONDS * SAMPLE_RATE:
            break
    return np.concatenate(blocks) if blocks else np.zeros((0, 2), np.float32)


def _blocks(file: IO[bytes], container: str) -> Iterator[Pcm]:
    resampler = AudioResampler(format="flt", layout="stereo", rate=SAMPLE_RATE)
    with av.open(file, "r", format=container) as source:
        for frame in source.decode(source.streams.audio[0]):
            for part in resampler.resample(frame):
                yield _interleaved(part)
        for part in resampler.resample(None):
            yield _interleaved(part)


def _interleaved(frame: AudioFrame) -> Pcm:
    return np.asarray(frame.to_ndarray(), np.float32).reshape(-1, 2)


def looped(bed: Pcm, samples: int) -> Pcm:
    """The bed repeated to exactly `samples`, each end blended into the next beginning; (samples, 2).

    The blend keeps the power constant for whatever likeness end and beginning have: with correlation r the weights
    satisfy a^2 + b^2 + 2 a b r = 1. That is a straight cross-fade for a bed whose end repeats its beginning, and an
    equal-power one for unrelated music.
    """
    if len(bed) >= samples:
        return bed[:samples]
    if not len(bed):
        return np.zeros((samples, 2), np.float32)
    seam = min(int(_SEAM_SECONDS * SAMPLE_RATE), len(bed) // 4)
    period = len(bed) - seam
    head, tail = bed[:seam], bed[period:]
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(seam, dtype=np.float32) + 0.5) / max(seam, 1))
    fall = 1 - rise
    scale = 1 / np.sqrt(rise**2 + fall**2 + 2 * rise * fall * _likeness(head, tail))
    again = bed[:period].copy()
    again[:seam] = (head * (rise * scale)[:, None] + tail * (fall * scale)[:, None]).astype(np.float32)
    repeats = -(-(samples - period) // period)
    return np.concatenate([bed[:period], *[again] * repeats])[:samples]


def _likeness(first: Pcm, second: Pcm) -> float:
    """Correlation of two stretches of sound, 0 where they are unrelated or opposed."""
    power = float(np.sqrt(np.vdot(first, first) * np.vdot(second, second)))
    return max(0.0, float(np.vdot(first, second)) / power) if power > 0 else 0.0
