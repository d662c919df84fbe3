"""A new job begins: with a sheet, with a draft that is gone on with or given up, or with a job that was before."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from bulkvid_pipeline.core.errors import BulkVideoError, DraftNotFoundError
from bulkvid_pipeline.dashboard.given_sheet import given_sheet, name_of_sheet
from bulkvid_pipeline.dashboard.job_of_draft import to_its_job
from bulkvid_pipeline.dashboard.visits import Changing, Visit, page_router
from bulkvid_pipeline.dashboard.wizard_page import STEPS, drafts_of, link_in
from bulkvid_pipeline.services.drafts.drafts import Draft, Step
from bulkvid_pipeline.services.drafts.editing import with_fields, with_source
from bulkvid_pipeline.services.jobs.jobs import find_job, spec_of
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline.web.slow_threads import in_slow_thread

router = page_router()


@router.get("/new")
async def start_page(visit: Changing) -> Response:
    """Begin with a sheet, or go on with a draft; `?template=` is the one to begin with, `?from=` a job to repeat."""
    job_id = visit.request.query_params.get("from")
    if job_id:
        return await run_in_threadpool(_ask_to_repeat, visit, job_id)
    return await in_slow_thread(visit.request, lambda: _start(visit))


@router.post("/new")
async def start(visit: Changing) -> Response:
    """A new draft over the sheet that was pasted, uploaded or chosen; `?from=` a job has all that it was."""
    job_id = visit.request.query_params.get("from")
    if job_id:
        draft = await in_slow_thread(visit.request, lambda: _draft_from(visit, job_id))
        return visit.redirect(f"/new/{draft.id}")
    form = await visit.form()
    try:
        source, name = await given_sheet(visit, form)
        begun = with_fields({}, {"template.template_id": _template(visit)})
        draft = await run_in_threadpool(drafts_of(visit).start, with_source(begun, source), source_name=name)
    except BulkVideoError as error:
        if visit.is_fragment:
            raise
        refused = error
        return await in_slow_thread(visit.request, lambda: _start(visit, refused, form))
    visit.services.looks.warm()
    return visit.redirect(f"/new/{draft.id}/sheet")


@router.get("/new/{draft_id}")
def resume(draft_id: str, visit: Changing) -> Response:
    """The step that was reached; where the draft has become a job, that one."""
    try:
        return visit.redirect(f"/new/{draft_id}/{drafts_of(visit).get(draft_id).step}")
    except DraftNotFoundError as gone:
        return to_its_job(visit, draft_id, gone)


@router.get("/new/{draft_id}/delete")
def ask_to_delete(draft_id: str, visit: Changing) -> Response:
    """Asks whether the draft is really to be forgotten."""
    return visit.page("wizard/delete.html", title="Delete the draft", draft=drafts_of(visit).get(draft_id))


@router.post("/new/{draft_id}/delete")
async def delete(draft_id: str, visit: Changing) -> Response:
    """Forget the draft; whoever has not been asked yet whether they are sure, is. Its sheet stays among the saved."""
    if (await visit.form()).get("sure") != "yes":
        return await run_in_threadpool(ask_to_delete, draft_id, visit)
    await run_in_threadpool(drafts_of(visit).delete, draft_id)
    return visit.redirect("/new", say="The draft is deleted")


def _start(visit: Visit, refused: BulkVideoError | None = None, form: FormData | None = None) -> Response:
    return visit.page(
        "wizard/start.html",
        status=refused.http_status if refused else 200,
        title="New job",
        drafts=drafts_of(visit).all(),
        uploads=Uploads(visit.services.settings).list(visit.project_id),
        refused=refused,
        link=link_in(form),
        steps=STEPS,
        template_id=_template(visit),
    )


def _template(visit: Visit) -> str:
    """The template that a link to the wizard names."""
    return visit.request.query_params.get("template", "")[:64]


def _ask_to_repeat(visit: Visit, job_id: str) -> Response:
    job = find_job(visit.services.instance, job_id, project_id=visit.project_id)
    return visit.page("wizard/again.html", title="Again with changes", job=job)


def _draft_from(visit: Visit, job_id: str) -> Draft:
    """A draft with all that a job was; the one that is there already if nothing was changed in it."""
    job = find_job(visit.services.instance, job_id, project_id=visit.project_id)
    drafts = drafts_of(visit)
    for draft in drafts.all():
        if draft.from_job == job.job_id and draft.version == 1:
            return draft
    spec = spec_of(visit.services.instance, job)
    written = spec.model_dump(mode="json", exclude_none=True, exclude={"user_id", "project_id"})
    name = name_of_sheet(visit, spec.input_source)
    return drafts.start(written, step=Step.REVIEW, source_name=name, from_job=job.job_id)
