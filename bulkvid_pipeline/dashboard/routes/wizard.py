"""A new job in four steps: its sheet, its look, its details, and all of it at a glance before it is created."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from bulkvid_pipeline.adapters.idempotency import Answer, RequestName
from bulkvid_pipeline.core.errors import (
    BulkVideoError,
    DraftChangedError,
    DraftNotFoundError,
    InvalidRequestError,
    KeyReusedError,
)
from bulkvid_pipeline.core.platform_names import read_platform_names
from bulkvid_pipeline.core.spec import BulkJobSpec, InputSource
from bulkvid_pipeline.core.wire import DryRun
from bulkvid_pipeline.dashboard.routes.wizard_choices import choices_of
from bulkvid_pipeline.dashboard.visits import Changing, Visit, page_router
from bulkvid_pipeline.launch.submission import create
from bulkvid_pipeline.services.drafts.checking import problems_of
from bulkvid_pipeline.services.drafts.drafts import Draft, Drafts, Step
from bulkvid_pipeline.services.drafts.editing import (
    DEADLINE,
    FIELDS,
    PLATFORMS,
    base_of,
    deadline_of,
    field,
    minutes_of,
    with_fields,
    with_source,
)
from bulkvid_pipeline.services.intake.allowed import AllowedPlaces
from bulkvid_pipeline.services.intake.checking import read_spec, try_job
from bulkvid_pipeline.services.intake.idempotency import Work
from bulkvid_pipeline.services.intake.refusals import naming
from bulkvid_pipeline.services.jobs.jobs import find_job, spec_of
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline.web.slow_threads import in_slow_thread

router = page_router()

STEPS = {
    Step.SHEET: "Connect sheet",
    Step.LOOK: "Choose the look",
    Step.DETAILS: "Job details",
    Step.REVIEW: "Review and create",
}
_SOURCE = ("input_source.sheet_id", "input_source.path")
_OWN_FIELDS = {**FIELDS, Step.SHEET: (*FIELDS[Step.SHEET], *_SOURCE)}


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
        source, name = await _source_of(visit, form)
        begun = with_fields({}, {"template.template_id": _template(visit)})
        draft = await run_in_threadpool(_drafts(visit).start, with_source(begun, source), source_name=name)
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
        return visit.redirect(f"/new/{draft_id}/{_drafts(visit).get(draft_id).step}")
    except DraftNotFoundError as gone:
        return _its_job(visit, draft_id, gone)


@router.get("/new/{draft_id}/delete")
def ask_to_delete(draft_id: str, visit: Changing) -> Response:
    """Asks whether the draft is really to be forgotten."""
    return visit.page("wizard/delete.html", title="Delete the draft", draft=_drafts(visit).get(draft_id))


@router.post("/new/{draft_id}/delete")
async def delete(draft_id: str, visit: Changing) -> Response:
    """Forget the draft; whoever has not been asked yet whether they are sure, is. Its sheet stays among the saved."""
    if (await visit.form()).get("sure") != "yes":
        return await run_in_threadpool(ask_to_delete, draft_id, visit)
    await run_in_threadpool(_drafts(visit).delete, draft_id)
    return visit.redirect("/new", say="The draft is deleted")


@router.post("/new/{draft_id}/source")
async def change_source(draft_id: str, visit: Changing) -> Response:
    """Another sheet for the draft; all else stays."""
    form = await visit.form()
    draft = await run_in_threadpool(_drafts(visit).get, draft_id)
    try:
        source, name = await _source_of(visit, form)
        await run_in_threadpool(_change_source, visit, draft_id, source, name)
    except BulkVideoError as error:
        if visit.is_fragment:
            raise
        refused = error
        return await in_slow_thread(visit.request, lambda: _step(visit, draft, Step.SHEET, refused=refused, form=form))
    return visit.redirect(f"/new/{draft_id}/sheet")


@router.get("/new/{draft_id}/check")
async def check(draft_id: str, visit: Changing) -> Response:
    """What the job would be, by its sheet: numbers, and what will be refused."""
    return await in_slow_thread(visit.request, lambda: _checked(visit, draft_id))


def _checked(visit: Visit, draft_id: str) -> Response:
    draft = _drafts(visit).get(draft_id)
    found, refused = _tried(visit, draft)
    status = 200 if refused is None or visit.is_fragment else refused.http_status
    if visit.is_fragment:
        return visit.fragment("wizard/_check.html", draft=draft, found=found, refused=refused, step_of=_step_of)
    return _step(visit, draft, Step.REVIEW, status=status, found=found, check_refused=refused)


@router.post("/new/{draft_id}/create")
async def create_job(draft_id: str, visit: Changing) -> Response:
    """One job out of the draft, however often this is sent."""
    return await in_slow_thread(visit.request, lambda: _created(visit, draft_id))


def _created(visit: Visit, draft_id: str) -> Response:
    caller, services = visit.caller, visit.services
    drafts = _drafts(visit)
    name = _creation(visit, draft_id)
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
        return _its_job(visit, draft_id, changed)
    except BulkVideoError as error:
        return _step(visit, drafts.get(draft_id), Step.REVIEW, refused=error)
    services.see_own_writing()
    with contextlib.suppress(DraftNotFoundError):  # by the first of two clicks
        drafts.delete(draft_id)
    return visit.redirect(
        f"/jobs/{json.loads(answer.body)['job_id']}", say="The job is created, and starts when it is its turn"
    )


@router.get("/new/{draft_id}/sheet")
@router.get("/new/{draft_id}/look")
@router.get("/new/{draft_id}/details")
@router.get("/new/{draft_id}/review")
async def step_page(draft_id: str, visit: Changing) -> Response:
    """One of the four steps; where the draft has become a job, that one."""
    return await in_slow_thread(visit.request, lambda: _shown_step(visit, draft_id))


def _shown_step(visit: Visit, draft_id: str) -> Response:
    try:
        draft = _drafts(visit).get(draft_id)
    except DraftNotFoundError as gone:
        return _its_job(visit, draft_id, gone)
    shown = _step_at(visit)
    visit.services.looks.warm()
    problems = _problems(visit, draft.spec) if shown is Step.REVIEW else {}
    return _step(visit, draft, shown, problems=problems)


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
        draft = _drafts(visit).get(draft_id)
        return _step(visit, draft, step, spec=with_fields(draft.spec, values), refused=error)
    if go == "keep":
        told = {"kept": {"base": base_of(draft.spec, step)}}
        return Response(status_code=204, headers={"HX-Trigger": json.dumps(told), "Cache-Control": "no-store"})
    if go == "back":
        return visit.redirect(f"/new/{draft_id}/{_neighbour(step, -1)}")
    if go == "stay":
        return visit.redirect(f"/new/{draft_id}/{step}", say="Saved")
    problems = {name: text for name, text in _problems(visit, draft.spec).items() if name in _OWN_FIELDS[step]}
    if problems:
        return _step(visit, draft, step, status=422, problems=problems)
    following = _neighbour(step, 1)
    _drafts(visit).save(draft_id, draft.version, step=following)
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

    return _drafts(visit).change(draft_id, change)


def _creation(visit: Visit, draft_id: str) -> RequestName:
    """The one creation of a draft's job."""
    return RequestName(visit.caller.project_id, visit.caller.user_id, "POST /new", draft_id)


def _its_job(visit: Visit, draft_id: str, none: BulkVideoError) -> Response:
    """The job that a draft has become: people go back from it, or have the draft in another tab.

    Raises:
        BulkVideoError: `none`; it has become none.
    """
    made = visit.services.keyed.answer_to(_creation(visit, draft_id))
    if made is None:
        raise none
    return visit.redirect(f"/jobs/{json.loads(made.body)['job_id']}", say="The job of this draft is created already")


def _change_source(visit: Visit, draft_id: str, source: InputSource, name: str) -> None:
    def change(draft: Draft) -> Draft:
        again = source.path is not None and draft.source_name == name
        return replace(draft, spec=with_source(draft.spec, source, is_new_version=again), source_name=name)

    _drafts(visit).change(draft_id, change)


async def _source_of(visit: Visit, form: FormData) -> tuple[InputSource, str]:
    """The sheet that a form names, and what people call it. A file is stored.

    Raises:
        InvalidRequestError: none is named, or what is named is none.
        PlaceNotAllowedError: the project may not use it.
        BulkVideoError: the file cannot be stored, or is no sheet.
    """
    settings, project = visit.services.settings, visit.project_id
    file, link, saved = form.get("file"), str(form.get("sheet_url") or "").strip(), str(form.get("upload") or "")
    if isinstance(file, UploadFile) and file.filename:
        data = await file.read()
        name = file.filename
        about = await in_slow_thread(visit.request, lambda: Uploads(settings).add(project, name, data))
        return InputSource(path=about.id), about.name
    if link:
        with naming("sheet_url"):
            spec = BulkJobSpec.parse({"input_source": {"sheet_id": link}})
            AllowedPlaces.of(project, settings).check_source(spec.input_source)
        return spec.input_source, "Google sheet"
    if saved:
        with naming("upload"):
            about = await in_slow_thread(visit.request, lambda: Uploads(settings).get(project, saved))
        return InputSource(path=about.id), about.name
    raise InvalidRequestError(
        "No sheet was given", fix="Paste the link of a Google sheet, or choose a file", field="sheet_url"
    )


def _ask_to_repeat(visit: Visit, job_id: str) -> Response:
    job = find_job(visit.services.instance, job_id, project_id=visit.project_id)
    return visit.page("wizard/again.html", title="Again with changes", job=job)


def _draft_from(visit: Visit, job_id: str) -> Draft:
    """A draft with all that a job was; the one that is there already if nothing was changed in it."""
    job = find_job(visit.services.instance, job_id, project_id=visit.project_id)
    drafts = _drafts(visit)
    for draft in drafts.all():
        if draft.from_job == job.job_id and draft.version == 1:
            return draft
    spec = spec_of(visit.services.instance, job)
    written = spec.model_dump(mode="json", exclude_none=True, exclude={"user_id", "project_id"})
    return drafts.start(written, step=Step.REVIEW, source_name=_name_of(visit, spec.input_source), from_job=job.job_id)


def _name_of(visit: Visit, source: InputSource) -> str:
    if source.path is None:
        return "Google sheet"
    try:
        return Uploads(visit.services.settings).get(visit.project_id, source.path).name
    except BulkVideoError:
        return source.path.rpartition("/")[2]


def _tried(visit: Visit, draft: Draft) -> tuple[DryRun | None, BulkVideoError | None]:
    caller, services = visit.caller, visit.services
    try:
        spec = read_spec(draft.spec, user_id=caller.user_id, project_id=caller.project_id)
        return try_job(spec, services.settings, services.instance), None
    except BulkVideoError as error:
        return None, error


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


def _start(visit: Visit, refused: BulkVideoError | None = None, form: FormData | None = None) -> Response:
    return visit.page(
        "wizard/start.html",
        status=refused.http_status if refused else 200,
        title="New job",
        drafts=_drafts(visit).all(),
        uploads=Uploads(visit.services.settings).list(visit.project_id),
        refused=refused,
        link=str(form.get("sheet_url") or "") if form else "",
        steps=STEPS,
        template_id=_template(visit),
    )


def _template(visit: Visit) -> str:
    """The template that a link to the wizard names."""
    return visit.request.query_params.get("template", "")[:64]


def _step(
    visit: Visit,
    draft: Draft,
    step: Step,
    *,
    spec: Mapping[str, Any] | None = None,
    status: int = 200,
    problems: Mapping[str, str] | None = None,
    refused: BulkVideoError | None = None,
    form: FormData | None = None,
    **values: Any,
) -> Response:
    """The page of a step; `spec` is what its form shows, where that is not what was saved."""
    shown = _Shown(draft.spec if spec is None else spec, dict(problems or {}))
    uploads = Uploads(visit.services.settings).list(visit.project_id) if step is Step.SHEET else ()
    return visit.page(
        f"wizard/{step}.html" if step is not Step.SHEET else "wizard/source.html",
        status=refused.http_status if refused else status,
        title=STEPS[step],
        draft=draft,
        step=step,
        steps=STEPS,
        shown=shown,
        base=base_of(draft.spec, step),
        refused=refused,
        link=str(form.get("sheet_url") or "") if form else "",
        uploads=uploads,
        choices=choices_of(visit.services.settings, visit.project_id, shown.spec, step),
        step_of=_step_of,
        now=int(time.time()),
        **{"found": None, "check_refused": None, **values},
    )


@dataclass(frozen=True)
class _Shown:
    """What a form shows, and what is wrong with it."""

    spec: Mapping[str, Any]
    problems: Mapping[str, str]

    def __call__(self, name: str, default: str = "") -> str:
        value = field(self.spec, name)
        return default if value in (None, "") else str(value)

    def problem(self, name: str) -> str:
        return self.problems.get(name, "")

    @property
    def platforms(self) -> list[str]:
        """Those that are named, whichever way they are written."""
        return [platform.value for platform in read_platform_names(self(PLATFORMS)).known]

    @property
    def minutes(self) -> str:
        return minutes_of(field(self.spec, DEADLINE))


def _step_of(name: str | None) -> Step:
    """The step whose form has the field."""
    top = (name or "").partition(".")[0]
    if top == "input_source":
        return Step.SHEET
    return Step.LOOK if top in {"template", "output"} else Step.DETAILS


def _drafts(visit: Visit) -> Drafts:
    return Drafts(visit.services.instance, visit.project_id, visit.caller.user_id)


def _step_at(visit: Visit) -> Step:
    """The step that the address names."""
    return Step(visit.path.rpartition("/")[2])


def _neighbour(step: Step, by: int) -> Step:
    order = list(Step)
    return order[min(max(order.index(step) + by, 0), len(order) - 1)]
