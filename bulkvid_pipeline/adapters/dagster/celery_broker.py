"""Runs as Celery tasks: what launcher and workers agree on. Imported only where a broker is named (extra `celery`).

There is no result backend: whether a run is at work is said by its heartbeat, and what came of it by its status. So
nothing hangs on what a broker remembers.

Each code version has a queue of its own, so that a worker never even sees runs of another version.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from celery import Celery
from kombu.entity import Exchange, Queue
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from bulkvid_pipeline.adapters.code_version import code_version
from bulkvid_pipeline.core.errors import ServiceUnavailableError

TASK = "bulkvid.execute_run"
EXCHANGE = Exchange("bulkvid", type="direct", durable=True)
CONNECT_S = 4.0


def queue_name(version: str | None = None) -> str:
    """The queue of a code version; of ours if none is given."""
    return f"bulkvid.{version or code_version()}"


def celery_app(broker_url: str) -> Celery:
    """The Celery application of workers and launcher at that broker."""
    app = Celery("bulkvid", broker=broker_url, set_as_current=False)
    name = queue_name()
    app.conf.update(
        task_queues=[Queue(name, EXCHANGE, routing_key=name, durable=True)],
        task_default_queue=name,
        task_ignore_result=True,
        task_acks_late=True,
        # Who renders for an hour must not hold the next run back from a worker that is free.
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=CONNECT_S,
        broker_transport_options={"socket_connect_timeout": CONNECT_S, "socket_keepalive": True},
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
    )
    return app


def send_run(app: Celery, run_id: str, task_id: str) -> None:
    """Ask the workers of our code version to execute the run.

    Raises:
        ServiceUnavailableError: the broker does not take it.
    """
    with broker_faults():
        app.send_task(
            TASK,
            (run_id, code_version()),
            task_id=task_id,
            queue=queue_name(),
            retry=True,
            retry_policy={"max_retries": 1, "interval_start": 0.2},
        )


def tasks_waiting(app: Celery) -> int:
    """How many tasks no worker has begun in our queue.

    Raises:
        ServiceUnavailableError: the broker does not answer.
    """
    with broker_faults(), app.connection_for_read() as connection:
        connection.ensure_connection(max_retries=1, timeout=CONNECT_S)
        bound = app.conf.task_queues[0].bind(connection.default_channel)
        return int(bound.queue_declare(passive=False).message_count)


@contextmanager
def broker_faults() -> Iterator[None]:
    """What a broker's libraries raise, in one error of ours.

    Raises:
        ServiceUnavailableError: the broker did not do it.
    """
    try:
        yield
    except (KombuError, RedisError, OSError) as error:
        raise ServiceUnavailableError(
            f"The broker of the workers did not answer: {' '.join(str(error).split())[:200]}",
            fix="Check that the broker runs, and that BULKVID_BROKER_URL names it, its user and password",
        ) from error
