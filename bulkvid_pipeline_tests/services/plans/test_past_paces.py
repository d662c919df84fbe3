"""What past rows took is read without opening the instance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.paces import BUILT_IN, Took
from bulkvid_pipeline.services.jobs.run_state import tell_tags
from bulkvid_pipeline.services.plans.past_paces import past_paces
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.services.jobs.written_runs import WrittenRun
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace


def here(postgres_url: str) -> Settings:
    return Settings(postgres_url=postgres_url or None)


def took(rows: float) -> str:
    return json.dumps(Took(rows=rows, row_s=2.0 * rows).as_json())


@ON_BOTH_DATABASES
def test_what_runs_have_told_of_themselves_counts(workplace: Workplace, database_url: str) -> None:
    for rows in (3, 4):
        run = WrittenRun.of(workplace.instance)
        tell_tags(workplace.instance, run.run_id, {tags.TOOK: took(rows)})
    WrittenRun.of(workplace.instance, told={tags.TOOK: took(90), tags.OWNER: "another run"})
    damaged = WrittenRun.of(workplace.instance)
    tell_tags(workplace.instance, damaged.run_id, {tags.TOOK: "{"})

    assert past_paces(workplace.folder / "home", here(database_url)).based_on_rows == 7


def test_without_an_installation_the_built_in_paces_count(tmp_path: Path) -> None:
    assert past_paces(tmp_path / "home", here("")).took == BUILT_IN.took
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
def test_a_database_that_cannot_be_read_is_left_alone(tmp_path: Path, content: bytes) -> None:
    database = tmp_path / "history" / "runs.db"
    database.parent.mkdir()
    database.write_bytes(content)

    assert past_paces(tmp_path, here("")).based_on_rows == 0
    assert [path.name for path in database.parent.iterdir()] == ["runs.db"]
    assert database.read_bytes() == content
