"""The steps of the wizard: each shows what the draft says, and keeps what its form says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from bulkvid_pipeline.core.errors import BulkVideoError, DraftChangedError, DraftNotFoundError, InvalidRequestError
from bulkvid_pipeline.core.spec import InputSource
from bulkvid_pipeline.dashboard.given_sheet import given_sheet
from bulkvid_pipeline.dashboard.job_of_draft import to_its_job
from bulkvid_pipeline.dashboard.visits import Changing, Visit, page_router
from bulkvid_pipeline.dashboard.wizard_page import drafts_of, page_of_step
from bulkvid_pipeline.services.drafts.checking import problems_of
from bulkvid_pipeline.services.drafts.drafts import Draft, Step
from bulkvid_pipeline.services.drafts.editing import (
    DEADLINE,
    FIELDS,
    PLATFORMS,
    base_of,
    deadline_of,
    with_fields,
    with_source,
)
from bulkvid_pipeline.web.slow_threads import in_slow_thread

router = page_router()

_SOURCE = ("input_source.sheet_id", "input_source.path")
_OWN_FIELDS = {**FIELDS, Step.SHEET: (*FIELDS[Step.SHEET], *_SOURCE)}


@router.get("/new/{draft_id}/sheet")
@router.get("/new/{draft_id}/look")
@router.get("/new/{draft_id}/details")
@router.get("/new/{draft_id}/review")
async def step_page(draft_id: str, visit: Changing) -> Response:
    """One of the four steps; where the draft has become a job, that one."""
    return await in_slow_thread(visit.request, lambda: _shown_step(visit, draft_id))


def _shown_step(visit: Visit, draft_id: str) -> Response:
    try:
        draft = drafts_of(visit).get(draft_id)
    except DraftNotFoundError as gone:
        return to_its_job(visit, draft_id, gone)
    shown = _step_at(visit)
    visit.services.looks.warm()
    problems = _problems(visit, draft.spec) if shown is Step.REVIEW else {}
    return page_of_step(visit, draft, shown, problems=problems)


@router.post("/new/{draft_id}/source")
async def change_source(draft_id: str, visit: Changing) -> Response:
    """Another sheet for the draft; all else stays."""
    form = await visit.form()
    draft = await run_in_threadpool(drafts_of(visit).get, draft_id)
    try:
        source, name = await given_sheet(visit, form)
        await run_in_threadpool(_change_source, visit, draft_id, source, name)
    except BulkVideoError as error:
        if visit.is_fragment:
            raise
        refused = error
        return await in_slow_thread(
            visit.request, lambda: page_of_step(visit, draft, Step.SHEET, refused=refused, form=form)
        )
    return visit.redirect(f"/new/{draft_id}/sheet")


def _change_source(visit: Visit, draft_id: str, source: InputSource, name: str) -> None:
    def change(draft: Draft) -> Draft:
        again = source.path is not None and draft.source_name == name
        return replace(draft, spec=with_source(draft.spec, source, is_new_version=again), source_name=name)

    drafts_of(visit).change(draft_id, change)


@router.post("/new/{draft_id}/sheet")
@router.post("/new/{draft_id}/look")
@router.post("/new/{draft_id}/details")
async def save_step(draft_id: str, visit: Changing) -> Response:
    """Keep what the form says, and go on, back, or stay (`go`); `keep` is for our script, which stays on the page."""
    form = await visit.form()
    return await in_slow_thread(visit.request, lambda: _save_step(visit, draft_id, _step_at(visit), form))


def _save_step(visit: Visit, draft_id: str, step: Step, form: FormData) -> Response:
    go = str(form.get("go", "next"))
    values, base = _values(step, form), str(form.get("base", ""))
    try:
        draft = _saved(visit, draft_id, step, values, base)
    except (DraftChangedError, InvalidRequestError) as error:
        if go == "keep":
            raise
        draft = drafts_of(visit).get(draft_id)
        return page_of_step(visit, draft, step, spec=with_fields(draft.spec, values), refused=error)
    if go == "keep":
        told = {"kept": {"base": base_of(draft.spec, step)}}
        return Response(status_code=204, headers={"HX-Trigger": json.dumps(told), "Cache-Control": "no-store"})
    if go == "back":
        return visit.redirect(f"/new/{draft_id}/{_neighbour(step, -1)}")
    if go == "stay":
        return visit.redirect(f"/new/{draft_id}/{step}", say="Saved")
    problems = {name: text for name, text in _problems(visit, draft.spec).items() if name in _OWN_FIELDS[step]}
    if problems:
        return page_of_step(visit, draft, step, status=422, problems=problems)
    following = _neighbour(step, 1)
    drafts_of(visit).save(draft_id, draft.version, step=following)
    return visit.redirect(f"/new/{draft_id}/{following}")


def _saved(visit: Visit, draft_id: str, step: Step, values: Mapping[str, Any], base: str) -> Draft:
    """The draft with what a form says. Another step's fields, changed elsewhere meanwhile, stay as they are.

    Raises:
        DraftChangedError: what the form shows was changed elsewhere since it was made.
    """

    def change(draft: Draft) -> Draft:
        spec = with_fields(draft.spec, values)
        if base and base_of(draft.spec, step) not in (base, base_of(spec, step)):
            raise DraftChangedError("This step was changed in another window meanwhile")
        return replace(draft, spec=spec)

    return drafts_of(visit).change(draft_id, change)


def _values(step: Step, form: FormData) -> dict[str, Any]:
    """What a form says of the step's fields, as the spec has them."""
    values: dict[str, Any] = {name: str(form.get(name) or "").strip() for name in FIELDS[step] if name in form}
    if step is Step.LOOK:
        values[PLATFORMS] = ",".join(map(str, form.getlist(PLATFORMS)))
    if step is Step.DETAILS:
        values["write_back"] = "write_back" in form
        values[DEADLINE] = deadline_of(str(form.get("deadline_minutes") or ""))
    return values


def _problems(visit: Visit, spec: Mapping[str, Any]) -> dict[str, str]:
    caller = visit.caller
    return problems_of(spec, user_id=caller.user_id, project_id=caller.project_id, settings=visit.services.settings)


def _step_at(visit: Visit) -> Step:
    """The step that the address names."""
    return Step(visit.path.rpartition("/")[2])


def _neighbour(step: Step, by: int) -> Step:
    order = list(Step)
    return order[min(max(order.index(step) + by, 0), len(order) - 1)]
