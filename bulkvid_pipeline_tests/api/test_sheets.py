"""Uploading sheets and seeing how they are understood."""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.core.spec import InputSource
from bulkvid_pipeline.core.wire import UploadView
from bulkvid_pipeline.services.sheets.loading import load_sheet, sheet_label
from bulkvid_pipeline.services.sheets.uploads import MOST_BYTES, Uploads, with_uploads_at
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.api.conftest import home_of
from bulkvid_pipeline_tests.api.house import NOBODY, House, dagster, house
from bulkvid_pipeline_tests.workplace import idea

__all__ = ["dagster", "house"]  # the fixtures

CSV = b"Title,Script,Style,Length\nOne,Turn off the tap.,modern,20\nTwo,Save the water.,classic,30\n"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook() -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["idea_title", "script_content"])
    book.active.append(["One", "Turn off the tap."])
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def send(house: House, data: bytes, kind: str = "text/csv", name: str = "ideas.csv", **who: str) -> Any:
    headers = {**house.bearer(**who), "Content-Type": kind}
    return house.api.post("/api/sheets", params={"name": name}, content=data, headers=headers)


def test_a_form_and_a_bare_body_upload_the_same(house: House) -> None:
    form = house.api.post("/api/sheets", files={"file": ("ideas.csv", CSV)}, headers=house.bearer()).json()["data"]
    bare = send(house, CSV).json()["data"]

    for told in (form, bare):
        assert (told["name"], told["size"], told["rows"]) == ("ideas.csv", len(CSV), 2)
        assert told["columns"] == ["idea_title", "script_content", "style_override", "duration_seconds"]
    assert form["id"] != bare["id"]
    read = house.api.get(f"/api/sheets/{form['id']}", headers=house.bearer())
    assert read.json()["data"] == form


def test_the_content_decides_what_a_file_is(house: House) -> None:
    assert send(house, workbook(), XLSX, "ideas.xlsx").json()["data"]["rows"] == 1
    assert send(house, workbook(), "text/csv", "ideas.csv").json()["data"]["rows"] == 1


@pytest.mark.parametrize(
    ("data", "kind", "name", "status"),
    [
        (b"", "text/csv", "ideas.csv", 400),
        (b"%PDF-1.7 something", "text/csv", "ideas.pdf", 400),
        (b"PK\x03\x04 broken", XLSX, "ideas.xlsx", 400),
        (b"\x00\x01\x02\x03" * 50, XLSX, "ideas.xlsx", 400),
        (b'{"a": 1}', "application/json", "ideas.json", 415),
        (CSV, "image/png", "ideas.csv", 415),
        (CSV, "multipart/form-data", "ideas.csv", 400),
        (b"x" * (MOST_BYTES + 1), "text/csv", "ideas.csv", 413),
    ],
)
def test_what_is_no_sheet_is_refused(house: House, data: bytes, kind: str, name: str, status: int) -> None:
    answer = send(house, data, kind, name)

    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["fix"]


def test_an_upload_belongs_to_its_project_and_is_gone_when_it_is_deleted(house: House) -> None:
    path = f"/api/sheets/{send(house, CSV).json()['data']['id']}"
    other = house.bearer(project="sport")
    assert house.api.get(path, headers=other).status_code == 404
    assert house.api.delete(path, headers=other).status_code == 404

    assert house.api.delete(path, headers=house.bearer()).status_code == 204

    assert house.api.get(path, headers=house.bearer()).status_code == 404
    assert house.create({"input_source": {"path": path.rsplit("/")[-1]}}).status_code == 404
    assert house.api.delete(path, headers=house.bearer()).status_code == 404


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "a\\b\\ideas.csv", "Идеи весна.csv", "x" * 200 + ".csv", ".."]
)
def test_names_of_files_are_made_safe(house: House, name: str) -> None:
    told = send(house, CSV, name=name).json()["data"]

    assert "/" not in told["name"]
    assert ".." not in told["name"]
    assert len(told["name"]) <= 100
    stored = [path for path in (home_of(house.workplace) / "uploads").rglob("*") if path.is_file()]
    assert {path.name for path in stored} == {told["name"], "about.json"}


def test_a_file_uploaded_again_is_the_same_sheet_and_another_projects_is_another(house: House) -> None:
    first, again, foreign = (
        send(house, data, **who).json()["data"]["id"]
        for data, who in ((CSV, NOBODY), (CSV + b"Three,More.,,\n", NOBODY), (CSV, {"project": "sport"}))
    )

    labels = [sheet_label(InputSource(path=path)) for path in (first, again, foreign)]

    assert labels[0] == labels[1] != labels[2]
    configured = with_uploads_at(settings(), home_of(house.workplace))
    assert len(load_sheet(InputSource(path=again), configured, "default").table.frame) == 3


def test_the_same_upload_with_the_same_key_is_stored_once(house: House) -> None:
    headers = {**house.bearer(), "Idempotency-Key": "one"}

    def upload(data: bytes) -> Any:
        return house.api.post("/api/sheets", files={"file": ("ideas.csv", data)}, headers=headers)

    assert upload(CSV).text == upload(CSV).text
    assert upload(CSV + b"Three,More.,,\n").status_code == 422


def test_a_project_s_uploads_are_listed_the_newest_of_each_name(tmp_path: Path) -> None:
    uploads = Uploads(settings().model_copy(update={"uploads_url": str(tmp_path / "kept")}))
    assert uploads.list("news") == ()
    uploads.add("news", "a.csv", CSV)
    uploads.add("sport", "c.csv", CSV)
    other, again = uploads.add("news", "b.csv", CSV), uploads.add("news", "a.csv", CSV)
    assert {about.id for about in uploads.list("news")} == {again.id, other.id}
    assert len(uploads.list("news", limit=1)) == 1
    uploads.remove("news", again.id)
    assert {about.name for about in uploads.list("news")} == {"a.csv", "b.csv"}


def test_of_many_uploads_of_one_name_one_document_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = Uploads(settings().model_copy(update={"uploads_url": str(tmp_path / "kept")}))
    uploads.add("news", "old.csv", CSV)
    for _ in range(9):
        newest = uploads.add("news", "a.csv", CSV)
    read: list[str] = []
    get = uploads.get

    def counted(project_id: str, upload: str) -> UploadView:
        read.append(upload)
        return get(project_id, upload)

    monkeypatch.setattr(uploads, "get", counted)
    assert {about.name for about in uploads.list("news")} == {"a.csv", "old.csv"}
    assert newest.id in read
    assert len(read) == 2


def test_old_uploads_are_pruned_unless_a_job_needs_them(tmp_path: Path) -> None:
    uploads = Uploads(settings().model_copy(update={"uploads_url": str(tmp_path / "kept")}))
    old, needed = uploads.add("default", "a.csv", CSV), uploads.add("default", "b.csv", CSV)
    later = datetime.now(UTC) + timedelta(seconds=5)

    assert uploads.prune(datetime.now(UTC) - timedelta(days=1), set(), dry_run=False) == (0, 0)
    assert uploads.prune(later, {needed.id}, dry_run=True)[0] == 1
    assert uploads.prune(later, {needed.id}, dry_run=False)[0] == 1

    assert uploads.get("default", needed.id) == needed
    assert uploads.prune(later, {needed.id, old.id}, dry_run=True) == (0, 0)


def test_a_preview_shows_columns_rows_findings_of_each_level_and_an_estimate(house: House) -> None:
    rows = [idea("One"), idea("Two", ""), *(idea(f"More {n}") for n in range(20))]
    body = {"input_source": {"path": house.upload(rows)}, "rows": 5}

    answer = house.post("/api/sheets/preview", body)

    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert [column["name"] for column in data["columns"]][:2] == list(COLUMNS)[:2]
    assert data["columns"][0]["letter"] == "A"
    assert (data["rows_total"], data["rows_checked"], data["header_row"]) == (22, 5, 1)
    assert [row["sheet_row"] for row in data["rows"]] == [2, 3, 4, 5, 6]
    assert data["rows"][0]["cells"]["idea_title"] == "One"
    assert {level: found["rows"]["rejected"] for level, found in data["validation"].items()} == {
        "strict": 5, "moderate": 1, "permissive": 0,
    }  # fmt: skip
    assert data["validation"]["strict"]["stops_job"] is True
    assert 10 < data["estimate"]["videos"] <= 22
    assert house.runs() == []


def test_a_preview_of_a_sheet_without_a_column_that_is_needed_says_which_were_understood(house: House) -> None:
    upload = send(house, b"Title,Style\nOne,modern\n").json()["data"]["id"]

    answer = house.post("/api/sheets/preview", {"input_source": {"path": upload}})

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "INVALID_SHEET")
    assert [column["name"] for column in error["details"]["columns"]] == ["idea_title", "style_override"]


def test_a_sheet_whose_headers_are_unknown_is_previewed_once_its_columns_are_named(house: House) -> None:
    upload = send(house, b"Hook line,VO,Notes\nOne,Turn off the tap.,n\nTwo,Save the water.,\n").json()["data"]["id"]
    source: dict[str, Any] = {"path": upload}

    error = house.post("/api/sheets/preview", {"input_source": source}).json()["error"]
    title, script, notes = error["details"]["columns"]
    source["columns"] = {title["key"]: "idea_title", script["key"]: "script_content", notes["key"]: None}
    preview = house.post("/api/sheets/preview", {"input_source": source}).json()["data"]

    assert (error["code"], error["details"]["header_row"]) == ("INVALID_SHEET", 1)
    assert script["samples"] == ["Turn off the tap.", "Save the water."]
    assert preview["columns"] == [
        {"name": "idea_title", "letter": "A"}, {"name": "script_content", "letter": "B"},
    ]  # fmt: skip
    assert [(column["name"], column["known_by"]) for column in preview["sheet_columns"]] == [
        ("idea_title", "mapping"), ("script_content", "mapping"), (None, "mapping"),
    ]  # fmt: skip
    assert preview["rows"][0]["sheet_cells"] == {"A": "One", "B": "Turn off the tap.", "C": "n"}


def test_a_column_that_is_not_there_is_refused_before_a_job_is_created(house: House) -> None:
    body = {"input_source": {"path": house.upload([idea("One")]), "columns": {"Hook": "idea_title"}}}

    answer = house.post("/api/bulk-jobs", body)

    error = answer.json()["error"]
    assert (answer.status_code, error["field"]) == (400, "input_source.columns")
    assert "'idea_title' (A)" in error["message"]
    assert house.runs() == []


@pytest.mark.parametrize("rows", [0, 51, "ten", True, None, 1.5])
def test_a_preview_has_1_to_50_rows(house: House, rows: Any) -> None:
    answer = house.post("/api/sheets/preview", {"input_source": {"path": "x"}, "rows": rows})

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "rows")


@pytest.mark.heavy
def test_ten_rows_are_previewed_within_a_second_of_a_long_file(house: House) -> None:
    upload = house.upload([idea(f"Row {n}") for n in range(2000)])
    body = {"input_source": {"path": upload}}
    house.post("/api/sheets/preview", body)

    best = min(_seconds(house, body) for _ in range(3))

    assert best < 1.0


def _seconds(house: House, body: Any) -> float:
    began = time.process_time()
    assert house.post("/api/sheets/preview", body).status_code == 200
    return time.process_time() - began
