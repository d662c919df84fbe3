"""Runs the ffmpeg program: found, fed, watched, limited and, when told so, killed with everything it started.

The argument list is the caller's (ffmpeg-python compiles it); no shell sees it. What was started dies with us: ffmpeg
is in a session of its own; see `adapters.processes.children`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import imageio_ffmpeg

from bulkvid_pipeline.adapters.processes import start_program
from bulkvid_pipeline.core.errors import EncoderError, RenderCancelledError

_POLL_S = 0.05
_KILL_WAIT_S = 1.0
_STDERR_LINES = 40
_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one run may use at most; 0 is no limit."""

    wall_s: float = 3600.0
    cpu_s: int = 7200
    file_mib: int = 16 * 1024


@dataclass(frozen=True)
class FfmpegProgress:
    """What ffmpeg last said about itself."""

    frame: int = 0
    out_time_us: int = 0


Feed = Callable[[IO[bytes]], None]
"""Writes all of the input to ffmpeg's stdin; it is closed afterwards."""


FFMPEG_VARIABLE = "IMAGEIO_FFMPEG_EXE"
"""What imageio-ffmpeg reads in the environment of a process: another program than the one that it carries."""


def locate(binary: Path | None = None) -> Path:
    """The ffmpeg program: `binary` where given, else the one that imageio-ffmpeg carries.

    Raises:
        EncoderError: there is none, or it cannot be run.
    """
    try:
        found = binary if binary is not None else Path(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise EncoderError(
            "Looking for ffmpeg failed: there is none", fix="Install imageio-ffmpeg, or give the path of an ffmpeg"
        ) from error
    if not (found.is_file() and os.access(found, os.X_OK)):
        raise EncoderError(f"Looking for ffmpeg failed: {found} cannot be run", fix="Give the path of an ffmpeg")
    return found.resolve()


def version_of(binary: Path, timeout_s: float) -> str:
    """The version that an ffmpeg program says it has: `7.0.2-static`.

    Raises:
        EncoderError: it does not run, or does not answer in time.
    """
    words = _answer(binary, "-version", timeout_s).split(maxsplit=3)
    if words[:2] != ["ffmpeg", "version"] or len(words) < 3:
        raise EncoderError(f"{binary.name} is not ffmpeg", fix="Give the path of an ffmpeg")
    return words[2]


def abilities_of(binary: Path, timeout_s: float) -> frozenset[str]:
    """The names of all encoders and filters that an ffmpeg program was built with.

    Raises:
        EncoderError: it does not run, or does not answer in time.
    """
    names: set[str] = set()
    for option in ("-encoders", "-filters"):
        # A head, then lines such as " V....D libx264  H.264" and " .S crop  V->V  Crop".
        lines = (line.split() for line in _answer(binary, option, timeout_s).splitlines())
        names.update(words[1] for words in lines if len(words) > 1 and words[1] != "=")
    return frozenset(names)


def _answer(binary: Path, option: str, timeout_s: float) -> str:
    what = option.removeprefix("-")
    try:
        done = subprocess.run(
            [binary, "-hide_banner", option] if what != "version" else [binary, option],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EncoderError(
            f"Asking {binary.name} for its {what} failed: {type(error).__name__}", fix="Give the path of an ffmpeg"
        ) from error
    return done.stdout.decode("utf-8", "replace")


def run(
    arguments: Sequence[str],
    *,
    binary: Path | None = None,
    limits: Limits | None = None,
    feed: Feed | None = None,
    progress: Callable[[FfmpegProgress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> str:
    """Run ffmpeg and wait for its end.

    Args:
        arguments: all but the program's name, ready as ffmpeg takes them.
        binary: another ffmpeg than the one that `locate` finds.
        limits: what the run may use.
        feed: writes ffmpeg's stdin, in a thread of its own; without it stdin is empty.
        progress: told what ffmpeg reports, from the calling thread.
        cancelled: asked 20 times a second.

    Returns:
        The last lines that ffmpeg wrote to stderr.

    Raises:
        EncoderError: it failed, was killed or passed a limit; the message ends with its last lines.
        RenderCancelledError: `cancelled` said so; the whole process group is gone.
    """
    limits = limits or Limits()
    running = _Running(arguments, locate(binary), limits, feed)
    try:
        running.wait(limits, progress, cancelled)
    finally:
        running.end()
    running.check()
    return running.last_lines


@dataclass
class _Running:
    """One ffmpeg process and the threads that keep its pipes flowing."""

    arguments: Sequence[str]
    binary: Path
    limits: Limits
    feed: Feed | None
    _reported: FfmpegProgress = field(default_factory=FfmpegProgress)
    _stderr: deque[str] = field(default_factory=lambda: deque(maxlen=_STDERR_LINES))
    _feed_error: BaseException | None = None

    def __post_init__(self) -> None:
        options = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-progress", "pipe:1")
        self._process = start_program(
            self.binary,
            (*options, *self.arguments),
            stdin=subprocess.PIPE if self.feed else subprocess.DEVNULL,
            cpu_s=self.limits.cpu_s,
            file_bytes=self.limits.file_mib * _MEBIBYTE,
        )
        targets = [self._read_stdout, self._read_stderr] + ([self._write_stdin] if self.feed else [])
        self._threads = [threading.Thread(target=target, name="ffmpeg-pipe", daemon=True) for target in targets]
        for thread in self._threads:
            thread.start()

    @property
    def last_lines(self) -> str:
        """The end of stderr."""
        return "\n".join(self._stderr)

    def wait(self, limits: Limits, progress: Callable[[FfmpegProgress], None], cancelled: Callable[[], bool]) -> None:
        """Until the process ends, is cancelled, is out of time, or its input fails."""
        deadline = time.monotonic() + limits.wall_s if limits.wall_s else None
        while True:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_POLL_S)
                break
            if cancelled():
                raise RenderCancelledError("ffmpeg was stopped on request")
            if deadline is not None and time.monotonic() > deadline:
                raise EncoderError(
                    f"ffmpeg was stopped: it took longer than {limits.wall_s:g} s{self._quoted()}",
                    fix="Raise the time limit, or make the video shorter",
                )
            if self._feed_error is not None and not isinstance(self._feed_error, BrokenPipeError):
                raise self._feed_error
            progress(self._reported)
        for thread in self._threads:  # the last report may still be in the pipe
            thread.join(_KILL_WAIT_S)
        progress(self._reported)

    def end(self) -> None:
        """Kill what is left of the group and wait for the pipes' threads."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for thread in self._threads:
            thread.join(_KILL_WAIT_S)

    def check(self) -> None:
        """Raise what went wrong in a run that ended by itself."""
        if self._feed_error is not None and not isinstance(self._feed_error, BrokenPipeError):
            raise self._feed_error
        code = self._process.returncode
        if code < 0:
            raise EncoderError(f"ffmpeg was killed by {signal.Signals(-code).name}{self._quoted()}")
        if code > 0:
            raise EncoderError(f"ffmpeg failed with exit code {code}{self._quoted()}")
        if self._feed_error is not None:
            raise EncoderError(f"ffmpeg stopped reading its input too early{self._quoted()}")

    def _quoted(self) -> str:
        lines = list(self._stderr)[-8:]
        return ": " + " | ".join(lines) if lines else ""

    def _read_stdout(self) -> None:
        """`-progress` writes key=value lines; each report ends with `progress=`."""
        assert self._process.stdout is not None
        values: dict[str, str] = {}
        with self._process.stdout as pipe:
            for raw in pipe:
                key, _, value = raw.decode("utf-8", "replace").strip().partition("=")
                values[key] = value
                if key == "progress":
                    self._reported = FfmpegProgress(_number(values, "frame"), _number(values, "out_time_us"))

    def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as pipe:
            for raw in pipe:
                self._stderr.append(raw.decode("utf-8", "replace").rstrip())

    def _write_stdin(self) -> None:
        assert self._process.stdin is not None
        assert self.feed is not None
        try:
            self.feed(self._process.stdin)
        except BaseException as error:
            self._feed_error = error
        finally:
            with suppress(OSError):
                self._process.stdin.close()


def _number(values: dict[str, str], key: str) -> int:
    """The value as an integer; ffmpeg writes N/A before the first frame."""
    text = values.get(key, "")
    return int(text) if text.lstrip("-").isdigit() else 0
