from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.cells import read_medium
from bulkvid_pipeline.core.columns import COLUMNS, map_headers
from bulkvid_pipeline.core.findings import ValidationReport
from bulkvid_pipeline.core.media import PlannedMedium, SourceKind, shown_source, source_fault, source_kind
from bulkvid_pipeline.core.options import ValidationLevel
from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.core.validation import validate_table
from bulkvid_pipeline_tests.core.sheets import GOOD, table

STRICT, MODERATE, PERMISSIVE = ValidationLevel.STRICT, ValidationLevel.MODERATE, ValidationLevel.PERMISSIVE
PHOTO = "https://example.com/a.jpg"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (PHOTO, SourceKind.HTTPS),
        ("HTTPS://Example.com:8443/a%20b.png?size=2&x=y#top", SourceKind.HTTPS),
        ("https://[2001:4860:4860::8888]/a.png", SourceKind.HTTPS),
        ("https://bücher.example/ü.png", SourceKind.HTTPS),
        ("http://example.com/a.jpg", SourceKind.HTTP),
        ("s3://pictures/2026/a.jpg", SourceKind.S3),
        ("a.jpg", SourceKind.FOLDER),
        ("summer 2026/beach..final.jpg", SourceKind.FOLDER),
    ],
)
def test_addresses_and_relative_paths_are_sources(source: str, kind: SourceKind) -> None:
    assert read_medium(f"  {source}\n").value == source
    assert source_kind(source) is kind


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("/etc/passwd", "leaves the media folder"),
        ("~/a.jpg", "leaves the media folder"),
        ("../a.jpg", "leaves the media folder"),
        ("a/../../b.jpg", "leaves the media folder"),
        ("..", "leaves the media folder"),
        ("a\\..\\b.jpg", "backslash"),
        ("a\x00.jpg", "invisible"),
        ("https://example.com/a.jpg\nhttps://example.com/b.jpg", "line break"),
        ("https://example.com/a b.jpg", "blank"),
        ("file:///etc/passwd", "file: addresses"),
        ("data:image/png;base64,AAAA", "data: addresses"),
        ("javascript:alert(1)", "javascript: addresses"),
        ("ftp://example.com/a.jpg", "ftp: addresses"),
        ("concat:a.jpg|b.jpg", "concat: addresses"),
        ("https:/example.com/a.jpg", "https: addresses"),
        ("https://me:secret@example.com/a.jpg", "user or password"),
        ("https:///a.jpg", "no host"),
        ("https://example.com:99999/a.jpg", "Not a web address"),
        ("https://[::1/a.jpg", "Not a web address"),
        ("s3://pictures", "Not an object"),
        ("s3://pictures/../other/a.jpg", "Not an object"),
        ("www.example.com/a.jpg", "Neither"),
        ("//example.com/a.jpg", "leaves the media folder"),
        ("https://example.com/" + "a" * 3000, "3020 characters"),
    ],
)
def test_everything_else_is_refused_with_what_is_wrong(source: str, said: str) -> None:
    fault = source_fault(source)
    assert fault is not None
    assert said in fault[0]
    assert fault[1]
    assert read_medium(source).value is None


@given(st.text())
def test_any_text_is_judged_and_shown(text: str) -> None:
    assert read_medium(text).value in {None, text.strip()}
    assert source_fault(text) is None or read_medium(text).value is None
    shown_source(text)


def test_secrets_of_an_address_are_not_shown() -> None:
    shown = shown_source("https://me:secret@example.com/a.jpg?X-Amz-Signature=abc#x")
    assert shown == "https://example.com/a.jpg?..."


@pytest.mark.parametrize("header", ["image_url", "Image URL", "image", "Picture", "Photo"])
def test_the_picture_column_has_the_names_that_people_use(header: str) -> None:
    assert map_headers([header]).positions == {"image_url": 0}


@pytest.mark.parametrize(
    "header", ["background_url", "Background URL", "Background", "background image", "Background-Video"]
)
def test_the_background_column_has_the_names_that_people_use(header: str) -> None:
    assert map_headers([header]).positions == {"background_url": 0}


def judged(level: ValidationLevel, image: str, background: str = "") -> tuple[tuple[VideoIdea, ...], ValidationReport]:
    header = (*COLUMNS, "Image URL", "Background")
    return validate_table(table(header, [*GOOD.values(), image, background]), level)


@pytest.mark.parametrize("level", ValidationLevel)
def test_media_are_optional_at_every_level(level: ValidationLevel) -> None:
    (idea,), report = judged(level, "")
    assert (idea.image, idea.background) == (None, None)
    assert report.findings == ()


@pytest.mark.parametrize("level", ValidationLevel)
def test_good_media_are_read(level: ValidationLevel) -> None:
    (idea,), report = judged(level, f" {PHOTO} ", "loops/sea.mp4")
    assert (idea.image, idea.background) == (PHOTO, "loops/sea.mp4")
    assert report.findings == ()


def test_strict_is_stopped_by_a_bad_address_and_names_the_cell() -> None:
    _, report = judged(STRICT, "file:///etc/passwd")
    assert report.stops_job
    (finding,) = report.findings
    assert str(finding).startswith(
        "K2 (image_url) 'file:///etc/passwd': Media cannot be read from file: addresses. Give"
    )
    assert str(finding).endswith("or leave it empty.")


def test_moderate_rejects_the_row_with_a_bad_address() -> None:
    ideas, report = judged(MODERATE, "", "https://a:b@example.com/sea.mp4?token=1")
    assert ideas == ()
    (finding,) = report.findings
    assert (finding.sheet_row, finding.column_letter, finding.code) == (2, "L", "INVALID_CELL")
    assert finding.value == "https://example.com/sea.mp4?..."


def test_permissive_leaves_a_bad_medium_out_and_warns() -> None:
    (idea,), report = judged(PERMISSIVE, "data:image/png;base64,AAAA", "sea.mp4")
    assert (idea.image, idea.background) == (None, "sea.mp4")
    assert [finding.problem for finding in report.warnings] == [
        "Media cannot be read from data: addresses; the medium is left out"
    ]


def planned(**media: Any) -> VideoPlan:
    spec = BulkJobSpec.for_input("sheet.csv")
    return plan_video(VideoIdea("key", 2, "Title", "Script.", **media), spec, BUILT_IN_TEMPLATES["default_template"])


def fingerprint(image: PlannedMedium | None = None, background: PlannedMedium | None = None) -> str:

    return replace(planned(), image=image, background=background).fingerprint("engine")


def test_the_plan_carries_the_rows_media() -> None:
    assert planned(image=PHOTO).media == {"image": PlannedMedium(PHOTO)}
    assert planned().media == {}


def test_the_content_of_media_is_part_of_the_fingerprint_and_their_address_is_not() -> None:
    first = fingerprint(PlannedMedium(PHOTO, "aa"))
    assert first == fingerprint(PlannedMedium("https://elsewhere.example/b.jpg", "aa"))
    others = [fingerprint(), fingerprint(PlannedMedium(PHOTO, "bb")), fingerprint(None, PlannedMedium(PHOTO, "aa"))]
    assert len({first, *others}) == 4
