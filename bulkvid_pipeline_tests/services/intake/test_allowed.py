"""What a project may name over the API."""

from __future__ import annotations

import pytest

from bulkvid_pipeline.core.errors import PlaceNotAllowedError
from bulkvid_pipeline.core.spec import InputSource
from bulkvid_pipeline.services.intake.allowed import AllowedPlaces
from bulkvid_pipeline.settings import Settings

SHEET = "1A2B3C4D5E6F7G8H9I0J"


def may_write(bucket: str, *, listed: tuple[str, ...] = (), output_url: str = "file://output") -> bool:
    settings = Settings(output_url=output_url, api_allowed={"news": {"outputs": listed}})
    try:
        AllowedPlaces.of("news", settings).check_output(bucket)
    except PlaceNotAllowedError:
        return False
    return True


@pytest.mark.parametrize(
    ("bucket", "listed", "allowed"),
    [
        ("my-videos", ("my-videos",), True),
        ("s3://my-videos/2026", ("my-videos",), True),
        ("my-videos/news/spring", ("s3://my-videos/news",), True),
        ("my-videos/newsroom", ("my-videos/news",), False),
        ("my-videos", ("my-videos/news",), False),
        ("my-videos-2", ("my-videos",), False),
        ("other", (), False),
        ("other", ("*",), True),
        ("file:///srv/videos", ("*", "file:///srv/videos"), False),
        ("memory://shelf/a", ("memory://shelf",), True),
        ("memory://shelf/../b", ("memory://shelf",), False),
        ("memory://shelfish", ("memory://shelf",), False),
    ],
)
def test_a_bucket_is_allowed_with_all_that_is_in_it(bucket: str, listed: tuple[str, ...], allowed: bool) -> None:
    assert may_write(bucket, listed=listed) is allowed


def test_the_default_output_may_be_named_if_it_is_a_bucket() -> None:
    assert may_write("s3://films/all", output_url="s3://films/all")
    assert not may_write("s3://films/other", output_url="s3://films/all")
    assert not may_write("file:///srv/films", output_url="file:///srv/films")


@pytest.mark.parametrize(
    ("project", "rules", "allowed"),
    [
        ("default", {}, True),
        ("default", {"default": {"sheets": ()}}, False),
        ("default", {"default": {"outputs": ("x-y-z",)}}, True),
        ("news", {}, False),
        ("news", {"news": {"sheets": (SHEET,)}}, True),
        ("news", {"news": {"sheets": (f"https://docs.google.com/spreadsheets/d/{SHEET}/edit",)}}, True),
        ("news", {"sport": {"sheets": (SHEET,)}}, False),
        ("news", {"*": {"sheets": ("*",)}}, True),
    ],
)
def test_google_sheets_are_for_the_project_default_and_for_those_that_list_them(
    project: str,
    rules: dict[str, dict[str, tuple[str, ...]]],
    allowed: bool,
) -> None:
    places = AllowedPlaces.of(project, Settings(api_allowed=rules))
    source = InputSource(sheet_id=SHEET)

    if allowed:
        places.check_source(source)
        return
    with pytest.raises(PlaceNotAllowedError, match="Permission denied") as caught:
        places.check_source(source)
    assert "BULKVID_API_ALLOWED" in caught.value.fix
