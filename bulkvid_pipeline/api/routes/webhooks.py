"""What became of the messages to jobs' callback URLs."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Request, Response

from bulkvid_pipeline.adapters.webhooks.outbox import Outcome
from bulkvid_pipeline.api.auth import Reader, Writer, guarded_router
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.envelope import Answer
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.reading import answer
from bulkvid_pipeline.core.service_wire import WebhookDelivery
from bulkvid_pipeline.core.wire import Page
from bulkvid_pipeline.services.webhooks.deliveries import deliveries, delivery, send_again

router = guarded_router(prefix="/api/webhooks/deliveries", tags=["webhooks"])

_Id = Annotated[str, Path(description="Id of the delivery, sent as `webhook-id`", examples=["msg_2f6d1c"])]


@router.get(
    "",
    operation_id="list_webhook_deliveries",
    summary="List webhook deliveries",
    response_model=Answer[Page[WebhookDelivery]],
    responses=documented(400, 401, 403, 429, 503),
)
def list_webhook_deliveries(
    request: Request,
    caller: Reader,
    context: Context,
    job_id: Annotated[str | None, Query(description="Only those of this job", examples=["job_123"])] = None,
    state: Annotated[Outcome | None, Query(description="Only those in this state", examples=["delivered"])] = None,
    page_size: Annotated[int, Query(ge=1, le=100, description="Deliveries in a page", examples=[20])] = 20,
    page_token: Annotated[
        str | None, Query(description="`next_page_token` of the page before; leave it out for the first")
    ] = None,
) -> Response:
    """The messages to your project's callback URLs, the newest first. Those that have ended are kept for 30 days."""
    page = deliveries(
        context.instance,
        caller.project_id,
        job_id=job_id,
        states=[] if state is None else [state],
        page_size=page_size,
        page_token_=page_token,
    )
    return answer(request, page)


@router.get(
    "/{delivery_id}",
    operation_id="get_webhook_delivery",
    summary="Get a webhook delivery",
    response_model=Answer[WebhookDelivery],
    responses=documented(401, 403, 404, 429, 503),
)
def get_webhook_delivery(delivery_id: _Id, request: Request, caller: Reader, context: Context) -> Response:
    """A message to a callback URL, with every attempt to send it."""
    return answer(request, delivery(context.instance, caller.project_id, delivery_id))


@router.post(
    "/{delivery_id}/replay",
    operation_id="replay_webhook_delivery",
    summary="Send a webhook again",
    response_model=Answer[WebhookDelivery],
    responses=documented(401, 403, 404, 409, 429, 503),
)
def replay_webhook_delivery(delivery_id: _Id, request: Request, caller: Writer, context: Context) -> Response:
    """Send the message again, however it ended, within seconds and under its old id. Its attempts begin anew."""
    return answer(request, send_again(context.instance, caller.project_id, delivery_id))
