"""The four steps to a job, as a browser without script goes through them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

import pytest
from httpx2 import Response

from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.services.drafts.drafts import Draft, Drafts
from bulkvid_pipeline.services.jobs.jobs import find_job, spec_of
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.dashboard.conftest import Visitor, words
from bulkvid_pipeline_tests.launch.instance_dagster import InstanceDagster
from bulkvid_pipeline_tests.workplace import Workplace, idea

HOSTILE = "<script>alert(1)</script>"
SHEET_ID = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"


def as_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


SHEET = as_csv([idea("Save water"), idea("Walk more"), idea("")])


@pytest.fixture
def dagster(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[InstanceDagster]:
    """A web server that queues what is launched."""
    with InstanceDagster(instance=workplace.instance) as server:
        monkeypatch.setenv("BULKVID_DAGSTER_URL", server.url)
        settings.cache_clear()
        yield server


class Wizard:
    """Goes from step to step, and keeps what its forms hold."""

    def __init__(self, visitor: Visitor, services: OpenServices) -> None:
        self._visitor = visitor
        self._drafts = Drafts(services.instance, "default", "ana")
        self.page: Response = visitor.get("/new")

    def upload(self, name: str = "ideas.csv", data: bytes = SHEET) -> str:
        answer = self._visitor.post("/new", files={"file": (name, data)})
        assert answer.status_code == 303, answer.text
        return re.fullmatch(r"/new/(draft_[0-9a-f]+)/sheet", answer.headers["Location"])[1]  # type: ignore[index]

    @property
    def draft(self) -> Draft:
        (found,) = self._drafts.all()
        return found

    def send(self, step: str, **fields: str) -> Response:
        """Fill the form of a step in, and press a button of it (`go`)."""
        path = f"/new/{self.draft.id}/{step}"
        shown = filled(self._visitor.get(path))
        self.page = self._visitor.post(path, {"go": "next", **shown, **fields})
        return self.page

    def create(self) -> Response:
        review = self._visitor.get(f"/new/{self.draft.id}/review")
        (action,) = re.findall(r'action="(/new/[^"]*/create[^"]*)"', review.text)
        self.page = self._visitor.post(action)
        return self.page


def filled(page: Response) -> dict[str, str]:
    """What a browser would send of the step's form as it is."""
    form = re.search(r"<form[^>]*data-keep.*?</form>", page.text, re.DOTALL)
    assert form is not None, page.text[-3000:]
    fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form[0]))
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        fields[name] = chosen[1] if chosen else ""
    if 'name="write_back"' in form[0] and "checked" not in form[0]:
        fields.pop("write_back", None)
    return fields


@pytest.fixture
def wizard(visitor: Visitor, services: OpenServices) -> Wizard:
    return Wizard(visitor, services)


def test_four_steps_lead_from_a_file_to_a_job_and_the_draft_is_gone(
    dagster: InstanceDagster, wizard: Wizard, visitor: Visitor, services: OpenServices, workplace: Workplace
) -> None:
    draft_id = wizard.upload()
    assert wizard.send("sheet", **{"input_source.range": "A1:J3"}).headers["Location"] == f"/new/{draft_id}/look"
    choices = {"template.overrides.style": "classic", "output.format": "webm", "output.resolution": "720p"}
    assert wizard.send("look", **choices).headers["Location"] == f"/new/{draft_id}/details"
    details = {"title": "Spring", "priority": "high", "deadline_minutes": "90"}
    assert wizard.send("details", **details).headers["Location"] == f"/new/{draft_id}/review"

    review = words(visitor.get(f"/new/{draft_id}/review"))
    for text in ("ideas.csv", "A1:J3", "Classic", "WebM", "720p", "Spring", "High", "90 min"):
        assert text in review

    location = wizard.create().headers["Location"]
    job_id = location.removeprefix("/jobs/")
    job = find_job(workplace.instance, job_id, project_id="default")
    spec = spec_of(workplace.instance, job)
    assert (spec.title, spec.priority, spec.processing_deadline_ms) == ("Spring", "high", 90 * 60_000)
    assert (spec.output.format, spec.output.resolution, spec.template.overrides.style) == ("webm", "720p", "classic")
    assert (spec.user_id, spec.project_id, spec.input_source.range) == ("ana", "default", "A1:J3")
    assert visitor.get(f"/new/{draft_id}").status_code == 404
    assert len(dagster.runs) == 1
