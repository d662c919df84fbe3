from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bulkvid_pipeline.core.options import Captions, Platform, Priority, ProviderVoice, Style, Voice, character_of
from bulkvid_pipeline.core.planning import VideoPlan, in_priority_order, plan_video
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES, Template, parse_template

IDEA = VideoIdea("key", 2, "Title", "Script.")
CLASSIC = BUILT_IN_TEMPLATES["classic"]  # the classic look with a male voice
BOTH = (Platform.YOUTUBE, Platform.TIKTOK)


def spec(**fields: Any) -> BulkJobSpec:
    return BulkJobSpec.parse({"input_source": {"path": "ideas.csv"}, **fields})


def overriding(**overrides: str) -> BulkJobSpec:
    return spec(template={"overrides": overrides})


def plan(idea: VideoIdea = IDEA, job: BulkJobSpec | None = None, template: Template = CLASSIC) -> VideoPlan:
    return plan_video(idea, job or spec(), template)


def print_of(idea: VideoIdea = IDEA, job: BulkJobSpec | None = None, template: Template = CLASSIC) -> str:
    return plan(idea, job, template).fingerprint("engine")


# What wins


def test_the_template_decides_where_nobody_else_does() -> None:
    assert (plan().style, plan().voice, plan().priority) == (Style.CLASSIC, Voice.MALE, Priority.NORMAL)


def test_the_job_wins_over_the_template() -> None:
    made = plan(job=spec(template={"overrides": {"style": "minimal", "voice": "neutral"}}, priority="high"))
    assert (made.style, made.voice, made.priority) == (Style.MINIMAL, Voice.NEUTRAL, Priority.HIGH)


def test_the_row_wins_over_the_job() -> None:
    idea = replace(IDEA, style=Style.CORPORATE, voice=Voice.FEMALE, priority=Priority.LOW)
    made = plan(idea, spec(template={"overrides": {"style": "minimal", "voice": "neutral"}}, priority="urgent"))
    assert (made.style, made.voice, made.priority) == (Style.CORPORATE, Voice.FEMALE, Priority.LOW)


def test_each_choice_is_made_by_itself() -> None:
    made = plan(replace(IDEA, style=Style.CORPORATE), overriding(voice="neutral"))
    assert (made.style, made.voice) == (Style.CORPORATE, Voice.NEUTRAL)


def test_a_voice_by_its_name_narrates_and_is_like_its_character() -> None:
    made = plan_video(replace(IDEA, voice=Voice.FEMALE), spec(), CLASSIC, "nova")
    assert made.speaker == ProviderVoice("nova", Voice.FEMALE)
    assert character_of(made.speaker) is Voice.FEMALE
    assert plan().speaker is Voice.MALE
    assert made.fingerprint("engine") != print_of(replace(IDEA, voice=Voice.FEMALE))


# Outputs


def test_each_platform_is_one_output_of_its_own_shape() -> None:
    job = spec(output={"format": "webm", "resolution": "720p"})
    made = plan(replace(IDEA, platforms=tuple(Platform)), job)
    assert {output.platform.value: (output.width, output.height) for output in made.outputs} == {
        "youtube": (1280, 720),
        "tiktok": (720, 1280),
        "shorts": (720, 1280),
        "reels": (720, 1280),
        "instagram": (720, 720),
        "facebook": (720, 720),
        "linkedin": (720, 720),
        "x": (1280, 720),
        "pinterest": (720, 1280),
        "story": (720, 1280),
    }
    assert {(o.container.value, o.video_codec.value, o.audio_codec.value) for o in made.outputs} == {
        ("webm", "vp9", "opus")
    }


# Fingerprints


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"title": "Title "},
        {"script": "Script!"},
        {"description": "d"},
        {"duration_seconds": 30.0},
        {"platforms": (Platform.TIKTOK,)},
        {"platforms": BOTH},
        {"voice": Voice.FEMALE},
        {"style": Style.MODERN},
    ],
    ids=str,
)
def test_a_row_that_would_look_or_sound_different_has_another_fingerprint(change: dict[str, Any]) -> None:
    assert print_of(replace(IDEA, **change)) != print_of()


@pytest.mark.parametrize(
    "change",
    [
        {"sheet_row": 900},
        {"row_key": "other"},
        {"priority": Priority.URGENT},
        {"audience": "all"},
        {"tone": "calm"},
        {"voice": Voice.MALE},
        {"style": Style.CLASSIC},
    ],
    ids=str,
)
def test_what_does_not_reach_the_video_does_not_change_the_fingerprint(change: dict[str, Any]) -> None:
    assert print_of(replace(IDEA, **change)) == print_of()


@pytest.mark.parametrize(
    "output", [{"format": "mov"}, {"video_codec": "h265"}, {"resolution": "720p"}, {"format": "webm"}], ids=str
)
def test_another_kind_of_file_has_another_fingerprint(output: dict[str, str]) -> None:
    assert print_of(job=spec(output=output)) != print_of()


def test_the_jobs_own_circumstances_do_not_count() -> None:
    job = spec(
        title="t",
        priority="urgent",
        user_id="u",
        project_id="p",
        processing_deadline_ms=60_000,
        callback_url="https://example.com/",
        validation_level="strict",
        write_back=True,
        output={"output_bucket": "my-bucket", "prefix": "a/b"},
    )
    assert print_of(job=job) == print_of()


def test_the_order_in_which_a_cell_names_platforms_does_not_count() -> None:
    assert print_of(replace(IDEA, platforms=BOTH)) == print_of(replace(IDEA, platforms=BOTH[::-1]))


def test_an_output_keeps_its_fingerprint_when_the_row_gets_another_platform() -> None:
    (alone,) = plan().outputs
    both = plan(replace(IDEA, platforms=BOTH))
    youtube, tiktok = (both.output_fingerprint("engine", output) for output in both.outputs)
    assert youtube == plan().output_fingerprint("engine", alone)
    assert youtube != tiktok


def test_another_engine_is_another_video() -> None:
    assert plan().fingerprint("engine 2") != plan().fingerprint("engine 1")


@pytest.mark.parametrize(
    "settings",
    [
        {"style": {"base": "classic", "colors": ["#FF0000"]}},
        {"style": {"base": "classic", "font_family": "Arial"}},
        {"style": {"base": "classic", "logo_position": "top_left"}},
        {"style": "classic", "audio": {"background_music": "none"}},
        {"style": "classic", "audio": {"voice_settings": {"speed": 1.1}}},
        {"style": "classic", "audio": {"voice_settings": {"pitch": 1}}},
    ],
    ids=str,
)
def test_what_the_template_changes_changes_the_fingerprint(settings: dict[str, Any]) -> None:
    settings = {**settings, "audio": {"voice": "male", **settings.get("audio", {})}}
    assert print_of(template=parse_template({"settings": settings}, template_id="mine")) != print_of()


def test_a_changed_file_of_the_template_changes_the_fingerprint() -> None:
    first, second = (CLASSIC.model_copy(update={"file_digests": {"logo.png": digest}}) for digest in ("aa", "bb"))
    assert len({print_of(template=first), print_of(template=second), print_of()}) == 3


def test_the_templates_name_and_place_do_not_count() -> None:
    document = {"name": "n", "description": "d", "style": "classic", "voice": "male"}
    assert print_of(template=parse_template(document, template_id="mine", folder="here")) == print_of()


def test_a_style_of_the_template_that_the_row_overrides_does_not_count() -> None:
    idea = replace(IDEA, style=Style.MINIMAL, voice=Voice.NEUTRAL)
    assert print_of(idea, template=BUILT_IN_TEMPLATES["modern"]) == print_of(idea, template=CLASSIC)


def test_who_chose_the_voice_does_not_count() -> None:
    by_row = print_of(replace(IDEA, voice=Voice.FEMALE))
    by_job = print_of(job=overriding(voice="female"))
    by_template = print_of(template=parse_template({"style": "classic", "voice": "female"}, template_id="mine"))
    assert by_row == by_job == by_template


# Order


def test_urgent_rows_come_first_and_equal_ones_keep_the_order_of_the_sheet() -> None:
    low, normal, high, urgent = Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.URGENT
    wanted = {2: low, 3: urgent, 4: normal, 5: urgent, 6: high, 7: None, 8: low}
    plans = [plan(replace(IDEA, sheet_row=row, priority=priority)) for row, priority in wanted.items()]
    assert [made.sheet_row for made in in_priority_order(reversed(plans))] == [3, 5, 6, 4, 7, 2, 8]


def test_rows_without_a_priority_have_the_jobs() -> None:
    plans = [plan(IDEA, spec(priority="urgent")), plan(replace(IDEA, sheet_row=3, priority=Priority.HIGH))]
    assert [made.priority for made in in_priority_order(plans)] == [Priority.URGENT, Priority.HIGH]


def test_a_language_counts_where_it_is_named_and_what_seems_likely_does_not() -> None:
    assert print_of(replace(IDEA, language="de")) != print_of()
    assert print_of(replace(IDEA, language="de")) != print_of(replace(IDEA, language="fr"))
    likely = replace(plan(), likely_language="de")
    assert likely.fingerprint("1") == plan().fingerprint("1")


def test_the_row_s_language_wins_over_the_job_s() -> None:
    assert plan(job=overriding(language="German")).language == "de"
    assert plan(replace(IDEA, language="fr"), overriding(language="German")).language == "fr"


def test_a_length_that_is_only_a_limit_counts_and_stretches_nothing() -> None:
    wanted = replace(IDEA, duration_seconds=58.0)
    limited = replace(wanted, duration_is_limit=True)
    assert print_of(limited) != print_of(wanted)
    assert (plan(wanted).stretched_to, plan(limited).stretched_to) == (58.0, None)


def test_the_row_s_captions_win_over_the_job_s_and_these_over_the_template_s() -> None:
    off = parse_template({"settings": {"style": {"captions": "off"}}}, template_id="quiet")
    assert plan().captions is Captions.BURNED
    assert plan(template=off).captions is Captions.OFF
    assert plan(job=overriding(captions="burned"), template=off).captions is Captions.BURNED
    assert plan(replace(IDEA, captions=Captions.OFF), overriding(captions="burned")).captions is Captions.OFF


def test_captions_count_by_what_is_shown_whoever_chose_it() -> None:
    quiet = CLASSIC.model_copy(
        update={
            "settings": CLASSIC.settings.model_copy(
                update={"style": CLASSIC.settings.style.model_copy(update={"captions": Captions.OFF})}
            )
        }
    )
    assert print_of(replace(IDEA, captions=Captions.OFF)) != print_of()
    assert print_of(template=quiet) == print_of(replace(IDEA, captions=Captions.OFF))
    assert print_of(replace(IDEA, captions=Captions.BURNED), template=quiet) == print_of()


def test_the_job_names_the_platforms_of_rows_that_name_none() -> None:
    job = overriding(platforms="TikTok and youtube")
    silent, named = replace(IDEA, names_platforms=False), replace(IDEA, platforms=(Platform.X,))
    assert [output.platform for output in plan(silent, job).outputs] == [Platform.TIKTOK, Platform.YOUTUBE]
    assert [output.platform for output in plan(named, job).outputs] == [Platform.X]
    assert [output.platform for output in plan(silent, overriding()).outputs] == [Platform.YOUTUBE]
