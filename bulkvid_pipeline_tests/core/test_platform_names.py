from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.cells import read_platforms
from bulkvid_pipeline.core.options import Aspect, Platform
from bulkvid_pipeline.core.platform_names import read_platform_names
from bulkvid_pipeline.core.vocabulary.platforms import PLATFORMS, SHAPE_TARGETS

P = Platform
YOUTUBE, TIKTOK, SHORTS, REELS = P.YOUTUBE, P.TIKTOK, P.SHORTS, P.REELS


@pytest.mark.parametrize(
    "cell",
    [
        *[
            "youtube,tiktok",
            "YouTube, TikTok",
            "youtube;tiktok",
            "youtube/tiktok",
            "youtube | tiktok",
            "youtube + tiktok",
        ],
        *[
            "youtube & tiktok",
            "youtube\ntiktok",
            "youtube\r\ntiktok",
            "youtube，tiktok",
            "youtube、tiktok",
            "youtube، tiktok",
        ],
        *[
            "ＹｏｕＴｕｂｅ,tiktok",
            "youtube,,tiktok,",
            "youtube, tiktok, YOUTUBE",
            "YOUTUBE,TİKTOK",
            "youtube\u200b,\xa0tiktok",
        ],
        *["youtube and tiktok", "YouTube und TikTok", "youtube y tiktok", "youtube et tiktok", "YouTube和TikTok"],
        *["YouTubeとTikTok", "youtube و tiktok", "youtube и tiktok", "YouTube - TikTok", "YouTube • TikTok"],
        *[
            '["youtube", "tiktok"]',
            "['youtube','tiktok']",
            "- youtube\n- tiktok",
            "1. YouTube\n2. TikTok",
            "you tube, tik-tok!",
        ],
    ],
)
def test_platforms_are_told_apart_by_whatever_people_put_between_them(cell: str) -> None:
    reading = read_platforms(cell)
    assert reading.value == (YOUTUBE, TIKTOK)
    assert reading.problem == reading.understood == ""


@pytest.mark.parametrize(
    ("cell", "platforms"),
    [
        ("YouTube Shorts", (SHORTS,)),
        ("YouTube (Shorts)", (SHORTS,)),
        ("YouTube 9:16", (SHORTS,)),
        ("YouTube (16:9)", (YOUTUBE,)),
        ("YT", (YOUTUBE,)),
        ("IG Reels", (REELS,)),
        ("FB Reels", (REELS,)),
        ("Insta", (P.INSTAGRAM,)),
        ("Instagram Story", (P.STORY,)),
        ("Twitter", (P.X,)),
        ("X (formerly Twitter)", (P.X,)),
        ("抖音", (TIKTOK,)),
        ("インスタ", (P.INSTAGRAM,)),
        ("يوتيوب", (YOUTUBE,)),
        ("यूट्यूब", (YOUTUBE,)),
        ("TikTok (vertical)", (TIKTOK,)),
        ("🎵 TikTok video", (TIKTOK,)),
        ("YouTube Shorts + IG Reels", (SHORTS, REELS)),
        ("Instagram Reels & Stories", (REELS, P.STORY)),
        ("youtube tiktok instagram", (YOUTUBE, TIKTOK, P.INSTAGRAM)),
        ("YouTube Shorts Reels", (SHORTS, REELS)),
        ("Meta (Facebook, Instagram)", (P.FACEBOOK, P.INSTAGRAM)),
        ("https://www.youtube.com/@tea", (YOUTUBE,)),
        ("https://youtube.com/shorts/abc?x=1, tiktok.com/@a", (SHORTS, TIKTOK)),
        ("https://www.instagram.com/reel/xyz/", (REELS,)),
        ("https://de.pinterest.com/tea", (P.PINTEREST,)),
        ("9:16", (SHORTS,)),
        ("9/16", (SHORTS,)),
        ("vertical", (SHORTS,)),
        ("Querformat", (YOUTUBE,)),
        ("square", (P.INSTAGRAM,)),
        ("all", tuple(Platform)),
        ("todas", tuple(Platform)),
        ("所有平台", tuple(Platform)),
    ],
)
def test_names_are_understood_and_the_reading_says_as_what(cell: str, platforms: tuple[Platform, ...]) -> None:
    reading = read_platforms(cell)
    assert reading.value == platforms
    assert reading.understood == ", ".join(platforms)


def test_platforms_keep_the_order_of_the_cell() -> None:
    assert read_platforms("shorts,youtube").value == (SHORTS, YOUTUBE)


@pytest.mark.parametrize(
    ("cell", "known", "problem"),
    [
        ("youtube;vine,MySpace", (YOUTUBE,), "Unknown platform vine, myspace"),
        ("youtube or tiktok", None, "Unknown platform youtube or tiktok (likely youtube or tiktok)"),
        ("youtube x tiktok", None, "Unknown platform youtube x tiktok (likely youtube, tiktok or x)"),
        ("Instagram 4:5", None, "Unknown platform instagram 4:5 (likely instagram)"),
        ("TikTok 16:9", None, "Unknown platform tiktok 16:9 (likely tiktok)"),
        ("both", None, "Unknown platform both"),
        ("[]", None, "No platform is named"),
        ("same", None, "Could mean what the row above says, or the usual one"),
    ],
)
def test_what_names_no_platform_or_either_of_two_is_refused(
    cell: str, known: tuple[Platform, ...] | None, problem: str
) -> None:
    reading = read_platforms(cell)
    assert (reading.value, reading.problem) == (known, problem)


@pytest.mark.parametrize("cell", ["", "  ", "\u200b", "-", "any", "n/a"])
def test_a_cell_without_a_name_wishes_for_nothing(cell: str) -> None:
    assert read_platform_names(cell).known == ()
    assert read_platform_names(cell).unknown == ()


def test_each_platform_has_a_shape_a_label_and_its_own_name() -> None:
    for platform in Platform:
        assert PLATFORMS.word(platform.value) is platform
        assert platform.label.casefold().startswith(platform.value[:1])
    assert {aspect: platform.aspect for aspect, platform in SHAPE_TARGETS.items()} == {a: a for a in Aspect}


@given(st.text(alphabet=st.characters()))
def test_every_name_is_known_or_reported(cell: str) -> None:
    found = read_platform_names(cell)
    assert len(set(found.known)) == len(found.known)
    assert not set(found.unknown) & {*Platform}


@pytest.mark.parametrize("part", ["x", "x.", " ", "- "])
def test_a_cell_of_any_length_is_told_of_at_once(part: str) -> None:
    text = f"x{part * 50_000}!"
    begun = time.process_time()

    found = read_platform_names(text)

    assert (found.known, found.unknown) == ((), (text.strip(),))
    assert time.process_time() - begun < 2  # minutes, where its parts are looked at
