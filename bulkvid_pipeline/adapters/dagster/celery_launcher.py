"""Dagster's launcher for runs that workers on many machines execute (see `bulkvid worker`)."""

from __future__ import annotations

import logging
import uuid

from dagster import DagsterRun
from dagster._core.launcher import CheckRunHealthResult, LaunchRunContext, WorkerStatus
from dagster._serdes import ConfigurableClassData
from dagster_celery.launcher import CeleryRunLauncher

from bulkvid_pipeline.adapters.code_version import code_version
from bulkvid_pipeline.adapters.dagster import celery_broker
from bulkvid_pipeline.adapters.dagster.run_launchers import ASKED_TAG, is_taken
from bulkvid_pipeline.adapters.dagster.run_tags import change_tags
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import ServiceUnavailableError

_log = logging.getLogger(__name__)


class WorkersLauncher(CeleryRunLauncher):  # type: ignore[misc]  # dagster-celery's types need Celery's, which are none
    """dagster-celery's launcher with our task, queue and fences.

    It differs in what is known of a run: dagster-celery asks the broker's result backend, which a restarted broker has
    lost; here the run's own status and heartbeat say it. And a broker that is away fails no run: it is asked for again
    by `services.liveness.waiting_runs`.
    """

    def __init__(self, broker_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(default_queue=celery_broker.queue_name(), broker=broker_url, inst_data=inst_data)
        self.celery = celery_broker.celery_app(broker_url)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Ask the workers for the run."""
        self.ask_workers(context.dagster_run.run_id)

    def ask_workers(self, run_id: str) -> None:
        """Ask for the run, as often as need be: it is executed once. A broker that is away is told of in its log."""
        task_id = str(uuid.uuid4())
        change_tags(self._instance, run_id, lambda _: {ASKED_TAG: task_id, tags.CODE: code_version()})
        try:
            celery_broker.send_run(self.celery, run_id, task_id)
            said = f"Waits for a `bulkvid worker` of code version {code_version()}."
        except ServiceUnavailableError as error:
            said = f"{error.message}. The run is asked for again until it answers."
            _log.warning("Run %s: %s", run_id, said)
        self._instance.report_engine_event(said, self._instance.get_run_by_id(run_id), cls=type(self))

    def tasks_waiting(self) -> int:
        """How many tasks wait for a worker of this code version; raises ServiceUnavailableError."""
        return celery_broker.tasks_waiting(self.celery)

    def terminate(self, run_id: str) -> bool:
        """Cancel a run: its worker sees that within a second; one that no worker has taken is canceled at once."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        if not is_taken(run):
            self._instance.report_run_canceled(run)
        return True

    @property
    def supports_resume_run(self) -> bool:
        """No: a lost run's finished rows are kept, and the next run makes the others."""
        return False

    @property
    def supports_check_run_worker_health(self) -> bool:
        """No: `services.liveness.orphans` looks at heartbeats."""
        return False

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:  # noqa: ARG002
        return CheckRunHealthResult(WorkerStatus.UNKNOWN, "Heartbeats say whether a run lives")

    def get_run_worker_debug_info(
        self,
        run: DagsterRun,
        include_container_logs: bool | None = True,  # noqa: ARG002
    ) -> str | None:
        return f"Worker's process: {run.tags.get(tags.PROCESS, 'none')}"
