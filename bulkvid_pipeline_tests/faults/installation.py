"""An installation that processes of their own work in: folders, database, storage, and `bulkvid` as users start it."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from dagster import DagsterInstance

from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.services.jobs.instance import INSTANCE_CONFIG
from bulkvid_pipeline.services.jobs.jobs import Job, list_jobs
from bulkvid_pipeline_tests.faults.observed import (
    JOURNAL_VARIABLE,
    STRIKE_VARIABLE,
    Deed,
    Entry,
    Strike,
    read_journal,
)
from bulkvid_pipeline_tests.faults.stored import FolderObjects, Objects
from bulkvid_pipeline_tests.waiting import wait_until

BULKVID = (sys.executable, "-m", "bulkvid_pipeline_tests.faults.observed")
PATIENCE_S = 240.0


@dataclass
class Running:
    """A `bulkvid` process."""

    process: subprocess.Popen[bytes]
    log: Path
    strike: Strike | None

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self.log.read_text()

    def wait(self, seconds: float = 2 * PATIENCE_S) -> int:
        """Its exit code, minus the signal that killed it."""
        return self.process.wait(seconds)

    def wait_for_strike(self) -> None:
        """Until the edge is reached at which a thread of it is held."""
        assert self.strike is not None
        reached = self.strike.reached
        wait_until(lambda: reached.exists() or self.process.poll() is not None)
        assert reached.exists(), f"it ended before the edge:\n{self.output}"

    def let_go(self) -> None:
        """Let the held thread go on."""
        assert self.strike is not None
        self.strike.go.touch()

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@dataclass
class Installation:
    """Folders under `folder`; `objects` is where videos go, `postgres_url` the database if it is not SQLite."""

    folder: Path
    postgres_url: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    objects: Objects = field(init=False)
    _started: list[Running] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        for place in (self.home, self.temporary):
            place.mkdir(exist_ok=True)
        shutil.copyfile(INSTANCE_CONFIG, self.home / "dagster.yaml")
        self.objects = FolderObjects(self.folder / "output")
        self.environment = {
            "DAGSTER_HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "BULKVID_OUTPUT_URL": f"file://{self.folder}/output",
            "BULKVID_WORK_DIR": str(self.folder / "work"),
            "BULKVID_CACHE_DIR": str(self.folder / "cache"),
            "BULKVID_WORKERS": "2",
            "BULKVID_RENDER_SLOTS": "3",
            "BULKVID_POSTGRES_URL": self.postgres_url,
            JOURNAL_VARIABLE: str(self.folder / "journal"),
            **self.environment,
        }

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def temporary(self) -> Path:
        """The temporary folder of its processes."""
        return self.folder / "tmp"

    def sheet(self, rows: Sequence[Mapping[str, str]], name: str = "ideas.csv") -> Path:
        """Write a sheet of all ten columns; what a row leaves out is empty."""
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def start(self, *arguments: str, strike: Strike | None = None, **environment: str) -> Running:
        """Start `bulkvid` with these arguments, to meet a fault if one is given."""
        number = len(self._started)
        if strike is not None and strike.deed is Deed.HOLD:
            gate = self.folder / f"gate{number}"
            gate.mkdir()
            strike = replace(strike, gate=str(gate))
        ordered = {STRIKE_VARIABLE: strike.as_variable()} if strike is not None else {}
        log = self.folder / f"bulkvid{number}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*BULKVID, *arguments],
                cwd=self.folder,
                env={**os.environ, **self.environment, **environment, **ordered},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._started.append(Running(process, log, strike))
        return self._started[-1]

    def start_job(self, sheet: Path | str, *options: str, strike: Strike | None = None, **environment: str) -> Running:
        """Start `bulkvid run` over a sheet, in the smallest resolution."""
        return self.start("run", str(sheet), "-r", "720p", "--plain", *options, strike=strike, **environment)

    def retry(self, job_id: str) -> str:
        """`bulkvid jobs retry` to its end; returns what it printed."""
        running = self.start("jobs", "retry", job_id, "--plain")
        assert running.wait() == 0, running.output
        return running.output

    @contextmanager
    def instance(self) -> Iterator[DagsterInstance]:
        """The Dagster instance, opened anew: a database that was restarted breaks older connections."""
        before = {name: os.environ.get(name) for name in ("DAGSTER_HOME", "BULKVID_POSTGRES_URL")}
        os.environ.update({name: self.environment[name] for name in before})
        try:
            with DagsterInstance.from_config(str(self.home)) as instance:
                yield instance
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name)
                else:
                    os.environ[name] = value

    def jobs(self) -> list[Job]:
        """All jobs, oldest first."""
        with self.instance() as instance:
            return list(list_jobs(instance))[::-1]

    def job(self) -> Job:
        """The only job."""
        (job,) = self.jobs()
        return job

    def journal(self) -> list[Entry]:
        """What all processes have written down."""
        return read_journal(Path(self.environment[JOURNAL_VARIABLE]))

    def published(self) -> set[str]:
        """Keys of the rows that a process has published."""
        return {entry.row for entry in self.journal() if entry.what == "published"}

    def processes(self, *words: str) -> list[int]:
        """Pids of all living processes of this installation whose command line holds all the words.

        Voices have nothing of our environment, but the pid of their render worker as last argument.
        """
        commands, ours = {}, set()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes().decode(errors="replace")
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            commands[int(entry.name)] = command
            if command and f"={self.home}\0".encode() in environment:
                ours.add(int(entry.name))
        ours |= {pid for pid, command in commands.items() if command.rstrip("\0").rpartition("\0")[2] in map(str, ours)}
        return [pid for pid in ours if all(word in commands[pid] for word in words)]

    def close(self) -> None:
        """End what a failed test has left running."""
        for running in self._started:
            if running.process.poll() is None:
                running.kill()
