"""What a cell with 50,000 characters costs before it is refused: no more than the longest video, whatever is in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bulkvid_pipeline.adapters.speech.contract import Utterance
from bulkvid_pipeline.core.errors import DurationInfeasibleError
from bulkvid_pipeline.core.options import Voice
from bulkvid_pipeline.rendering import timeline
from bulkvid_pipeline.rendering.model import SAMPLE_RATE
from bulkvid_pipeline.rendering.narration import duration_feasibility, narrate
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline.rendering.script.sentences import estimated_seconds
from bulkvid_pipeline_tests.cpu_time import least_cpu_seconds

LONGEST_CELL = 50_000

KINDS = {
    "words": "The kettle changes the first habit of a slow hour. ",
    "words without a stop": "the kettle changes a longer walk and ",
    "one word without blanks": "kettle",
    "one letter": "a",
    "Chinese": "今年茶叶出口达到很多国家",
    "Thai": "ตอนเช้ากดปุ่มเดียวก็พอ",
    "digits": "1234567890",
    "lines of one letter": "a\n",
    "clauses": "a - ",
}


class FastTalker:
    """Says everything at twenty characters a second, and counts the seconds it has spoken."""

    name, version = "fast", "1"

    def __init__(self) -> None:
        self.seconds = 0.0

    def speak(self, text: str, *_: object, rate: float = 1.0, **__: object) -> Utterance:
        seconds = len(text) / 20 / rate
        self.seconds += seconds
        return Utterance(np.zeros(round(seconds * SAMPLE_RATE), np.float32), ())


def cell(piece: str, length: int = LONGEST_CELL) -> str:
    return (piece * (length // len(piece) + 1))[:length]


@pytest.mark.parametrize("kind", ["words", "words without a stop", "digits", "one letter"])
def test_no_more_is_spoken_of_a_cell_than_the_longest_video_has(kind: str) -> None:
    talker = FastTalker()
    with pytest.raises(DurationInfeasibleError, match="seconds to say, not 60"):
        narrate(split_scenes("T", "", cell(KINDS[kind]), 60), talker, Voice.FEMALE, target_seconds=60)
    assert 800 < talker.seconds < 990


def test_what_an_overlong_script_is_told_can_be_done() -> None:
    script = cell(KINDS["words"], 12_000)
    verdict = duration_feasibility("T", "", script, Voice.FEMALE, 60, FastTalker())
    instead = float(verdict.fix.split("set duration_seconds to ")[1].split(",")[0])
    assert duration_feasibility("T", "", script, Voice.FEMALE, instead, FastTalker()).ok
    words = script.split()
    kept = " ".join(words[: len(words) - verdict.words_to_cut])
    assert duration_feasibility("T", "", kept, Voice.FEMALE, 60, FastTalker()).renders


def test_an_hour_is_the_most_that_is_advised() -> None:
    hour = timeline.too_long(60, 3_599.5, 9_000)
    assert "set duration_seconds to 3600" in hour.fix
    assert "set duration_seconds" not in timeline.too_long(60, 3_601, 9_000).fix


@pytest.mark.heavy
@pytest.mark.parametrize("work", [split_scenes, estimated_seconds], ids=["scenes", "estimate"])
@pytest.mark.parametrize("kind", KINDS)
def test_four_times_the_text_is_about_four_times_the_work(kind: str, work: Callable[..., object]) -> None:
    def cpu_seconds(length: int) -> float:
        text = cell(KINDS[kind], length)
        before = ("T", "") if work is split_scenes else ()
        return least_cpu_seconds(lambda number: work(*before, f"{text}{number}"))

    cpu_seconds(1_000)
    # A twentieth of a second hides the noise of very short times; quadratic work would be sixteen times as much.
    assert cpu_seconds(40_000) <= 9 * cpu_seconds(10_000) + 0.05
