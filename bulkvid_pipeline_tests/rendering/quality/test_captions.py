"""Caption files of every fault that we know of."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bulkvid_pipeline.rendering.caption_files import CuePlace, srt, vtt
from bulkvid_pipeline.rendering.model import Cue, Scene, SceneKind, SpokenWord, TimedScene
from bulkvid_pipeline.rendering.quality import Check, Outcome
from bulkvid_pipeline.rendering.quality.captions import CaptionCue, caption_checks, caption_cues, reading_seconds


def scenes_of(*cues: tuple[str, int, int]) -> list[TimedScene]:
    """One scene of captions: text, first frame, frame after the last."""
    made = tuple(Cue((SpokenWord(text, start, end),), start, end) for text, start, end in cues)
    return [TimedScene(Scene(SceneKind.BODY, "x"), 300, made)]


def document(*cues: tuple[str, int, int]) -> str:
    """A WebVTT file of captions as they are, whatever is wrong with them."""
    return "WEBVTT\n\n" + "".join(f"{clock(start)} --> {clock(end)}\n{text}\n\n" for text, start, end in cues)


def clock(frame: int) -> str:
    return f"00:00:{frame // 30:02}.{frame % 30 * 1000 // 30:03}"


def checks_of(*cues: tuple[str, int, int], seconds: float = 10.0, texts: Sequence[str] = ()) -> dict[str, Check]:
    written = document(*cues)
    return {check.name: check for check in caption_checks(written, written, seconds, texts)}


def test_cues_are_read_back_as_they_were_written() -> None:
    scenes = scenes_of(("Tom & Jerry <3", 3, 60), ("über --> all", 60, 100))
    assert caption_cues(vtt(scenes)) == (CaptionCue(0.1, 2.0, "Tom & Jerry <3"), CaptionCue(2.0, 3.333, "über --> all"))
    assert [cue.text for cue in caption_cues(srt(scenes))] == ["Tom & Jerry <3", "über -> all"]


def test_calm_captions_pass() -> None:
    checks = checks_of(("Turn off the tap.", 0, 60), ("Save the water.", 60, 120))
    assert {check.outcome for check in checks.values()} == {Outcome.PASSED}
    assert checks["captions"].value == 2
    assert checks["caption_characters_per_second"].value == pytest.approx(8.5)


def test_a_caption_that_is_gone_too_soon_is_a_fault_where_there_is_time() -> None:
    check = checks_of(("Visit", 30, 45), ("the page", 60, 120))["shortest_caption_s"]
    assert (check.outcome, check.value) == (Outcome.FAULT, 0.5)
    assert "the caption 'Visit' at 1.0 s is gone after 0.50 s" in check.said


def test_a_caption_that_is_gone_too_soon_is_a_warning_where_there_is_none() -> None:
    check = checks_of(("Visit", 0, 15), ("the page", 15, 120))["shortest_caption_s"]
    assert check.outcome is Outcome.WARNING


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("one\ntwo\nthree", "caption_lines"),
        ("A line of captions that is longer than forty-two", "widest_caption_line"),
        ("今年春天的新茶已经上市大家都非常喜欢它的味道", "widest_caption_line"),
        ("Call us at +49 30\n1234567 today", "parted_caption_units"),
        ("出口达到4.\n15亿元", "parted_caption_units"),
    ],
)
def test_lines_that_are_no_lines_of_captions_are_a_fault(text: str, name: str) -> None:
    script = text.replace("4.\n15", "4.15").replace("\n", " ")
    checks = checks_of((text, 0, 200), texts=[script]).values()
    faults = [check.name for check in checks if check.outcome is Outcome.FAULT]
    assert faults == [name]


def test_an_address_that_is_longer_than_a_line_may_stand_alone_or_be_broken() -> None:
    address = "https://www.example.com/guides/2025/how-to-make-better-tea-at-home"
    broken = address.replace("/2025", "\n/2025")
    for text in (address, broken):
        assert {check.outcome for check in checks_of((text, 0, 200), texts=[address]).values()} == {Outcome.PASSED}


def test_a_unit_over_two_captions_is_a_fault() -> None:
    texts = ["It grew by 4.15 million dollars in March."]
    parted = checks_of(("It grew by 4.15", 0, 60), ("million dollars in March.", 60, 120), texts=texts)
    assert parted["parted_caption_units"].outcome is Outcome.FAULT
    assert "'4.15 million dollars' is parted" in parted["parted_caption_units"].said
    whole = checks_of(("It grew by", 0, 60), ("4.15 million dollars in March.", 60, 120), texts=texts)
    assert whole["parted_caption_units"].outcome is Outcome.PASSED


def test_a_caption_over_two_entries_of_a_list_or_two_scenes_is_a_fault() -> None:
    texts = ["Green tea\nMilk", "Then bread."]
    over_entries = checks_of(("Green tea Milk", 0, 60), ("Then bread.", 60, 120), texts=texts)
    over_scenes = checks_of(("Green tea", 0, 60), ("Milk Then bread.", 60, 120), texts=texts)
    apart = checks_of(("Green tea", 0, 60), ("Milk", 60, 120), ("Then bread.", 120, 180), texts=texts)
    assert over_entries["captions_over_entries"].outcome is Outcome.FAULT
    assert over_scenes["captions_over_entries"].outcome is Outcome.FAULT
    assert apart["captions_over_entries"].outcome is Outcome.PASSED


def test_settings_and_marks_of_direction_do_not_change_what_is_read() -> None:
    scenes = scenes_of(("جهاز Smart Kettle 3000", 3, 60))
    (cue,) = caption_cues(vtt(scenes, [CuePlace(62, 46, 81)], "ar"))
    assert cue == CaptionCue(0.1, 2.0, "جهاز Smart Kettle 3000")


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
