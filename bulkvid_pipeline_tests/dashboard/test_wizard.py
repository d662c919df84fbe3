"""The four steps to a job, as a browser without script goes through them."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from httpx2 import Response

from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.core.errors import ServiceUnavailableError
from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline.services.drafts.drafts import Draft, Drafts
from bulkvid_pipeline.services.jobs.jobs import find_job, spec_of
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline.services.templates.template_store import TemplateStore
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.dashboard.conftest import Visitor, Visitors, words
from bulkvid_pipeline_tests.launch.fake_dagster import LOSE, FakeDagster, launched
from bulkvid_pipeline_tests.launch.instance_dagster import InstanceDagster
from bulkvid_pipeline_tests.services.jobs.told_rows import TellingRun
from bulkvid_pipeline_tests.services.jobs.written_runs import JOB
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
    inputs = [each for each in re.findall(r"<input[^>]*>", form[0]) if "checkbox" not in each or " checked" in each]
    found = (re.search(r'name="([^"]+)"[^>]*value="([^"]*)"', each) for each in inputs)
    fields = {each[1]: each[2] for each in found if each}
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        fields[name] = chosen[1] if chosen else ""
    return {name: html.unescape(value) for name, value in fields.items()}


@pytest.fixture
def wizard(visitor: Visitor, services: OpenServices) -> Wizard:
    return Wizard(visitor, services)


def test_four_steps_lead_from_a_file_to_a_job_and_the_draft_is_gone(
    dagster: InstanceDagster, wizard: Wizard, visitor: Visitor, workplace: Workplace
) -> None:
    draft_id = wizard.upload()
    assert wizard.send("sheet", **{"input_source.range": "A1:J3"}).headers["Location"] == f"/new/{draft_id}/look"
    choices = {"template.overrides.style": "classic", "output.format": "webm", "output.resolution": "720p"}
    assert wizard.send("look", **choices).headers["Location"] == f"/new/{draft_id}/details"
    details = {"title": "Spring", "priority": "high", "deadline_minutes": "90", "max_machines": "4"}
    assert wizard.send("details", **details).headers["Location"] == f"/new/{draft_id}/review"

    review = words(visitor.get(f"/new/{draft_id}/review"))
    for text in ("ideas.csv", "A1:J3", "Classic", "WebM", "720p", "Spring", "High", "90 min", "Machines at once 4"):
        assert text in review

    location = wizard.create().headers["Location"]
    job_id = location.removeprefix("/jobs/")
    job = find_job(workplace.instance, job_id, project_id="default")
    spec = spec_of(workplace.instance, job)
    assert (spec.title, spec.priority, spec.processing_deadline_ms) == ("Spring", "high", 90 * 60_000)
    assert spec.max_machines == 4
    assert (spec.output.format, spec.output.resolution, spec.template.overrides.style) == ("webm", "720p", "classic")
    assert (spec.user_id, spec.project_id, spec.input_source.range) == ("ana", "default", "A1:J3")
    assert visitor.get(f"/new/{draft_id}").headers["Location"] == location
    assert len(dagster.runs) == 1


def problem_of(page: Response, name: str) -> str:
    """What stands beside the field; the field names it, and is marked."""
    control = re.search(rf'<(?:input|select)[^>]*id="{re.escape(name)}"[^>]*>', page.text)
    assert control is not None
    assert f"{name}-problem" in control[0]
    assert 'aria-invalid="true"' in control[0]
    told = re.search(rf'id="{re.escape(name)}-problem">(.*?)</p>', page.text, re.DOTALL)
    assert told is not None
    return words(told[1])


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(wizard: Wizard, visitor: Visitor) -> None:
    draft_id = wizard.upload()
    page = wizard.send("details", title="Spring", deadline_minutes="soon", max_machines="all", callback_url="nowhere")
    assert page.status_code == 422
    assert "no number of 1 to 1440 minutes" in problem_of(page, "deadline_minutes")
    assert "all&#39; is no whole number of 1 to 200" in problem_of(page, "max_machines")
    assert "is not a web address" in problem_of(page, "callback_url")
    again = filled(visitor.get(f"/new/{draft_id}/details"))
    assert (again["title"], again["deadline_minutes"], again["callback_url"]) == ("Spring", "soon", "nowhere")
    assert again["max_machines"] == "all"

    page = wizard.send("look", **{"output.video_codec": "vp9", "output.prefix": "a/../b"})
    assert page.status_code == 422
    assert problem_of(page, "output.prefix")
    page = wizard.send("look", **{"output.prefix": ""})
    assert "mp4 cannot hold vp9" in problem_of(page, "output.video_codec")

    review = visitor.get(f"/new/{draft_id}/review")
    assert "no number of 1 to 1440 minutes" in words(review)
    assert wizard.create().status_code == 400
    assert wizard.draft.spec["title"] == "Spring"


def test_back_keeps_what_was_typed_however_wrong(wizard: Wizard) -> None:
    draft_id = wizard.upload()
    answer = wizard.send("details", go="back", deadline_minutes="0.2", title="Half done")
    assert answer.headers["Location"] == f"/new/{draft_id}/look"
    assert (wizard.draft.spec["title"], wizard.draft.spec["processing_deadline_ms"]) == ("Half done", 12_000)


def test_the_same_draft_sent_twice_is_one_job(dagster: InstanceDagster, wizard: Wizard, visitor: Visitor) -> None:
    draft_id = wizard.upload()
    path = f"/new/{draft_id}/create?version={wizard.draft.version}"
    first, second = visitor.post(path), visitor.post(path)
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert len(dagster.runs) == 1
    for back in (f"/new/{draft_id}", f"/new/{draft_id}/review"):
        assert visitor.get(back).headers["Location"] == first.headers["Location"]
    assert visitor.get("/new/draft_0000000000000000/review").status_code == 404


def test_a_file_that_is_too_large_is_refused_in_words_for_people(visitor: Visitor) -> None:
    refused = visitor.post("/new", files={"file": ("ideas.csv", bytes(11 * 2**20))})
    assert refused.status_code == 413
    assert "This is too large to be sent" in words(refused)
    assert "Files may have 10 MB" in words(refused)


def test_a_draft_that_outlived_its_job_and_was_changed_leads_to_that_job(
    dagster: InstanceDagster, wizard: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Drafts, draft_id: str) -> None:
        raise ServiceUnavailableError(f"The database does not answer about {draft_id}")

    wizard.upload()
    with monkeypatch.context() as broken:
        broken.setattr(Drafts, "delete", away)
        assert wizard.create().status_code == 503
    assert len(dagster.runs) == 1
    wizard.send("details", title="Changed since")
    again = wizard.create()
    assert again.status_code == 303
    assert again.headers["Location"].startswith("/jobs/")
    assert len(dagster.runs) == 1


@pytest.mark.heavy
def test_two_clicks_at_once_are_one_job(dagster: InstanceDagster, wizard: Wizard, visitors: Visitors) -> None:
    draft_id = wizard.upload()
    path = f"/new/{draft_id}/create?version={wizard.draft.version}"
    with ThreadPoolExecutor(3) as pool:
        clicks = [pool.submit(visitors().post, path) for _ in range(3)]
        places = {click.result().headers.get("Location") for click in clicks}
    assert len(places) == 1
    assert len(dagster.runs) == 1


def test_without_a_run_queue_the_job_is_not_created_and_the_draft_stays(wizard: Wizard) -> None:
    wizard.upload()
    page = wizard.create()
    assert page.status_code == 503
    assert "Processing service unavailable" in words(page)
    assert "Nothing is lost: your draft is kept." in words(page)
    assert wizard.draft.source_name == "ideas.csv"


@pytest.mark.heavy
def test_a_job_whose_answer_was_lost_is_still_one_job(dagster: InstanceDagster, wizard: Wizard) -> None:
    def launched_unheard(server: FakeDagster, params: Mapping[str, object]) -> str:
        server.add(params, "NOT_STARTED")
        return LOSE

    wizard.upload()
    dagster.launches[:] = [launched_unheard, launched_unheard, launched]
    monkeypatched = pytest.MonkeyPatch()
    monkeypatched.setattr("bulkvid_pipeline.launch.queue.APPEARS_WITHIN_S", 0.1)
    try:
        assert wizard.create().status_code == 503
        answer = wizard.create()
        assert answer.status_code == 303, words(answer)
    finally:
        monkeypatched.undo()
    assert [run.status for run in dagster.runs] == ["QUEUED"]


def test_of_two_windows_on_one_step_the_second_is_told(wizard: Wizard, visitor: Visitor) -> None:
    draft_id = wizard.upload()
    path = f"/new/{draft_id}/details"
    first, second = filled(visitor.get(path)), filled(visitor.get(path))
    assert visitor.post(path, {**first, "go": "stay", "title": "Of the first"}).status_code == 303
    page = visitor.post(path, {**second, "go": "next", "title": "Of the second"})
    assert page.status_code == 409
    assert "changed in another window" in words(page)
    assert filled(page)["title"] == "Of the second"
    assert wizard.draft.spec["title"] == "Of the first"
    assert visitor.post(path, {**filled(page), "go": "next"}).status_code == 303
    assert wizard.draft.spec["title"] == "Of the second"


def test_two_windows_on_different_steps_do_not_disturb_each_other(wizard: Wizard, visitor: Visitor) -> None:
    draft_id = wizard.upload()
    details, look = (filled(visitor.get(f"/new/{draft_id}/{step}")) for step in ("details", "look"))
    visitor.post(f"/new/{draft_id}/look", {**look, "go": "stay", "template.overrides.style": "minimal"})
    assert visitor.post(f"/new/{draft_id}/details", {**details, "go": "next", "title": "Both"}).status_code == 303
    assert wizard.draft.spec["title"] == "Both"
    assert wizard.draft.spec["template"]["overrides"]["style"] == "minimal"


def test_a_job_is_not_created_of_what_its_maker_has_not_seen(wizard: Wizard, visitor: Visitor) -> None:
    draft_id = wizard.upload()
    seen = wizard.draft.version
    wizard.send("details", title="Changed elsewhere")
    page = visitor.post(f"/new/{draft_id}/create?version={seen}")
    assert page.status_code == 409
    assert "Changed elsewhere" in words(page)


def test_choices_are_kept_as_they_are_made(wizard: Wizard, visitor: Visitor) -> None:
    draft_id = wizard.upload()
    path = f"/new/{draft_id}/look"
    shown = filled(visitor.get(path))
    answer = visitor.post(path, {**shown, "go": "keep", "template.overrides.style": "classic"}, {"HX-Request": "true"})
    assert answer.status_code == 204
    base = json.loads(answer.headers["HX-Trigger"])["kept"]["base"]
    following = {**shown, "go": "keep", "base": base, "template.overrides.style": "minimal"}
    assert visitor.post(path, following, {"HX-Request": "true"}).status_code == 204
    assert wizard.draft.spec["template"]["overrides"]["style"] == "minimal"
    assert visitor.post(path, {**shown, "go": "keep"}, {"HX-Request": "true"}).status_code == 409


def test_a_file_that_is_no_sheet_is_told_beside_its_field(visitor: Visitor) -> None:
    for name, data, told in (
        ("ideas.csv", b"", "empty"),
        ("ideas.xlsx", b"PK\x03\x04 nonsense", "damaged"),
        ("ideas.exe", b"\x7fELF\x02\x01\x01" + bytes(200), "ideas.exe"),
    ):
        page = visitor.post("/new", files={"file": (name, data)})
        assert page.status_code == 400
        assert told in problem_of(page, "file").lower()


def test_a_link_that_leads_to_no_sheet_comes_back_with_what_is_wrong(visitor: Visitor) -> None:
    for link in ("", "https://example.org/ideas", "x", f"javascript:alert('{HOSTILE}')"):
        page = visitor.post("/new", {"sheet_url": link})
        assert page.status_code == 400
        assert problem_of(page, "sheet_url")
        assert HOSTILE not in page.text
        if link:
            assert html.escape(link, quote=True).replace("&#x27;", "&#39;") in page.text


def test_a_link_names_sheet_tab_and_range(visitor: Visitor, wizard: Wizard) -> None:
    link = f"https://docs.google.com/spreadsheets/d/{SHEET_ID}/edit#gid=7&range=A1:J20"
    assert visitor.post("/new", {"sheet_url": link}).status_code == 303
    source = wizard.draft.spec["input_source"]
    assert (source["sheet_id"], source["gid"], source["range"]) == (SHEET_ID, 7, "A1:J20")
    assert filled(visitor.get(f"/new/{wizard.draft.id}/sheet"))["input_source.gid"] == "7"


def test_another_sheet_keeps_the_choices(wizard: Wizard, visitor: Visitor, services: OpenServices) -> None:
    draft_id = wizard.upload()
    wizard.send("sheet", **{"input_source.range": "A1:J3"})
    wizard.send("look", **{"template.overrides.style": "classic"})
    saved = Uploads(services.settings).add("default", "others.csv", SHEET)
    assert saved.id in visitor.get("/new").text
    assert visitor.post(f"/new/{draft_id}/source", {"upload": saved.id}).status_code == 303
    draft = wizard.draft
    assert draft.source_name == "others.csv"
    assert draft.spec["input_source"]["path"] == saved.id
    assert "range" not in draft.spec["input_source"]
    assert draft.spec["template"]["overrides"] == {"style": "classic"}
    assert visitor.post(f"/new/{draft_id}/source", {"sheet_url": "nonsense"}).status_code == 400
    assert wizard.draft == draft


def test_the_same_file_uploaded_again_keeps_what_was_said_of_its_columns(wizard: Wizard, visitor: Visitor) -> None:
    draft_id = wizard.upload()
    before = wizard.draft.spec["input_source"]["path"]
    wizard.send("sheet", **{"input_source.range": "A1:J3"})
    answer = visitor.post(f"/new/{draft_id}/source", files={"file": ("ideas.csv", SHEET)})
    assert answer.status_code == 303
    source = wizard.draft.spec["input_source"]
    assert source["range"] == "A1:J3"
    assert source["path"] != before


def test_nobody_else_sees_or_changes_a_draft(wizard: Wizard, visitors: Visitors) -> None:
    draft_id = wizard.upload()
    for other in (visitors("bob"), visitors("ana", "news")):
        for path in ("", "/sheet", "/look", "/review", "/check", "/picture"):
            assert other.get(f"/new/{draft_id}{path}").status_code == 404, path
        for path in ("/look", "/create", "/delete", "/source"):
            answer = other.post(f"/new/{draft_id}{path}", {"sheet_url": SHEET_ID})
            assert answer.status_code == 404, path
        assert draft_id not in other.get("/new").text
    assert wizard.draft.id == draft_id
    reader = visitors("ana", scopes=[Scope.JOBS_READ])
    assert reader.get("/new").status_code == 403
    assert reader.post(f"/new/{draft_id}/create").status_code == 403


def test_a_foreign_form_changes_nothing(wizard: Wizard, visitor: Visitor) -> None:
    draft_id = wizard.upload()
    for path in ("/new", f"/new/{draft_id}/look", f"/new/{draft_id}/create", f"/new/{draft_id}/delete"):
        assert visitor.post(path, {"csrf": "of somebody else"}).status_code == 403
    assert wizard.draft.version == 1


def test_a_deleted_draft_is_gone_and_its_sheet_stays(wizard: Wizard, visitor: Visitor, services: OpenServices) -> None:
    draft_id = wizard.upload()
    path = f"/new/{draft_id}/delete"
    for asking in (visitor.get(path), visitor.post(path)):
        assert "Delete this draft?" in words(asking)
        assert 'name="sure" value="yes"' in asking.text
    assert wizard.draft.id == draft_id
    assert visitor.post(path, {"sure": "yes"}).headers["Location"] == "/new"
    assert visitor.get(f"/new/{draft_id}").status_code == 404
    assert [about.name for about in Uploads(services.settings).list("default")] == ["ideas.csv"]


@pytest.mark.heavy
@pytest.mark.usefixtures("dagster")
def test_a_job_starts_again_with_changes_and_nothing_of_it_is_lost(
    wizard: Wizard, visitor: Visitor, visitors: Visitors, workplace: Workplace
) -> None:
    wizard.upload()
    wizard.send("look", **{"template.overrides.language": "German", "output.prefix": "spring"})
    wizard.send("details", title="First", priority="low", callback_url="https://example.org/hook", deadline_minutes="5")
    answer = wizard.create()
    if answer.status_code != 303:  # no network: the callback's host has no address
        wizard.send("details", callback_url="")
        answer = wizard.create()
    job_id = answer.headers["Location"].removeprefix("/jobs/")
    before = spec_of(workplace.instance, find_job(workplace.instance, job_id))

    assert "Again with changes" in words(visitor.get(f"/new?from={job_id}"))
    first, second = visitor.post(f"/new?from={job_id}"), visitor.post(f"/new?from={job_id}")
    assert first.headers["Location"] == second.headers["Location"]
    assert words(visitor.get(first.headers["Location"] + "/review")).count("First") >= 1
    assert wizard.draft.from_job == job_id
    wizard.send("details", title="Second")
    again_id = wizard.create().headers["Location"].removeprefix("/jobs/")
    after = spec_of(workplace.instance, find_job(workplace.instance, again_id))
    assert again_id != job_id
    assert after == before.model_copy(update={"title": "Second"})
    stranger = visitors(project="news")
    assert stranger.get(f"/new?from={job_id}").status_code == stranger.post(f"/new?from={job_id}").status_code == 404


def test_the_review_tells_what_will_be_refused_with_its_mend(wizard: Wizard, visitor: Visitor) -> None:
    draft_id = wizard.upload()
    found = words(visitor.part(f"/new/{draft_id}/check"))
    assert "1 row will be refused, the others are made" in found
    assert "A4" in found
    assert "2 from 2 rows" in found.replace("Videos ", "")
    wizard.send("details", validation_level="strict")
    stopped = visitor.part(f"/new/{draft_id}/check")
    assert stopped.status_code == 200
    assert "What stops the job" in words(stopped)
    page = visitor.get(f"/new/{draft_id}/check")
    assert page.status_code == 400
    assert "Create job" in words(page)
    assert wizard.create().status_code == 400


MANY_WRONG = as_csv([idea("Save water"), *(idea(f"Idea {n}", duration_seconds="soon") for n in range(130))])


def test_the_review_counts_what_it_does_not_show(wizard: Wizard, visitor: Visitor) -> None:
    draft_id = wizard.upload(data=MANY_WRONG)
    told = words(visitor.part(f"/new/{draft_id}/check"))
    assert "130 rows will be refused" in told
    assert "and 110 more" in told


@pytest.mark.heavy
def test_the_review_counts_what_it_does_not_show_at_other_levels(wizard: Wizard, visitor: Visitor) -> None:
    draft_id = wizard.upload(data=MANY_WRONG)
    wizard.send("details", validation_level="strict")
    told = words(visitor.part(f"/new/{draft_id}/check"))
    assert "1048 findings" in told
    assert "and 948 more" in told
    wizard.send("details", validation_level="permissive")
    told = words(visitor.part(f"/new/{draft_id}/check"))
    assert "130 remarks on cells" in told
    assert "and 80 more" in told


@pytest.mark.heavy
def test_hostile_texts_stay_texts(wizard: Wizard, visitor: Visitor) -> None:
    draft_id = wizard.upload(name=f"{HOSTILE}.csv", data=as_csv([idea(HOSTILE), idea("", HOSTILE)]))
    hostile = dict.fromkeys(("title", "callback_url", "deadline_minutes", "max_machines"), HOSTILE)
    pages = [
        wizard.send("details", **hostile),
        wizard.send("look", **{"output.prefix": HOSTILE, "template.template_id": HOSTILE, "output.format": HOSTILE}),
        wizard.send("sheet", **{"input_source.range": HOSTILE}),
    ]
    pages += [visitor.get(f"/new/{draft_id}/{step}") for step in ("sheet", "look", "details", "review", "check")]
    pages += [visitor.get("/new"), visitor.part(f"/new/{draft_id}/check"), visitor.part(f"/new/{draft_id}/picture")]
    for page in pages:
        assert page.status_code < 500
        assert HOSTILE not in page.text
        assert "&lt;script&gt;" in page.text


def test_a_text_that_no_database_takes_is_kept_and_told(wizard: Wizard) -> None:
    wizard.upload()
    page = wizard.send("details", title="a\0b")
    assert page.status_code in {303, 422}
    assert wizard.create().status_code in {400, 503}


@pytest.mark.heavy
def test_a_picture_shows_the_scenes_of_the_chosen_row(wizard: Wizard, visitor: Visitor, visitors: Visitors) -> None:
    draft_id = wizard.upload()
    part = visitor.part(f"/new/{draft_id}/picture")
    assert part.status_code == 200, words(part)
    assert "2 · Save water" in words(part)
    (still, *_) = re.findall(r'id="still" src="([^"]+)"', part.text)
    picture = visitor.get(still)
    assert (picture.headers["Content-Type"], picture.content[:2]) == ("image/jpeg", b"\xff\xd8")
    (video,) = re.findall(r'src="([^"]+\.mp4)"', part.text)
    whole, piece = visitor.get(video), visitor.get(video, {"Range": "bytes=4-7"})
    assert (piece.status_code, piece.content) == (206, b"ftyp")
    assert piece.headers["Content-Range"] == f"bytes 4-7/{len(whole.content)}"
    assert visitor.get(video, {"Range": "bytes=-4"}).content == whole.content[-4:]
    assert visitor.get(video, {"Range": "bytes=99999999-"}).status_code == 416
    assert visitors(project="news").get(still).status_code == visitors(project="news").get(video).status_code == 404
    for beyond in ("99", "00099", "00000", "9" * 5000):
        assert visitor.get(still.replace("/2.jpg", f"/{beyond}.jpg")).status_code == 404

    refused = visitor.part(f"/new/{draft_id}/picture?row=4&platform=tiktok")
    assert "no video would be made of it" in words(refused)
    assert visitor.part(f"/new/{draft_id}/picture?row=99").status_code == 400
    assert "Choose one of its rows: 2-4" in words(visitor.part(f"/new/{draft_id}/picture?row=99"))
    page = visitor.get(f"/new/{draft_id}/picture?row=3&platform=story")
    assert "Back to the draft" in words(page)
    assert "on Story" in page.text


def test_a_picture_of_nothing_is_told(wizard: Wizard, visitor: Visitor) -> None:
    draft_id = wizard.upload()
    for query in ("row=x", "row=-1", "platform=nowhere", "row=99999999999999999999"):
        assert visitor.part(f"/new/{draft_id}/picture?{query}").status_code == 400


def test_drafts_are_listed_to_go_on_with(wizard: Wizard, visitor: Visitor) -> None:
    draft_id = wizard.upload()
    wizard.send("sheet")
    listed = visitor.get("/new")
    assert f'href="/new/{draft_id}"' in listed.text
    assert "Choose the look" in words(listed)
    assert visitor.get(f"/new/{draft_id}").headers["Location"] == f"/new/{draft_id}/look"
    assert visitor.get(f"/new/{draft_id}/nowhere").status_code == 404


def test_to_look_at_a_link_begins_nothing(visitor: Visitor, services: OpenServices, workplace: Workplace) -> None:
    TellingRun.begun(workplace.instance)
    link = f"/new?from={JOB}"
    page = visitor.get(link)
    assert f'action="{link}"' in page.text
    drafts = Drafts(services.instance, "default", "ana")
    assert drafts.all() == []
    assert visitor.post(link).headers["Location"] == visitor.post(link).headers["Location"]
    (draft,) = drafts.all()
    assert draft.from_job == JOB


def test_templates_are_listed_without_being_opened(
    wizard: Wizard, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(_: TemplateStore, template_id: str) -> None:
        raise AssertionError(f"{template_id} was opened")

    draft_id = wizard.upload()
    monkeypatch.setattr(TemplateStore, "load", opened)
    assert '<option value="classic">' in visitor.get(f"/new/{draft_id}/look").text
    assert visitor.get(f"/new/{draft_id}/details").status_code == 200


def test_a_link_from_a_template_begins_with_it(visitor: Visitor, services: OpenServices) -> None:
    page = visitor.get("/new?template=classic")
    (action,) = set(re.findall(r'action="(/new\?[^"]*)"', page.text))
    answer = visitor.post(html.unescape(action), files={"file": ("ideas.csv", SHEET)})

    assert answer.status_code == 303
    assert "The template is classic" in words(page)
    (draft,) = Drafts(services.instance, "default", "ana").all()
    assert draft.spec["template"] == {"template_id": "classic"}
    assert HOSTILE not in visitor.get(f"/new?template={HOSTILE}").text
