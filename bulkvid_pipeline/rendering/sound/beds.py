"""Background music: that of the four styles, and the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import IO

import av
import av.error
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from bulkvid_pipeline.core.errors import TemplateInvalidError
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm
from bulkvid_pipeline.rendering.sound.loudness import PEAK_CHUNK, Energies, energies

MAX_MUSIC_SECONDS = 600
_MAX_MUSIC_BYTES = 256 * 2**20
_MIN_MUSIC_SECONDS = 1
_LOUDEST_SAMPLE = 64.0
"""Floating-point files may exceed full scale, but not by more than 36 dB."""
_SEAM_SECONDS = 1.0
_STEPS = 32_767
"""The largest 16-bit value: amplitude 1.0, or the loudest sample if that is louder."""
FORMATS_IN_WORDS = "MP3, M4A, AAC, WAV, FLAC, Ogg, Opus or AIFF"


class _NoSoundError(TemplateInvalidError):
    """The file's samples are not valid sound (not finite, or far above full scale)."""


@dataclass(frozen=True, eq=False)
class Bed:
    """Music as read-only 16-bit samples of shape (2, length); amplitude = sample * `scale`."""

    pcm: NDArray[np.int16] = field(repr=False)
    scale: float = 1 / _STEPS
    centred: bool = False
    """Whether left and right are known to be similar throughout."""

    @classmethod
    def of(cls, pcm: Pcm) -> Bed:
        """A bed from a float32 array of shape (length, 2)."""
        gathered = _Gathered()
        gathered.add(np.ascontiguousarray(pcm.T))
        return gathered.bed()

    def __len__(self) -> int:
        return int(self.pcm.shape[1])

    def block(self, start: int, stop: int) -> Pcm:
        """The music without repetition; see `Blocks.block`."""
        return self.pcm[:, start:stop] * np.float32(self.scale)

    def looped(self, samples: int) -> LoopedBed:
        """The music repeated to exactly `samples` samples."""
        return LoopedBed(self, samples)

    @cached_property
    def energies(self) -> Energies:
        """K-weighted energies of every whole `PEAK_CHUNK` samples."""
        return energies(self, PEAK_CHUNK)

    @property
    def period(self) -> int:
        """The number of samples after which it repeats: its length without the seam."""
        return len(self) - self._seam_length

    @property
    def _seam_length(self) -> int:
        return min(int(_SEAM_SECONDS * SAMPLE_RATE), len(self) // 4)

    @cached_property
    def seam(self) -> Bed:
        """The cross-fade of the end into the next beginning.

        The cross-fade keeps the power constant for any similarity of end and beginning: with correlation r the weights
        satisfy a^2 + b^2 + 2 a b r = 1. It is a linear cross-fade for a bed whose end repeats its beginning, and an
        equal-power cross-fade for unrelated music.
        """
        length = self._seam_length
        head, tail = self.block(0, length), self.block(self.period, len(self))
        rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(length, dtype=np.float32) + 0.5) / max(length, 1))
        fall = 1 - rise
        scale = 1 / np.sqrt(rise**2 + fall**2 + 2 * rise * fall * _likeness(head, tail))
        return Bed.of((head * (rise * scale) + tail * (fall * scale)).astype(np.float32).T)


@dataclass(frozen=True)
class LoopedBed:
    """A bed repeated to exactly `samples`, with cross-faded seams; its blocks are stereo, shape (2, samples)."""

    bed: Bed
    samples: int

    def __len__(self) -> int:
        return self.samples

    def block(self, start: int, stop: int) -> Pcm:
        """See `Blocks.block`."""
        stop = min(stop, self.samples)
        if self.samples <= len(self.bed):
            return self.bed.block(start, stop)
        block = np.zeros((2, max(0, stop - start)), np.float32)
        at = start
        while at < stop and len(self.bed):
            source, first = self._at(at)
            last = min(first + stop - at, len(source) if source is self.bed.seam else self.bed.period)
            heard = block[:, at - start : at - start + last - first]
            np.multiply(source.pcm[:, first:last], np.float32(source.scale), out=heard)
            at += last - first
        return block

    def _at(self, sample: int) -> tuple[Bed, int]:
        """The bed (the music or its seam) that plays at a sample, and the offset in it."""
        seam, place = self.bed.seam, sample % self.bed.period
        return (seam, place) if sample >= self.bed.period and place < len(seam) else (self.bed, place)

    def energies(self) -> Energies:
        """K-weighted energies of every whole `PEAK_CHUNK` samples, from those of the bed: within half a chunk."""
        at = np.arange(self.samples // PEAK_CHUNK) * PEAK_CHUNK
        once = self.bed.energies
        if not len(once):
            return np.zeros(len(at))
        if self.samples <= len(self.bed):
            return once[: len(at)]
        place = at % self.bed.period
        found = once[np.minimum(place // PEAK_CHUNK, len(once) - 1)]
        seam = self.bed.seam.energies
        if len(seam):
            blended = (at >= self.bed.period) & (place < len(self.bed.seam))
            found[blended] = seam[np.minimum(place[blended] // PEAK_CHUNK, len(seam) - 1)]
        return found


class _Gathered:
    """Collects blocks of music as 16-bit samples; if a block exceeds full scale, all are scaled down by one factor."""

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.int16]] = []
        self._full = 1.0
        self.samples = 0

    def add(self, block: Pcm) -> None:
        """Add a block of shape (2, samples)."""
        loudest = max(float(block.max()), -float(block.min())) if block.size else 0.0
        if not loudest < _LOUDEST_SAMPLE:
            raise _NoSoundError("A block of music holds samples that are no sound")
        if loudest > self._full:
            quieter = self._full / loudest
            self._blocks = [np.rint(each * np.float32(quieter)).astype(np.int16) for each in self._blocks]
            self._full = loudest
        self._blocks.append(np.rint(block * np.float32(_STEPS / self._full)).astype(np.int16))
        self.samples += block.shape[1]

    def bed(self) -> Bed:
        """All blocks as one bed."""
        pcm = np.concatenate(self._blocks, axis=1) if self._blocks else np.zeros((2, 0), np.int16)
        pcm.flags.writeable = False
        return Bed(pcm, self._full / _STEPS)


def bed_file(style: Style) -> Path:
    """The file of a style's music, an Ogg."""
    return Path(str(resources.files("bulkvid_pipeline.rendering.music") / f"{style.value}.opus"))


@cache
def load_bed(style: Style) -> Bed:
    """The music of a style, decoded once in a process.

    Its last second repeats its first second, so the cross-faded seam is inaudible.
    """
    with bed_file(style).open("rb") as file:
        return replace(_decoded(file, "ogg"), centred=True)


def load_music(path: Path) -> Bed:
    """The audio file that a template names; the last one is kept in memory, since the rows of a job mostly share it.

    The container is detected by the file's first bytes, never by its name, and only that demuxer reads it, so that a
    playlist cannot cause other files to be opened.

    Raises:
        TemplateInvalidError: the file is missing, not audio, too large (256 MB), longer than 10 minutes or shorter
            than 1 second.
    """
    with _faults_told(path.name):
        found = path.stat()
        return _read_music(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=1)
def _read_music(path: Path, _changed: int, _size: int) -> Bed:
    """See `load_music`; the other arguments are cache keys, so that a changed file is read again."""
    with path.open("rb") as file:
        return _music_in(file, path.name)


def music_seconds(file: IO[bytes], name: str) -> float:
    """Length of the music in a file, which is decoded to the end, as `load_music` does and refuses."""
    with _faults_told(name):
        return len(_music_in(file, name)) / SAMPLE_RATE


def told_seconds(path: Path) -> float | None:
    """Length of the music in a file that `music_seconds` has taken, as its container tells it; None if it does not."""
    try:
        with path.open("rb") as file:
            container = music_container(file.read(16))
            file.seek(0)
            if container is None:
                return None
            with av.open(file, "r", format=container) as source:
                stream = source.streams.audio[0]
                if stream.duration is not None and stream.time_base is not None:
                    return float(stream.duration * stream.time_base)
                return source.duration / av.time_base if source.duration is not None else None
    except (av.error.FFmpegError, OSError, ValueError, IndexError):
        return None


@contextmanager
def _faults_told(name: str) -> Iterator[None]:
    """Errors of reading and decoding as ours."""
    try:
        yield
    except _NoSoundError as error:
        fix = "Export the music again, as 16 or 24 bit"
        raise _refusal(name, "it contains samples that are not valid sound", fix) from error
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        raise _refusal(name, "it is damaged or contains no sound", f"Give a file in {FORMATS_IN_WORDS}") from error
    except OSError as error:
        raise _refusal(
            name, (error.strerror or "it cannot be read").lower(), "Check the path in the template"
        ) from error


def _music_in(file: IO[bytes], name: str) -> Bed:
    container = music_container(file.read(16))
    if container is None:
        raise _refusal(name, "it is not an audio file", f"Give a file in {FORMATS_IN_WORDS}")
    if file.seek(0, 2) > _MAX_MUSIC_BYTES:
        raise _refusal(name, "it is larger than 256 MB", "Give a shorter or a compressed file")
    file.seek(0)
    music = _decoded(file, container)
    if len(music) > MAX_MUSIC_SECONDS * SAMPLE_RATE:
        raise _refusal(name, "it plays for more than 10 minutes", "Give an excerpt of at most 10 minutes")
    if len(music) < _MIN_MUSIC_SECONDS * SAMPLE_RATE:
        raise _refusal(
            name, "it plays for less than 1 second", "Give at least 1 second of music; 20 or more sound best"
        )
    return music


def _refusal(name: str, reason: str, fix: str) -> TemplateInvalidError:
    return TemplateInvalidError(f"The background music {name!r} cannot be used: {reason}", fix=fix)


def music_container(head: bytes) -> str | None:
    """The demuxer for a file with these first bytes; None if it is not a known audio format."""
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


def _decoded(file: IO[bytes], container: str) -> Bed:
    """The first audio track as stereo, decoded until just above the longest allowed length."""
    gathered = _Gathered()
    for block in _blocks(file, container):
        gathered.add(block)
        if gathered.samples > MAX_MUSIC_SECONDS * SAMPLE_RATE:
            break
    return gathered.bed()


def _blocks(file: IO[bytes], container: str) -> Iterator[Pcm]:
    resampler = AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
    with av.open(file, "r", format=container) as source:
        for frame in source.decode(source.streams.audio[0]):
            for part in resampler.resample(frame):
                yield np.asarray(part.to_ndarray(), np.float32)
        for part in resampler.resample(None):
            yield np.asarray(part.to_ndarray(), np.float32)


def looped(bed: Bed | Pcm, samples: int) -> Pcm:
    """The bed repeated to exactly `samples`, as a float32 array of shape (samples, 2)."""
    source = bed if isinstance(bed, Bed) else Bed.of(bed)
    return source.looped(samples).block(0, samples).T


def _likeness(first: Pcm, second: Pcm) -> float:
    """Correlation of two sounds of equal length, 0..1: 0 if they are unrelated or negatively correlated."""
    power = float(np.sqrt(np.vdot(first, first) * np.vdot(second, second)))
    return max(0.0, float(np.vdot(first, second)) / power) if power > 0 else 0.0
