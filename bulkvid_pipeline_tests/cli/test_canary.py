"""`bulkvid run --canary N`, with videos that are rendered."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.jobs import Job, list_jobs
from bulkvid_pipeline_tests.cli.conftest import Command, Said
from bulkvid_pipeline_tests.waiting import PATIENCE_S, wait_until
from bulkvid_pipeline_tests.workplace import Workplace, idea

pytestmark = pytest.mark.heavy

NO_FONT_HAS_THIS = "\U00012000"
PLAIN, TALL, LONG = (
    idea("Save water"),
    idea("Save light", platform_preferences="tiktok"),
    idea("Save all the paper that you can"),
)
COMMAND = "import sys; from bulkvid_pipeline.cli import main; sys.argv[0] = 'bulkvid'; main()"


@pytest.fixture
def here(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """The installation of `bulkvid` in this process and in others."""
    monkeypatch.setenv("DAGSTER_HOME", str(workplace.folder / "home"))
    monkeypatch.setenv("COLUMNS", "250")
    return workplace


@pytest.fixture
def bulkvid(here: Workplace) -> Command:
    """Runs `bulkvid` in a process whose input is no terminal."""
    assert here.folder.is_dir()

    def command(*arguments: str) -> Said:
        ended = subprocess.run(
            [sys.executable, "-c", COMMAND, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        return Said(ended.returncode, ended.stdout, ended.stderr)

    return command


def jobs(here: Workplace) -> list[Job]:
    return list(list_jobs(here.instance, limit=9))


def test_without_a_terminal_the_job_waits_for_being_resumed(here: Workplace, bulkvid: Command) -> None:
    here.sheet([PLAIN, TALL, LONG])

    first = bulkvid("run", "ideas.csv", "-r", "720p", "--canary", "1")

    assert first.code == 130, first.out + first.err
    (job,) = jobs(here)
    assert (job.state, job.items["total"], job.items["completed"]) == (JobState.PAUSED, 3, 1)
    assert len(here.videos()) == 1
    assert "the longest title (31 characters)" in first.out
    assert here.videos()[0].as_uri() in first.out
    assert "There is no terminal to ask at" in first.out
    assert f"bulkvid jobs resume {job.job_id}" in first.out
    (sheet,) = (here.folder / "output").rglob("canary.jpg")
    assert sheet.as_uri() in first.out
    assert sheet.read_bytes()[:2] == b"\xff\xd8"

    rest = bulkvid("jobs", "resume", job.job_id)

    assert rest.code == 0, rest.out + rest.err
    assert "2 rows rendered" in rest.out
    assert "1 was finished already" in rest.out
    (job,) = jobs(here)
    assert (job.state, len(job.runs), job.items["completed"]) == (JobState.COMPLETED, 2, 3)


def test_yes_goes_on_by_itself_unless_a_row_of_the_canary_has_failed(here: Workplace, bulkvid: Command) -> None:
    here.sheet([PLAIN, LONG, idea("No font has this character here and so it fails " + NO_FONT_HAS_THIS)])

    failed = bulkvid("run", "ideas.csv", "-r", "720p", "--canary", "1", "--yes", "--level", "permissive")

    assert failed.code == 130, failed.out + failed.err
    assert "failed row 4" in failed.out
    assert "No font has" in failed.out
    assert "1 of 1 row failed." in failed.out
    assert here.videos() == []
    assert jobs(here)[0].state is JobState.PAUSED

    here.sheet([PLAIN, LONG])
    went_on = bulkvid("run", "ideas.csv", "-r", "720p", "--canary", "1", "--yes")

    assert went_on.code == 0, went_on.out + went_on.err
    assert len(here.videos()) == 2
    assert len(jobs(here)[0].runs) == 2


@dataclass
class Terminal:
    """A `bulkvid` at a terminal of its own."""

    process: subprocess.Popen[bytes]
    master: int
    seen: bytes = field(default=b"", init=False)

    def wait_for(self, text: str) -> None:
        wait_until(lambda: text in self.read(), f"{text!r} was never said")

    def read(self) -> str:
        while select.select([self.master], [], [], 0.02)[0]:
            try:
                more = os.read(self.master, 65536)
            except OSError:  # the process has ended and closed its side
                break
            if not more:
                break
            self.seen += more
        return self.seen.decode(errors="replace").replace("\r\n", "\n")

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def end(self) -> int:
        wait_until(lambda: (self.read(), self.process.poll() is not None)[1], "it did not end")
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def at_terminal(here: Workplace) -> Iterator[Callable[..., Terminal]]:
    """Starts `bulkvid` at a terminal; what still runs at the end of the test is killed."""
    started: list[Terminal] = []
    assert here.folder.is_dir()

    def start(*arguments: str) -> Terminal:
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_own_terminal,
        )
        os.close(slave)
        started.append(Terminal(process, master))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()
        os.close(each.master)


def _own_terminal() -> None:
    """Ctrl-C at the terminal reaches the process."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_the_answer_at_the_terminal_decides(here: Workplace, at_terminal: Callable[..., Terminal]) -> None:
    here.sheet([PLAIN, TALL])
    bulkvid = at_terminal("run", "ideas.csv", "-r", "720p", "--canary", "1", "--plain")

    bulkvid.wait_for("Render the other 1 row? [Y/n]")
    assert len(here.videos()) == 1
    bulkvid.type("perhaps\n")
    bulkvid.wait_for("Answer yes or no.")
    assert len(here.videos()) == 1
    bulkvid.type("yes\n")

    assert bulkvid.end() == 0, bulkvid.read()
    assert len(here.videos()) == 2
    assert [job.state for job in jobs(here)] == [JobState.COMPLETED]


def test_a_sheet_that_has_changed_since_the_canary_is_asked_about_again(
    here: Workplace, bulkvid: Command, at_terminal: Callable[..., Terminal]
) -> None:
    here.sheet([PLAIN, TALL])
    at_work = at_terminal("run", "ideas.csv", "-r", "720p", "--canary", "1", "--plain")
    at_work.wait_for("Render the other 1 row? [Y/n]")
    here.sheet([PLAIN, TALL, idea("New one")])
    at_work.type("yes\n")

    at_work.wait_for("Render these too? [y/N]")
    assert "row 4  New one: new" in at_work.read()
    at_work.type("\n")

    assert at_work.end() == 130, at_work.read()
    (job,) = jobs(here)
    assert job.state is JobState.PAUSED
    assert len(here.videos()) == 1

    planned = bulkvid("plan", "ideas.csv", "-r", "720p").out
    rest = bulkvid("jobs", "resume", job.job_id)

    assert "Would render 2 rows: 2 videos" in planned
    assert "by what 1 past row took" in planned
    assert "2 rows rendered" in rest.out, rest.out + rest.err
    assert "Nothing to render." in bulkvid("plan", "ideas.csv", "-r", "720p").out


def test_an_interrupt_at_the_question_leaves_the_job_paused(
    here: Workplace, at_terminal: Callable[..., Terminal]
) -> None:
    here.sheet([PLAIN, idea(f"This one has a character that has no font {NO_FONT_HAS_THIS}")])
    bulkvid = at_terminal("run", "ideas.csv", "-r", "720p", "--canary", "1", "--plain", "-l", "permissive")

    bulkvid.wait_for("Render the other 1 row? [y/N]")  # a row has failed: to go on is not what Enter means
    bulkvid.type("\x03")

    assert bulkvid.end() == 130, bulkvid.read()
    (job,) = jobs(here)
    assert job.state is JobState.PAUSED
    assert f"bulkvid jobs resume {job.job_id}" in bulkvid.read()
