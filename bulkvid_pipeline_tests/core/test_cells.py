from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.cells import (
    MAX_DURATION_S,
    MIN_DURATION_S,
    cleaned,
    duration_of,
    option_of,
    platform_names,
    platforms_of,
)
from bulkvid_pipeline.core.options import Platform, Priority, Style, Voice

YOUTUBE, TIKTOK, SHORTS = Platform.YOUTUBE, Platform.TIKTOK, Platform.SHORTS


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("45", 45.0),
        ("45.5", 45.5),
        ("45,5", 45.5),
        (" 30\u00a0", 30.0),
        ("030", 30.0),
        ("٣٠", 30.0),
        ("٣٠٫٥", 30.5),
        ("３０", 30.0),
        ("\u200f30\u200b", 30.0),
        ("30.000", 30.0),
        ("1", MIN_DURATION_S),
        ("3600", MAX_DURATION_S),
    ],
)
def test_a_duration_is_a_plain_number_of_seconds(cell: str, seconds: float) -> None:
    assert duration_of(cell) == seconds


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "five minutes",
        "-20",
        "+20",
        "1e3",
        "30 s",
        "30s",
        "0:30",
        "0",
        "0.99",
        "3601",
        "nan",
        "inf",
        "0x20",
        "1_0",
        "1,000",
        "3,000",
        "1²",
        "²",
        "½",
        "30.",
        ".5",
        "1.5.2",
        "3 0",
        "=30",
        "9" * 400,
    ],
)
def test_what_is_no_duration_has_none(cell: str) -> None:
    assert duration_of(cell) is None


@pytest.mark.parametrize(
    "cell",
    [
        "youtube,tiktok",
        "YouTube, TikTok",
        "youtube;tiktok",
        "youtube/tiktok",
        "youtube | tiktok",
        "youtube + tiktok",
        "youtube & tiktok",
        "youtube\ntiktok",
        "youtube\r\ntiktok",
        "youtube，tiktok",
        "youtube、tiktok",
        "youtube، tiktok",
        "ＹｏｕＴｕｂｅ,tiktok",
        "youtube,,tiktok,",
        "youtube, tiktok, YOUTUBE",
        "YOUTUBE,TİKTOK",
        "youtube\u200b,\xa0tiktok",
    ],
)
def test_platforms_are_told_apart_by_whatever_people_put_between_them(cell: str) -> None:
    assert platforms_of(cell) == ((YOUTUBE, TIKTOK), ())


def test_platforms_keep_the_order_of_the_cell() -> None:
    assert platforms_of("shorts,youtube")[0] == (SHORTS, YOUTUBE)


def test_names_that_are_no_platforms_are_reported_beside_those_that_are() -> None:
    assert platforms_of("youtube;vine,MySpace") == ((YOUTUBE,), ("vine", "myspace"))


@pytest.mark.parametrize("cell", ["", "  ", ",,;", "\u200b"])
def test_separators_alone_name_no_platform(cell: str) -> None:
    assert platform_names(cell) == ()


@pytest.mark.parametrize("cell", ["female", "Female", " FEMALE\t", "ｆｅｍａｌｅ", "\ufefffemale"])
def test_options_are_read_in_any_case_and_width(cell: str) -> None:
    assert option_of(Voice, cell) is Voice.FEMALE


@pytest.mark.parametrize("cell", ["", "fem", "female, male", "feminine"])
def test_what_is_no_option_is_none(cell: str) -> None:
    assert option_of(Voice, cell) is None


def test_each_kind_has_its_own_options() -> None:
    assert option_of(Style, "corporate") is Style.CORPORATE
    assert option_of(Style, "urgent") is None
    assert option_of(Priority, "Urgent") is Priority.URGENT


@pytest.mark.parametrize(
    "cell", ["", "   ", "\t\r\n", "\u00a0", "\u3000", "\u200b\u200d", "\ufeff", "\x00\x07", "\u202e"]
)
def test_a_cell_in_which_nothing_can_be_seen_is_empty(cell: str) -> None:
    assert cleaned(cell) == ""


def test_cleaning_keeps_what_can_be_seen_as_it_is() -> None:
    text = " 007 \nline\ttab می\u200cخواهم 👨\u200d👩\u200d👧 "
    assert cleaned(text) == text


def test_cleaning_drops_control_characters_and_shows_broken_ones() -> None:
    assert cleaned("a\x00b\x1b[2Jc") == "ab[2Jc"
    assert cleaned("half \ud83d emoji") == "half \ufffd emoji"


@given(st.text(alphabet=st.characters()))
def test_a_cleaned_cell_can_be_encoded_and_stays_as_it_is(cell: str) -> None:
    once = cleaned(cell)
    once.encode("utf-8")
    assert cleaned(once) == once
    assert once == "" or once.strip()


@given(st.text(alphabet=st.characters()))
def test_any_text_is_read_without_an_error(cell: str) -> None:
    seconds = duration_of(cell)
    assert seconds is None or MIN_DURATION_S <= seconds <= MAX_DURATION_S
    known, unknown = platforms_of(cell)
    assert len(set(known)) == len(known)
    assert not set(unknown) & {*Platform}
    assert option_of(Voice, cell) in {None, *Voice}
    assert option_of(Style, cell) in {None, *Style}
    assert option_of(Priority, cell) in {None, *Priority}
