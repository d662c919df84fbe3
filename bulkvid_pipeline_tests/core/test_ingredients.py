"""Ingredients say what the fingerprint only knows: which of the things that a video is made of has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from bulkvid_pipeline.core.ingredients import Kind, changes, ingredients_of
from bulkvid_pipeline.core.media import PlannedMedium
from bulkvid_pipeline.core.options import AudioCodec, Captions, Container, Platform, Priority, Style, VideoCodec, Voice
from bulkvid_pipeline.core.planning import Choice, PlannedOutput, VideoPlan, plan_video
from bulkvid_pipeline.core.pronunciations import Pronunciation
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES, parse_template

IDEA = VideoIdea("key", 2, "Title", "Script.")
PLAN = plan_video(IDEA, BulkJobSpec.for_input("ideas.csv"), BUILT_IN_TEMPLATES["default_template"])
BRAND = parse_template({"settings": {"style": {"colors": ["#102030"]}}}, template_id="brand")

# field of the plan -> another value of it, and what is said of that
OF_PLAN: dict[str, tuple[Any, str]] = {
    "title": ("Other", "idea_title"),
    "description": ("Other", "description"),
    "script": ("Other.", "script_content"),
    "voice": (Voice.MALE, "voice (female, now male)"),
    "style": (Style.MINIMAL, "style (modern, now minimal)"),
    "target_seconds": (30.0, "duration_seconds (none, now 30 s)"),
    "target_is_limit": (True, "duration_seconds (none, now at most)"),
    "template": (BRAND, "template (default_template, now brand)"),
    "image": (PlannedMedium("a.png", "0" * 40), "image"),
    "background": (PlannedMedium("a.png", "0" * 40), "background"),
    "language": ("de", "language (none, now de)"),
    "captions": (Captions.OFF, "captions (burned, now off)"),
    "voice_name": ("nova", "voice (female, now nova for female)"),
    "is_silent": (True, "voice (female, now silent, else female)"),
    "pronunciations": ((Pronunciation("SQL", "sequel"),), "say_as"),
    "is_hurried": (True, "longest_seconds (none, now 900)"),
}
OF_OUTPUT: dict[str, tuple[Any, str]] = {
    "width": (1280, "resolution (1920x1080, now 1280x1080)"),
    "height": (720, "resolution (1080p, now 720p)"),
    "container": (Container.MOV, "format (mp4, now mov)"),
    "video_codec": (VideoCodec.H265, "video_codec (h264, now h265)"),
    "audio_codec": (AudioCodec.OPUS, "audio_codec (aac, now opus)"),
}
# They make no difference to the video, or only together with another field.
WITHOUT_EFFECT: dict[str, Any] = {
    "row_key": "other",
    "sheet_row": 3,
    "priority": Priority.URGENT,
    "likely_language": "de",
    "name_is_shared": True,
    "longest_seconds": 60.0,
    "left_to_template": frozenset(),
    "left_to_job": frozenset(Choice),
    "outputs": (PLAN.outputs[0], replace(PLAN.outputs[0], platform=Platform.TIKTOK)),
}


def told(was: VideoPlan, now: VideoPlan) -> list[str]:
    return [str(change) for change in changes(ingredients_of(was, was.outputs[0]), ingredients_of(now, now.outputs[0]))]


def prints(plan: VideoPlan) -> str:
    return plan.output_fingerprint("engine", plan.outputs[0])


def test_every_part_of_a_plan_is_looked_at_here() -> None:
    assert {field.name for field in fields(VideoPlan)} == OF_PLAN.keys() | WITHOUT_EFFECT.keys()
    assert {field.name for field in fields(PlannedOutput)} == OF_OUTPUT.keys() | {"platform"}


@pytest.mark.parametrize("name", OF_PLAN)
def test_a_change_of_the_plan_that_makes_another_video_is_named(name: str) -> None:
    value, said = OF_PLAN[name]
    changed = replace(PLAN, **{name: value})

    assert prints(changed) != prints(PLAN)
    assert told(PLAN, changed) == [said]


@pytest.mark.parametrize("name", OF_OUTPUT)
def test_a_change_of_the_file_is_named(name: str) -> None:
    value, said = OF_OUTPUT[name]
    changed = replace(PLAN, outputs=(replace(PLAN.outputs[0], **{name: value}),))

    assert prints(changed) != prints(PLAN)
    assert told(PLAN, changed) == [said]


@pytest.mark.parametrize("name", WITHOUT_EFFECT)
def test_what_makes_no_other_video_is_no_change(name: str) -> None:
    changed = replace(PLAN, **{name: WITHOUT_EFFECT[name]})

    assert prints(changed) == prints(PLAN)
    assert told(PLAN, changed) == []


def test_all_changes_are_told_in_the_order_of_the_sheet() -> None:
    changed = replace(PLAN, style=Style.CLASSIC, script="Other.", title="Other", template=BRAND)
    assert [said.partition(" ")[0] for said in told(PLAN, changed)] == [
        "idea_title", "script_content", "style", "template",
    ]  # fmt: skip


def with_image(address: str, content: str = "") -> VideoPlan:
    return replace(PLAN, image=PlannedMedium(address, content))


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (lambda: with_image("a.png", "1" * 40), lambda: with_image("a.png"), []),
        (lambda: with_image("a.png", "1" * 40), lambda: with_image("b.png"), ["image_url"]),
        (lambda: PLAN, lambda: with_image("b.png"), ["image_url"]),
        (lambda: with_image("a.png", "1" * 40), lambda: PLAN, ["image"]),
        (lambda: with_image("a.png", "1" * 40), lambda: with_image("b.png", "1" * 40), []),
        (lambda: with_image("a.png", "1" * 40), lambda: with_image("a.png", "2" * 40), ["image"]),
    ],
    ids=["same address", "other address", "new", "gone", "moved", "other content"],
)
def test_a_picture_that_was_not_looked_at_is_told_by_its_address(
    was: Callable[[], VideoPlan], now: Callable[[], VideoPlan], said: list[str]
) -> None:
    assert told(was(), now()) == said


def test_no_text_of_a_row_stands_in_them() -> None:
    secret = "https://cdn.example/a.png?token=abcdef"
    plan = replace(PLAN, title="A secret title", script="A secret script.", image=PlannedMedium(secret, "3" * 40))
    assert "secret" not in str(ingredients_of(plan, plan.outputs[0]))
    assert "token" not in str(ingredients_of(plan, plan.outputs[0]))


def test_kinds_are_told_apart() -> None:
    brand = replace(PLAN, template=BRAND, script="Other.")
    found = changes(ingredients_of(PLAN, PLAN.outputs[0]), ingredients_of(brand, brand.outputs[0]))
    assert [change.kind for change in found] == [Kind.CELLS, Kind.TEMPLATE]
