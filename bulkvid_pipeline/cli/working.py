"""`bulkvid worker`."""

from __future__ import annotations

import socket
import sys
import uuid

from bulkvid_pipeline.settings import dagster_home, settings


def work(*, concurrency: int, name: str | None, grace_s: float) -> int:
    """Execute runs that the broker hands out until SIGTERM or Ctrl-C; returns the exit code.

    Raises:
        InvalidSettingsError: broker or database cannot be used as the settings have them; see `broker_url`.
        ServiceUnavailableError: broker or database does not answer.
    """
    from bulkvid_pipeline.services.workers.broker import broker_url, require_workers_launcher

    url = broker_url(settings())
    called = f"{name or 'bulkvid'}-{uuid.uuid4().hex[:6]}@{socket.gethostname()}"
    from bulkvid_pipeline.adapters.code_version import code_version
    from bulkvid_pipeline.adapters.dagster.celery_worker import serve_runs
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.workers.run_worker import RunWorker

    with open_instance(dagster_home()) as instance:
        require_workers_launcher(instance, settings())
        worker = RunWorker(instance, called, grace_s, _say)
        code = serve_runs(
            url,
            name=called,
            concurrency=concurrency,
            execute=worker.execute,
            on_ready=lambda: print(f"bulkvid worker {called} takes runs of code version {code_version()}", flush=True),
            on_leaving=worker.leave,
        )
        _say("bulkvid worker: stopped.")
    return code


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
