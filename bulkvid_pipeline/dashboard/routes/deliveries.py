"""Messages to callback URLs: what became of each, what it says, and sending it again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from bulkvid_pipeline.adapters.webhooks.outbox import FAILED, Outcome
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.wording import plural
from bulkvid_pipeline.dashboard.visits import Changing, Reading, page_router
from bulkvid_pipeline.services.webhooks.deliveries import deliveries, delivery, delivery_in_full, send_each_again
from bulkvid_pipeline.services.webhooks.payloads import EventType

router = page_router()

A_PAGE = 50
MOST_AT_ONCE = 100
STATES = {
    Outcome.WAITING: ("Waiting", "running"),
    Outcome.DELIVERED: ("Delivered", "good"),
    Outcome.GIVEN_UP: ("Given up", "failed"),
    Outcome.REFUSED: ("Refused", "failed"),
    Outcome.GONE: ("Not wanted", "failed"),
    Outcome.DROPPED: ("Dropped", "failed"),
}
"""Words and look of each state."""
TYPES = {
    EventType.STATE_CHANGED.value: "Job changed its state",
    EventType.COMPLETED.value: "Job completed",
    EventType.FAILED.value: "Job failed",
}
EXPLAINED = {
    Outcome.WAITING: "It is sent as soon as it is its turn.",
    Outcome.DELIVERED: "The receiver has taken it.",
    Outcome.GIVEN_UP: "All attempts within a day have failed.",
    Outcome.REFUSED: "The address is not allowed, or is not a web address.",
    Outcome.GONE: "The receiver answered 410: it wants no further messages.",
    Outcome.DROPPED: "Too many messages were waiting.",
}
_CHOICES = {"": (), "failed": tuple(sorted(FAILED)), **{state.value: (state,) for state in Outcome}}
Text = Annotated[str, Query(max_length=2100)]
Ids = Annotated[list[str], Query(max_length=MOST_AT_ONCE)]


@router.get("/deliveries")
def deliveries_page(visit: Reading, state: Text = "", job: Text = "", page_token: Text = "") -> Response:
    """The project's messages, the newest first."""
    if state not in _CHOICES:
        raise InvalidRequestError("There is no such state", fix="Choose one of the list", field="state")
    job = job.strip()
    page = deliveries(
        visit.services.instance,
        visit.project_id,
        job_id=job or None,
        states=_CHOICES[state],
        page_size=A_PAGE,
        page_token_=page_token or None,
    )
    asked = urlencode({name: value for name, value in {"state": state, "job": job}.items() if value})
    following = urlencode({"state": state, "job": job, "page_token": page.next_page_token or ""})
    return visit.page(
        "deliveries/deliveries.html",
        title="Deliveries",
        found=page.items,
        state=state,
        job=job,
        states=STATES,
        types=TYPES,
        now=datetime.now(UTC),
        first_url=f"/deliveries?{asked}" if page_token else "",
        next_url=f"/deliveries?{following}" if page.next_page_token else "",
    )


@router.get("/deliveries/send-again")
def ask_to_send_again(visit: Reading, delivery_id: Ids = []) -> Response:  # noqa: B006
    """Say which messages would be sent again, and ask."""
    if not delivery_id:
        raise InvalidRequestError(
            "No message was chosen", fix="Go back and tick those to send again", field="delivery_id"
        )
    chosen = [delivery(visit.services.instance, visit.project_id, each) for each in dict.fromkeys(delivery_id)]
    return visit.page("deliveries/send_again.html", title="Send again", chosen=chosen, states=STATES, types=TYPES)


@router.post("/deliveries/send-again")
async def send_again(visit: Changing) -> Response:
    """Make the chosen messages due at once, under their old ids."""
    form = await visit.form()
    chosen = [str(each) for each in form.getlist("delivery_id")][:MOST_AT_ONCE]
    if not chosen:
        raise InvalidRequestError(
            "No message was chosen", fix="Go back and tick those to send again", field="delivery_id"
        )
    done = await run_in_threadpool(send_each_again, visit.services.instance, visit.project_id, chosen)
    said = (
        f"{plural(len(done.due), 'message')} will be sent again within seconds"
        if done.due
        else "Nothing was sent again"
    )
    said += "".join(f". {error.message}" for error in list(done.refused.values())[:3])
    return visit.redirect(
        f"/deliveries/{done.due[0]}" if len(chosen) == len(done.due) == 1 else "/deliveries", say=said
    )


@router.get("/deliveries/{delivery_id}")
def delivery_page(delivery_id: str, visit: Reading) -> Response:
    """A message with its attempts and what it says."""
    found = delivery_in_full(visit.services.instance, visit.project_id, delivery_id)
    values: dict[str, Any] = {
        "found": found.delivery,
        "word": STATES[Outcome(found.delivery.state)],
        "types": TYPES,
        "now": datetime.now(UTC),
        "explained": EXPLAINED[Outcome(found.delivery.state)],
    }
    if visit.is_fragment:
        return visit.fragment("deliveries/_attempts.html", **values)
    payload = json.dumps(json.loads(found.payload), indent=2, ensure_ascii=False)
    return visit.page("deliveries/delivery.html", title="Delivery", payload=payload, **values)
