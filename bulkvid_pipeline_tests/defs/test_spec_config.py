"""The form of the Launchpad takes what the spec takes."""

from __future__ import annotations

import dagster as dg
import pytest

from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.defs.spec_config import config_shape


@dg.op(config_schema=config_shape(BulkJobSpec))
def read_spec() -> None:
    """An op whose config is a job."""


@dg.job
def one_spec() -> None:
    read_spec()


@pytest.mark.parametrize("columns", [{}, {"Hook line": "idea_title", "C:C": "ignore", "العنوان 🎬": "tone"}])
def test_columns_named_by_hand_are_a_field_of_the_launchpad(columns: dict[str, str]) -> None:
    spec = BulkJobSpec.for_input("a.csv", input_source={"columns": columns})
    config = spec.model_dump(mode="json", exclude_none=True)

    found = dg.validate_run_config(one_spec, {"ops": {"read_spec": {"config": config}}})

    assert BulkJobSpec.parse(found["ops"]["read_spec"]["config"]) == spec


def test_a_job_without_columns_needs_none_in_the_launchpad() -> None:
    config = {"input_source": {"path": "a.csv"}}
    found = dg.validate_run_config(one_spec, {"ops": {"read_spec": {"config": config}}})
    assert BulkJobSpec.parse(found["ops"]["read_spec"]["config"]).input_source.columns == {}


@pytest.mark.parametrize("machines", [None, 1, 200])
def test_how_many_machines_a_job_may_have_is_a_field_of_the_launchpad(machines: int | None) -> None:
    spec = BulkJobSpec.for_input("a.csv", max_machines=machines)
    config = spec.model_dump(mode="json", exclude_none=True)

    found = dg.validate_run_config(one_spec, {"ops": {"read_spec": {"config": config}}})

    assert BulkJobSpec.parse(found["ops"]["read_spec"]["config"]) == spec
