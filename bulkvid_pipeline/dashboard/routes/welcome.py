"""How a stranger starts: the demo in one click, a sheet to begin with, and what its columns mean."""

from __future__ import annotations

import json

from starlette.responses import Response

from bulkvid_pipeline.adapters.idempotency import Answer, RequestName
from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline.dashboard.visits import Changing, Reading, Visit, once_of, page_router
from bulkvid_pipeline.dashboard.wizard_page import drafts_of
from bulkvid_pipeline.launch.demo import start_demo
from bulkvid_pipeline.services.demo.column_guide import column_guide, written_back
from bulkvid_pipeline.services.demo.demo_sheet import DEMO_NAME, demo_job, upload_demo
from bulkvid_pipeline.services.demo.sample_sheet import SAMPLE_ROWS, copy_link, sample_csv, sample_xlsx
from bulkvid_pipeline.services.intake.idempotency import Work
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline.web.slow_threads import in_slow_thread

router = page_router()
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SAMPLES = {"ideas.csv": ("text/csv; charset=utf-8", sample_csv), "ideas.xlsx": (_XLSX, sample_xlsx)}


@router.get("/welcome")
async def welcome(visit: Reading) -> Response:
    """The first steps."""
    return visit.page(
        "welcome/welcome.html", sample_rows=SAMPLE_ROWS, copy_url=copy_link(visit.services.settings.sample_sheet_url)
    )


@router.get("/columns")
async def columns(visit: Reading) -> Response:
    """What each column is for."""
    return visit.page("welcome/columns.html", guides=column_guide(), written=written_back())


@router.get("/samples/{name}")
def sample(name: str, visit: Reading) -> Response:  # noqa: ARG001  the rule
    """The sheet to begin with, as a file."""
    if name not in _SAMPLES:
        raise NotFoundError("There is no such sample", fix=f"Take {' or '.join(_SAMPLES)}")
    kind, make = _SAMPLES[name]
    return Response(make(), media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("/welcome/demo")
async def demo(visit: Changing) -> Response:
    """The demo as a job: one, however often the same button is pressed."""
    key = once_of(await visit.form())
    return await in_slow_thread(visit.request, lambda: _demo(visit, key))


def _demo(visit: Visit, key: str) -> Response:
    caller, services = visit.caller, visit.services

    def carry_out(work: Work) -> Answer:
        created = start_demo(work, caller, services.instance, services.settings)
        return Answer(201, json.dumps({"job_id": created.id}))

    name = RequestName(caller.project_id, caller.user_id, "POST /welcome/demo", key)
    answer, _ = services.keyed.waited_for(name, "demo", carry_out)
    services.see_own_writing()
    return visit.redirect(f"/jobs/{json.loads(answer.body)['job_id']}", say="The demo is on its way: ten short videos")


@router.post("/welcome/draft")
def draft(visit: Changing) -> Response:
    """The demo as a draft, for who wants to see each step."""
    upload = upload_demo(Uploads(visit.services.settings), visit.project_id)
    begun = drafts_of(visit).start(demo_job(upload), source_name=DEMO_NAME)
    return visit.redirect(f"/new/{begun.id}")
