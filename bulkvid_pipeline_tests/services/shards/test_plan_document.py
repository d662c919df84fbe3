"""What a planning run leaves for shards says exactly what it has found, and to the same code alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bulkvid_pipeline.adapters.code_version import code_version
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.storage import open_storage
from bulkvid_pipeline.core.errors import ActionNotAllowedError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.outputs.output_store import OutputStore
from bulkvid_pipeline.services.shards import plan_document
from bulkvid_pipeline.services.shards.plan_document import PlanDocument, read_plan, remove_plan, write_plan
from bulkvid_pipeline.services.sheets.loading import load_sheet
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet, validate_for_spec
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.workplace import Workplace, idea

SAMPLES = sorted((Path(__file__).parents[3] / "samples").glob("*.csv"))
PLAN = "run-that-planned"


@pytest.fixture
def store(tmp_path: Path) -> OutputStore:
    return OutputStore(open_storage(f"file://{tmp_path}/output"), "", "ideas", RetryPolicy(tries=1))


def validated(path: Path, **fields: str) -> ValidatedSheet:
    spec = BulkJobSpec.for_input(str(path), **fields)
    return validate_for_spec(load_sheet(spec.input_source, settings(), spec.project_id), spec, settings())


def document_of(sheet: ValidatedSheet) -> PlanDocument:
    return PlanDocument(sheet, tuple(plan.row_key for plan in reversed(sheet.plans)))


@pytest.fixture
def small(workplace: Workplace) -> PlanDocument:
    return document_of(validated(workplace.sheet([idea("One"), idea("Two")])))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_plan_comes_back_exactly_as_it_was_left(
    sample: Path, store: OutputStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULKVID_MEDIA_FOLDER", str(sample.parent / "media"))
    settings.cache_clear()
    document = document_of(validated(sample, validation_level="permissive"))
    assert document.row_keys
    assert any(plan.media for plan in document.rows()) == (sample.stem == "ideas_media")

    write_plan(store, PLAN, document)
    found = read_plan(store, PLAN)

    assert found == document
    assert found.rows() == tuple(reversed(document.sheet.plans))
    engine = store.engine
    assert [plan.fingerprint(engine) for plan in found.rows()] == [plan.fingerprint(engine) for plan in document.rows()]
    assert [type(value) for plan in found.rows() for value in vars(plan).values()] == [
        type(value) for plan in document.rows() for value in vars(plan).values()
    ]
    assert not list(tmp_path.rglob("*.pickle"))


def test_what_has_no_plan_is_in_it_too(store: OutputStore, workplace: Workplace) -> None:
    sheet = validated(workplace.sheet([idea("Good"), idea("")]), validation_level="moderate")
    assert (len(sheet.plans), sheet.report.rejected) == (1, (3,))

    write_plan(store, PLAN, document_of(sheet))

    found = read_plan(store, PLAN).sheet
    assert found.report == sheet.report
    assert dict(found.titles) == dict(sheet.titles)
    assert dict(found.refused_keys) == dict(sheet.refused_keys)
    assert dict(found.seconds) == dict(sheet.seconds)


def test_another_versions_plan_is_refused_with_both_versions(
    store: OutputStore, small: PlanDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(plan_document, "code_version", lambda: "0.0.9+abc")
        write_plan(store, PLAN, small)

    with pytest.raises(ActionNotAllowedError) as refused:
        read_plan(store, PLAN)

    assert "0.0.9+abc" in refused.value.message
    assert code_version() in refused.value.message
    assert "Give all machines the same version" in refused.value.fix


def test_another_plan_format_is_refused(
    store: OutputStore, small: PlanDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(plan_document, "SCHEMA_VERSION", 99)
        write_plan(store, PLAN, small)

    with pytest.raises(ActionNotAllowedError, match="plan format 99"):
        read_plan(store, PLAN)


@pytest.mark.parametrize("damage", ["cut off", "no sheet", "another field", "not an object", "unknown row"])
def test_a_plan_that_cannot_be_understood_is_refused_in_words(
    damage: str, store: OutputStore, small: PlanDocument
) -> None:
    write_plan(store, PLAN, small)
    key = store.beside(f"plans/{PLAN}.json")
    text = store.storage.read_bytes(key).decode()
    told = json.loads(text)
    if damage == "cut off":
        text = text[: len(text) // 2]
    elif damage == "not an object":
        text = "[]"
    else:
        match damage:
            case "no sheet":
                del told["sheet"]
            case "another field":
                told["sheet"]["plans"][0]["outputs"] = "youtube"
            case _:
                told["row_keys"].append("nobody")
        text = json.dumps(told)
    store.write_text(f"plans/{PLAN}.json", text)

    with pytest.raises(ActionNotAllowedError, match="cannot be understood"):
        read_plan(store, PLAN)


def test_a_plan_that_is_gone_is_named_and_removing_it_twice_is_no_error(
    store: OutputStore, small: PlanDocument
) -> None:
    write_plan(store, PLAN, small)
    write_plan(store, "other", replace(small, row_keys=()))
    for _ in range(2):
        remove_plan(store, PLAN)

    with pytest.raises(ActionNotAllowedError, match="not there any more"):
        read_plan(store, PLAN)
    assert read_plan(store, "other").row_keys == ()


def test_a_character_that_cannot_be_encoded_stands_in_its_way_no_more_than_any_other(
    store: OutputStore, small: PlanDocument
) -> None:
    odd = replace(small, sheet=replace(small.sheet, titles={2: "half a pair: \ud83d"}))

    write_plan(store, PLAN, odd)

    assert dict(read_plan(store, PLAN).sheet.titles) == {2: "half a pair: \ud83d"}
