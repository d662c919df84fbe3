from __future__ import annotations

import json

import pytest

from bulkvid_pipeline.cli.printing import print_json


def test_what_programs_get_is_json_with_every_scripts_letters(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"title": "Wasser sparen 水 ماء", "rows": [1, None]}

    print_json(value)

    printed = capsys.readouterr().out
    assert json.loads(printed) == value
    assert "水" in printed
