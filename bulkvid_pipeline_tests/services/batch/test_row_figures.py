from __future__ import annotations

import json

import pytest

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.paces import Took
from bulkvid_pipeline.core.planning import plan_video
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.services.batch.row_figures import RowFigures
from bulkvid_pipeline.services.outputs.outcomes import PublishedOutput, RowOutcome

SPEC = BulkJobSpec.parse({"input_source": {"path": "ideas.csv"}})
PLAN = plan_video(VideoIdea("key", 2, "Tides", "Six words are in this script."), SPEC, BUILT_IN_TEMPLATES["classic"])


def finished(seconds: float, attempts: int) -> RowOutcome:
    output = PublishedOutput(
        "key", "Tides", Platform.YOUTUBE, "f", "e", "", "v.mp4", "", "", "", "", 1920, 1080, 10.0, 300, 1000,
        -14.0, -1.0, 2.0, 2.0, "female", "classic", "en", 1.0, "2026-01-01T00:00:00Z",
    )  # fmt: skip
    return RowOutcome(
        PLAN, ItemState.COMPLETED, "f", (output,), rendered=True, attempts=attempts, seconds=seconds, cost=0.5
    )


def test_what_a_row_took_that_was_tried_again_is_told_but_no_measure_for_others() -> None:
    figures = RowFigures({2: 10.0}, "espeak", is_paid=False, workers=1)

    figures.add(finished(3.0, attempts=1))
    figures.add(finished(90.0, attempts=3))

    took = Took.of_json(json.loads(figures.as_tags(0)[tags.TOOK]))
    assert took.rows == 1
    assert took.row_s == pytest.approx(1.0)
    assert figures.made.total.seconds == pytest.approx(93.0)
