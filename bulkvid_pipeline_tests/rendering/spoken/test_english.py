from __future__ import annotations

import pytest

from bulkvid_pipeline_tests.rendering.spoken.saying import said


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("$42.5 million", "42.5 million dollars"),
        ("It costs $1, not $5.", "It costs one dollar, not 5 dollars."),
    ],
)
def test_english_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert said(written, "en-us") == spoken
