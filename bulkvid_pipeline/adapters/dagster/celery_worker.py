"""A Celery worker that hands the runs it is asked for to somebody who executes them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from celery.exceptions import Reject
from celery.signals import worker_ready, worker_shutting_down

from bulkvid_pipeline.adapters.dagster.celery_broker import TASK, celery_app, queue_name, tasks_waiting
from bulkvid_pipeline.core.errors import ActionNotAllowedError

_log = logging.getLogger(__name__)


def serve_runs(
    broker_url: str,
    *,
    name: str,
    concurrency: int,
    execute: Callable[[str, str], None],
    on_ready: Callable[[], None],
    on_leaving: Callable[[], None],
) -> int:
    """Take runs of our code version from the broker until SIGTERM or SIGINT, then wait for those in work.

    A second SIGINT, or SIGQUIT, ends it at once.

    Args:
        broker_url: where the broker is.
        name: of this worker among all of the broker.
        concurrency: how many runs it executes at once.
        execute: is called, in a thread of its own, with a run's id and the code version that asked for it; returns when
            the run has ended. An ActionNotAllowedError gives the run back to the broker.
        on_ready: is called when it takes runs.
        on_leaving: is called once when it is told to leave, and must not wait.

    Returns:
        The exit code.

    Raises:
        ServiceUnavailableError: the broker does not answer at the start; later it is waited for.
    """
    app = celery_app(broker_url)
    tasks_waiting(app)

    @app.task(name=TASK)  # type: ignore[untyped-decorator]
    def _execute(run_id: str, version: str) -> None:
        try:
            execute(run_id, version)
        except ActionNotAllowedError as error:
            raise Reject(error.message, requeue=True) from error
        except Exception:
            _log.exception("Run %s could not be executed", run_id)

    def ready(**_: Any) -> None:
        on_ready()

    def leaving(**_: Any) -> None:
        on_leaving()

    worker_ready.connect(ready, weak=False)
    worker_shutting_down.connect(leaving, weak=False)
    worker = app.Worker(
        hostname=name,
        pool="threads",
        concurrency=concurrency,
        queues=[queue_name()],
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)
