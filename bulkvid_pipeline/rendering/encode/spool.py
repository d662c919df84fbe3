"""Keeps encoded scenes on disk until all are complete, since those of a long video take too much memory."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from bulkvid_pipeline.adapters.work_disk import disk_fault
from bulkvid_pipeline.core.options import VideoCodec
from bulkvid_pipeline.rendering.encode.repeats import StreamHead
from bulkvid_pipeline.rendering.encode.scene import EncodedScene


class SceneSpool:
    """Accepts scenes from any thread in any order, and returns them in video order, one in memory at a time.

    Args:
        part: the output file; the spool is an unnamed file in the same folder, deleted when the spool is closed.
    """

    def __init__(self, part: Path) -> None:
        self._attempt = f"Keeping the scenes of {part.name}"
        try:
            self._file = tempfile.TemporaryFile(dir=part.parent)  # noqa: SIM115 (closed by __exit__)
        except OSError as error:
            raise disk_fault(self._attempt, error) from error
        self._lock = threading.Lock()
        self._places: dict[int, tuple[int, int]] = {}
        self._heads: dict[int, tuple[VideoCodec, StreamHead]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def put(self, index: int, scene: EncodedScene) -> None:
        """Store a scene with its index in the video.

        Raises:
            StorageQuotaExceededError: the disk is full.
            EncoderError: the file cannot be written for another reason.
        """
        piece = scene.to_bytes()
        with self._lock:
            try:
                start = self._file.seek(0, os.SEEK_END)
                self._file.write(piece)
                self._file.flush()
            except OSError as error:
                raise disk_fault(self._attempt, error) from error
            self._places[index] = (start, len(piece))
            self._heads[index] = (scene.codec, scene.head)

    @property
    def heads(self) -> set[tuple[VideoCodec, StreamHead]]:
        """The distinct codecs and parameter sets of the scenes; a file can hold them only if there is exactly one."""
        return set(self._heads.values())

    def scenes(self) -> Iterator[EncodedScene]:
        """All scenes in order of their indexes."""
        for index in sorted(self._places):
            start, size = self._places[index]
            self._file.seek(start)
            yield EncodedScene.from_bytes(self._file.read(size))
