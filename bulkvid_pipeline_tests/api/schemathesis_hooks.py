"""What schemathesis has to know of this API beyond its document, as the variable SCHEMATHESIS_HOOKS tells it."""

from __future__ import annotations

import os
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, GenerationMode, HookContext, Response, SerializationContext

from bulkvid_pipeline.api.routes.sheets import SUFFIXES
from bulkvid_pipeline.services.templates.assets import LOGO_TYPES, MUSIC_TYPES

UPLOAD_ID = "UPLOADED_SHEET"
"""Environment variable with the id of a sheet that a job can be made of."""
PROMISED = {"TEMPLATE_NOT_FOUND", "TEMPLATE_INVALID"}
"""Errors that the error reference answers with 500."""


@schemathesis.check
def only_promised_server_errors(_ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """No answer says that the server has failed, unless the reference has that status for the request's fault."""
    if response.status_code < 500 or (response.status_code == 503 and "/health" in case.operation.path):
        return
    assert response.status_code == 500, response.text
    assert response.json()["error"]["code"] in PROMISED, response.text


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], _kwargs: dict[str, Any]) -> None:
    """Let jobs that may be made be made."""
    meta = case.meta
    given = os.environ.get(UPLOAD_ID)
    is_right = meta is not None and meta.generation.mode is GenerationMode.POSITIVE
    if given and is_right and case.operation.label == "POST /api/bulk-jobs":
        make_a_job_of(case, given)


def make_a_job_of(case: Case[Any], sheet: str) -> None:
    """Give a request for a job a sheet that there is: no generator comes upon its id."""
    body = case.body if isinstance(case.body, dict) else {}
    kept: dict[str, Any] = {name: body[name] for name in ("title", "priority") if name in body}
    case.body = {**kept, "input_source": {"path": sheet}}


@schemathesis.serializer(*SUFFIXES, *LOGO_TYPES.values(), *MUSIC_TYPES.values())
def file(_context: SerializationContext, value: Any) -> bytes:
    """Files are sent as they are."""
    return value if isinstance(value, bytes) else str(value).encode()
