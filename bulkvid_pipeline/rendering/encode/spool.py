"""Encoded scenes on disk until all are there: a long video has more of them than memory should hold."""

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
    """Takes scenes from any thread in any order, and gives them back in theirs, one in memory at a time.

    Args:
        part: the file that is being made; the spool's own lies beside it, seen by nobody, and is gone with the spool.
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
        """Take a scene with its place in the video.

        Raises:
            StorageQuotaExceededError: the disk is full.
            EncoderError: it cannot be written for another reason.
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
        """Codec and parameter sets of the scenes; one, if they can stand in one file."""
        return set(self._heads.values())

    def scenes(self) -> Iterator[EncodedScene]:
        """All scenes in order of their places."""
        for index in sorted(self._places):
            start, size = self._places[index]
            self._file.seek(start)
            yield EncodedScene.from_bytes(self._file.read(size))
