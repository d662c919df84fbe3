"""Local CSV and TSV files, and what is refused whatever it is. Excel files: test_xlsx_sheets."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bulkvid_pipeline.adapters.sheets.csv_sheets import mend_mojibake, read_csv
from bulkvid_pipeline.adapters.sheets.local_sheets import MAX_FILE_BYTES, read_local
from bulkvid_pipeline.core.errors import InvalidRangeError, InvalidSheetError
from bulkvid_pipeline.core.ranges import parse_range

TEXT = 'idea_title,script_content\n007,"Naïve café, 5 €.\nTwo ""lines""."\n'
CELLS = (("idea_title", "script_content"), ("007", 'Naïve café, 5 €.\nTwo "lines".'))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ideas.csv"


def refused(path: Path, match: str) -> InvalidSheetError:
    with pytest.raises(InvalidSheetError, match=match) as caught:
        read_local(path, None)
    assert caught.value.fix, "every refusal says how to fix it"
    return caught.value


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_text_is_read_in_each_encoding_that_spreadsheet_programs_write(path: Path, encoding: str) -> None:
    path.write_bytes(TEXT.encode(encoding))
    sheet = read_local(path, None)
    assert sheet.cells == CELLS
    assert (sheet.name, sheet.first_row, sheet.first_column) == ("ideas", 1, 0)
    assert sheet.source_uri == path.as_uri()


@pytest.mark.parametrize("endian", ["le", "be"])
def test_utf_16_of_either_byte_order_is_read(path: Path, endian: str) -> None:
    path.write_bytes(("\ufeff" + TEXT).encode(f"utf-16-{endian}"))
    assert read_local(path, None).cells == CELLS


@pytest.mark.parametrize("endian", ["le", "be"])
def test_utf_16_without_its_mark_is_read_and_said(path: Path, endian: str) -> None:
    path.write_bytes("idea_title\n007 茶\n".encode(f"utf-16-{endian}"))
    sheet = read_local(path, None)
    assert sheet.cells == (("idea_title",), ("007 茶",))
    assert [finding.code for finding in sheet.notes.findings] == ["NOT_UTF8"]


def test_a_nul_byte_is_refused_with_its_line(path: Path) -> None:
    path.write_bytes(b"a,b\nc,d\0\n")
    refused(path, "line 2 holds a NUL byte")


def test_text_whose_encoding_is_in_doubt_is_refused_rather_than_garbled(path: Path) -> None:
    path.write_bytes("idea_title\nЧай\n".encode("cp1251"))
    assert "CSV UTF-8" in refused(path, r"not UTF-8 text \(line 2\), and what else it is is in doubt").fix


def test_utf_8_with_bytes_of_another_encoding_is_refused_with_the_line(path: Path) -> None:
    path.write_bytes("title\nCafé crème brûlée\n".encode() + "Café\n".encode("cp1252"))
    refused(path, "is UTF-8 text, but byte .* in line 3 is not")


def test_text_that_breaks_its_own_mark_is_refused(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbfidea_title\n\xff\xff\n")
    refused(path, "begins as utf-8-sig text but byte")


# Delimiters, quotes and lines


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_out(path: Path, delimiter: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(
        [["idea_title", "script_content", "tone"], ["One, two; three\tfour", "a, b, c; d; e", ""], ["x", "y, z", "w"]]
    )
    path.write_text(text.getvalue(), newline="")
    assert read_local(path, None).cells[1] == ("One, two; three\tfour", "a, b, c; d; e", "")


def test_the_delimiter_that_excel_names_in_the_first_line_counts_and_is_no_row(path: Path) -> None:
    path.write_text("sep=;\nidea_title,with commas;script, too\n")
    assert read_local(path, None).cells == (("idea_title,with commas", "script, too"),)


def test_a_tsv_file_is_split_at_tabs_only(tmp_path: Path) -> None:
    path = tmp_path / "ideas.tsv"
    path.write_text("a, b, c\td\n")
    assert read_local(path, None).cells == (("a, b, c", "d"),)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system_and_quoted_breaks_stay(path: Path, ending: str) -> None:
    path.write_text(ending.join(["a,b", '"two\nlines",c', "d,e"]), newline="")
    assert read_local(path, None).cells == (("a", "b"), ("two\nlines", "c"), ("d", "e"))


def test_unicode_line_separators_are_text(path: Path) -> None:
    path.write_text("a\u2028b,c\x0bd\n", encoding="utf-8")
    assert read_local(path, None).cells == (("a\u2028b", "c\x0bd"),)


def test_cells_that_look_like_numbers_formulas_or_nothing_stay_text(path: Path) -> None:
    path.write_text("007,1e5,=1+1,NA,null,TRUE, 45 \n")
    assert read_local(path, None).cells == (("007", "1e5", "=1+1", "NA", "null", "TRUE", " 45 "),)


def test_ragged_rows_are_padded_and_empty_ones_keep_their_place(path: Path) -> None:
    path.write_text("a,b,c\n\nd\n,,\ne,f,,,\n\n,\n")
    assert read_local(path, None).cells == (
        ("a", "b", "c"),
        ("", "", ""),
        ("d", "", ""),
        ("", "", ""),
        ("e", "f", ""),
    )


def test_a_quote_that_never_closes_is_refused_with_its_row(path: Path) -> None:
    path.write_text('a,b\nc,"d\ne,f\ng\n')
    refused(path, r"Row 2 of 'ideas' \(line 2\) is not valid CSV: a quote opens in it and is never closed")


def test_text_after_a_closing_quote_costs_its_row_alone(path: Path) -> None:
    path.write_text('a,b\nc,d\n"He said "no"",f\ng,h\n')
    sheet = read_local(path, None)
    assert [(fault.row, fault.code) for fault in sheet.notes.faults] == [(3, "BROKEN_QUOTES")]
    assert sheet.cells[1] == ("c", "d")
    assert sheet.cells[3] == ("g", "h")


def test_a_quote_that_never_closes_costs_its_row_alone_where_the_rows_below_are_whole(path: Path) -> None:
    path.write_text('a,b\nc,"d\ne,f\n')
    sheet = read_local(path, None)
    assert [fault.row for fault in sheet.notes.faults] == [2]
    assert sheet.cells[2] == ("e", "f")


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")), max_size=5),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_is_written_as_csv_is_read_back(rows: list[list[str]]) -> None:
    assume(any(cell.strip() for row in rows for cell in row))
    assume(not (rows[0] and rows[0][0].lower().startswith("sep=")))
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    assume(not mend_mojibake(text.getvalue())[1])

    cells = read_csv(text.getvalue().encode(), name="any", source_uri="", area=None, delimiter=",").cells

    for row, original in zip(cells, rows, strict=False):
        assert [cell for cell in row if cell.strip()] == [cell for cell in original if cell.strip()]
    assert not any(cell.strip() for row in rows[len(cells) :] for cell in row)
    assert len({len(row) for row in cells}) == 1


# Ranges


def test_a_range_gives_its_cells_and_where_they_stand(path: Path) -> None:
    path.write_text("a,b,c\nd,e,f\ng,h,i\n")
    sheet = read_local(path, parse_range("B2:C2"))
    assert sheet.cells == (("e", "f"),)
    assert (sheet.first_row, sheet.first_column) == (2, 1)


def test_a_range_may_end_beyond_the_file(path: Path) -> None:
    path.write_text("a,b\nc,d\n")
    assert read_local(path, parse_range("A2:Z1000")).cells == (("c", "d"),)


@pytest.mark.parametrize("text", ["A3:B9", "C1:D2"])
def test_a_range_that_starts_beyond_the_file_is_refused(path: Path, text: str) -> None:
    path.write_text("a,b\nc,d\n")
    with pytest.raises(InvalidRangeError, match=f"Range '{text}' is invalid or out of bounds") as caught:
        read_local(path, parse_range(text))
    assert "A1:B2" in caught.value.fix


def test_a_range_without_filled_cells_is_refused_as_empty(path: Path) -> None:
    path.write_text("a,,\nb,,\n,,c\n")
    with pytest.raises(InvalidSheetError, match="is empty"):
        read_local(path, parse_range("B1:B2"))


def test_a_csv_file_has_no_sheet_of_another_name(path: Path) -> None:
    path.write_text("a,b\n")
    assert read_local(path, parse_range("Ideas!A:B")).cells == (("a", "b"),)
    with pytest.raises(InvalidRangeError, match="no sheets by name") as caught:
        read_local(path, parse_range("Sheet1!A:B"))
    assert "A1:J100" in caught.value.fix


# Limits


def test_a_cell_of_fifty_thousand_characters_passes_and_one_more_does_not(path: Path) -> None:
    path.write_text(f"a,b\nc,{'x' * 50_000}\n")
    assert len(read_local(path, None).cells[1][1]) == 50_000
    path.write_text(f"a,b\nc,{'x' * 50_001}\n")
    refused(path, "row 2, column B .* 50,001 characters, the limit is 50,000")


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_huge_cell_is_named_too(path: Path, quote: str) -> None:
    path.write_text(f'a,b,c\n\nd,"e,\nf",{quote}{"x" * 200_000}{quote}\n')
    refused(path, "row 3, column C .* 200,000 characters")


def test_ten_thousand_rows_and_a_header_pass_and_one_more_does_not(path: Path) -> None:
    path.write_text("idea_title\n" + "\n" * 5_000 + "x\n" * 10_000)
    assert len(read_local(path, None).cells) == 15_001
    path.write_text("idea_title\n" + "x\n" * 10_001)
    refused(path, "more than 10,000 rows: row 10002, column A")


def test_more_columns_than_a_table_of_ideas_has_are_refused(path: Path) -> None:
    path.write_text(",".join(["x"] * 257) + "\n")
    refused(path, "more than 256 columns: row 1, column IW")


def test_a_file_over_the_size_limit_is_refused_unread(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    refused(path, "larger than 64 MiB")


# What is no sheet


@pytest.mark.parametrize("contents", ["\n\n", " , ,\n", "\ufeff"])
def test_a_file_without_a_filled_cell_is_refused(path: Path, contents: str) -> None:
    path.write_text(contents, encoding="utf-8")
    refused(path, "is empty")


def test_an_empty_file_is_refused(path: Path) -> None:
    path.touch()
    refused(path, "is empty: the file has no bytes")


def test_a_missing_file_is_refused(path: Path) -> None:
    refused(path, "not found")


def test_a_directory_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "is a directory")


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ideas.csv")
    refused(tmp_path / "ideas.csv", "not a regular file")


def test_a_link_that_leads_in_a_circle_is_refused(path: Path) -> None:
    path.symlink_to(path)
    refused(path, r"ideas\.csv' (not found|cannot be read)")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ideas.docx.pdf"
    path.write_bytes(b"%PDF-1.7\n")
    assert ".xlsx" in refused(path, "is a PDF, not a sheet").fix


# Versions


def test_the_version_follows_the_cells_and_not_how_they_are_written(path: Path) -> None:
    path.write_text("a,b\nc,d\n")
    first = read_local(path, None).version
    path.write_bytes("a;b\r\nc;d\r\n".encode("utf-16"))
    assert read_local(path, None).version == first
    path.write_text("a,b\nc,e\n")
    assert read_local(path, None).version != first
    path.write_text("ab,\nc,d\n")
    assert read_local(path, None).version != first
