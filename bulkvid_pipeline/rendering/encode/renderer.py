"""The interface of both renderers, and the renaming of a complete file to its final name."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from bulkvid_pipeline.adapters.work_disk import disk_fault
from bulkvid_pipeline.core.errors import EncoderError, RenderCancelledError
from bulkvid_pipeline.rendering.encode.sound import Sound
from bulkvid_pipeline.rendering.encode.tags import clean_tags
from bulkvid_pipeline.rendering.model import SAMPLES_PER_FRAME, Film, VideoFormat

Progress = Callable[[int, int], None]
"""Called with (frames done, total frames), always in the thread that called `render`."""


@dataclass(frozen=True)
class Programme:
    """The inputs of one file."""

    films: Sequence[Film]
    sound: Sound
    fmt: VideoFormat
    metadata: Mapping[str, str]

    @property
    def frames(self) -> int:
        """Total length in frames."""
        return sum(film.frames for film in self.films)


class Renderer(ABC):
    """Turns films and their sound into a finished file."""

    def render(
        self,
        films: Sequence[Film],
        sound: Sound,
        fmt: VideoFormat,
        metadata: Mapping[str, str],
        destination: Path,
        *,
        progress: Progress = lambda _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Write `destination`; until it is complete and on disk, only `<destination>.part` exists.

        Args:
            films: the scenes, in order.
            sound: stereo float32 of shape (frames of all films * SAMPLES_PER_FRAME, 2): an array, or an object that
                can be sliced like one.
            fmt: size, container and codecs.
            metadata: tags such as title, artist, comment; cleaned by `tags.tag_text`.
            destination: the file to write; its folder must exist.
            progress: called with (frames done, total frames), in this thread.
            cancelled: called several times a second, in any thread; True stops the rendering.

        Raises:
            EncoderError: the encoder failed, or the parts do not fit together.
            StorageQuotaExceededError: the disk of `destination` is full.
            RenderCancelledError: `cancelled` returned True; nothing is left on disk.
        """
        programme = Programme(films, sound, fmt, clean_tags(metadata))
        _check(programme)
        part = destination.with_name(destination.name + ".part")
        try:
            self._write(programme, part, progress, cancelled)
            _verify(part, programme)
            if cancelled():
                raise RenderCancelledError(f"Rendering {destination.name} was stopped on request")
            _publish(part, destination)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()
        progress(programme.frames, programme.frames)

    @abstractmethod
    def _write(self, programme: Programme, part: Path, progress: Progress, cancelled: Callable[[], bool]) -> None:
        """Write the complete file to `part`."""


def _check(programme: Programme) -> None:
    if not programme.films:
        raise EncoderError("Rendering failed: there are no scenes")
    expected = (programme.frames * SAMPLES_PER_FRAME, 2)
    if programme.sound.shape != expected or programme.sound.dtype != np.float32:
        raise EncoderError(
            f"Rendering failed: the sound is {programme.sound.dtype} of shape {programme.sound.shape}, "
            f"but {programme.frames} frames need float32 of shape {expected}"
        )


def _verify(part: Path, programme: Programme) -> None:
    """Read the file back and count its frames; raises EncoderError if it cannot be read or frames are missing."""
    try:
        with av.open(str(part), "r") as file:
            frames = sum(1 for packet in file.demux(file.streams.video[0]) if packet.size)
    except (av.FFmpegError, OSError, IndexError) as error:
        raise EncoderError(f"The rendered file {part.name} cannot be read back: {error}") from error
    if frames != programme.frames:
        raise EncoderError(f"The rendered file {part.name} has {frames} frames instead of {programme.frames}")


def _publish(part: Path, destination: Path) -> None:
    """Sync the bytes to disk, then rename the file."""
    try:
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(destination)
        folder = os.open(destination.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise disk_fault(f"Storing {destination.name}", error) from error
