"""The columns and cells of a draft's sheet: what each column is taken for, and what is found in the first rows."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from bulkvid_pipeline.core.column_choice import read_columns
from bulkvid_pipeline.core.columns import IGNORE
from bulkvid_pipeline.core.errors import BulkVideoError, InvalidRequestError
from bulkvid_pipeline.core.ranges import A1Range, parse_range
from bulkvid_pipeline.dashboard.sheet_view import (
    LEVELS,
    SheetView,
    choices,
    plainly,
    refusal_fix,
    verdict,
    view_of_preview,
    view_of_refusal,
)
from bulkvid_pipeline.dashboard.visits import Changing, Visit, page_router
from bulkvid_pipeline.dashboard.wizard_page import STEPS, drafts_of
from bulkvid_pipeline.services.drafts.checking import spec_for_looks
from bulkvid_pipeline.services.drafts.drafts import Draft, Step
from bulkvid_pipeline.services.drafts.editing import field, with_fields
from bulkvid_pipeline.services.intake.previewing import MOST_ROWS, preview_sheet
from bulkvid_pipeline.web.slow_threads import in_slow_thread

router = page_router()

FEW_ROWS = 20
MOST_TOLD = 500
"""Findings of each level that are shown."""
_COLUMNS = "input_source.columns"
_LEVEL = "validation_level"


@router.get("/new/{draft_id}/sheet/table")
async def table(draft_id: str, visit: Changing, rows: str = "", since: str = "") -> Response:
    """The table, as a part of the step, or a page of its own without script.

    The sheet is read again if it was last read before `since`, which is when the step was loaded (epoch seconds).
    """
    loaded_at = float(since) if since.isdecimal() and len(since) <= 12 else time.time()

    def shown() -> Response:
        return _shown(visit, drafts_of(visit).get(draft_id), rows=rows, since=loaded_at)

    return await in_slow_thread(visit.request, shown)


@router.post("/new/{draft_id}/sheet/columns")
async def columns(draft_id: str, visit: Changing) -> Response:
    """Keep what was said by hand of the columns, and read the sheet so."""
    form = await visit.form()
    return await in_slow_thread(visit.request, lambda: _keep_columns(visit, draft_id, form))


@router.post("/new/{draft_id}/sheet/level")
async def level(draft_id: str, visit: Changing) -> Response:
    """Keep how strictly the sheet is checked. The page has the findings of all levels already."""
    chosen = str((await visit.form()).get(_LEVEL, ""))
    if chosen not in LEVELS:
        raise InvalidRequestError("There is no such level", fix=f"Choose one of {', '.join(LEVELS)}", field=_LEVEL)
    await run_in_threadpool(_keep, visit, draft_id, _LEVEL, chosen)
    if visit.is_fragment:
        return Response(status_code=204, headers={"Cache-Control": "no-store"})
    return visit.redirect(f"/new/{draft_id}/sheet/table")


def _keep_columns(visit: Visit, draft_id: str, form: FormData) -> Response:
    said = _said(form, latest=visit.request.headers.get("hx-trigger-name", ""))
    try:
        mapping = read_columns(said)
    except InvalidRequestError as error:
        return _shown(visit, drafts_of(visit).get(draft_id), said=said, refused=error)
    draft = _keep(visit, draft_id, _COLUMNS, mapping)
    if visit.is_fragment:
        return _shown(visit, draft, rows=str(form.get("rows", "")))
    return visit.redirect(f"/new/{draft_id}/sheet/table")


def _said(form: FormData, latest: str) -> dict[str, str]:
    """The mapping in a form: `key.3` names a column, `as.3` says what it is.

    With script each change is sent at once: the column that was chosen last takes its name from another one.
    """
    said: dict[str, str] = {}
    for name, value in form.multi_items():
        place = name.removeprefix("key.")
        if place == name or not (meant := str(form.get(f"as.{place}", ""))):
            continue
        last = str(form.get(latest, "")) if latest.startswith("as.") else ""
        if meant == last and meant != IGNORE and latest != f"as.{place}":
            continue
        said[str(value)] = meant
    return said


def _keep(visit: Visit, draft_id: str, name: str, value: Any) -> Draft:
    """The draft with a field that no other form has."""
    return drafts_of(visit).change(draft_id, lambda draft: replace(draft, spec=with_fields(draft.spec, {name: value})))


def _shown(
    visit: Visit,
    draft: Draft,
    *,
    rows: str = "",
    since: float = 0.0,
    said: Mapping[str, str] | None = None,
    refused: BulkVideoError | None = None,
) -> Response:
    """The table of a draft; `said` is a mapping that was refused, which the form shows as it was filled in."""
    chosen = said if said is not None else field(draft.spec, _COLUMNS)
    chosen = chosen if isinstance(chosen, Mapping) else {}
    asked = int(rows) if rows.isdecimal() and len(rows) <= 9 else 0
    count = asked if 1 <= asked <= MOST_ROWS else FEW_ROWS
    view, problem = _view(visit, draft, chosen, count, since)
    if said is not None:
        view = view.as_said(said)
    told = refused or problem
    now = str(draft.spec.get(_LEVEL) or "moderate")
    values: dict[str, Any] = {
        "draft": draft,
        "view": view,
        "refused": told,
        "refusal_fix": refusal_fix(told) if told else "",
        "plainly": plainly,
        "level": now if now in LEVELS else "moderate",
        "levels": LEVELS,
        "choices": choices(),
        "rows": count,
        "since": int(since),
        "most_rows": MOST_ROWS,
        "verdict": verdict,
    }
    if visit.is_fragment:
        return visit.fragment("wizard/sheet_table.html", **values)
    status = told.http_status if told else 200
    return visit.page(
        "wizard/sheet.html", status=status, title="Columns and cells", step=Step.SHEET, steps=STEPS, **values
    )


def _view(
    visit: Visit, draft: Draft, chosen: Mapping[str, str], rows: int, since: float
) -> tuple[SheetView, BulkVideoError | None]:
    """The table, and why it is not whole, if it is not."""
    caller, services = visit.caller, visit.services
    picked = _picked(draft)
    try:
        spec = spec_for_looks(draft.spec, user_id=caller.user_id, project_id=caller.project_id)
        found = preview_sheet(
            spec,
            rows,
            services.settings,
            services.instance,
            findings=MOST_TOLD,
            recent=services.recent_sheets,
            since=since,
        )
    except BulkVideoError as error:
        return view_of_refusal(error, chosen, picked), error
    return view_of_preview(found, chosen, picked), None


def _picked(draft: Draft) -> A1Range | None:
    text = field(draft.spec, "input_source.range")
    try:
        return parse_range(text) if isinstance(text, str) and text else None
    except BulkVideoError:
        return None  # which the table says in its place
