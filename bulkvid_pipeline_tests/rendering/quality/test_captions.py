"""Caption files of every fault that we know of."""

from __future__ import annotations

import pytest

from bulkvid_pipeline.rendering.caption_files import srt, vtt
from bulkvid_pipeline.rendering.model import Cue, Scene, SceneKind, SpokenWord, TimedScene
from bulkvid_pipeline.rendering.quality import Check, Outcome
from bulkvid_pipeline.rendering.quality.captions import CaptionCue, caption_checks, caption_cues, reading_seconds


def scenes_of(*cues: tuple[str, int, int]) -> list[TimedScene]:
    """One scene of captions: text, first frame, frame after the last."""
    made = tuple(Cue((SpokenWord(text, start, end),), start, end) for text, start, end in cues)
    return [TimedScene(Scene(SceneKind.BODY, "x"), 300, made)]


def checks_of(*cues: tuple[str, int, int], seconds: float = 10.0) -> dict[str, Check]:
    scenes = scenes_of(*cues)
    return {check.name: check for check in caption_checks(srt(scenes), vtt(scenes), seconds)}


def test_cues_are_read_back_as_they_were_written() -> None:
    scenes = scenes_of(("Tom & Jerry <3", 3, 60), ("über --> all", 60, 100))
    assert caption_cues(vtt(scenes)) == (CaptionCue(0.1, 2.0, "Tom & Jerry <3"), CaptionCue(2.0, 3.333, "über --> all"))
    assert [cue.text for cue in caption_cues(srt(scenes))] == ["Tom & Jerry <3", "über -> all"]


def test_calm_captions_pass() -> None:
    checks = checks_of(("Turn off the tap.", 0, 60), ("Save the water.", 60, 120))
    assert {check.outcome for check in checks.values()} == {Outcome.PASSED}
    assert checks["captions"].value == 2
    assert checks["caption_characters_per_second"].value == pytest.approx(8.5)


def test_no_captions_at_all_pass() -> None:
    assert {check.outcome for check in checks_of().values()} == {Outcome.PASSED}


def test_a_hurried_caption_is_a_warning_that_quotes_it() -> None:
    checks = checks_of(("Turn off the tap.", 0, 60), ("Thirty characters in one second!", 60, 90), ("Calm.", 90, 150))
    (hurried,) = (check for check in checks.values() if check.outcome is not Outcome.PASSED)
    assert hurried.outcome is Outcome.WARNING
    assert hurried.value == pytest.approx(32.0)
    assert "'Thirty characters in one second!' at 2.0 s with 32 characters a second" in hurried.said


def test_captions_that_nobody_can_read_are_a_fault() -> None:
    flashes = [("This passes in a fifth of a second", start, start + 6) for start in range(0, 60, 6)]
    unreadable = checks_of(*flashes)["unreadable_captions"]
    assert (unreadable.outcome, unreadable.value) == (Outcome.FAULT, 1.0)
    assert "100% of the captions' text passes too fast" in unreadable.said


def test_one_flash_among_many_captions_is_no_fault() -> None:
    calm = [("This one stays long enough", start, start + 60) for start in range(0, 240, 60)]
    checks = checks_of(*calm, ("A flash of a word", 240, 245))
    assert checks["unreadable_captions"].outcome is Outcome.PASSED
    assert checks["caption_characters_per_second"].outcome is Outcome.WARNING


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Twenty characters it", 1.0),
        ("水是宝贵的水是宝贵的水", 1.0),  # Chinese: 11 a second
        ("水はとても大", 6 / 7),  # Japanese: 7, kanji among them
        ("물은 소중합니다", 7 / 14 + 1 / 20),  # Korean: 14, and a blank
        ("नमस्ते", 4 / 20),  # vowel signs and the virama that stand above or below take no time
        ("", 0.0),
    ],
)
def test_reading_takes_as_long_as_its_script_needs(text: str, seconds: float) -> None:
    assert reading_seconds(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("cues", "said"),
    [
        ([("One", 0, 60), ("Two", 50, 90)], "'One' and 'Two' overlap"),
        ([("One", 60, 60)], "'One' stands at 2.00 to 2.00 s"),
        ([("One", 280, 310)], "'One' stands at 9.33 to 10.33 s of 10.00"),
    ],
)
def test_captions_out_of_order_or_outside_the_video_are_a_fault(cues: list[tuple[str, int, int]], said: str) -> None:
    check = checks_of(*cues)["captions"]
    assert check.outcome is Outcome.FAULT
    assert said in check.said


def test_caption_files_that_disagree_are_a_fault() -> None:
    full, short = scenes_of(("One", 0, 60), ("Two", 60, 90)), scenes_of(("One", 0, 60))
    found = {check.name: check for check in caption_checks(srt(short), vtt(full), 10.0)}
    assert found["caption_files_agree"].outcome is Outcome.FAULT
    assert "captions.srt has 1 captions, captions.vtt 2" in found["caption_files_agree"].said
