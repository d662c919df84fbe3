"""Running ffmpeg: with the real program, and with small scripts in its place for what it seldom does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from bulkvid_pipeline.adapters.ffmpeg import FfmpegProgress, Limits, locate, run
from bulkvid_pipeline.core.errors import EncoderError, RenderCancelledError

NULL = ["-f", "null", "-"]
ENDLESS = ["-re", "-f", "lavfi", "-i", "testsrc=size=64x64:rate=30", *NULL]


def frames_of_noise(count: int) -> list[str]:
    return ["-f", "lavfi", "-i", f"testsrc=size=320x180:rate=30:duration={count / 30}"]


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Path]:
    """A program that stands in for ffmpeg and runs the given Python lines."""

    def write(body: str) -> Path:
        path = tmp_path / "fake-ffmpeg"
        path.write_text(f"#!{sys.executable}\nimport os, signal, sys, time\n{textwrap.dedent(body)}")
        path.chmod(0o755)
        return path

    return write


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition: Callable[[], bool]) -> bool:
    """Whether it comes true within five seconds."""
    for _ in range(100):
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_the_ffmpeg_of_imageio_is_found() -> None:
    found = locate()
    assert "ffmpeg version" in subprocess.run([found, "-version"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", ["missing", "folder", "not-executable"])
def test_an_ffmpeg_that_cannot_be_run_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "not-executable").write_text("x")
    with pytest.raises(EncoderError, match=name):
        locate(tmp_path / name)


def test_a_run_makes_its_file_and_reports_progress(tmp_path: Path) -> None:
    told: list[FfmpegProgress] = []
    threads = set()

    def progress(reported: FfmpegProgress) -> None:
        told.append(reported)
        threads.add(threading.current_thread())

    target = tmp_path / "x.mkv"
    run([*frames_of_noise(90), "-c:v", "libx264", "-preset", "ultrafast", str(target)], progress=progress)
    assert target.stat().st_size > 1000
    assert told[-1].frame == 90
    assert 2_800_000 < told[-1].out_time_us <= 3_000_000
    assert threads == {threading.current_thread()}


def test_input_is_fed_through_a_pipe(tmp_path: Path) -> None:
    # 600 frames are far more than a pipe holds, so this would hang if anything were not drained.
    def feed(pipe: IO[bytes]) -> None:
        for number in range(600):
            pipe.write(bytes([number % 256]) * (64 * 64 * 3 // 2))

    target = tmp_path / "out.yuv"
    raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "64x64", "-r", "30"]
    run([*raw, "-i", "pipe:0", *raw, str(target)], feed=feed)
    content = target.read_bytes()
    assert len(content) == 600 * 64 * 64 * 3 // 2
    assert content[:: 64 * 64 * 3 // 2] == bytes(number % 256 for number in range(600))


def test_without_a_feed_standard_input_is_empty(program: Callable[[str], Path], tmp_path: Path) -> None:
    binary = program(f"open({str(tmp_path / 'in')!r}, 'w').write(repr(sys.stdin.read()))")
    run([], binary=binary)
    assert (tmp_path / "in").read_text() == "''"


def test_no_shell_sees_the_arguments(program: Callable[[str], Path], tmp_path: Path) -> None:
    hostile = ["; touch pwned", "$(id)", "a b", "*", "'", '"', "`x`", "ü\n"]
    binary = program(f"open({str(tmp_path / 'argv')!r}, 'w').write(repr(sys.argv))")
    run(hostile, binary=binary)
    argv = eval((tmp_path / "argv").read_text())
    assert argv[-len(hostile) :] == hostile
    assert "-nostdin" in argv


def test_a_failure_quotes_the_last_lines(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"exit code \d+: .*No such file or directory"):
        run(["-i", str(tmp_path / "missing.mp4"), *NULL])


def test_a_flood_of_messages_does_not_block(program: Callable[[str], Path]) -> None:
    binary = program("""
        for number in range(50_000):
            print('line', number, 'x' * 60, file=sys.stderr)
        sys.exit(3)
    """)
    with pytest.raises(EncoderError, match=r"exit code 3: .*line 49999"):
        run([], binary=binary)


def test_a_killed_ffmpeg_is_named_so(program: Callable[[str], Path]) -> None:
    with pytest.raises(EncoderError, match="killed by SIGSEGV"):
        run([], binary=program("os.kill(os.getpid(), signal.SIGSEGV)"))


def test_a_hung_ffmpeg_is_killed_by_the_clock(program: Callable[[str], Path], tmp_path: Path) -> None:
    # It ignores polite signals, has a child, and writes nothing.
    binary = program(f"""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = os.fork()
        open({str(tmp_path)!r} + f'/pid-{{os.getpid()}}', 'w').close()
        time.sleep(60)
    """)
    with pytest.raises(EncoderError, match=r"longer than 0\.5 s") as caught:
        run([], binary=binary, limits=Limits(wall_s=0.5))
    assert "time limit" in caught.value.fix
    pids = [int(path.name.removeprefix("pid-")) for path in tmp_path.glob("pid-*")]
    assert len(pids) == 2
    assert wait_for(lambda: not any(is_alive(pid) for pid in pids))


def test_a_stop_kills_the_whole_group_at_once(program: Callable[[str], Path], tmp_path: Path) -> None:
    binary = program(f"""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = os.fork()
        open({str(tmp_path)!r} + f'/pid-{{os.getpid()}}', 'w').close()
        time.sleep(60)
    """)
    with pytest.raises(RenderCancelledError):
        run([], binary=binary, cancelled=lambda: len(list(tmp_path.glob("pid-*"))) == 2)
    pids = [int(path.name.removeprefix("pid-")) for path in tmp_path.glob("pid-*")]
    assert wait_for(lambda: not any(is_alive(pid) for pid in pids))


def test_a_real_encode_stops_on_request() -> None:
    reported: list[FfmpegProgress] = []
    with pytest.raises(RenderCancelledError):
        run(ENDLESS, progress=reported.append, cancelled=lambda: bool(reported and reported[-1].frame))


def test_a_feed_that_fails_is_heard_and_ffmpeg_is_gone(program: Callable[[str], Path], tmp_path: Path) -> None:
    def feed(pipe: IO[bytes]) -> None:
        pipe.write(b"x")
        raise RuntimeError("no more pictures")

    binary = program(f"""
        open({str(tmp_path / "pid")!r}, 'w').write(str(os.getpid()))
        sys.stdin.buffer.read()
        time.sleep(60)
    """)
    with pytest.raises(RuntimeError, match="no more pictures"):
        run([], binary=binary, feed=feed)
    pid = tmp_path / "pid"
    assert not pid.exists() or wait_for(lambda: not is_alive(int(pid.read_text() or "0")))


def test_an_ffmpeg_that_dies_while_it_is_fed_tells_why(program: Callable[[str], Path]) -> None:
    def feed(pipe: IO[bytes]) -> None:
        while True:
            pipe.write(bytes(1 << 16))

    with pytest.raises(EncoderError, match=r"exit code 7: .*out of cheese"):
        run([], binary=program("sys.stdin.buffer.read(9); sys.stderr.write('out of cheese'); sys.exit(7)"), feed=feed)


def test_an_ffmpeg_that_ends_before_its_input_does_is_an_error(program: Callable[[str], Path]) -> None:
    def feed(pipe: IO[bytes]) -> None:
        for _ in range(100):
            pipe.write(bytes(1 << 16))

    with pytest.raises(EncoderError, match="stopped reading"):
        run([], binary=program("sys.stdin.buffer.read(9)"), feed=feed)


def test_processor_time_is_limited(program: Callable[[str], Path]) -> None:
    with pytest.raises(EncoderError, match="SIGXCPU"):
        run([], binary=program("while True: pass"), limits=Limits(cpu_s=1))


def test_file_size_is_limited(tmp_path: Path) -> None:
    with pytest.raises(EncoderError):
        run(
            [*frames_of_noise(90), "-f", "rawvideo", str(tmp_path / "x.yuv")],
            limits=Limits(file_mib=1),
        )
    assert (tmp_path / "x.yuv").stat().st_size <= 1 << 20


def test_ffmpeg_dies_with_the_process_that_waits_for_it(program: Callable[[str], Path], tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    binary = program(f"open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)")
    code = f"import pathlib, bulkvid_pipeline.adapters.ffmpeg as f; f.run([], binary=pathlib.Path({str(binary)!r}))"
    parent = subprocess.Popen([sys.executable, "-c", code])
    assert wait_for(lambda: pid_file.exists() and bool(pid_file.read_text()))
    pid = int(pid_file.read_text())
    assert is_alive(pid)
    assert os.getsid(pid) == pid, "a session of its own"
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert wait_for(lambda: not is_alive(pid))


def test_progress_before_the_first_frame_is_nothing(program: Callable[[str], Path]) -> None:
    told: list[FfmpegProgress] = []
    run([], binary=program("print('frame=0'); print('out_time_us=N/A'); print('progress=end')"), progress=told.append)
    assert told[-1] == FfmpegProgress(0, 0)
