"""Excel workbooks: what their cells show, and what of hostile ones is refused."""

from __future__ import annotations

import contextlib
import datetime
import io
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from bulkvid_pipeline.adapters.sheets import xlsx_sheets
from bulkvid_pipeline.adapters.sheets.local_sheets import read_local
from bulkvid_pipeline.core.errors import BulkVideoError, InvalidRangeError, InvalidSheetError
from bulkvid_pipeline.core.merged_cells import MergedCells
from bulkvid_pipeline.core.ranges import parse_range
from bulkvid_pipeline_tests.adapters.sheets.workbooks import (
    SHEET_PART,
    sheet_xml,
    with_parts,
    with_shared_strings,
    write_workbook,
    zip_of,
)

IDEAS: list[list[object]] = [["idea_title", "duration_seconds"], ["Ünï 🎬", 45]]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ideas.xlsx"


@pytest.fixture
def ideas(path: Path) -> Path:
    return write_workbook(path, {"Ideas": IDEAS})


@pytest.fixture(scope="module")
def sound_workbook(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    rows = [*IDEAS, ["x", datetime.date(2026, 1, 1)]]
    return write_workbook(tmp_path_factory.mktemp("sound") / "ideas.xlsx", {"Ideas": rows}).read_bytes()


def refused(path: Path, match: str) -> InvalidSheetError:
    with pytest.raises(InvalidSheetError, match=match) as caught:
        read_local(path, None)
    assert caught.value.fix, "every refusal says how to fix it"
    return caught.value


# What cells show


def test_a_workbook_is_read_with_where_its_cells_stand(ideas: Path) -> None:
    sheet = read_local(ideas, None)
    assert sheet.cells == (("idea_title", "duration_seconds"), ("Ünï 🎬", "45"))
    assert (sheet.name, sheet.first_row, sheet.first_column) == ("Ideas", 1, 0)
    assert sheet.source_uri == ideas.as_uri()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("007", "007"),
        (45, "45"),
        (45.0, "45"),
        (-20, "-20"),
        (5.1, "5.1"),
        (0.1 + 0.2, "0.3"),
        (1e20, "1E+20"),
        (123456789012, "123456789012"),
        (True, "TRUE"),
        (False, "FALSE"),
        ("#N/A", "#N/A"),
        (datetime.date(2026, 3, 5), "2026-03-05"),
        (datetime.datetime(2026, 3, 5, 14, 30), "2026-03-05 14:30:00"),
        (datetime.time(14, 30), "14:30:00"),
        ("two\nlines", "two\nlines"),
        ("two_x000D_\nlines", "two\nlines"),
        (" spaces ", " spaces "),
    ],
)
def test_a_value_reads_as_excel_shows_it(path: Path, value: object, text: str) -> None:
    write_workbook(path, {"Ideas": [[value, "end"]]})
    assert read_local(path, None).cells == ((text, "end"),)


def test_zeros_that_a_number_format_puts_in_front_stay(path: Path) -> None:
    def adjust(sheet: Worksheet) -> None:
        sheet["A1"].number_format = "000"

    write_workbook(path, {"Ideas": [[7]]}, adjust=adjust)
    assert read_local(path, None).cells == (("007",),)


def test_the_top_left_of_merged_cells_holds_their_text(path: Path) -> None:
    def adjust(sheet: Worksheet) -> None:
        sheet.merge_cells("A1:B2")

    write_workbook(path, {"Ideas": [["merged", "", "c"], ["", "", "f"]]}, adjust=adjust)
    assert read_local(path, None).cells == (("merged", "", "c"), ("", "", "f"))


def test_texts_that_cells_share_are_read(ideas: Path) -> None:
    """openpyxl writes each text in its cell; Excel and Google write them all in one part."""
    texts = "<si><t>007</t></si><si><r><t>Two </t></r><r><t>runs</t></r></si>"
    rows = '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
    with_shared_strings(ideas, texts, {SHEET_PART: sheet_xml(rows)})
    assert read_local(ideas, None).cells == (("Two runs", "007", "Two runs"),)


def test_a_cell_that_points_past_the_shared_texts_is_damage(ideas: Path) -> None:
    rows = '<row r="1"><c r="A1" t="s"><v>7</v></c></row>'
    with_shared_strings(ideas, "<si><t>only</t></si>", {SHEET_PART: sheet_xml(rows)})
    refused(ideas, "is damaged")


def test_a_formula_gives_its_saved_result(ideas: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>"a"</f><v>a</v></c>'
        '<c r="C1" t="str"><f>""</f><v></v></c><c r="D1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    with_parts(ideas, {SHEET_PART: sheet_xml(rows)})
    assert read_local(ideas, None).cells == (("2", "a", "", "#DIV/0!"),)


def test_a_formula_that_was_never_calculated_is_a_fault_of_its_cell_and_shown(path: Path) -> None:
    write_workbook(path, {"Ideas": [["a", "b"], ["c", "=1+1"]]})
    sheet = read_local(path, None)
    (fault,) = sheet.notes.faults
    assert (fault.row, fault.column, fault.value, fault.code) == (2, 1, "=1+1", "UNCALCULATED")
    assert "calculate" in fault.fix
    assert sheet.cells == (("a", "b"), ("c", "=1+1"))
    assert read_local(path, parse_range("A1:A2")).notes.faults == ()


def test_numbers_read_as_their_formats_show_them(path: Path) -> None:
    def formatted(sheet: Worksheet) -> None:
        formats = ["0%", "$#,##0.00", "dd mmmm yyyy", '"Top "0" tips"', "[mm]:ss"]
        for cell, number_format in zip(sheet[1], formats, strict=True):
            cell.number_format = number_format

    write_workbook(path, {"Ideas": [[0.5, 1234.5, 45650, 5, 12 / 86_400]]}, adjust=formatted)
    assert read_local(path, None).cells == (("50%", "$1,234.50", "24 December 2024", "Top 5 tips", "00:12"),)


def test_merged_and_hidden_rows_are_told_by_their_place_in_the_range(path: Path) -> None:
    def adjust(sheet: Worksheet) -> None:
        sheet.merge_cells("B3:C4")
        sheet.row_dimensions[4].hidden = True

    write_workbook(path, {"Ideas": [["a", "b", "c"]] * 4}, adjust=adjust)
    notes = read_local(path, parse_range("B2:C4")).notes
    assert notes.merged == (MergedCells(1, 0, 2, 1),)
    assert notes.hidden == {2}


# Which sheet


def test_the_sheet_with_ideas_is_read_and_named_where_a_cover_stands_before_it(path: Path) -> None:
    write_workbook(path, {"Read me": [["Our plan"], ["for 2026"]], "Ideas": [["title", "script"], ["a", "b"]]})
    sheet = read_local(path, None)
    assert (sheet.name, sheet.cells[1]) == ("Ideas", ("a", "b"))
    assert [str(f.problem) for f in sheet.notes.findings] == ["The tab 'Ideas' was read, not 'Read me'"]


def test_of_several_sheets_with_ideas_none_is_taken(path: Path) -> None:
    ideas = [["title", "script"], ["a", "b"]]
    write_workbook(path, {"January": ideas, "Week 2": ideas, "Template": ideas[:1]})
    with pytest.raises(InvalidRangeError, match="hold ideas: 'January', 'Week 2'") as caught:
        read_local(path, None)
    assert '--range "January!A:J"' in caught.value.fix
    assert read_local(path, parse_range("'Week 2'!A:J")).name == "Week 2"


def test_a_hidden_sheet_is_read_only_when_it_is_named(path: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.sheet_state = "hidden"

    ideas = [["title", "script"], ["a", "b"]]
    write_workbook(path, {"Old": ideas, "New": ideas}, adjust=hide)
    assert read_local(path, None).name == "New"
    assert read_local(path, parse_range("Old!A:J")).name == "Old"


def test_rows_and_cells_that_the_file_leaves_out_keep_their_place(ideas: Path) -> None:
    rows = '<row r="2"><c r="B2" t="inlineStr"><is><t>b</t></is></c></row><row r="4"><c r="D4"><v>4</v></c></row>'
    with_parts(ideas, {SHEET_PART: sheet_xml(rows)})
    assert read_local(ideas, None).cells == (
        ("", "", "", ""),
        ("", "b", "", ""),
        ("", "", "", ""),
        ("", "", "", "4"),
    )


def test_a_size_that_the_file_lies_about_changes_nothing(ideas: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>'
    with_parts(ideas, {SHEET_PART: sheet_xml(rows, dimension="A1")})
    assert read_local(ideas, None).cells == (("1", "2"), ("3", ""))


# Sheets and ranges


def test_the_sheet_that_the_range_names_is_read_in_any_case_of_letters(path: Path) -> None:
    write_workbook(path, {"First": [["no"]], "Q3 идеи": [["yes"]]})
    assert read_local(path, parse_range("'q3 ИДЕИ'!A:Z")).cells == (("yes",),)


def test_without_a_name_the_first_sheet_that_is_not_hidden_is_read(path: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.sheet_state = "hidden"

    write_workbook(path, {"Lists": [["no"]], "Ideas": [["yes"]]}, adjust=hide)
    assert read_local(path, None).name == "Ideas"


def test_a_sheet_that_does_not_exist_is_refused_with_those_that_do(ideas: Path) -> None:
    with pytest.raises(InvalidRangeError, match="no sheet 'Sheet1'") as caught:
        read_local(ideas, parse_range("Sheet1!A1:J100"))
    assert "'Ideas'" in caught.value.fix


def test_a_range_gives_its_cells_and_may_end_beyond_them(path: Path) -> None:
    write_workbook(path, {"Ideas": [["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"]]})
    sheet = read_local(path, parse_range("B2:ZZ1000"))
    assert sheet.cells == (("e", "f"), ("h", "i"))
    assert (sheet.first_row, sheet.first_column) == (2, 1)


@pytest.mark.parametrize("text", ["A3:B9", "C1:D2", "ZZY1:ZZZ9", "A2000000:B2000001"])
def test_a_range_that_starts_beyond_the_cells_is_refused(ideas: Path, text: str) -> None:
    with pytest.raises(InvalidRangeError, match=f"Range '{text}' is invalid or out of bounds") as caught:
        read_local(ideas, parse_range(text))
    assert "A1:B2" in caught.value.fix


def test_a_sheet_or_range_without_filled_cells_is_refused_as_empty(path: Path) -> None:
    write_workbook(path, {"Ideas": [["a", None, "c"]], "Nothing": []})
    for text in ("B1:B9", "Nothing!A:Z"):
        with pytest.raises(InvalidSheetError, match="is empty"):
            read_local(path, parse_range(text))


# Limits


def test_ten_thousand_rows_and_a_header_pass_and_one_more_does_not(path: Path) -> None:
    write_workbook(path, {"Ideas": [["idea_title"], *([number] for number in range(10_000))]})
    assert len(read_local(path, None).cells) == 10_001
    write_workbook(path, {"Ideas": [["idea_title"], *([number] for number in range(10_001))]})
    refused(path, "more than 10,000 rows: row 10002, column A")


def test_a_cell_over_the_limit_is_named(ideas: Path) -> None:
    # openpyxl itself writes no more than Excel's 32,767 characters.
    rows = f'<row r="3"><c r="C3" t="inlineStr"><is><t>{"x" * 50_001}</t></is></c></row>'
    with_parts(ideas, {SHEET_PART: sheet_xml(rows)})
    refused(ideas, "row 3, column C .* 50,001 characters")


def test_more_columns_than_a_table_of_ideas_has_are_refused(path: Path) -> None:
    write_workbook(path, {"Ideas": [["x"] * 300]})
    refused(path, "more than 256 columns: row 1, column IW")


def test_cells_in_the_far_corner_of_the_grid_are_reached_without_filling_it(ideas: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    with_parts(ideas, {SHEET_PART: sheet_xml(rows)})
    assert read_local(ideas, None).cells == (("1",),)


def test_a_row_number_beyond_any_grid_ends_the_sheet(ideas: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="99999999999999"><c><v>2</v></c></row>'
    with_parts(ideas, {SHEET_PART: sheet_xml(rows)})
    assert read_local(ideas, None).cells == (("1",),)


# Hostile and broken files


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE worksheet SYSTEM "http://127.0.0.1:9/evil.dtd">',
        '<!DOCTYPE worksheet [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
        "<!DOCTYPE worksheet>",
    ],
)
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
def test_a_document_type_is_refused_in_any_encoding(ideas: Path, before: str, encoding: str) -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>text</t></is></c></row>'
    text = sheet_xml(rows, before=before).decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
    with_parts(ideas, {SHEET_PART: text.encode(encoding)})
    refused(ideas, r"sheet1\.xml' declares a document type or entities")


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/x.rels"])
def test_a_document_type_is_refused_in_any_part(ideas: Path, part: str) -> None:
    with_parts(ideas, {part: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'})
    refused(ideas, "declares a document type")


def test_a_bomb_is_refused_before_it_is_unpacked(ideas: Path) -> None:
    with_parts(ideas, {SHEET_PART: sheet_xml(" " * (20 * 2**20))})
    refused(ideas, r"sheet1\.xml' is packed more than 200 times")


def test_a_bomb_of_many_parts_is_refused(ideas: Path) -> None:
    with_parts(ideas, {f"xl/media/{number}.png": b"" for number in range(2_001)})
    refused(ideas, "parts, the limit is 2,000")


def test_a_workbook_that_unpacks_to_too_much_is_refused(ideas: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_sheets, "MAX_UNPACKED_BYTES", 2**20)
    with_parts(ideas, {f"xl/media/{number}.png": bytes(300_000) for number in range(4)})
    refused(ideas, "it unpacks to 1 MiB, the limit is 1")


def test_a_size_that_the_archive_lies_about_is_refused(ideas: Path) -> None:
    data = with_parts(ideas, {SHEET_PART: sheet_xml(" " * (20 * 2**20))}).read_bytes()
    true_size = struct.pack("<I", len(sheet_xml(" " * (20 * 2**20))))
    ideas.write_bytes(data.replace(true_size, struct.pack("<I", 4096)))
    refused(ideas, "is damaged")


def test_a_nul_character_in_a_cell_is_refused(path: Path) -> None:
    write_workbook(path, {"Ideas": [["a", "b_x0000_c"]]})
    refused(path, "Cell B1 holds a NUL character")


def test_a_file_cut_short_is_damaged(ideas: Path) -> None:
    ideas.write_bytes(ideas.read_bytes()[:-100])
    refused(ideas, "is damaged")


def test_a_workbook_without_its_parts_is_damaged(ideas: Path) -> None:
    with_parts(ideas, {"xl/workbook.xml": b"<nonsense/>"})
    refused(ideas, "is damaged|no worksheet")


def test_text_in_a_file_named_xlsx_is_read_as_text(path: Path) -> None:
    path.write_text("a,b\n")
    assert read_local(path, None).cells == (("a", "b"),)


def test_bytes_of_no_workbook_in_a_file_named_xlsx_are_damaged(path: Path) -> None:
    path.write_bytes(b"\x00\x01\x02 a,b")
    refused(path, "does not begin as a workbook does")


def test_a_workbook_is_known_by_its_content_whatever_its_ending(ideas: Path) -> None:
    renamed = ideas.rename(ideas.with_suffix(".csv"))
    assert read_local(renamed, None).cells[1] == ("Ünï 🎬", "45")


@settings(max_examples=150, deadline=None)
@given(damage=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_no_damage_leads_to_anything_but_a_typed_error(sound_workbook: bytes, damage: list[tuple[float, int]]) -> None:
    damaged = bytearray(sound_workbook)
    for place, byte in damage:
        damaged[int(place * (len(damaged) - 1))] = byte
    with contextlib.suppress(BulkVideoError):
        xlsx_sheets.read_xlsx(io.BytesIO(bytes(damaged)), name="ideas.xlsx", source_uri="", area=None)


# Other formats


def test_a_damaged_old_excel_file_is_refused(path: Path) -> None:
    path.write_bytes(OLE)
    assert "save it as Excel workbook" in refused(path, "is damaged").fix


def test_a_workbook_protected_by_a_password_is_refused(path: Path) -> None:
    path.write_bytes(OLE + "EncryptedPackage".encode("utf-16-le"))
    assert "Remove the password" in refused(path, "protected by a password").fix


def test_an_encrypted_archive_is_refused(ideas: Path) -> None:
    data = bytearray(ideas.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(signature, at + 4)
    ideas.write_bytes(bytes(data))
    refused(ideas, "protected by a password")


def test_an_open_document_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ideas.ods"
    path.write_bytes(zip_of({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}))
    assert "Excel workbook" in refused(path, "OpenDocument text").fix


def test_a_binary_workbook_is_refused(path: Path) -> None:
    path.write_bytes(zip_of({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"\0"}))
    refused(path, r"\.xlsb")


def test_any_other_archive_is_refused(path: Path) -> None:
    path.write_bytes(zip_of({"readme.txt": b"hello"}))
    refused(path, "no Excel workbook")
