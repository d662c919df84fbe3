"""Handing a job to Dagster's queue: what the web server may answer, and that there is one run after it or none."""

from __future__ import annotations

import base64
import dataclasses
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from dagster import DagsterInstance, DagsterRun, RunRecord, RunsFilter
from pydantic import SecretStr

from bulkvid_pipeline.adapters.dagster.web_server import DagsterWebServer
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import (
    AccessDeniedError,
    AuthenticationError,
    BulkVideoError,
    InvalidRequestError,
    InvalidSpecError,
    ServiceUnavailableError,
)
from bulkvid_pipeline.core.options import Priority
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.launch import queue
from bulkvid_pipeline.launch.queue import Launch, hand_over, queue_tags
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.launch.fake_dagster import (
    Deed,
    FakeDagster,
    begun_without_saying,
    launched,
    launched_without_saying,
    locations,
    lost,
    refused,
)

SPEC = BulkJobSpec.for_input("ideas.csv", title="Spring", priority="urgent", user_id="ana", project_id="news")
JOB_ID = "job_0123456789ab"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDagster]:
    monkeypatch.setattr(queue, "APPEARS_WITHIN_S", 0.3)
    monkeypatch.setattr(queue, "LOOK_EVERY_S", 0.05)
    with FakeDagster() as server:
        yield server


class SameInstance(DagsterInstance):
    """An instance that has every run that the stand-in has; `before` are the job's runs of before."""

    def __init__(self, server: FakeDagster, *before: DagsterRun) -> None:
        self._known = server
        self._before = before

    def get_run_records(self, filters: RunsFilter | None = None, *_: object, **__: object) -> list[RunRecord]:
        wanted = filters.tags.get(tags.JOB_ID, ()) if filters else ()
        now = datetime.now(UTC)
        return [RunRecord(1, run, now, now) for run in self._before if run.tags[tags.JOB_ID] in wanted]

    def get_run_by_id(self, run_id: str) -> DagsterRun | None:
        known = {run.run_id: run.tags for run in self._known.runs}
        return DagsterRun(tags.JOB, run_id=run_id, tags=known[run_id]) if run_id in known else None


def hand_to(server: FakeDagster, url: str = "", spec: BulkJobSpec = SPEC) -> str:
    settings = Settings(dagster_url=SecretStr(url or server.url), network_timeout_s=5)
    return hand_over(spec, Launch(JOB_ID), SameInstance(server), settings)


def test_the_run_carries_what_is_known_of_the_job_and_the_spec_is_its_config(server: FakeDagster) -> None:
    run_id = hand_to(server)

    (run,) = server.runs
    assert run.run_id == run_id
    launch_id = run.tags[tags.LAUNCH]
    assert run.tags == {
        tags.JOB_ID: JOB_ID,
        tags.TITLE: "Spring",
        tags.USER: "ana",
        tags.PROJECT: "news",
        tags.PRIORITY: "urgent",
        "dagster/priority": "30",
        tags.LAUNCH: launch_id,
    }
    (asked,) = server.asked
    assert asked["runConfigData"]["resources"][tags.SPEC_RESOURCE]["config"]["title"] == "Spring"


def test_what_makes_a_jobs_rows_is_said_by_its_runs_before_and_by_nothing_else(server: FakeDagster) -> None:
    own = {tags.GENERATION: "videos:Custom", tags.ENGINE: "generation-videos:Custom"}
    before = DagsterRun(tags.JOB, run_id="before", tags={tags.JOB_ID: JOB_ID, tags.REPORT: "none", **own})
    settings = Settings(dagster_url=SecretStr(server.url), network_timeout_s=5)
    hand_over(SPEC, Launch(JOB_ID), SameInstance(server, before), settings)
    hand_over(SPEC, Launch("job_other"), SameInstance(server, before), settings)

    again, other = (run.tags for run in server.runs)
    assert own.items() <= again.items()
    assert tags.REPORT not in again
    assert own.keys().isdisjoint(other)


@pytest.mark.parametrize("name", ["tags", tags.GENERATION, "generation", "generation_class", "run_tags"])
def test_no_spec_names_what_makes_its_rows(name: str) -> None:
    with pytest.raises(InvalidSpecError):
        BulkJobSpec.parse({**SPEC.model_dump(mode="json", exclude_none=True), name: {tags.GENERATION: "os:system"}})


def test_dagster_starts_the_more_urgent_job_first_and_a_low_one_after_what_has_no_priority() -> None:
    values = [int(queue_tags(SPEC.model_copy(update={"priority": p}), JOB_ID)["dagster/priority"]) for p in Priority]

    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(Priority)
    assert values[-1] < 0 == values[-2]


def test_a_job_without_a_title_goes_by_its_sheet() -> None:
    assert queue_tags(BulkJobSpec.for_input("/sheets/ideas.csv"), JOB_ID)[tags.TITLE] == "ideas.csv"


def test_the_code_location_is_found_by_the_job_that_it_has(server: FakeDagster) -> None:
    server.workspace = locations(other=["etl"], ours_as_somebody_named_it=["etl", tags.JOB])

    hand_to(server)

    assert server.asked[0]["selector"] == {
        "repositoryLocationName": "ours_as_somebody_named_it",
        "repositoryName": "__repository__",
        "jobName": tags.JOB,
    }


def test_of_several_locations_ours_is_taken_by_its_own_name(server: FakeDagster) -> None:
    server.workspace = locations(copy=[tags.JOB], bulkvid_pipeline__definitions=[tags.JOB])

    hand_to(server)

    assert server.asked[0]["selector"]["repositoryLocationName"] == "bulkvid_pipeline.definitions"


def test_several_locations_of_which_none_has_our_name_are_refused_by_name(server: FakeDagster) -> None:
    server.workspace = locations(blue=[tags.JOB], green=[tags.JOB])

    with pytest.raises(InvalidRequestError, match="blue, green"):
        hand_to(server)


def test_a_server_without_the_job_says_which_code_could_not_be_loaded_and_why(server: FakeDagster) -> None:
    broken = {"__typename": "PythonError", "message": "ImportError: no module named\n  skia"}
    server.workspace = locations(other=["etl"])
    server.workspace["locationEntries"].append({"name": "ours", "loadStatus": "LOADED", "locationOrLoadError": broken})

    with pytest.raises(ServiceUnavailableError, match="ours could not be loaded: ImportError: no module named skia"):
        hand_to(server)


@pytest.mark.parametrize(
    ("deed", "kind", "words"),
    [
        (
            refused("RunConfigValidationInvalid", errors=[{"message": 'Value "asap" is\nno priority'}]),
            InvalidSpecError,
            'Value "asap" is no priority',
        ),
        (refused("PythonError", message="OSError: disk full", half_made=True), ServiceUnavailableError, "disk full"),
        (refused("PipelineNotFoundError", message="Could not find it"), ServiceUnavailableError, "lost the job"),
        (refused("UnauthorizedError", message="Not allowed"), AccessDeniedError, "may not launch"),
        (refused("SomethingNew"), ServiceUnavailableError, "SomethingNew"),
    ],
)
def test_a_refusal_says_why_and_leaves_no_run(
    server: FakeDagster, deed: Deed, kind: type[BulkVideoError], words: str
) -> None:
    server.launches = [deed]

    with pytest.raises(kind, match=words) as caught:
        hand_to(server)

    assert caught.value.fix
    assert server.runs == []
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "deeds",
    [
        [launched_without_saying],
        [lost, launched],
        [begun_without_saying, launched],
        [lost, launched_without_saying],
        [begun_without_saying, launched_without_saying],
    ],
)
def test_there_is_one_run_however_the_first_answer_was_lost(server: FakeDagster, deeds: list[Deed]) -> None:
    server.launches = [*deeds]

    run_id = hand_to(server)

    assert [(run.run_id, run.status) for run in server.runs] == [(run_id, "QUEUED")]


def test_a_run_that_comes_late_of_the_first_try_is_taken_back(server: FakeDagster) -> None:
    def launched_twice(house: FakeDagster, params: Any) -> Any:
        house.add(server.asked[0])
        return launched(house, params)

    server.launches = [lost, launched_twice]

    run_id = hand_to(server)

    assert [run.run_id for run in server.runs] == [run_id]


def test_a_launch_that_somebody_tried_before_finds_its_run(server: FakeDagster) -> None:
    first = Launch(JOB_ID)
    run_id = hand_over(SPEC, first, SameInstance(server), Settings(dagster_url=SecretStr(server.url)))

    again = dataclasses.replace(first, tried_at=time.time())

    assert hand_over(SPEC, again, SameInstance(server), Settings(dagster_url=SecretStr(server.url))) == run_id
    assert len(server.asked) == 1


def test_a_launch_that_somebody_tried_in_vain_is_made_and_what_comes_late_of_the_try_is_taken_back(
    server: FakeDagster,
) -> None:
    launch = Launch(JOB_ID, tried_at=time.time() - 60)

    def launched_twice(house: FakeDagster, params: Any) -> Any:
        house.add(params)  # the first try's, at last
        return launched(house, params)

    server.launches = [launched_twice]

    run_id = hand_over(SPEC, launch, SameInstance(server), Settings(dagster_url=SecretStr(server.url)))

    assert [run.run_id for run in server.runs] == [run_id]


def test_chosen_rows_are_in_the_runs_config_and_its_scope_says_that_it_is_about_them(server: FakeDagster) -> None:
    launch = Launch(JOB_ID, only=("one", "two"))

    hand_over(SPEC, launch, SameInstance(server), Settings(dagster_url=SecretStr(server.url)))

    assert server.asked[0]["runConfigData"]["ops"] == {tags.BATCH_ASSET: {"config": {"only": ["one", "two"]}}}
    assert server.runs[0].tags[tags.SCOPE] == "rows"


def test_a_server_that_loses_every_request_is_unavailable_and_has_no_run(server: FakeDagster) -> None:
    server.launches = [lost]

    with pytest.raises(ServiceUnavailableError, match="did not answer"):
        hand_to(server)

    assert server.runs == []
    assert len(server.asked) == 2


def test_a_server_that_is_not_there_is_unavailable(server: FakeDagster) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ServiceUnavailableError, match=r"Processing service unavailable: .* cannot be reached"):
            hand_to(server, url)


def test_a_server_over_another_instance_keeps_nothing(server: FakeDagster) -> None:
    class Elsewhere(SameInstance):
        def get_run_by_id(self, run_id: str) -> DagsterRun | None:  # noqa: ARG002
            return None

    settings = Settings(dagster_url=SecretStr(server.url))
    with pytest.raises(InvalidRequestError, match="keeps its runs elsewhere"):
        hand_over(SPEC, Launch(JOB_ID), Elsewhere(server), settings)

    assert server.runs == []


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (401, "", AuthenticationError, "who we are"),
        (403, "", AccessDeniedError, "let us in"),
        (200, "<html>Welcome</html>", ServiceUnavailableError, "not as Dagster does"),
        (404, "Not found", ServiceUnavailableError, "answered 404"),
        (302, "", ServiceUnavailableError, "answered 302"),
        (200, "[]", ServiceUnavailableError, "not as Dagster does"),
        (400, '{"errors": [{"message": "Cannot query field x"}]}', ServiceUnavailableError, "Cannot query field x"),
        (503, "busy", ServiceUnavailableError, "answered 503"),
    ],
)
def test_whatever_else_answers_there_is_named(
    server: FakeDagster, status: int, body: str, kind: type[BulkVideoError], words: str
) -> None:
    server.status, server.body = status, body

    with pytest.raises(kind, match=words):
        hand_to(server)


@pytest.mark.parametrize("url", ["127.0.0.1:3000", "ftp://host", "http://", "http://host:port", "http://[::1", ""])
def test_what_is_no_address_of_a_web_server_is_refused(server: FakeDagster, url: str) -> None:
    with pytest.raises(InvalidRequestError, match="BULKVID_DAGSTER_URL"):
        hand_over(SPEC, Launch(JOB_ID), SameInstance(server), Settings(dagster_url=SecretStr(url)))


def test_a_password_in_the_address_is_used_and_never_shown(server: FakeDagster) -> None:
    url = server.url.replace("http://", "http://ana:s3cret@") + "/graphql"
    server.launches = [refused("PythonError", message="no")]

    with pytest.raises(ServiceUnavailableError) as caught:
        hand_to(server, url)

    assert "s3cret" not in str(caught.value)
    assert server.authorization == "Basic " + base64.b64encode(b"ana:s3cret").decode()


def test_a_proxy_of_the_environment_is_not_asked_for_a_server_of_this_machine(
    server: FakeDagster, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    assert hand_to(server)


def test_ctrl_c_while_the_job_is_handed_over_leaves_no_run(
    server: FakeDagster, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch = DagsterWebServer.launch

    def interrupted(*arguments: Any) -> str:
        launch(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(DagsterWebServer, "launch", interrupted)

    with pytest.raises(KeyboardInterrupt):
        hand_to(server)

    assert len(server.asked) == 1
    assert server.runs == []
