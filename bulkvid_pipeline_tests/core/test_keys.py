from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.errors import InvalidRequestError, InvalidSpecError
from bulkvid_pipeline.core.keys import (
    MAX_KEY_BYTES,
    MAX_PREFIX_BYTES,
    checked_key,
    clean_prefix,
    output_folder,
    output_key,
    slug,
)

FINGERPRINT = "3f2a9c0d1b4e77aa"
any_text = st.text(max_size=300)
prefixes = st.text(alphabet="abcXYZ019-_=/", max_size=MAX_PREFIX_BYTES)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("How to Bake Bread", "how-to-bake-bread"),
        ("  Café — crème brûlée!  ", "cafe-creme-brulee"),
        ("Straße, Łódź, Ærø, Ǿ, İzmir, Đà Nẵng", "strasse-lodz-aero-o-izmir-da-nang"),
        ("Don’t panic: it's 50% off", "dont-panic-its-50-off"),
        ("../../etc/passwd", "etc-passwd"),
        ("a\x00b\nc\u202egpj.exe", "a-b-c-gpj-exe"),
        ("ＦＵＬＬ ｗｉｄｔｈ ① ﬁn", "full-width-1-fin"),
        ("東京 Tokyo ガイド", "tokyo"),
    ],
)
def test_a_slug_keeps_what_is_useful_of_a_title(title: str, expected: str) -> None:
    assert slug(title) == expected


def test_a_title_without_latin_letters_goes_by_its_fallback() -> None:
    assert slug("كيف تصنع الخبز", fallback="Row 17") == "row-17"


def test_titles_that_leave_nothing_still_get_different_slugs() -> None:
    assert re.fullmatch(r"row-[0-9a-f]{10}", slug("パンの作り方"))
    assert slug("パンの作り方") != slug("パンの食べ方")
    assert slug("", fallback="鍵") == slug("!!!", fallback="鍵")


@pytest.mark.parametrize("device", ["CON", "aux", "Nul.", "COM1", "lpt9"])
def test_no_folder_has_the_name_of_a_windows_device(device: str) -> None:
    assert slug(device) == f"row-{device.strip('.').lower()}"


def test_a_long_title_is_cut_at_a_word() -> None:
    assert slug("the quick brown fox jumps over", max_length=18) == "the-quick-brown"
    assert slug("incomprehensibilities of it", max_length=10) == "incomprehe"


@given(any_text, any_text, st.integers(min_value=8, max_value=80))
def test_every_slug_is_of_the_allow_list_and_stable(title: str, fallback: str, max_length: int) -> None:
    made = slug(title, max_length=max_length, fallback=fallback)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", made)
    assert len(made) <= max_length
    assert slug(made, max_length=max_length) == made
    assert slug(unicodedata.normalize("NFD", title), max_length=max_length, fallback=fallback) == made


def test_a_key_names_campaign_job_row_platform_and_content() -> None:
    key = output_key(
        "how-to-bake-bread-youtube.mp4",
        prefix="/campaigns//2026/",
        job_folder="Spring Launch",
        title="How to bake bread",
        row_key="17",
        platform="youtube",
        fingerprint=FINGERPRINT,
    )
    folder = "campaigns/2026/spring-launch/how-to-bake-bread-17/youtube-3f2a9c0d1b4e"
    assert key == f"{folder}/how-to-bake-bread-youtube.mp4"


@pytest.mark.parametrize(
    ("title", "row_key", "expected"),
    [
        ("Bread", "bread", "bread"),
        ("Bread", "bread-a1b2", "bread-a1b2"),
        ("Bread", "17", "bread-17"),
        ("How to bake bread at home", "how-to-bake-a1b2c3d4", "how-to-bake-a1b2c3d4"),
        ("パン", "パン", slug("パン")),
        ("パン", "17", "17"),
    ],
)
def test_a_row_folder_does_not_say_things_twice(title: str, row_key: str, expected: str) -> None:
    folder = output_folder(title=title, row_key=row_key, platform="reels", fingerprint=FINGERPRINT)
    assert folder == f"{expected}/reels-3f2a9c0d1b4e"


@given(prefixes, st.none() | any_text, any_text, any_text, any_text)
def test_no_text_of_a_sheet_can_make_a_bad_key(
    prefix: str, job_folder: str | None, title: str, row_key: str, platform: str
) -> None:
    try:
        clean_prefix(prefix)
    except InvalidSpecError:
        return
    key = output_key(
        "captions.srt",
        prefix=prefix,
        job_folder=job_folder,
        title=title,
        row_key=row_key,
        platform=platform,
        fingerprint=FINGERPRINT,
    )
    assert len(key.encode()) <= MAX_KEY_BYTES
    assert ".." not in key
    assert not key.startswith("/")
    assert re.fullmatch(r"[A-Za-z0-9._=/-]+", key)
    assert key.startswith(clean_prefix(prefix))


@given(any_text, any_text, st.text("0123456789abcdef", min_size=12, max_size=12))
def test_outputs_of_different_content_never_share_a_folder(title: str, row_key: str, other: str) -> None:
    first = output_folder(title=title, row_key=row_key, platform="shorts", fingerprint=FINGERPRINT)
    second = output_folder(title=title, row_key=row_key, platform="shorts", fingerprint=other)
    assert (first == second) == (other == FINGERPRINT[:12])


@pytest.mark.parametrize("fingerprint", ["", "abc", "3F2A9C0D1B4E", "../../../../x", "zzzzzzzzzzzz"])
def test_what_is_no_fingerprint_is_refused(fingerprint: str) -> None:
    with pytest.raises(ValueError, match="fingerprint"):
        output_folder(title="a", row_key="b", platform="reels", fingerprint=fingerprint)


@pytest.mark.parametrize(
    "name", ["", "../video.mp4", "a/b.mp4", ".hidden", "Video.MP4", "a..b", "a\n.mp4", "早\u202e.mp4"]
)
def test_what_is_no_plain_file_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="file name"):
        output_key(name, title="a", row_key="b", platform="reels", fingerprint=FINGERPRINT)


@pytest.mark.parametrize("prefix", ["../x", "a/../b", ".hidden/x", "a b", "ünï", "a\\b", "a\x00", "a..b", "x" * 201])
def test_a_prefix_that_not_every_storage_keeps_is_refused(prefix: str) -> None:
    with pytest.raises(InvalidSpecError) as caught:
        clean_prefix(prefix)
    assert caught.value.fix


@pytest.mark.parametrize(
    "key",
    ["", "/a", "a/", "a//b", "..", "a/../b", "a/..", "./a", "a..b", "a\\b", "a\nb", "a\x7f", "\u202etxt", "é" * 257],
)
def test_a_key_that_could_mislead_is_refused(key: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        checked_key(key)
    assert caught.value.fix


def test_a_plain_key_passes_unchanged() -> None:
    assert checked_key("Kampagne/Größe 1/video.mp4") == "Kampagne/Größe 1/video.mp4"
