"""Sheets of jobs that another machine may run."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.sheets.loading import load_sheet
from bulkvid_pipeline.services.sheets.uploads import with_shared_sheet
from bulkvid_pipeline.settings import Settings

SHEET = "idea_title,script_content\nOne,Words to say.\n"


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "ideas.csv"
    path.write_text(SHEET)
    return path


def test_a_file_of_this_machine_is_uploaded_where_uploads_are_in_a_bucket(sheet: Path, tmp_path: Path) -> None:
    bucket = Settings(uploads_url=f"memory://{tmp_path.name}")
    shared = with_shared_sheet(BulkJobSpec.for_input(str(sheet)), bucket)
    sheet.unlink()
    loaded = load_sheet(shared.input_source, bucket, "default")
    assert list(loaded.table.frame["idea_title"]) == ["One"]


def test_it_stays_where_it_is_on_one_machine(sheet: Path, tmp_path: Path) -> None:
    spec = BulkJobSpec.for_input(str(sheet))
    assert with_shared_sheet(spec, Settings()) == spec
    assert with_shared_sheet(spec, Settings(uploads_url=str(tmp_path / "uploads"))) == spec


def test_a_google_sheet_is_every_machines(tmp_path: Path) -> None:
    spec = BulkJobSpec.for_input("1A2b3C4d5E6f7G8h9I0jKlMnOp")
    assert with_shared_sheet(spec, Settings(uploads_url=f"memory://{tmp_path.name}")) == spec


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSheetError, match=r"none\.csv' not found"):
        with_shared_sheet(BulkJobSpec.for_input(str(tmp_path / "none.csv")), Settings(uploads_url="s3://bucket"))
