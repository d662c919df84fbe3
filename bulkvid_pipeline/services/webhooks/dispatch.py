"""Telling callbacks about jobs: messages are put down with `notify` and sent with `deliver_due`, by any process.

A message is sent at least once, always under the same webhook-id, by which its receiver can drop repeats. Who sends it
claims it first for a minute; a sender that dies leaves it to the next one when that time is over.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import random
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

from dagster import DagsterInstance

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.adapters.stopping import in_daemon_thread
from bulkvid_pipeline.adapters.webhooks import Delivery, check_secret
from bulkvid_pipeline.adapters.webhooks.delivery import canonical_json, deliver
from bulkvid_pipeline.adapters.webhooks.outbox import Message, Outbox, Outcome
from bulkvid_pipeline.core.errors import ActionNotAllowedError, InvalidRequestError, NotFoundError
from bulkvid_pipeline.services.webhooks.schedule import after_try, claimed_at, in_ms, to_moment, to_ms

_LOG = logging.getLogger(__name__)

MOST_TIMEOUT_S = 20.0
MOST_AT_A_TIME = 500
MOST_WAITING, MOST_ENDED = 10_000, 2_000
KEEP_ENDED = timedelta(days=30)


class Send(Protocol):
    """`adapters.webhooks.deliver`, or it with a resolver and authorities of one's own."""

    def __call__(
        self,
        url: str,
        payload: Mapping[str, object],
        /,
        *,
        secret: str,
        message_id: str,
        timestamp: datetime,
        timeout_s: float,
        allow_private: bool,
    ) -> Delivery: ...


@dataclass(frozen=True)
class Attempt:
    """One try to send one message; `number` counts from 1, `code` and `error` are empty if it was taken."""

    message_id: str
    job_id: str
    event_type: str
    number: int
    at: datetime
    status: int | None
    duration_ms: int
    code: str
    error: str

    @property
    def delivered(self) -> bool:
        return not self.code


def notify(
    instance: DagsterInstance,
    run_id: str,
    job_id: str,
    event_type: str,
    payload: Mapping[str, object],
    url: str,
    *,
    now: datetime | None = None,
) -> str:
    """Put a message down that is due at once; returns its id. Nothing is sent here.

    A run says each thing once: the id is made of the run, the type and the payload's `state` (of the whole payload, if
    it has none), and a message that is already there stays as it is. What several runs of a job say together they say
    in the name of the first of them.

    Raises:
        InvalidRequestError: the payload is no JSON, or longer than 20 kB.
        ServiceUnavailableError: the instance's database did not answer.
    """
    moment = to_ms(now or datetime.now(UTC))
    body = canonical_json(payload).decode()
    said = json.dumps([run_id, job_id, str(event_type), str(payload.get("state") or body)])
    message = Message(
        id=f"msg_{hashlib.sha256(said.encode()).hexdigest()[:27]}",
        run_id=run_id,
        job_id=job_id,
        type=str(event_type),
        url=url,
        body=body,
        created_ms=moment,
        due_ms=moment,
    )
    outbox = Outbox(instance)
    outbox.add(message)
    outbox.bound(most_waiting=MOST_WAITING, most_ended=MOST_ENDED, ended_before_ms=moment - in_ms(KEEP_ENDED))
    return message.id


def deliver_due(
    instance: DagsterInstance,
    now: datetime,
    *,
    secret: str,
    allow_private: bool,
    timeout_s: float = 10.0,
    budget_s: float = 30.0,
    at_once: int = 4,
    types: Collection[str] | None = None,
    send: Send = deliver,
    uniform: Callable[[float, float], float] = random.uniform,
) -> list[Attempt]:
    """Send what is due, and record how each try ended; several processes may do so at once.

    Messages of one job go one after the other, in their order; a message that waits for its next try holds up none.

    Args:
        now: the time; while this works it goes on from there.
        timeout_s: wall-clock limit of one try, at most 20 s.
        budget_s: after this long no further try begins, so that it returns within `budget_s + timeout_s`.
        at_once: tries that run side by side.
        types: only messages of these types; None for all.

    Raises:
        InvalidRequestError: the secret is none, or a figure is out of its bounds.
        ServiceUnavailableError: the instance's database did not answer.
    """
    check_secret(secret)
    if not 0 < timeout_s <= MOST_TIMEOUT_S or at_once < 1:
        raise InvalidRequestError(
            f"Webhooks cannot be sent with a timeout of {timeout_s} s, {at_once} at once",
            fix=f"Use a timeout of at most {MOST_TIMEOUT_S:g} s, and at least one at once",
        )

    def attempt(message: Message, at: datetime) -> Delivery:
        # A sender sends the messages of all jobs, whoever's process it is.
        with exchanges.for_job(message.job_id), exchanges.attempt(len(message.tries) + 1):
            return send(
                message.url,
                json.loads(message.body),
                secret=secret,
                message_id=message.id,
                timestamp=at,
                timeout_s=timeout_s,
                allow_private=allow_private,
            )

    return _Round(instance, _Clock(now), budget_s, uniform, types).send_all(attempt, at_once)


def attempts(instance: DagsterInstance, job_id: str) -> list[Attempt]:
    """All recorded tries of a job's messages, in the order of time."""
    made = [
        _attempt_of(message, number)
        for message in Outbox(instance).of_job(job_id)
        for number in range(1, len(message.tries) + 1)
    ]
    return sorted(made, key=lambda attempt: attempt.at)


def messages(instance: DagsterInstance, job_id: str) -> list[Message]:
    """A job's messages with their outcomes, in the order in which they were put down."""
    return Outbox(instance).of_job(job_id)


def replay(instance: DagsterInstance, message_id: str, *, now: datetime | None = None) -> None:
    """Make a message due at once, however it ended, under its old id; its schedule begins anew.

    Raises:
        NotFoundError: there is no such message, or none any more.
        ActionNotAllowedError: it is being sent right now.
    """
    moment = to_ms(now or datetime.now(UTC))
    outbox = Outbox(instance)
    while (message := outbox.find(message_id)) is not None:
        if message.claimed_ms is not None and message.due_ms > moment:
            raise ActionNotAllowedError(
                f"Message {message_id} cannot be replayed while it is being sent", fix="Try again in a minute"
            )
        fresh = dataclasses.replace(message, due_ms=moment, outcome=Outcome.WAITING, since_ms=None, failures=0)
        if outbox.swap(message, fresh) is not None:
            return
    raise NotFoundError(
        f"There is no webhook message {message_id}", fix=f"Ended messages are kept for {KEEP_ENDED.days} days"
    )


class _Clock:
    """The caller's time, which goes on while we work."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)
        self._began = time.monotonic()

    def worked_s(self) -> float:
        return time.monotonic() - self._began

    def now(self) -> datetime:
        return self._now + timedelta(seconds=self.worked_s())


class _Round:
    """One call of `deliver_due`. The database is used by its own thread alone, the network by those of the tries."""

    def __init__(
        self,
        instance: DagsterInstance,
        clock: _Clock,
        budget_s: float,
        uniform: Callable[[float, float], float],
        types: Collection[str] | None,
    ) -> None:
        self._types = types
        self._instance = instance
        self._outbox = Outbox(instance)
        self._clock = clock
        self._budget_s = budget_s
        self._uniform = uniform

    def send_all(self, attempt: Callable[[Message, datetime], Delivery], at_once: int) -> list[Attempt]:
        queues = self._queues()
        sending: dict[Future[Delivery], tuple[str, Message]] = {}
        made: list[Attempt] = []
        while queues or sending:
            busy = {job for job, _ in sending.values()}
            for job in [job for job in queues if job not in busy][: at_once - len(sending)]:
                claimed = self._claim_first(queues, job)
                if claimed is not None:
                    trying = in_daemon_thread(partial(attempt, claimed, self._clock.now()), "callback")
                    sending[trying] = (job, claimed)
            for future in wait(sending, return_when=FIRST_COMPLETED).done if sending else ():
                _, message = sending.pop(future)
                made.append(self._record(message, future.result()))
        return made

    def _queues(self) -> dict[str, deque[str]]:
        queues: dict[str, deque[str]] = {}
        for key in self._outbox.due(to_ms(self._clock.now()), MOST_AT_A_TIME):
            queues.setdefault(key.rpartition("/")[0], deque()).append(key)
        return queues

    def _claim_first(self, queues: dict[str, deque[str]], job: str) -> Message | None:
        """Claim the job's next message; empties `queues` when the time is over."""
        if self._clock.worked_s() > self._budget_s:
            queues.clear()
            return None
        claimed = self._claim(queues[job].popleft())
        if not queues[job]:
            del queues[job]
        return claimed

    def _claim(self, key: str) -> Message | None:
        moment = to_ms(self._clock.now())
        message = self._outbox.read(key)
        if message is None or message.outcome is not Outcome.WAITING or message.due_ms > moment:
            return None
        if self._types is not None and message.type not in self._types:
            return None
        return self._outbox.swap(message, claimed_at(message, moment))

    def _record(self, claimed: Message, delivery: Delivery) -> Attempt:
        current: Message | None = claimed
        after = claimed
        while current is not None:
            ours = current.stored == claimed.stored  # else our claim lapsed, and somebody else went on
            after = after_try(current, delivery, to_ms(self._clock.now()), ours=ours, uniform=self._uniform)
            if self._outbox.swap(current, after) is not None:
                break
            current = self._outbox.read(claimed.key)
        self._tell_run(after, delivery)
        return _attempt_of(after, len(after.tries))

    def _tell_run(self, message: Message, delivery: Delivery) -> None:
        """Leave a line in the run's log for those who look at it in the web UI; what counts stands in the outbox."""
        error = delivery.error
        result = error.message if error else f"taken ({delivery.status})"
        waits = message.outcome is Outcome.WAITING
        follows = f"; next try at {to_moment(message.due_ms):%Y-%m-%d %H:%M:%S} UTC" if waits else ""
        text = f"Webhook {message.type} {message.id}, try {len(message.tries)}: {result}{follows}"
        _LOG.log(logging.WARNING if error else logging.INFO, "Job %s: %s", message.job_id, text)
        run = self._instance.get_run_by_id(message.run_id)
        if run is not None:
            self._instance.report_engine_event(text, run)


def _attempt_of(message: Message, number: int) -> Attempt:
    one = message.tries[number - 1]
    return Attempt(
        message.id,
        message.job_id,
        message.type,
        number,
        to_moment(one.at_ms),
        one.status,
        one.duration_ms,
        one.code,
        one.error,
    )
