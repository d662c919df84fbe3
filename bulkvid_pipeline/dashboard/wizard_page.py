"""What the steps of the wizard share: their names, whose drafts they are of, and the page of one of them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.platform_names import read_platform_names
from bulkvid_pipeline.dashboard.visits import Visit
from bulkvid_pipeline.dashboard.wizard_choices import choices_of
from bulkvid_pipeline.services.drafts.drafts import Draft, Drafts, Step
from bulkvid_pipeline.services.drafts.editing import DEADLINE, PLATFORMS, base_of, field, minutes_of
from bulkvid_pipeline.services.sheets.uploads import Uploads

STEPS = {
    Step.SHEET: "Connect sheet",
    Step.LOOK: "Choose the look",
    Step.DETAILS: "Job details",
    Step.REVIEW: "Review and create",
}


@dataclass(frozen=True)
class Shown:
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


def drafts_of(visit: Visit) -> Drafts:
    """The drafts of who is logged in."""
    return Drafts(visit.services.instance, visit.project_id, visit.caller.user_id)


def step_of(name: str | None) -> Step:
    """The step whose form has the field."""
    top = (name or "").partition(".")[0]
    if top == "input_source":
        return Step.SHEET
    return Step.LOOK if top in {"template", "output"} else Step.DETAILS


def page_of_step(
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
    shown = Shown(draft.spec if spec is None else spec, dict(problems or {}))
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
        link=link_in(form),
        uploads=uploads,
        choices=choices_of(visit.services.settings, visit.project_id, shown.spec, step),
        step_of=step_of,
        now=int(time.time()),
        **{"found": None, "check_refused": None, **values},
    )


def link_in(form: FormData | None) -> str:
    """The link of a sheet that a form was filled in with."""
    return str(form.get("sheet_url") or "") if form else ""
