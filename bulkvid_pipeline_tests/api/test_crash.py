"""kill -9 of the API between launch and answer: whoever sends the request again gets the one job that there is."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
from dagster import RunsFilter

from bulkvid_pipeline.core import tags
from bulkvid_pipeline_tests.api.conftest import Bearer, home_of
from bulkvid_pipeline_tests.launch.fake_dagster import LOSE, Answer, FakeDagster, launched
from bulkvid_pipeline_tests.launch.instance_dagster import InstanceDagster
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace, idea

pytestmark = pytest.mark.faults


class ApiProcess:
    """The API in a process of its own."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/api"
        self._log = folder / f"api{self.port}.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", "--factory", "bulkvid_pipeline.api.app:create_app",
                 "--port", str(self.port)],
                cwd=folder, env={**os.environ, **environment}, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        wait_until(self._is_up, "the API did not start")

    def _is_up(self) -> bool:
        assert self.process.poll() is None, self._log.read_text()
        try:
            return requests.get(f"{self.url}/bulk-jobs", timeout=5).status_code == 401
        except requests.ConnectionError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def peer(workplace: Workplace) -> Iterator[InstanceDagster]:
    with InstanceDagster(instance=workplace.instance) as server:
        yield server


@ON_BOTH_DATABASES
@pytest.mark.parametrize("dies", ["after the run was made", "before the run was made"])
def test_a_dead_apis_request_is_gone_on_with_under_the_same_job_id(
    workplace: Workplace, peer: InstanceDagster, bearer: Bearer, dies: str
) -> None:
    asked, let_go = threading.Event(), threading.Event()

    def held(server: FakeDagster, params: Any) -> Answer | str:
        if dies == "after the run was made":
            server.add(params)
        asked.set()
        let_go.wait(120)
        return LOSE

    peer.launches = [held, launched]
    environment = {"DAGSTER_HOME": str(home_of(workplace)), "BULKVID_DAGSTER_URL": peer.url}
    sheet = workplace.sheet([idea("One"), idea("Two")])
    headers = bearer(lifetime_s=3600)

    first = ApiProcess(workplace.folder, environment)
    try:
        upload = requests.post(
            f"{first.url}/sheets", files={"file": ("ideas.csv", sheet.read_bytes())}, headers=headers, timeout=60
        )
        body = {"input_source": {"path": upload.json()["data"]["id"]}}
        keyed = {**headers, "Idempotency-Key": "spring-1"}

        def ask_in_vain() -> None:
            with pytest.raises(requests.ConnectionError):
                requests.post(f"{first.url}/bulk-jobs", json=body, headers=keyed, timeout=120)

        client = threading.Thread(target=ask_in_vain)
        client.start()
        assert asked.wait(120)
        in_flight = requests.post(f"{first.url}/bulk-jobs", json=body, headers=keyed, timeout=60)
        assert (in_flight.status_code, in_flight.json()["error"]["code"]) == (409, "IDEMPOTENCY_KEY_IN_USE")
    finally:
        first.kill()
    client.join()
    let_go.set()

    second = ApiProcess(workplace.folder, environment)
    try:
        answer = requests.post(f"{second.url}/bulk-jobs", json=body, headers=keyed, timeout=120)
        again = requests.post(f"{second.url}/bulk-jobs", json=body, headers=keyed, timeout=120)
    finally:
        second.kill()

    assert answer.status_code == 201, answer.text
    (run,) = workplace.instance.get_runs(RunsFilter(job_name=tags.JOB))
    created = answer.json()["data"]
    assert (created["id"], created["items_total"]) == (run.tags[tags.JOB_ID], 2)
    assert again.text == answer.text
    assert again.headers["Idempotent-Replayed"] == "true"
