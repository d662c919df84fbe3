"""What users see of the checks: in video.json, in Dagster, in the gallery."""

from __future__ import annotations

import json

from dagster import AssetKey, DagsterEventType

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.rendering.quality import Outcome, QualityReport
from bulkvid_pipeline.services.outputs.outcomes import OUTPUTS, PublishedOutput
from bulkvid_pipeline_tests.workplace import FinishedJob, Workplace, idea

HURRIED = "Turn off the tap while you brush your teeth, and tell all of your friends to turn off theirs. " * 3


def materialised(workplace: Workplace, job: FinishedJob) -> dict[str, object]:
    """Metadata of the only row's materialisation."""
    found = workplace.instance.get_records_for_run(job.run.run_id, of_type=DagsterEventType.ASSET_MATERIALIZATION)
    (event,) = (
        record.asset_materialization
        for record in found.records
        if record.asset_materialization and record.asset_materialization.asset_key == AssetKey(tags.VIDEO_ASSET)
    )
    return {name: value.value for name, value in event.metadata.items()}


def published(workplace: Workplace) -> PublishedOutput:
    (path,) = (workplace.folder / "output").rglob("video.json")
    return OUTPUTS.validate_json(path.read_bytes())


def test_every_video_comes_with_its_certificate(workplace: Workplace) -> None:
    job = workplace.run(workplace.sheet([idea("One")]))
    output = published(workplace)
    checks = {check.name: check for check in output.quality.checks}
    assert output.quality.outcome is Outcome.PASSED
    assert (checks["frames"].value, checks["frames"].limit) == (output.frames, str(output.frames))
    assert checks["faststart"].value is True
    assert output.warnings == ()
    said = f"{len(checks)} checks passed"
    assert materialised(workplace, job)["quality"] == f"youtube: {said}"
    assert workplace.manifest()["rows"][0]["outputs"][0]["quality"] == said
    (page,) = (workplace.folder / "output").rglob("report.html")
    assert said in page.read_text()
    assert_read_without_certificate(json.loads(OUTPUTS.dump_json(output)))


def assert_read_without_certificate(document: dict[str, object]) -> None:
    """Documents from before there were certificates are no reason to render again."""
    del document["quality"]
    assert OUTPUTS.validate_python(document).quality == QualityReport()
    assert OUTPUTS.validate_python(document).quality.summary == "not checked"


def test_what_a_check_warns_of_reaches_the_row(workplace: Workplace) -> None:
    job = workplace.run(workplace.sheet([idea("One", HURRIED, duration_seconds="13", style_override="minimal")]))
    output = published(workplace)
    warnings = [check for check in output.quality.checks if check.outcome is Outcome.WARNING]
    assert [check.name for check in warnings] == ["caption_characters_per_second"]
    assert f"youtube: {warnings[0].said}" in output.warnings
    metadata = materialised(workplace, job)
    assert "warning: caption_characters_per_second" in str(metadata["quality"])
    assert warnings[0].said in str(metadata["warnings"])
