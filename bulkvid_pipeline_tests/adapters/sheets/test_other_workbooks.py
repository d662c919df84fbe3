"""OpenDocument and old Excel files, and files that are no sheets."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import xlwt  # type: ignore[import-untyped]

from bulkvid_pipeline.adapters.sheets.local_sheets import read_local
from bulkvid_pipeline.core.errors import InvalidRangeError, InvalidSheetError
from bulkvid_pipeline.core.merged_cells import MergedCells
from bulkvid_pipeline.core.ranges import parse_range
from bulkvid_pipeline_tests.adapters.sheets.workbooks import zip_of

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)
HIDDEN = '<style:style style:name="gone"><style:table-properties table:display="false"/></style:style>'


def cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def tab(name: str, *rows: str, style: str = "") -> str:
    return f'<table:table table:name="{name}" table:style-name="{style}">{"".join(rows)}</table:table>'


IDEAS = (row(cell("title"), cell("script")), row(cell("a"), cell("b")))
EMPTY_REST = row(
    '<table:table-cell table:number-columns-repeated="16384"/>', attributes='table:number-rows-repeated="1048000"'
)


def ods(path: Path, *tabs: str, before: str = "") -> Path:
    content = (
        f"{before}<office:document-content {NAMESPACES}><office:automatic-styles>{HIDDEN}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{''.join(tabs)}</office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    path.write_bytes(zip_of({"mimetype": mimetype, "content.xml": content.encode()}))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ideas.ods"


def test_an_open_document_cell_reads_as_it_is_shown(path: Path) -> None:
    ods(
        path,
        tab("Ideas", row(cell("50 %", 'office:value="0.5"'), cell("two<text:s text:c='2'/>words<text:line-break/>x"))),
    )
    assert read_local(path, None).cells == (("50 %", "two  words\nx"),)


def test_a_note_on_an_open_document_cell_is_no_text_of_it(path: Path) -> None:
    note = "<office:annotation><text:p>ask Ann</text:p></office:annotation>"
    ods(path, tab("Ideas", row(f"<table:table-cell>{note}<text:p>tea</text:p></table:table-cell>")))
    assert read_local(path, None).cells == (("tea",),)


def test_merged_hidden_and_repeated_rows_of_an_open_document_are_known(path: Path) -> None:
    rows = (
        IDEAS[0],
        row(cell("a"), cell("calm", 'table:number-rows-spanned="2"')),
        row(cell("b"), "<table:covered-table-cell/>", attributes='table:visibility="filter"'),
        row(cell("c"), attributes='table:number-rows-repeated="2"'),
        EMPTY_REST,
    )
    sheet = read_local(ods(path, tab("Ideas", *rows)), None)
    assert [cells[0] for cells in sheet.cells] == ["title", "a", "b", "c", "c"]
    assert sheet.notes.merged == (MergedCells(1, 1, 2, 1),)
    assert sheet.notes.hidden == {2}


def test_a_hidden_tab_of_an_open_document_is_read_only_when_it_is_named(path: Path) -> None:
    ods(path, tab("Old", *IDEAS, style="gone"), tab("New", *IDEAS))
    assert read_local(path, None).name == "New"
    assert read_local(path, parse_range("old!A:B")).name == "Old"
    with pytest.raises(InvalidRangeError, match="no sheet 'Mine'"):
        read_local(path, parse_range("Mine!A:B"))


def test_repeated_cells_cannot_fill_the_memory(path: Path) -> None:
    wide = row(cell("x", 'table:number-columns-repeated="200"'), attributes='table:number-rows-repeated="1000000"')
    with pytest.raises(InvalidSheetError, match="more than 10,000 rows"):
        read_local(ods(path, tab("Ideas", wide, wide)), None)


def test_an_open_document_with_entities_is_refused(path: Path) -> None:
    ods(path, tab("Ideas", *IDEAS), before='<!DOCTYPE x [<!ENTITY a "aaaa">]>')
    with pytest.raises(InvalidSheetError, match="document type or entities"):
        read_local(path, None)


def test_an_old_excel_file_reads_as_it_is_shown(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    book.add_sheet("Cover").write(0, 0, "Read me")
    sheet = book.add_sheet("Ideas")
    for column, header in enumerate(["title", "script", "platform"]):
        sheet.write(0, column, header)
    sheet.write(1, 0, 0.5, xlwt.easyxf(num_format_str="0%"))
    sheet.write(2, 0, datetime.date(2024, 12, 24), xlwt.easyxf(num_format_str="D MMMM YYYY"))
    sheet.write_merge(1, 2, 2, 2, "tiktok")
    sheet.write(3, 0, "hidden")
    sheet.row(3).hidden = True
    book.save(str(tmp_path / "ideas.xls"))
    found = read_local(tmp_path / "ideas.xls", None)
    assert found.name == "Ideas"
    assert [cells[0] for cells in found.cells] == ["title", "50%", "24 December 2024", "hidden"]
    assert found.notes.merged == (MergedCells(1, 2, 2, 2),)
    assert found.notes.hidden == {3}


@pytest.mark.parametrize(
    ("name", "contents", "said", "way_out"),
    [
        ("plan.numbers", zip_of({"Index/Document.iwa": b"x"}), "Numbers document", "File, Export To, CSV"),
        ("plan.gsheet", b'{"doc_id": "1AbcdefghijklmnopqrstuvwxyzABCDE"}', "only points to a Google sheet", "/d/1Abc"),
        ("plan.gdoc", b'{"doc_id": "1AbcdefghijklmnopqrstuvwxyzABCDE"}', "Google document", "Copy its table"),
        ("plan.pdf", b"%PDF-1.7\n", "is a PDF", "Copy its table"),
        ("plan.docx", zip_of({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), "Word", "Copy its table"),
        ("plan.xls", b"<html><table><tr><td>title</td></tr></table></html>", "web page", "save it as Excel"),
        ("plan.zip", zip_of({"ideas.csv": b"a,b"}), "ZIP archive with files", "Unpack it"),
        ("plan.json", b'[{"title": "a"}]', "JSON", "Copy its table"),
    ],
)
def test_files_that_are_no_sheets_are_refused_with_the_way_out(
    tmp_path: Path, name: str, contents: bytes, said: str, way_out: str
) -> None:
    (tmp_path / name).write_bytes(contents)
    with pytest.raises(InvalidSheetError, match=said) as refused:
        read_local(tmp_path / name, None)
    assert way_out in refused.value.fix
