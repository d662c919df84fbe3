"""Messages to callbacks as a project sees them: what became of each, and sending one again.

Announcements go to an address of the installation's own, so that they are no project's.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.storage.location import without_credentials
from bulkvid_pipeline.adapters.webhooks.outbox import Message, Outbox, Outcome
from bulkvid_pipeline.core.errors import ActionNotAllowedError, BulkVideoError, NotFoundError
from bulkvid_pipeline.core.page_tokens import page_token, place_of
from bulkvid_pipeline.core.service_wire import DeliveryAttempt, WebhookDelivery
from bulkvid_pipeline.core.wire import Page
from bulkvid_pipeline.services.webhooks.dispatch import replay
from bulkvid_pipeline.services.webhooks.payloads import EventType
from bulkvid_pipeline.services.webhooks.schedule import to_moment

_OF_JOBS = frozenset(EventType) - {EventType.ANNOUNCED}


def deliveries(
    instance: DagsterInstance,
    project_id: str,
    *,
    job_id: str | None = None,
    states: Collection[Outcome] = (),
    page_size: int = 20,
    page_token_: str | None = None,
) -> Page[WebhookDelivery]:
    """A page of the project's messages, of any state if none is given, the newest first.

    Raises:
        InvalidRequestError: the page token is not one of this list's.
        ServiceUnavailableError: the instance's database did not answer.
    """
    query = repr((project_id, job_id, sorted(state.value for state in states)))
    place = place_of(page_token_, query, (float, str)) if page_token_ is not None else None
    found = Outbox(instance).newest(
        page_size + 1,
        project_id=project_id,
        types=_OF_JOBS,
        job_id=job_id,
        outcomes=states,
        before=(int(place[0]), str(place[1])) if place else None,
    )
    shown = found[:page_size]
    more = page_token((shown[-1].created_ms, shown[-1].id), query) if len(found) > page_size else None
    return Page[WebhookDelivery](items=tuple(map(_view, shown)), next_page_token=more)


@dataclass(frozen=True)
class DeliveryInFull:
    """A message with what it says: its payload as JSON."""

    delivery: WebhookDelivery
    payload: str


@dataclass(frozen=True)
class SentAgain:
    """What became of wishes to send messages again, by their ids."""

    due: tuple[str, ...]
    refused: Mapping[str, BulkVideoError]


def delivery_in_full(instance: DagsterInstance, project_id: str, message_id: str) -> DeliveryInFull:
    """One message of the project with its payload.

    Raises:
        NotFoundError: there is none, or it is another project's.
    """
    message = _message(instance, project_id, message_id)
    return DeliveryInFull(_view(message), message.body)


def delivery(instance: DagsterInstance, project_id: str, message_id: str) -> WebhookDelivery:
    """One message of the project.

    Raises:
        NotFoundError: there is none, or it is another project's.
    """
    return _view(_message(instance, project_id, message_id))


def send_again(instance: DagsterInstance, project_id: str, message_id: str) -> WebhookDelivery:
    """Make the message due at once, however it ended, under its old id; whoever sends messages takes it up.

    Raises:
        NotFoundError: there is none, or it is another project's.
        ActionNotAllowedError: it is being sent right now.
    """
    _message(instance, project_id, message_id)
    replay(instance, message_id)
    return delivery(instance, project_id, message_id)


def send_each_again(instance: DagsterInstance, project_id: str, message_ids: Iterable[str]) -> SentAgain:
    """Make each of the messages due at once; see `send_again`. One that cannot be sent again holds up no other.

    Raises:
        ServiceUnavailableError: the instance's database did not answer.
    """
    due: list[str] = []
    refused: dict[str, BulkVideoError] = {}
    for message_id in dict.fromkeys(message_ids):
        try:
            send_again(instance, project_id, message_id)
        except (NotFoundError, ActionNotAllowedError) as error:
            refused[message_id] = error
        else:
            due.append(message_id)
    return SentAgain(tuple(due), refused)


def _message(instance: DagsterInstance, project_id: str, message_id: str) -> Message:
    message = Outbox(instance).find(message_id)
    if message is None or message.type not in _OF_JOBS or _project_of(message) != project_id:
        raise NotFoundError(
            f"There is no webhook delivery '{message_id[:80]}'", fix="List those that there are", field="delivery_id"
        )
    return message


def _project_of(message: Message) -> str:
    return str(json.loads(message.body)["data"]["project_id"])


def _view(message: Message) -> WebhookDelivery:
    waits = message.outcome is Outcome.WAITING
    return WebhookDelivery(
        id=message.id,
        job_id=message.job_id,
        type=message.type,
        url=without_credentials(message.url),
        state=message.outcome.value,
        created_at=to_moment(message.created_ms),
        next_attempt_at=to_moment(message.due_ms) if waits and message.claimed_ms is None else None,
        ended_at=None if waits else to_moment(message.due_ms),
        attempts=tuple(
            DeliveryAttempt(
                at=to_moment(one.at_ms),
                status=one.status,
                duration_ms=one.duration_ms,
                code=one.code,
                error=one.error,
            )
            for one in message.tries
        ),
    )
