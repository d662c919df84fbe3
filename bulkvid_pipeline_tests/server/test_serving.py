"""`bulkvid serve` as a whole: real children over a real database, killed and stopped in every way."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from bulkvid_pipeline.adapters.dagster.web_server import DagsterWebServer
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.liveness.daemon_beat import DaemonStatus, daemon_status
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.peers.postgres import PostgresServer
from bulkvid_pipeline_tests.server.served import Served
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import idea

pytestmark = pytest.mark.faults

A_JOB = "/api/bulk-jobs/job_that_is_none"
STOPS_WITHIN_S = 5.0
ROWS = 16
"""So many that some are left when a server is stopped after the first one."""
LONG_SCRIPT = " ".join(f"Sentence number {n} takes a while to say." for n in range(20))


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """An installation on each of the databases."""
    url = ""
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.create_database()
    with closing(Installation(tmp_path, url)) as installation:
        yield installation


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Installation]:
    with closing(Installation(tmp_path)) as installation:
        yield installation


def daemon(place: Installation) -> DaemonStatus:
    with place.instance() as instance:
        return daemon_status(instance)


def stop(served: Served, number: signal.Signals) -> float:
    """End it as somebody would, and return the seconds that it took."""
    before = time.monotonic()
    served.process.send_signal(number)
    assert served.process.wait(300) == 0, served.said
    return time.monotonic() - before


def has_our_job(served: Served) -> bool:
    with DagsterWebServer(f"http://127.0.0.1:{served.dagster_port}", 30) as server:
        return bool(server.find_job(tags.JOB, preferred_location=tags.DEFINITIONS_MODULE))


def lets_in(served: Served, token: str) -> bool:
    """Whether the API answers, and takes the token: a caller without one is not told that there is no such job."""
    return served.get(A_JOB, token)[0] == 404


def logs_in(served: Served, code: str) -> bool:
    """Whether the dashboard takes the login code, and then shows who is logged in."""
    with httpx2.Client(base_url=served.url, follow_redirects=False) as browser:
        assert browser.get("/login", params={"code": code}).status_code == 200
        if browser.post("/login", data={"code": code}).status_code != 303:
            return False
        return browser.get("/").headers["Location"] == "/jobs"


def long_sheet(place: Installation, rows: int) -> Path:
    return place.sheet([idea(f"Row {n}", LONG_SCRIPT) for n in range(rows)])


def start_in_queue(served: Served, sheet: Path) -> str:
    """Hand a job to the queue of what is served; returns its id, whose rows are at work."""
    served.place.start(
        "run", str(sheet), "-r", "720p", "--plain", "--queue",
        BULKVID_DAGSTER_URL=f"http://127.0.0.1:{served.dagster_port}",
    )  # fmt: skip
    wait_until(lambda: any(job.items["completed"] for job in served.place.jobs()))
    return served.place.job().job_id


def test_all_answer_after_one_line_each_child_comes_back_and_the_end_leaves_nothing(place: Installation) -> None:
    with Served(place) as served:
        line = served.wait_for_line()
        link = re.search(r"http\S+", line)
        assert link is not None
        assert line.count("\n") == 1
        assert link[0].startswith(f"{served.url}/login?code=")
        code = parse_qs(urlsplit(link[0]).query)["code"][0]
        assert logs_in(served, code)
        assert not logs_in(served, code), "once"
        another = urlsplit(served.command("login-link").stdout.strip())
        assert another.netloc == urlsplit(served.url).netloc, "the address that is served"
        assert logs_in(served, parse_qs(another.query)["code"][0])
        token = served.command("token").stdout.strip()
        assert lets_in(served, token)
        assert served.get(A_JOB)[0] == 401
        assert has_our_job(served)
        assert daemon(place).running
        logs = "".join(log.read_text() for log in (place.home / "serve-logs").iterdir()) + served.said
        assert token not in logs
        assert code not in logs

        for role, title in (
            ("api", "The API"),
            ("dagster", "Dagster's web server"),
            ("code-server", "The code server"),
            ("daemon", "Dagster's daemon"),
        ):
            old = served.kill(role)
            if role == "daemon":
                wait_until(lambda: "SIGKILL" in daemon(place).why or daemon(place).running)
            wait_until(lambda: served.pid_of(role) not in (None, old), served.said)  # noqa: B023
            assert f"{title} was killed by SIGKILL; it is started again in 0.5 s" in served.said
            wait_until(lambda: f"{title} answers again" in served.said, served.said)  # noqa: B023
        assert lets_in(served, token)
        assert has_our_job(served)
        wait_until(lambda: daemon(place).running)
        assert re.findall(r"Its log: (\S+?),? ", served.said)

        assert stop(served, signal.SIGINT) < STOPS_WITHIN_S
        assert served.survivors() == {}
        assert not daemon(place).running
        assert served.out.read_text() == line
        assert "stopped" in served.said


def test_a_daemon_that_is_killed_is_known_to_be_gone_within_two_seconds(on_sqlite: Installation) -> None:
    with Served(on_sqlite, ["--only", "daemon"]) as served:
        assert "daemon" in served.wait_for_line()
        served.process.send_signal(signal.SIGSTOP)  # nobody notes the death, nobody starts it again
        before = time.monotonic()
        served.kill("daemon")
        wait_until(lambda: not daemon(on_sqlite).running)
        assert time.monotonic() - before < 2.0
        served.process.send_signal(signal.SIGCONT)
        wait_until(lambda: daemon(on_sqlite).running)


def test_jobs_at_work_are_paused_when_the_server_ends_and_go_on_after_the_next_start(on_sqlite: Installation) -> None:
    with Served(on_sqlite) as served:
        served.wait_for_line()
        job_id = start_in_queue(served, long_sheet(on_sqlite, ROWS))

        assert stop(served, signal.SIGTERM) < STOPS_WITHIN_S
        assert f"1 job is paused: {job_id}" in served.said
        assert [command for command in served.survivors().values() if "--queue" not in command] == []

    job = on_sqlite.job()
    assert job.state is JobState.PAUSED
    done = job.items["completed"]
    assert 0 < done < ROWS

    with Served(on_sqlite) as served:
        served.wait_for_line()
        resumed = served.command("jobs", "resume", job_id, "--queue", "--plain")
        assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert on_sqlite.job().state is JobState.COMPLETED
    assert on_sqlite.job().items["completed"] == ROWS
    kept = re.search(r"(\d+) were finished already", resumed.stdout)
    assert kept is not None
    assert int(kept[1]) >= done, "a row that was finished was rendered again"


def test_a_job_goes_on_when_its_code_server_dies(on_sqlite: Installation) -> None:
    with Served(on_sqlite) as served:
        served.wait_for_line()
        start_in_queue(served, long_sheet(on_sqlite, 12))
        served.kill("code-server")
        wait_until(lambda: on_sqlite.job().state.is_final)
        assert on_sqlite.job().state is JobState.COMPLETED
        wait_until(lambda: "The code server answers again" in served.said, served.said)


def test_nothing_is_left_of_a_supervisor_that_is_killed_and_its_job_can_be_retried(on_sqlite: Installation) -> None:
    with Served(on_sqlite) as served:
        served.wait_for_line()
        job_id = start_in_queue(served, long_sheet(on_sqlite, ROWS))
        served.process.kill()
        served.process.wait()
        wait_until(lambda: not [command for command in served.survivors().values() if "--queue" not in command])
        assert not daemon(on_sqlite).running

    with Served(on_sqlite) as served:
        served.wait_for_line()
        wait_until(lambda: on_sqlite.job().state is JobState.FAILED)
        retried = served.command("jobs", "retry", job_id, "--queue", "--plain")
        assert retried.returncode == 0, retried.stdout + retried.stderr
    assert on_sqlite.job().items["completed"] == ROWS


def test_a_port_in_use_is_said_before_anything_starts(on_sqlite: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with Served(on_sqlite, port=port) as served:
            assert served.process.wait(300) == 2
            assert f"Port {port} on 127.0.0.1 is in use, so the API cannot have it" in served.said
            assert "--port" in served.said
            assert served.out.read_text() == ""
            assert served.survivors() == {}
            assert not (on_sqlite.home / "serve-logs").exists()


def test_several_apis_serve_one_instance_and_each_may_have_several_processes(place: Installation) -> None:
    with Served(place, ["--only", "api"]) as one, Served(place, ["--only", "api", "--api-processes", "2"]) as two:
        assert "Dagster" not in one.wait_for_line()
        two.wait_for_line()
        assert one.pid_of("dagster") is one.pid_of("daemon") is one.pid_of("code-server") is None
        token = one.command("token").stdout.strip()
        for served in (one, two):
            assert lets_in(served, token)
        old = two.kill("api")  # its processes hold the port: they end with it
        wait_until(lambda: two.pid_of("api") not in (None, old))
        wait_until(lambda: lets_in(two, token), two.said)
        assert stop(one, signal.SIGINT) < STOPS_WITHIN_S
        assert lets_in(two, token)
        assert stop(two, signal.SIGINT) < STOPS_WITHIN_S
        assert two.survivors() == {}


def test_a_second_daemon_over_one_instance_is_refused(on_sqlite: Installation) -> None:
    with Served(on_sqlite, ["--only", "daemon"]) as first:
        first.wait_for_line()
        with Served(on_sqlite, ["--only", "daemon"]) as second:
            assert second.process.wait(300) == 2
            assert "runs over this instance already" in second.said
            assert first.process.poll() is None
            os.kill(first.process.pid, signal.SIGINT)
            first.process.wait(300)


def test_a_child_that_cannot_start_is_tried_again_more_and_more_seldom(on_sqlite: Installation) -> None:
    environment = {"BULKVID_TEMPLATES_FOLDER": "/", "DAGSTER_GRPC_SOCKET": "x", "PYTHONPATH": str(on_sqlite.folder)}
    (on_sqlite.folder / "dagster_webserver.py").write_text("raise SystemExit('broken on purpose')\n")
    with Served(on_sqlite, ["--only", "dagster"], environment) as served:
        wait_until(lambda: served.said.count("Dagster's web server ended with exit code 1") >= 3, served.said)
        pauses = re.findall(r"web server ended .* started again in (\S+) s", served.said)
        assert pauses[:3] == ["0.5", "1", "2"]
        assert "which ends: broken on purpose" in served.said
        assert stop(served, signal.SIGINT) < STOPS_WITHIN_S
        assert served.survivors() == {}
