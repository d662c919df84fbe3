from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bulkvid_pipeline.core.errors import InvalidRangeError, InvalidRequestError, InvalidSheetIdError
from bulkvid_pipeline.core.ranges import (
    MAX_COLUMN,
    A1Range,
    SheetLink,
    column_index,
    column_letter,
    parse_range,
    parse_sheet_id,
    parse_sheet_link,
)

T = TypeVar("T")

ID = "1A2B3C4D5E6F7G8H9I0J"


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f"  {ID}\n",
        f"https://docs.google.com/spreadsheets/d/{ID}/edit",
        f"https://docs.google.com/spreadsheets/d/{ID}/edit?usp=sharing#gid=42",
        f"https://docs.google.com/spreadsheets/d/{ID}",
        f"docs.google.com/spreadsheets/u/0/d/{ID}/edit",
        f"https://docs.google.com/a/example.com/spreadsheets/d/{ID}/edit",
        f"HTTPS://DOCS.GOOGLE.COM/spreadsheets/d/{ID}/",
    ],
)
def test_a_sheet_id_is_found_alone_or_in_its_url(text: str) -> None:
    assert parse_sheet_id(text) == ID


def test_upper_and_lower_case_of_a_sheet_id_are_kept() -> None:
    assert parse_sheet_id("aAbBcCdDeEfFgGhHiI-_") == "aAbBcCdDeEfFgGhHiI-_"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "My Video Ideas Sheet",
        "1A2B3C4D5E6F7G8H9I0",
        f"{ID}/edit",
        "１A2B3C4D5E6F7G8H9I0J",
        "https://docs.google.com/spreadsheets/d/short/edit",
    ],
)
def test_what_is_no_sheet_id_is_refused_with_the_place_where_one_stands(text: str) -> None:
    with pytest.raises(InvalidSheetIdError) as refused:
        parse_sheet_id(text)
    assert "between /d/ and /edit" in refused.value.fix
    assert "https://docs.google.com/spreadsheets/d/{SHEET_ID}/edit" in refused.value.fix
    assert refused.value.http_status == 400


@pytest.mark.parametrize(
    ("link", "said", "way_out"),
    [
        ("https://docs.google.com/spreadsheets/d/e/2PACX-1vTabcdefghijklmnop/pubhtml", "published", "address bar"),
        ("https://docs.google.com/spreadsheets/d/e/2PACX-1vTabcdefghijklmnop/pub?output=csv", "published", "/edit"),
        (f"https://docs.google.com/document/d/{ID}/edit", "Google document", "Google sheet"),
        (f"https://docs.google.com/forms/d/{ID}/edit", "Google form", "answers"),
        (f"https://drive.google.com/drive/u/0/folders/{ID}", "folder", "Open the sheet"),
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit#rangeid=12345", "named range", "--range"),
    ],
)
def test_links_that_name_no_sheet_are_refused_with_the_way_out(link: str, said: str, way_out: str) -> None:
    with pytest.raises(InvalidSheetIdError, match=said) as refused:
        parse_sheet_link(link)
    assert way_out in refused.value.fix


@pytest.mark.parametrize(
    ("link", "gid", "range_text"),
    [
        (ID, None, None),
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit", None, None),
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit?usp=sharing", None, None),
        (f"https://docs.google.com/spreadsheets/u/0/d/{ID}/edit#gid=0", 0, None),
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit?gid=7#gid=7", 7, None),
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit?gid=7", 7, None),
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=7&range=A1:J20", 7, "A1:J20"),
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=7&range=C3", 7, None),
        (f"https://docs.google.com/spreadsheets/d/{ID}/export?format=csv&gid=7", 7, None),
        (f"https://docs.google.com/spreadsheets/d/{ID}/copy", None, None),
        (f"https://drive.google.com/file/d/{ID}/view?usp=drive_link", None, None),
        (f"https://drive.google.com/open?id={ID}", None, None),
    ],
)
def test_a_link_names_its_sheet_its_tab_and_a_range(link: str, gid: int | None, range_text: str | None) -> None:
    assert parse_sheet_link(link) == SheetLink(ID, gid, range_text)


def test_an_endless_sheet_id_is_shown_shortened_and_without_control_characters() -> None:
    with pytest.raises(InvalidSheetIdError) as refused:
        parse_sheet_id("\x1b[2J" + "no " * 5000)
    assert len(refused.value.message) < 130
    assert refused.value.message.isprintable()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A1:J100", A1Range(0, 9, 1, 100)),
        ("a1:j100", A1Range(0, 9, 1, 100)),
        (" $A$1:$J$100 ", A1Range(0, 9, 1, 100)),
        ("Sheet1!A1:Z50", A1Range(0, 25, 1, 50, "Sheet1")),
        ("'My sheet'!A:Z", A1Range(0, 25, 1, None, "My sheet")),
        ("My sheet!A:Z", A1Range(0, 25, 1, None, "My sheet")),
        ("'It''s ours'!B2:C3", A1Range(1, 2, 2, 3, "It's ours")),
        ("'a!b'!A:B", A1Range(0, 1, 1, None, "a!b")),
        ("アイデア!C5:L20", A1Range(2, 11, 5, 20, "アイデア")),
        ("A:Z", A1Range(0, 25)),
        ("A2:J", A1Range(0, 9, 2)),
        ("C5:C5", A1Range(2, 2, 5, 5)),
        ("A1:ZZZ9999999", A1Range(0, MAX_COLUMN, 1, 9999999)),
    ],
)
def test_a_range_names_a_rectangle(text: str, expected: A1Range) -> None:
    assert parse_range(text) == expected


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Rows 1-100", "A1:J100"),
        ("rows 1 to 100", "A1:J100"),
        ("row 5", "A5:J100"),
        ("A1:10", "A1:J10"),
        ("A1:100", "A1:J100"),
        ("1:100", "A1:J100"),
        ("B2:50", "B2:J50"),
        ("M2:50", "M2:M50"),
        ("A1-J100", "A1:J100"),
        ("A1..J100", "A1:J100"),
        ("A:J5", "A1:J5"),
        ("A1", "A1:J100"),
        ("C500", "C500:J500"),
        ("Sheet1!A1", "Sheet1!A1:J100"),
        ("'My sheet'!A1:10", "'My sheet'!A1:J10"),
    ],
)
def test_a_wrong_range_is_refused_with_the_right_form_named(text: str, meant: str) -> None:
    with pytest.raises(InvalidRangeError) as refused:
        parse_range(text)
    assert refused.value.message == f"Invalid range format: '{text}'"
    assert refused.value.fix == f"Use A1:Z100 format for ranges; did you mean {meant}?"


@pytest.mark.parametrize(
    "text",
    ["Sheet1", "A1:J10,L1:M2", "R1C1:R9C9", "A!B!A1:B2", "A1:AAAA2", "A1:J٩", "Ａ1:J9", "''!A1:B2", "'a!A1:B2", "all"],
)
def test_no_range_is_guessed_where_none_can_be(text: str) -> None:
    with pytest.raises(InvalidRangeError) as refused:
        parse_range(text)
    assert "did you mean" not in refused.value.fix
    assert "for example A1:J100, Sheet1!A1:Z50 or A:Z" in refused.value.fix


@pytest.mark.parametrize("text", ["J1:A1", "A9:J1", "Z:A", "A0:J1", "A1:J0"])
def test_a_range_that_names_no_cells_is_out_of_bounds(text: str) -> None:
    with pytest.raises(InvalidRangeError, match=f"Range '{text}' is invalid or out of bounds"):
        parse_range(text)


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_the_letters_that_sheets_show(index: int, letters: str) -> None:
    assert column_letter(index) == letters
    assert column_index(letters) == index


def test_the_last_column_is_zzz() -> None:
    assert column_letter(MAX_COLUMN) == "ZZZ"


@given(st.integers(min_value=0, max_value=10**9))
def test_letters_and_indices_are_each_others_inverse(index: int) -> None:
    assert column_index(column_letter(index)) == index


@given(
    st.integers(0, MAX_COLUMN),
    st.integers(0, MAX_COLUMN),
    st.integers(1, 10**7 - 1),
    st.none() | st.integers(1, 10**7 - 1),
    st.none() | st.text(min_size=1),
)
def test_every_range_is_read_back_from_its_own_text(
    column: int, other_column: int, row: int, last_row: int | None, sheet: str | None
) -> None:
    last = None if last_row is None else max(row, last_row)
    area = A1Range(min(column, other_column), max(column, other_column), row, last, sheet)
    assert parse_range(area.text) == area


@given(st.text() | st.from_regex(r"[A-Z']{0,4}!?\$?[A-Za-z]{0,4}[0-9]{0,9}[:;. -]{0,2}[A-Z]{0,4}[0-9]{0,9}"))
@example("J5-A1")
@example("rows 9 to 1")
@example("ſ1:K2")
def test_any_text_is_a_range_or_a_typed_error_whose_advice_works(text: str) -> None:
    found = _outcome(parse_range, text)
    if isinstance(found, A1Range):
        assert parse_range(found.text) == found
        return
    assert isinstance(found, InvalidRangeError)
    assert found.message.isprintable()
    meant = re.search(r"did you mean (.+)\?$", found.fix, re.DOTALL)
    if meant:
        parse_range(meant[1])


@given(st.text())
def test_any_text_is_a_sheet_id_or_a_typed_error(text: str) -> None:
    found = _outcome(parse_sheet_id, text)
    if isinstance(found, str):
        assert re.fullmatch(r"[A-Za-z0-9_-]{20,}", found)
    else:
        assert isinstance(found, InvalidSheetIdError)
        assert found.message.isprintable()


def _outcome(parse: Callable[[str], T], text: str) -> T | InvalidRequestError:
    try:
        return parse(text)
    except InvalidRequestError as error:
        return error
