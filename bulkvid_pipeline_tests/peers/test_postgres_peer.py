"""The PostgreSQL that tests use is a real one, keeps its data over restarts, and leaves nothing behind."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]
import pytest
from dagster import DagsterInstance, DagsterRunStatus, RunsFilter, job, op

from bulkvid_pipeline_tests.peers import postgres
from bulkvid_pipeline_tests.peers.postgres import PostgresServer, postgres_server
from bulkvid_pipeline_tests.waiting import wait_until

__all__ = ["postgres_server"]  # the fixture


def _ask(url: str, *statements: str) -> object:
    """The first value that the last statement answers, if it answers any."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


@op
def say_seven() -> int:
    return 7


@job
def seven_job() -> None:
    say_seven()


def test_a_dagster_instance_keeps_its_runs_there(postgres_server: PostgresServer, tmp_path: Path) -> None:
    url = postgres_server.create_database()
    overrides = {"storage": {"postgres": {"postgres_url": url}}}
    with DagsterInstance.local_temp(str(tmp_path), overrides=overrides) as instance:
        result = seven_job.execute_in_process(instance=instance, tags={"asked_by": "a test"})
        assert result.output_for_node("say_seven") == 7
    assert _ask(url, "SELECT status FROM runs") == DagsterRunStatus.SUCCESS.value
    postgres_server.restart()
    with DagsterInstance.local_temp(str(tmp_path), overrides=overrides) as instance:
        runs = instance.get_runs(RunsFilter(tags={"asked_by": "a test"}))
        assert [run.run_id for run in runs] == [result.run_id]
        assert instance.all_logs(result.run_id)


@pytest.mark.parametrize("crash", [False, True])
def test_committed_data_outlives_a_restart_at_the_same_url(postgres_server: PostgresServer, crash: bool) -> None:
    url = postgres_server.create_database()
    _ask(url, "CREATE TABLE films (name text)", "INSERT INTO films VALUES ('kept')")
    open_connection = psycopg2.connect(url)
    open_connection.cursor().execute("INSERT INTO films VALUES ('not committed')")
    pid = postgres_server.pid
    postgres_server.restart(crash=crash)
    assert postgres_server.pid != pid
    with pytest.raises(psycopg2.OperationalError):
        open_connection.cursor().execute("SELECT 1")
    assert _ask(url, "SELECT string_agg(name, ',') FROM films") == "kept"


def test_each_database_is_empty_and_apart(postgres_server: PostgresServer) -> None:
    first, second = postgres_server.create_database(), postgres_server.create_database()
    _ask(first, "CREATE TABLE films (name text)")
    assert _ask(second, "SELECT to_regclass('films')") is None


def test_a_wrong_password_is_refused(postgres_server: PostgresServer) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(postgres_server.url.replace("postgres:", "postgres:wrong"))


def test_it_flushes_to_disk_only_where_asked(postgres_server: PostgresServer) -> None:
    assert _ask(postgres_server.url, "SHOW fsync") == "off"
    with PostgresServer(durable=True) as durable:
        assert [_ask(durable.url, f"SHOW {name}") for name in ("fsync", "synchronous_commit")] == ["on", "on"]


def test_both_major_versions_can_be_had(postgres_server: PostgresServer) -> None:
    assert str(_ask(postgres_server.url, "SHOW server_version")).startswith("16.")
    with PostgresServer(version=18) as newer:
        assert str(_ask(newer.url, "SHOW server_version")).startswith("18.")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
def test_it_does_not_run_as_root(postgres_server: PostgresServer) -> None:
    assert Path(f"/proc/{postgres_server.pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid


@pytest.mark.skipif(os.geteuid() != 0, reason="others run the server as themselves, who can read what they installed")
def test_it_runs_from_an_installation_that_is_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = postgres.binaries(16).parent
    closed = tmp_path / "home"
    shutil.copytree(installed, closed / installed.parent.name / installed.name, symlinks=True)
    libraries = f"{installed.parent.name}.libs"
    shutil.copytree(installed.parent.with_name(libraries), closed / libraries)
    closed.chmod(0o700)
    monkeypatch.setattr(
        postgres, "binaries", lambda _version: closed / installed.relative_to(installed.parents[1]) / "bin"
    )
    with PostgresServer() as server:
        assert _ask(server.url, "SELECT 6 * 7") == 42


def test_stopping_leaves_no_process_and_no_folder() -> None:
    with PostgresServer() as server:
        pids = [server.pid, *_children_of(server.pid)]
        folder = server._folder
        assert len(pids) > 1
    assert not folder.exists()
    wait_until(lambda: not any(_is_running(pid) for pid in pids))


def test_it_ends_with_a_parent_that_is_killed() -> None:
    program = (
        "import time\n"
        "from bulkvid_pipeline_tests.peers.postgres import PostgresServer\n"
        "with PostgresServer() as server:\n"
        "    print(server.pid, server._folder, flush=True)\n"
        "    time.sleep(3600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        pid_text, folder = parent.stdout.readline().split()
        pids = [int(pid_text), *_children_of(int(pid_text))]
        assert _is_running(pids[0])
        parent.send_signal(signal.SIGKILL)
        wait_until(lambda: not any(_is_running(pid) for pid in pids))
        shutil.rmtree(folder)
    finally:
        parent.kill()
        parent.wait()
        assert parent.stdout is not None
        parent.stdout.close()


def test_a_server_that_cannot_start_says_why() -> None:
    with PostgresServer() as first:
        second = PostgresServer()
        second.port = first.port
        with pytest.raises(RuntimeError, match="Address already in use"), second:
            pass
        assert not second._folder.exists()


def _children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _is_running(pid: int) -> bool:
    """Whether the process is there and not only its exit status, which waits to be read."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
