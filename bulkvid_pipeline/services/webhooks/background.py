"""Sending beside a job's work: messages leave while it runs, and the last ones before its process ends."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.adapters.webhooks import check_secret, deliver
from bulkvid_pipeline.core.errors import RenderCancelledError
from bulkvid_pipeline.services.periodic import Periodic
from bulkvid_pipeline.services.webhooks.dispatch import Send, deliver_due

_LOG = logging.getLogger(__name__)

EVERY_S = 2.0
TIMEOUT_S = 5.0
"""Shorter than elsewhere: the end of a job waits for the last try, and a slow receiver gets others later."""
ROUND_S, LAST_ROUND_S = 1.0, 4.0
"""How long a round begins tries: short, as the job's end may come at any time."""
STOPPED_ROUND_S = 0.6
"""How long the last round of a stopped job takes in all; who does not answer by then gets the message later."""


@contextmanager
def sending_callbacks(
    instance: DagsterInstance,
    *,
    secret: str,
    allow_private: bool,
    every_s: float = EVERY_S,
    send: Send = deliver,
    stopping: Stopping | None = None,
) -> Iterator[None]:
    """Send what is due every `every_s` seconds from a thread, and once more at the end of the block.

    Leaving takes 3 * TIMEOUT_S at most, and STOPPED_ROUND_S once `stopping` is stopped. What fails is logged and never
    reaches the block: a callback is no reason for a job to fail. What is left over is for the next sender.

    Raises:
        InvalidRequestError: `secret` cannot be used to sign.
    """
    check_secret(secret)
    stopping = stopping or Stopping()

    def send_due(budget_s: float) -> None:
        due = partial(
            deliver_due,
            instance,
            secret=secret,
            allow_private=allow_private,
            timeout_s=TIMEOUT_S,
            budget_s=budget_s,
            send=send,
        )
        try:
            stopping.run(lambda: due(datetime.now(UTC)))
        except RenderCancelledError:
            _LOG.info("The job was stopped; callbacks that are not sent yet are left to the next sender")
        except Exception:
            _LOG.exception("Callbacks could not be sent; they stay where they are")

    try:
        with Periodic(lambda: send_due(ROUND_S), every_s, "callbacks"):
            yield
    finally:
        stopping.conclude(STOPPED_ROUND_S)
        send_due(LAST_ROUND_S)
