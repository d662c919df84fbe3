"""The one job that a draft becomes, however often and from however many windows it is asked for."""

from __future__ import annotations

import json

from starlette.responses import Response

from bulkvid_pipeline.adapters.idempotency import RequestName
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.dashboard.visits import Visit


def creation_of(visit: Visit, draft_id: str) -> RequestName:
    """The one creation of a draft's job."""
    return RequestName(visit.caller.project_id, visit.caller.user_id, "POST /new", draft_id)


def to_its_job(visit: Visit, draft_id: str, none: BulkVideoError) -> Response:
    """To the job that a draft has become: people go back from it, or have the draft in another tab.

    Raises:
        BulkVideoError: `none`; it has become none.
    """
    made = visit.services.keyed.answer_to(creation_of(visit, draft_id))
    if made is None:
        raise none
    return visit.redirect(f"/jobs/{json.loads(made.body)['job_id']}", say="The job of this draft is created already")
