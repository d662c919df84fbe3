"""Handing a bulk job to Dagster's run queue, over the web server's GraphQL. Nothing runs in this process.

The daemon starts queued runs by `dagster/priority`, the highest first; `core/options` and the README say which a job
gets. Once runs are at work, render slots are shared by the job's own priority.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from types import MappingProxyType

from dagster import DagsterInstance, DagsterRunStatus

from bulkvid_pipeline.adapters.dagster.web_server import AnswerLostError, DagsterWebServer, JobPlace
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import BulkVideoError, InvalidRequestError, ServiceUnavailableError
from bulkvid_pipeline.core.jobs import Scope
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.jobs.jobs import generation_tags_of
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline.settings import Settings

TRIES = 2
APPEARS_WITHIN_S = 10.0
"""How long a run may take to appear after the answer about it was lost: a launch takes well under a second."""
INTERRUPTED_S = 2.0
"""The same, where somebody who has pressed Ctrl-C is waiting."""
LOOK_EVERY_S = 0.5
NOT_QUEUED = DagsterRunStatus.NOT_STARTED.value


@dataclass(frozen=True)
class Launch:
    """One launch of a job, which makes one run however often it is tried.

    Attributes:
        job_id: the job that the run belongs to.
        id: by which the run is found where the answer about it was lost.
        rows: how many rows it will render, if that is known.
        only: the keys of the rows that it is about; empty: all rows of the sheet.
        canary: the keys of rows after which it pauses the job.
        tried_at: epoch seconds at which somebody may have tried it before and died; None: it is new.
    """

    job_id: str
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    rows: int | None = None
    only: tuple[str, ...] = ()
    canary: tuple[str, ...] = ()
    tried_at: float | None = None


def hand_over(spec: BulkJobSpec, launch: Launch, instance: DagsterInstance, settings: Settings) -> str:
    """Have Dagster's queue run the job; returns the run's id. There is one run after it, or none and an error.

    An interrupt (Ctrl-C) takes the run back and is raised again.

    Raises:
        AnswerLostError: the run may still appear; the same launch may be tried again.
        InvalidSpecError: the web server's code does not take the spec.
        AuthenticationError, AccessDeniedError: the web server does not let us launch.
        ServiceUnavailableError: there is no web server, it has not loaded our code, or it fails.
        InvalidRequestError: the web server keeps its runs elsewhere than `instance` does.
    """
    with DagsterWebServer(settings.dagster_url.get_secret_value(), settings.network_timeout_s) as server:
        place = server.find_job(tags.JOB, preferred_location=tags.DEFINITIONS_MODULE)
        try:
            run_id = launch_once(server, place, spec, launch, generation_tags_of(instance, launch.job_id))
        except KeyboardInterrupt:
            _appeared(server, launch.id, INTERRUPTED_S)
            _withdraw_all_but("", server, launch.id)
            raise
        if instance.get_run_by_id(run_id) is None:
            server.withdraw(run_id)
            raise InvalidRequestError(
                f"The Dagster web server at {server.address} keeps its runs elsewhere than this command does",
                fix="Give both the same DAGSTER_HOME and BULKVID_POSTGRES_URL, or set BULKVID_DAGSTER_URL to another",
            )
        return run_id


def launch_once(
    server: DagsterWebServer,
    place: JobPlace,
    spec: BulkJobSpec,
    launch: Launch,
    inherited: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Launch the job, unless its run is there already; returns the run's id.

    `inherited` are tags of its runs before: what makes its rows is said by them alone, never by a request.
    """
    run_tags = {**inherited, **queue_tags(spec, launch.job_id, launch.rows), tags.LAUNCH: launch.id}
    if launch.only:
        run_tags[tags.SCOPE] = Scope.ROWS.value
    if launch.tried_at is not None:
        left_s = APPEARS_WITHIN_S - (time.time() - launch.tried_at)
        if (run_id := _appeared(server, launch.id, left_s)) is not None:
            return run_id
    for attempt in range(1, TRIES + 1):
        try:
            run_id = server.launch(place, run_config_of(spec, only=launch.only, canary=launch.canary), run_tags)
        except AnswerLostError:
            run_id = _appeared(server, launch.id, APPEARS_WITHIN_S)
            if run_id is None and attempt == TRIES:
                raise
        except BulkVideoError:
            # Dagster makes the run before it hands it to the queue: what failed between leaves one that never begins.
            _withdraw_all_but("", server, launch.id)
            raise
        if run_id is not None and (attempt > 1 or launch.tried_at is not None):
            _withdraw_all_but(run_id, server, launch.id)  # a try before may have come through at last
        if run_id is not None:
            return run_id
    raise AssertionError("the last try has returned or raised")


def _appeared(server: DagsterWebServer, launch_id: str, within_s: float) -> str | None:
    """The run whose answer was lost, once it is seen to be in the queue; None where there is none in time."""
    end = time.monotonic() + within_s
    while True:
        try:
            found = server.runs_with_tag(tags.LAUNCH, launch_id)
        except ServiceUnavailableError:
            found = {}  # it may come back in time
        queued = [run_id for run_id, status in found.items() if status != NOT_QUEUED]
        if queued:
            return queued[-1]
        if time.monotonic() > end:
            return None
        time.sleep(LOOK_EVERY_S)


def _withdraw_all_but(run_id: str, server: DagsterWebServer, launch_id: str) -> None:
    for other in server.runs_with_tag(tags.LAUNCH, launch_id):
        if other != run_id:
            server.withdraw(other)


def queue_tags(spec: BulkJobSpec, job_id: str, rows: int | None = None) -> dict[str, str]:
    """What is known of a job before it has begun, as tags of its run."""
    source = spec.input_source
    title = spec.title or (PurePath(source.path).name if source.path else source.sheet_id or "")
    found = {
        tags.JOB_ID: job_id,
        tags.TITLE: title,
        tags.USER: spec.user_id,
        tags.PROJECT: spec.project_id,
        tags.PRIORITY: spec.priority.value,
        tags.QUEUE_PRIORITY: str(spec.priority.in_queue),
        tags.PROGRESS: "" if rows is None else json.dumps({"total": rows}),
    }
    return {name: value for name, value in found.items() if value}
