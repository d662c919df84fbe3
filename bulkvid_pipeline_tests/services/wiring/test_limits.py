"""Whose rows keep to the rate limits."""

from __future__ import annotations

import pytest

from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.wiring.limits import rows_are_limited
from bulkvid_pipeline.settings import Settings


@pytest.mark.parametrize(
    ("named", "setting", "limited"),
    [
        ({}, None, False),
        ({"user_id": "ann"}, None, True),
        ({"project_id": "spring"}, None, True),
        ({"user_id": "ann"}, False, False),
        ({}, True, True),
    ],
)
def test_rows_of_named_users_and_projects_are_limited_unless_the_settings_say_otherwise(
    named: dict[str, str], setting: bool | None, limited: bool
) -> None:
    spec = BulkJobSpec.for_input("ideas.csv", **named)

    assert rows_are_limited(spec, Settings(limit_rows=setting)) is limited
