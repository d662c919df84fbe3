"""The header Idempotency-Key: a request that is sent again gets the answer of the first one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import Header, Request, Response

from bulkvid_pipeline.adapters.idempotency import Answer, RequestName
from bulkvid_pipeline.api.context import context_of
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.services.access.scopes import Caller
from bulkvid_pipeline.services.intake.idempotency import Work, check_key, unkeyed
from bulkvid_pipeline.web.slow_threads import in_slow_thread

__all__ = ["REPLAYED", "IdempotencyKey", "Work", "digest_of", "once"]

REPLAYED = "Idempotent-Replayed"
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Up to 255 printable characters, such as a UUID. The same request with the same key within 24 "
        "hours gets the first one's answer, and does nothing a second time",
    ),
]


async def once(
    request: Request, caller: Caller, key: str | None, asked: object, work: Callable[[Work], tuple[int, bytes]]
) -> Response:
    """The response of `work` (status and body), which is called unless the key has an answer already.

    Args:
        request: for its route.
        caller: whose key it is.
        key: of the header; None: `work` is called anyhow.
        asked: what the request asks for, as JSON values.
        work: runs in a thread of its own; see `KeyedRequests.once`.
    """
    keyed = context_of(request).keyed
    if len(request.headers.getlist("idempotency-key")) > 1:
        raise InvalidRequestError(
            "There are several idempotency keys", fix="Send one header Idempotency-Key", field="Idempotency-Key"
        )

    def carry_out() -> Response:
        if key is None:
            return _response(Answer(*_text(work(Work(keyed, unkeyed())))))
        name = RequestName(caller.project_id, caller.user_id, f"{request.method} {request.url.path}", _checked(key))
        found, replayed = keyed.once(name, digest_of(asked), lambda doing: Answer(*_text(work(doing))))
        return _response(found, {REPLAYED: "true"} if replayed else {})

    return await in_slow_thread(request, carry_out)


def digest_of(asked: object) -> str:
    """A digest by which two requests are compared: the order of JSON keys does not matter.

    Raises:
        InvalidRequestError: it is nested too deeply.
    """
    try:
        text = json.dumps(asked, sort_keys=True).encode()
    except RecursionError as error:
        raise InvalidRequestError("The body is nested too deeply", fix="Check request format") from error
    return hashlib.sha256(text).hexdigest()


def _checked(key: str) -> str:
    try:
        return check_key(key)
    except InvalidRequestError as error:
        error.field = "Idempotency-Key"
        raise


def _text(answer: tuple[int, bytes]) -> tuple[int, str]:
    return answer[0], answer[1].decode()


def _response(answer: Answer, headers: Mapping[str, str] = {}) -> Response:
    return Response(answer.body, answer.status, {**headers, "Cache-Control": "no-store"}, "application/json")
