"""What a step prints, kept in files for the web UI and shown where the process prints, without other processes.

Dagster's own manager has a `tail` and a Python process that watches over it for each of stdout and stderr. They take
longer to start than a small step takes, may miss the last lines, and whoever is killed between the two starts leaves a
`tail` behind for ever. Here a thread copies, and ends with its process.
"""

from __future__ import annotations

import os
import sys
import threading
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO, Self

from dagster import Field, StringSource
from dagster._core.execution.compute_logs import redirect_to_file
from dagster._core.storage.compute_log_manager import CapturedLogContext, ComputeIOType
from dagster._core.storage.local_compute_log_manager import IO_TYPE_EXTENSION, LocalComputeLogManager
from dagster._serdes import ConfigurableClassData
from dagster._utils import ensure_file

HOME = "home"
"""The field of the config that names the instance's folder."""

_LOOK_S = 0.2
_LAST_WORDS_S = 2.0
"""How long the end of a step waits for whoever reads what it prints; the file has all of it."""


class OutputInFiles(LocalComputeLogManager):
    """Keeps stdout and stderr of each step in the instance's folder, where Dagster keeps them by default."""

    @classmethod
    @abstractmethod
    def default_home(cls) -> Path:
        """The instance's folder where the config does not name it."""

    @classmethod
    def config_type(cls) -> Any:
        return {HOME: Field(StringSource, is_required=False)}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        home = Path(config_value.get(HOME) or cls.default_home())
        return cls(str(home / "storage"), inst_data=inst_data)

    @contextmanager
    def capture_logs(self, log_key: Sequence[str]) -> Iterator[CapturedLogContext]:
        """Until the block ends, what the process prints goes into files, and on to where it went before."""
        out = self.get_captured_local_path(log_key, IO_TYPE_EXTENSION[ComputeIOType.STDOUT])
        err = self.get_captured_local_path(log_key, IO_TYPE_EXTENSION[ComputeIOType.STDERR])
        with _captured(sys.stdout, out), _captured(sys.stderr, err):
            yield CapturedLogContext(log_key)
        Path(self.complete_artifact_path(log_key)).touch()  # type: ignore[no-untyped-call]


@contextmanager
def _captured(stream: IO[str], path: str) -> Iterator[None]:
    ensure_file(path)
    shown = _copy_of(stream)
    if shown is None:  # Dagster leaves it alone too
        yield
        return
    with Path(path).open("rb") as written:
        written.seek(0, os.SEEK_END)
        ended = threading.Event()
        copying = threading.Thread(target=_copy, args=(written, shown, ended), name="captured-output", daemon=True)
        copying.start()
        try:
            with redirect_to_file(stream, path):
                yield
        finally:
            ended.set()
            copying.join(_LAST_WORDS_S)


def _copy_of(stream: IO[str]) -> BinaryIO | None:
    """Another way to where a stream goes; None if that is no file."""
    try:
        return os.fdopen(os.dup(stream.fileno()), "wb")
    except (AttributeError, OSError, ValueError):
        return None


def _copy(written: BinaryIO, shown: BinaryIO, ended: threading.Event) -> None:
    """Show what is written until the end, or until nobody is there to see it."""
    with suppress(OSError, ValueError), shown:
        is_last = False
        while not is_last:
            is_last = ended.wait(_LOOK_S)
            while content := written.read(1 << 16):
                shown.write(content)
                shown.flush()
