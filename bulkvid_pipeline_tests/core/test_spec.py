from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from bulkvid_pipeline.core.errors import InvalidRangeError, InvalidRequestError, InvalidSheetIdError, InvalidSpecError
from bulkvid_pipeline.core.options import (
    AudioCodec,
    Container,
    Platform,
    Priority,
    Resolution,
    Style,
    ValidationLevel,
    VideoCodec,
    Voice,
    frame_size,
)
from bulkvid_pipeline.core.spec import BulkJobSpec, OnlyRows, SheetFormat, SourceType, check_bucket

ID = "1A2B3C4D5E6F7G8H9I0J"
FILE = {"path": "ideas.csv"}

GUIDE_REQUEST = {
    "title": "Spring Campaign Videos",
    "priority": "normal",
    "processing_deadline_ms": 7200000,
    "callback_url": "https://yourapp.com/webhooks/job",
    "input_source": {"type": "sheet", "sheet_id": ID, "range": "A1:Z1000"},
    "output": {
        "format": "mp4",
        "video_codec": "h264",
        "audio_codec": "aac",
        "resolution": "1080p",
        "output_bucket": "my-videos",
    },
    "template": {"template_id": "tpl_abc123", "overrides": {"style": "modern", "voice": "female"}},
}
"""The request body of the user guide, as it stands there."""


def spec(**fields: Any) -> BulkJobSpec:
    return BulkJobSpec.parse({"input_source": FILE, **fields})


def refusal(**fields: Any) -> InvalidRequestError:
    with pytest.raises(InvalidRequestError) as refused:
        spec(**fields)
    return refused.value


# The whole


def test_the_request_of_the_user_guide_is_a_job() -> None:
    job = BulkJobSpec.parse(GUIDE_REQUEST)
    assert job.title == "Spring Campaign Videos"
    assert job.processing_deadline_ms == 7_200_000
    assert job.input_source.type is SourceType.SHEET
    assert (job.input_source.sheet_id, job.input_source.range) == (ID, "A1:Z1000")
    assert job.output.codecs == (VideoCodec.H264, AudioCodec.AAC)
    assert job.output.output_bucket == "my-videos"
    assert job.template.template_id == "tpl_abc123"
    assert (job.template.overrides.style, job.template.overrides.voice) == (Style.MODERN, Voice.FEMALE)


def test_everything_but_the_input_has_a_default_that_works_offline() -> None:
    job = spec()
    assert job.input_source.type is SourceType.FILE
    assert job.input_source.format is SheetFormat.STANDARD
    assert job.output.codecs == (VideoCodec.H264, AudioCodec.AAC)
    assert (job.output.format, job.output.resolution) == (Container.MP4, Resolution.P1080)
    assert (job.output.output_bucket, job.output.prefix) == (None, "")
    assert job.template.template_id == "default_template"
    assert (job.priority, job.validation_level) == (Priority.NORMAL, ValidationLevel.MODERATE)
    assert (job.callback_url, job.processing_deadline_ms) == (None, None)
    assert job.write_back is False


def test_a_spec_survives_json_and_cannot_be_changed() -> None:
    job = BulkJobSpec.parse(GUIDE_REQUEST)
    assert BulkJobSpec.model_validate_json(job.model_dump_json()) == job
    with pytest.raises(ValidationError):
        job.title = "other"  # type: ignore[misc]


def test_every_wrong_field_is_named_at_once_with_its_fix() -> None:
    error = refusal(
        typo=1,
        title="x" * 201,
        processing_deadline_ms=1,
        input_source={"sheet_id": "My Video Ideas Sheet", "range": "rows 1 to 100"},
        output={"resolution": "8k", "format": "avi"},
    )
    assert type(error) is InvalidSpecError
    for text in (
        "typo: unknown field. Remove it, or check its spelling",
        "title: String should have at most 200 characters",
        "processing_deadline_ms: Processing deadline of 1 ms is out of bounds. Use 1 to 1440 minutes",
        "input_source.sheet_id: 'My Video Ideas Sheet' is not a Google sheet id. Copy the id from the sheet's URL",
        "input_source.range: Invalid range format: 'rows 1 to 100'. Use A1:Z100 format for ranges; did you mean "
        "A1:J100?",
        "output.format: Input should be 'mp4', 'mov' or 'webm' (given: 'avi')",
        "output.resolution: Input should be '720p', '1080p' or '4k' (given: '8k')",
    ):
        assert text in error.message
    assert error.http_status == 400


def test_a_single_problem_keeps_its_own_type_and_code() -> None:
    assert type(refusal(input_source={"sheet_id": "My Video Ideas Sheet"})) is InvalidSheetIdError
    error = refusal(input_source={"sheet_id": ID, "range": "A1:100"})
    assert type(error) is InvalidRangeError
    assert error.message == "input_source.range: Invalid range format: 'A1:100'"


def test_a_missing_input_is_named() -> None:
    with pytest.raises(InvalidSpecError, match=r"input_source: missing\. Give a value"):
        BulkJobSpec.parse({})


@pytest.mark.parametrize("field", ["output", "template", "input_source"])
def test_unknown_fields_are_named_at_any_depth(field: str) -> None:
    given_fields = {"input_source": {**FILE, "colour": 1}} if field == "input_source" else {field: {"colour": 1}}
    assert f"{field}.colour: unknown field" in refusal(**given_fields).message


# Input


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({}, "No sheet is named"),
        ({"type": "file"}, "No file is named"),
        ({"type": "sheet", "path": "a.csv"}, "No sheet is named"),
        ({"type": "file", "sheet_id": ID}, "No file is named"),
        ({"sheet_id": ID, "path": "a.csv"}, "Both sheet_id and path are given"),
        ({"sheet_id": "  ", "path": ""}, "No sheet is named"),
    ],
)
def test_the_input_is_one_sheet_or_one_file(source: dict[str, str], message: str) -> None:
    assert refusal(input_source=source).message == f"input_source: {message}"


def test_the_type_of_the_input_is_seen_from_what_is_given() -> None:
    assert spec(input_source={"sheet_id": ID, "type": ""}).input_source.type is SourceType.SHEET
    assert spec(input_source={"path": "a.csv"}).input_source.type is SourceType.FILE


def test_a_whole_url_becomes_the_id_and_a_range_its_canonical_form() -> None:
    url = f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=0"
    source = spec(input_source={"sheet_id": url, "range": " my sheet!$a$1:$j$9 "}).input_source
    assert (source.sheet_id, source.range) == (ID, "'my sheet'!A1:J9")


@pytest.mark.parametrize(
    ("given_input", "field"),
    [
        (ID, "sheet_id"),
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit", "sheet_id"),
        ("ideas.csv", "path"),
        ("a_very_long_file_name_of_ideas.xlsx", "path"),
        ("/data/ideas", "path"),
    ],
)
def test_one_argument_is_enough_for_a_job(given_input: str, field: str) -> None:
    source = BulkJobSpec.for_input(given_input, title="t").input_source
    assert getattr(source, field)
    assert (source.sheet_id is None) != (source.path is None)


# Output


@pytest.mark.parametrize(
    ("container", "video", "audio"),
    [
        ("mp4", "h264", "aac"),
        ("mp4", "h265", "aac"),
        ("mov", "h264", "aac"),
        ("mov", "h265", "aac"),
        ("webm", "vp9", "opus"),
    ],
)
def test_a_container_takes_what_it_can_hold(container: str, video: str, audio: str) -> None:
    output = spec(output={"format": container, "video_codec": video, "audio_codec": audio}).output
    assert output.codecs == (video, audio)


@pytest.mark.parametrize(
    ("container", "video", "audio", "message", "fix"),
    [
        ("mp4", "vp9", None, "mp4 cannot hold vp9", "Use h264 or h265 with mp4"),
        ("mp4", None, "opus", "mp4 cannot hold opus", "Use aac with mp4"),
        ("mov", "vp9", "aac", "mov cannot hold vp9", "Use h264 or h265 with mov"),
        ("mov", "h264", "opus", "mov cannot hold opus", "Use aac with mov"),
        ("webm", "h264", None, "webm cannot hold h264", "Use vp9 with webm"),
        ("webm", "h265", "opus", "webm cannot hold h265", "Use vp9 with webm"),
        ("webm", "vp9", "aac", "webm cannot hold aac", "Use opus with webm"),
    ],
)
def test_a_pair_that_the_container_cannot_hold_is_refused(
    container: str, video: str | None, audio: str | None, message: str, fix: str
) -> None:
    error = refusal(output={"format": container, "video_codec": video, "audio_codec": audio})
    assert (error.message, error.fix) == (f"output: {message}", fix)


@pytest.mark.parametrize(("container", "codecs"), [("mov", ("h264", "aac")), ("webm", ("vp9", "opus"))])
def test_codecs_left_open_are_the_containers_usual_ones(container: str, codecs: tuple[str, str]) -> None:
    assert spec(output={"format": container, "video_codec": "", "audio_codec": None}).output.codecs == codecs


def test_options_are_read_as_people_write_them() -> None:
    output = spec(output={"format": " MP4", "video_codec": "H.265", "audio_codec": "AAC", "resolution": "4K"}).output
    assert output.codecs == (VideoCodec.H265, AudioCodec.AAC)
    assert output.resolution is Resolution.P2160
    assert spec(priority="URGENT", validation_level="Strict").priority is Priority.URGENT


@pytest.mark.parametrize(
    ("resolution", "short", "long"), [("720p", 720, 1280), ("1080p", 1080, 1920), ("4k", 2160, 3840)]
)
def test_the_resolution_names_the_short_side_on_every_platform(resolution: str, short: int, long: int) -> None:
    sizes = {platform.value: frame_size(platform.aspect, Resolution(resolution)) for platform in Platform}
    assert sizes == {
        "youtube": (long, short),
        "tiktok": (short, long),
        "shorts": (short, long),
        "reels": (short, long),
        "instagram": (short, short),
        "facebook": (short, short),
        "linkedin": (short, short),
        "x": (long, short),
        "pinterest": (short, long),
        "story": (short, long),
    }
    assert all(side % 4 == 0 for size in sizes.values() for side in size)


@pytest.mark.parametrize(
    "bucket",
    [
        "abc",
        "my-videos-bucket",
        "my.videos.2026",
        "a" * 63,
        "s3://my-bucket/some/folder",
        "s3a://my-bucket",
        "1-2-3",
        "file:///data/videos",
        "memory://videos",
        "gs://my_bucket/videos",
        "local:///data",
    ],
)
def test_buckets_by_the_rules_of_s3_and_urls_are_taken(bucket: str) -> None:
    assert spec(output={"output_bucket": bucket}).output.output_bucket == bucket


@pytest.mark.parametrize(
    "bucket",
    [
        "ab",
        "a" * 64,
        "My-Bucket",
        "my_bucket",
        "my bucket",
        "bücket",
        "-abc",
        "abc-",
        ".abc",
        "a..b",
        "192.168.1.1",
        "xn--abc",
        "sthree-abc",
        "amzn-s3-demo-abc",
        "abc-s3alias",
        "abc--ol-s3",
        "abc.mrap",
        "abc--x-s3",
        "/tmp/out",
        "s3://My-Bucket",
        "s3://",
        "s3:///folder",
        "abc٠",
    ],
)
def test_names_that_no_bucket_can_have_are_refused(bucket: str) -> None:
    error = refusal(output={"output_bucket": bucket})
    assert "is not a valid bucket name" in error.message
    assert error.fix.startswith("Use 3 to 63 lower-case letters, digits, '.' and '-'")


@pytest.mark.parametrize("bucket", ["://x", "1a://x", "file://", "a b://x", "x::file:///y"])
def test_what_only_looks_like_a_url_is_refused(bucket: str) -> None:
    assert "is not a URL" in refusal(output={"output_bucket": bucket}).message


@pytest.mark.parametrize("bucket", ["s3://my-bucket/../other", "s3://my-bucket/a/./b", "s3://my-bucket/a b"])
def test_the_folder_in_a_bucket_stays_inside_it(bucket: str) -> None:
    assert "cannot be used in a key" in refusal(output={"output_bucket": bucket}).message


@pytest.mark.parametrize("bucket", ["s3://KEY:hunter2@my-bucket/x", "sftp://me:hunter2@host/x", "az://me:hunter2@x"])
def test_a_password_in_the_output_is_refused_and_not_repeated(bucket: str) -> None:
    error = refusal(output={"output_bucket": bucket})
    assert "hunter2" not in str(error)
    assert "password" in error.message


@pytest.mark.parametrize(
    ("prefix", "kept"),
    [("", ""), ("campaigns/spring", "campaigns/spring"), ("/a//b/", "a/b"), ("v1.2_x", "v1.2_x")],
)
def test_a_prefix_is_a_folder_inside_the_bucket(prefix: str, kept: str) -> None:
    assert spec(output={"prefix": prefix}).output.prefix == kept


@pytest.mark.parametrize("prefix", ["..", "a/../b", "./a", "a b", "a\\b", "ä", "a\x00", "~", "-rf", "a" * 300])
def test_a_prefix_that_leads_out_or_that_storages_change_is_refused(prefix: str) -> None:
    assert refusal(output={"prefix": prefix}).message.startswith("output.prefix: ")


# Template, deadline, callback and the rest


@pytest.mark.parametrize("template_id", ["default_template", "tpl-ABC_1", "x" * 64])
def test_template_ids_are_letters_digits_underscores_and_hyphens(template_id: str) -> None:
    assert spec(template={"template_id": template_id}).template.template_id == template_id


@pytest.mark.parametrize("template_id", ["my template", "", "../secret", "a/b", "é", "x" * 65, "a.json"])
def test_other_template_ids_are_refused(template_id: str) -> None:
    error = refusal(template={"template_id": template_id})
    assert "is not valid" in error.message
    assert "default_template" in error.fix


@pytest.mark.parametrize(
    ("deadline", "read"), [(60_000, 60_000), (86_400_000, 86_400_000), ("7200000", 7_200_000), (None, None)]
)
def test_a_deadline_is_one_minute_to_a_day(deadline: object, read: int | None) -> None:
    assert spec(processing_deadline_ms=deadline).processing_deadline_ms == read


def test_a_number_too_long_to_be_written_is_refused_like_any_other() -> None:
    assert "(given: 'int')" in refusal(processing_deadline_ms=10**5000).message


@pytest.mark.parametrize("deadline", [59_999, 86_400_001, 0, -1, True, "soon", 1.5, float("nan")])
def test_any_other_deadline_is_refused(deadline: object) -> None:
    assert "processing_deadline_ms: " in refusal(processing_deadline_ms=deadline).message


@pytest.mark.parametrize(
    "url",
    [
        "https://yourapp.com/webhooks/job",
        "http://10.0.0.1:8080/x?y=z#f",
        "https://[2001:db8::1]/x",
        "https://é.example/",
    ],
)
def test_a_callback_is_a_web_address(url: str) -> None:
    assert spec(callback_url=url).callback_url == url


@pytest.mark.parametrize(
    "url",
    [
        "yourapp.com/hook",
        "ftp://host/x",
        "https://",
        "https:///x",
        "javascript:alert(1)",
        "http://[::1",
        "https://h:99999/",
        "https://h:0/",
        "https://ho st/",
        "https://h/a b",
        "https://h/\x7f",
        "https://h\\@evil/",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_web_address_is_refused_as_callback(url: str) -> None:
    error = refusal(callback_url=url)
    assert type(error) is InvalidSpecError
    assert error.message.startswith("callback_url: ")


@pytest.mark.parametrize("url", ["https://me:hunter2@host/x", "ftp://me:hunter2@host/x", "https://hunter2@host"])
def test_a_password_in_a_callback_is_refused_and_not_repeated(url: str) -> None:
    assert "hunter2" not in str(refusal(callback_url=url))


@pytest.mark.parametrize("field", ["user_id", "project_id"])
def test_user_and_project_have_names(field: str) -> None:
    assert f"{field}: " in refusal(**{field: "  "}).message
    assert f"{field}: " in refusal(**{field: "x" * 129}).message


def test_overrides_are_styles_voices_and_languages() -> None:
    assert "overrides.style: " in refusal(template={"overrides": {"style": "brutalist"}}).message
    assert "overrides.voice: " in refusal(template={"overrides": {"voice": "robot"}}).message
    assert "overrides.language: " in refusal(template={"overrides": {"language": "Germn"}}).message


@pytest.mark.parametrize("given", ["TikTok, youtube", ["tiktok", "youtube"], "tiktok,youtube,TIKTOK"])
def test_the_job_may_name_platforms_as_a_cell_does_or_as_a_list(given: object) -> None:
    job = BulkJobSpec.parse({"input_source": {"path": "a.csv"}, "template": {"overrides": {"platforms": given}}})
    assert job.template.overrides.platforms == "tiktok,youtube"
    assert BulkJobSpec.parse(job.model_dump(mode="json")) == job


def test_an_unknown_platform_of_the_job_is_told_with_those_that_there_are() -> None:
    error = refusal(template={"overrides": {"platforms": "tiktok,vimeo"}})
    assert "Unknown platform vimeo" in error.message
    assert "youtube" in error.fix
    assert spec(template={"overrides": {"style": " ", "voice": ""}}).template.overrides.style is None


@pytest.mark.parametrize(
    ("written", "captions"),
    [("off", "off"), (False, "off"), ("files only", "off"), ("Burned", "burned"), (True, "burned"), ("", None)],
)
def test_captions_are_burned_or_off_also_as_yaml_reads_off(written: object, captions: str | None) -> None:
    assert spec(template={"overrides": {"captions": written}}).template.overrides.captions == captions
    assert "overrides.captions: " in refusal(template={"overrides": {"captions": "sideways"}}).message


# Anything at all

any_text = st.text(alphabet=st.characters(), max_size=60)
any_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from([*BulkJobSpec.model_fields]) | any_text


@given(st.dictionaries(fields, any_value, max_size=6) | any_value)
@example({"input_source": FILE, "title": "\ud800"})
@example({"input_source": FILE, "\x1b[2J": 1})
@example({"input_source": FILE, 1: 2})
def test_any_document_is_a_spec_or_a_typed_error(document: Any) -> None:
    problem = _problem(document)
    assert problem is None or problem.isprintable()


@given(any_text, any_text, any_text, any_text, any_text)
def test_any_text_in_any_field_is_taken_or_refused(
    sheet_id: str, area: str, bucket: str, prefix: str, callback_url: str
) -> None:
    _problem(
        {
            "input_source": {"sheet_id": sheet_id, "range": area},
            "output": {"output_bucket": bucket, "prefix": prefix},
            "callback_url": callback_url,
        }
    )


@given(any_text)
def test_any_text_is_a_bucket_or_a_typed_error(text: str) -> None:
    try:
        assert check_bucket(text) == text
    except InvalidSpecError:
        assert not re.fullmatch(r"[a-z]{3,63}", text)


def _problem(document: Any) -> str | None:
    try:
        BulkJobSpec.parse(document)
    except InvalidRequestError as error:
        return str(error)
    return None


def test_a_job_takes_all_rows_unless_it_asks_for_approved_ones() -> None:
    assert BulkJobSpec.for_input("a.csv").input_source.only is None
    for written in ("approved", " Approved "):
        assert BulkJobSpec.for_input("a.csv", input_source={"only": written}).input_source.only is OnlyRows.APPROVED
    assert BulkJobSpec.for_input("a.csv", input_source={"only": ""}).input_source.only is None
    with pytest.raises(InvalidSpecError, match="only"):
        BulkJobSpec.for_input("a.csv", input_source={"only": "drafts"})
