"""What the rows made first say of the others."""

from __future__ import annotations

from bulkvid_pipeline.core.estimates import JobEstimate
from bulkvid_pipeline.core.planning import plan_video
from bulkvid_pipeline.core.risk import ChosenRow
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.services.plans.canary import Canary, CanaryRow, CanaryVideo, estimate_by

SPEC = BulkJobSpec.parse({"input_source": {"path": "ideas.csv"}})
PLAN = plan_video(VideoIdea("key", 2, "Tides", "Six words are in this script."), SPEC, BUILT_IN_TEMPLATES["classic"])
CHOSEN = ChosenRow(PLAN, ("longest script",))
REST = JobEstimate(videos=10, video_s=100.0, bytes=1000, work_s=50.0, wall_s=30.0, voice_cost=1.0)


def a_video(*, made: bool = True) -> CanaryVideo:
    return CanaryVideo("youtube", "", "", duration_s=20.0, size_bytes=400, cost=0.3, made=made)


def test_the_rest_is_corrected_by_how_far_the_estimate_of_the_made_rows_was_off() -> None:
    canary = Canary((CanaryRow(CHOSEN, (a_video(),)), CanaryRow(CHOSEN, error="No voice")), seconds=15.0)

    found = estimate_by(canary, JobEstimate(1, 10.0, 100, 5.0, 6.0, 0.1), REST, workers=2)

    assert (found.videos, found.video_s, found.bytes) == (10, 200.0, 4000)
    assert (found.work_s, found.wall_s) == (150.0, 90.0)
    assert found.voice_cost == 3.0


def test_videos_that_were_published_before_are_no_measure() -> None:
    alone, beside = (
        Canary((CanaryRow(CHOSEN, videos),), seconds=5.0) for videos in ((a_video(),), (a_video(made=False), a_video()))
    )

    assert (beside.video_s, beside.size_bytes, beside.cost) == (20.0, 400, 0.3)
    expected = JobEstimate(1, 20.0, 400, 5.0, 6.0, 0.3)
    assert estimate_by(beside, expected, REST, 2) == estimate_by(alone, expected, REST, 2) == REST


def test_where_every_row_failed_the_estimate_stays() -> None:
    canary = Canary((CanaryRow(CHOSEN, error="No voice"),), seconds=5.0)

    assert estimate_by(canary, JobEstimate(), REST, workers=2) is REST
