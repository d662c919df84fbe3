"""What becomes of a message when it is taken up and when a try has ended: decided here, kept by the outbox."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bulkvid_pipeline.adapters.webhooks import Delivery
from bulkvid_pipeline.adapters.webhooks.outbox import Message, Outcome, Try
from bulkvid_pipeline.core.errors import CallbackGoneError, CallbackTargetRefusedError, InvalidRequestError

DELAYS_S = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
"""Pauses after each failed try, as senders of Standard Webhooks keep them; the last is cut to end with the day."""
GIVE_UP_AFTER = timedelta(days=1)
JITTER = 0.1
"""Each pause is drawn from 90 to 110 % of its length, so that messages which failed together part."""
LEASE = timedelta(seconds=60)
"""How long a claim lasts: several times what a try may take, so that clocks of machines may differ by seconds."""
MOST_TRIES_KEPT = 32
INTERRUPTED = "INTERRUPTED"
"""Code of a try whose sender died before it could say how it ended."""


def claimed_at(message: Message, moment_ms: int) -> Message:
    """The message in the hands of a sender; a try that an earlier one left open is recorded as interrupted."""
    tries = message.tries
    if message.claimed_ms is not None:
        tries += (Try(message.claimed_ms, None, 0, INTERRUPTED, "The sender stopped before it knew the answer"),)
    return dataclasses.replace(
        message,
        due_ms=moment_ms + in_ms(LEASE),
        since_ms=moment_ms if message.since_ms is None else message.since_ms,
        claimed_ms=moment_ms,
        tries=tries[-MOST_TRIES_KEPT:],
    )


def after_try(
    message: Message, delivery: Delivery, moment_ms: int, *, ours: bool, uniform: Callable[[float, float], float]
) -> Message:
    """The message after a try.

    Args:
        ours: whether the one who tried still holds the claim. If not, its failure changes nothing for whoever does.
        uniform: draws a number between two.
    """
    error = delivery.error
    one = Try(
        to_ms(delivery.at),
        delivery.status,
        delivery.duration_ms,
        error.code if error else "",
        error.message if error else "",
    )
    message = dataclasses.replace(message, tries=(*message.tries, one)[-MOST_TRIES_KEPT:])
    if error is not None and not ours:
        return message
    message = dataclasses.replace(message, claimed_ms=None, due_ms=moment_ms)
    if error is None:
        return dataclasses.replace(message, outcome=Outcome.DELIVERED)
    if isinstance(error, CallbackGoneError):
        return dataclasses.replace(message, outcome=Outcome.GONE)
    if isinstance(error, CallbackTargetRefusedError | InvalidRequestError):
        return dataclasses.replace(message, outcome=Outcome.REFUSED)
    return _waiting_again(message, moment_ms, error.retry_after or 0.0, uniform)


def _waiting_again(
    message: Message, moment_ms: int, retry_after_s: float, uniform: Callable[[float, float], float]
) -> Message:
    day_s = GIVE_UP_AFTER.total_seconds()
    last = (moment_ms if message.since_ms is None else message.since_ms) + in_ms(GIVE_UP_AFTER)
    failures = message.failures + 1
    if failures > len(DELAYS_S) or moment_ms >= last:
        return dataclasses.replace(message, outcome=Outcome.GIVEN_UP, failures=failures)
    pause = DELAYS_S[message.failures] * uniform(1 - JITTER, 1 + JITTER)
    pause = min(max(pause, retry_after_s), day_s)
    return dataclasses.replace(message, due_ms=min(moment_ms + round(pause * 1000), last), failures=failures)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def in_ms(length: timedelta) -> int:
    """A length of time in milliseconds."""
    return length // timedelta(milliseconds=1)


def to_moment(ms: int) -> datetime:
    """The moment so many milliseconds after 1970, in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)
