"""The last step of the wizard: the whole sheet is checked, and the job is created."""

from __future__ import annotations

import contextlib
import json

from starlette.responses import Response

from bulkvid_pipeline.adapters.idempotency import Answer
from bulkvid_pipeline.core.errors import BulkVideoError, DraftChangedError, DraftNotFoundError, KeyReusedError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.wire import DryRun
from bulkvid_pipeline.dashboard.job_of_draft import creation_of, to_its_job
from bulkvid_pipeline.dashboard.visits import Changing, Visit, page_router
from bulkvid_pipeline.dashboard.wizard_page import drafts_of, page_of_step, step_of
from bulkvid_pipeline.launch.submission import create
from bulkvid_pipeline.services.drafts.drafts import Draft, Step
from bulkvid_pipeline.services.intake.checking import read_spec, try_job
from bulkvid_pipeline.services.intake.idempotency import Work
from bulkvid_pipeline.web.slow_threads import in_slow_thread

router = page_router()


@router.get("/new/{draft_id}/check")
async def check(draft_id: str, visit: Changing) -> Response:
    """What the job would be, by its sheet: numbers, and what will be refused."""
    return await in_slow_thread(visit.request, lambda: _checked(visit, draft_id))


def _checked(visit: Visit, draft_id: str) -> Response:
    draft = drafts_of(visit).get(draft_id)
    found, refused = _tried(visit, draft)
    status = 200 if refused is None or visit.is_fragment else refused.http_status
    if visit.is_fragment:
        return visit.fragment("wizard/_check.html", draft=draft, found=found, refused=refused, step_of=step_of)
    return page_of_step(visit, draft, Step.REVIEW, status=status, found=found, check_refused=refused)


def _tried(visit: Visit, draft: Draft) -> tuple[DryRun | None, BulkVideoError | None]:
    caller, services = visit.caller, visit.services
    try:
        spec = read_spec(draft.spec, user_id=caller.user_id, project_id=caller.project_id)
        return try_job(spec, services.settings, services.instance), None
    except BulkVideoError as error:
        return None, error


@router.post("/new/{draft_id}/create")
async def create_job(draft_id: str, visit: Changing) -> Response:
    """One job out of the draft, however often this is sent."""
    return await in_slow_thread(visit.request, lambda: _created(visit, draft_id))


def _created(visit: Visit, draft_id: str) -> Response:
    caller, services = visit.caller, visit.services
    drafts = drafts_of(visit)
    name = creation_of(visit, draft_id)
    seen = visit.request.query_params.get("version", "")[:20]

    def carry_out(work: Work) -> Answer:
        def spec() -> BulkJobSpec:
            draft = drafts.get(draft_id)
            if seen != str(draft.version):
                raise DraftChangedError(
                    "The draft was changed in another window since you looked at it", fix="Look at it again"
                )
            return read_spec(draft.spec, user_id=caller.user_id, project_id=caller.project_id)

        _, created = create(work, spec, services.instance, services.settings)
        return Answer(201, json.dumps({"job_id": created.id}))

    try:
        answer, _ = services.keyed.waited_for(name, f"{draft_id}/{seen}", carry_out)
    except DraftNotFoundError:
        raise
    except KeyReusedError as changed:  # the draft has outlived its job, and was changed since
        return to_its_job(visit, draft_id, changed)
    except BulkVideoError as error:
        return page_of_step(visit, drafts.get(draft_id), Step.REVIEW, refused=error)
    services.see_own_writing()
    with contextlib.suppress(DraftNotFoundError):  # by the first of two clicks
        drafts.delete(draft_id)
    return visit.redirect(
        f"/jobs/{json.loads(answer.body)['job_id']}", say="The job is created, and starts when it is its turn"
    )
