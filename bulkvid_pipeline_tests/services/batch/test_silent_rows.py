"""Rows without a voice, from the sheet to what is published."""

from __future__ import annotations

import json
import math

import pytest

from bulkvid_pipeline.services.outputs.outcomes import OUTPUTS
from bulkvid_pipeline_tests.workplace import Workplace, idea

KHMER = "ចាក់ទឹកឱ្យពេញកំសៀវពីយប់។ ដាក់ពែងនៅក្បែរ។"


@pytest.mark.parametrize("music", ["none", None])
def test_a_silent_row_is_published_with_its_captions_and_kept_by_the_next_run(
    workplace: Workplace, music: str | None
) -> None:
    folder = workplace.folder / "templates"
    folder.mkdir()
    (folder / "quiet.json").write_text(json.dumps({"settings": {"audio": {"background_music": music}}}))
    sheet = workplace.sheet([idea("One", KHMER, voice_preference="silent")])
    workplace.run(sheet, template={"template_id": "quiet"})
    (path,) = (workplace.folder / "output").rglob("video.json")
    output = OUTPUTS.validate_json(path.read_bytes())
    assert output.voice == "silent"
    assert not output.quality.faults
    assert math.isfinite(output.loudness_lufs) is (music is None)
    (captions,) = (workplace.folder / "output").rglob("*.srt")
    assert "ដាក់ពែងនៅក្បែរ" in captions.read_text(encoding="utf-8")
    before = path.stat().st_mtime_ns
    workplace.run(sheet, template={"template_id": "quiet"})
    assert path.stat().st_mtime_ns == before
