"""The sheet's table in the wizard, as a browser without script sees it, and the parts that htmx asks for."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
from httpx2 import Response

from bulkvid_pipeline.core.columns import NAMES
from bulkvid_pipeline.core.wire import RowCounts, Validation
from bulkvid_pipeline.dashboard.sheet_view import choices, verdict
from bulkvid_pipeline.services.demo.column_guide import column_guide
from bulkvid_pipeline.services.drafts.drafts import Draft, Drafts
from bulkvid_pipeline.services.intake import previewing
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.services.sheets.loading import read_sheet
from bulkvid_pipeline_tests.dashboard.conftest import Visitor, Visitors, words

UNKNOWN = b"Hook line,VO,Tone\nOne,Turn off the tap.,calm\nTwo,,calm\n"
KNOWN = b"Title,Script,Length,Notes\nOne,Turn off the tap.,20,n\nTwo,,soon,\n"


class Table:
    """The table of a draft over a sheet that was uploaded."""

    def __init__(self, visitor: Visitor, services: OpenServices, data: bytes, name: str = "ideas.csv") -> None:
        self.visitor = visitor
        self._drafts = Drafts(services.instance, "default", "ana")
        answer = visitor.post("/new", files={"file": (name, data)})
        assert answer.status_code == 303, words(answer)
        self.id = answer.headers["location"].split("/")[2]
        self.path = f"/new/{self.id}/sheet"

    @property
    def draft(self) -> Draft:
        return self._drafts.get(self.id)

    @property
    def columns(self) -> Any:
        return self.draft.spec["input_source"].get("columns", {})

    def part(self, **options: Any) -> Response:
        return self.visitor.part(f"{self.path}/table", **options)

    def choose(self, keys: Sequence[str], names: Sequence[str], latest: int | None = None) -> Response:
        """Send the form; `latest` is the number of the column that was changed, as htmx says it."""
        pairs = list(zip(keys, names, strict=True))
        fields = {f"key.{n}": key for n, (key, _) in enumerate(pairs, 1)}
        fields |= {f"as.{n}": name for n, (_, name) in enumerate(pairs, 1)}
        headers = {} if latest is None else {"HX-Request": "true", "HX-Trigger-Name": f"as.{latest}"}
        return self.visitor.post(f"{self.path}/columns", fields, headers)


@pytest.fixture
def unknown(visitor: Visitor, services: OpenServices) -> Table:
    return Table(visitor, services, UNKNOWN)


@pytest.fixture
def known(visitor: Visitor, services: OpenServices) -> Table:
    return Table(visitor, services, KNOWN)


def test_a_sheet_that_is_recognised_shows_columns_rows_and_verdicts(known: Table) -> None:
    page = known.part()

    assert page.status_code == 200
    text = words(page)
    assert "2 rows of ideas, all checked here. The header is row 1." in text
    assert "Moderate" in text
    assert "1 of 2 rows would be rendered, 1 left out with errors" in text
    assert "The job would not start: " in text
    for said in ("Title", "Recognised", "Not recognised", "Turn off the tap."):
        assert said in text


def test_the_findings_of_all_levels_are_linked_from_their_cells_with_the_fix(known: Table) -> None:
    page = known.part().text

    assert 'data-shown="moderate"' in page
    assert set(re.findall(r'data-at="([^"]+)"', page)) >= {"strict", "permissive", "strict moderate"}
    cell = page[page.index('<td id="at-B3"') :].split("</td>")[0]
    (mark,) = re.findall(r'<a class="mark is-error" href="#(finding-\d+)" data-at="strict moderate"[^>]*>', cell)
    assert f'aria-describedby="{mark}-fix"' in cell
    assert "Empty cell" in words(cell)
    entry = page[page.index(f'<li id="{mark}"') :].split("</li>")[0]
    assert '<a href="#at-B3" data-to-cell>B3</a>' in entry
    assert f'id="{mark}-fix" dir="auto">Fill it in' in entry
    for target in set(re.findall(r'href="#([^"]+)"', page)):
        assert f'id="{target}"' in page


def test_the_level_is_kept_in_the_draft_also_without_script(known: Table) -> None:
    answer = known.visitor.post(f"{known.path}/level", {"validation_level": "permissive"})
    assert answer.headers["location"] == f"{known.path}/table"
    assert known.draft.spec["validation_level"] == "permissive"
    assert 'data-shown="permissive"' in known.visitor.get(f"{known.path}/table").text

    with_script = known.visitor.post(f"{known.path}/level", {"validation_level": "strict"}, {"HX-Request": "true"})
    assert (with_script.status_code, known.draft.spec["validation_level"]) == (204, "strict")

    assert known.visitor.post(f"{known.path}/level", {"validation_level": "lax"}).status_code == 400
    assert known.draft.spec["validation_level"] == "strict"


def test_a_sheet_whose_headers_are_unknown_asks_which_columns_hold_title_and_script(unknown: Table) -> None:
    page = unknown.part()

    assert page.status_code == 200
    assert "No header row was found" in words(page)
    assert "Say below which column holds the Idea title and which one the Script content" in words(page)
    assert 'name="key.2" value="VO"' in page.text
    assert "Turn off the tap." in words(page)


def test_a_sheet_of_headings_alone_asks_for_ideas_and_not_for_columns(visitor: Visitor, services: OpenServices) -> None:
    text = words(Table(visitor, services, b"idea_title,script_content\n").part())

    assert "write the first one into the row below the headings" in text
    assert "Say below" not in text


def test_a_sheet_without_headings_says_that_its_first_row_makes_no_video(
    visitor: Visitor, services: OpenServices
) -> None:
    sheet = Table(visitor, services, b"Boil eggs,Take two eggs.\nMake tea,Boil the water.\n")

    text = words(sheet.part())
    assert "Row 1 is taken for the header, and no video is made of it" in text
    assert "choose \u201cNo header row\u201d under Advanced" in text
    sheet.visitor.post(sheet.path, {"input_source.format": "positional", "go": "stay"})
    sheet.choose(["A:A", "B:B"], ["idea_title", "script_content"])
    assert "2 rows of ideas" in words(sheet.part())


def test_columns_that_are_chosen_by_hand_are_kept_and_the_last_choice_of_a_name_counts(unknown: Table) -> None:
    page = unknown.choose(["Hook line", "VO", "Tone"], ["idea_title", "script_content", ""], latest=2)

    assert page.status_code == 200
    assert unknown.columns == {"Hook line": "idea_title", "VO": "script_content"}
    assert "1 of 2 rows would be rendered" in words(page)
    assert "Chosen by hand" in words(page)

    unknown.choose(["Hook line", "VO", "Tone"], ["idea_title", "script_content", "idea_title"], latest=3)
    assert unknown.columns == {"VO": "script_content", "Tone": "idea_title"}
    unknown.choose(["Hook line", "VO", "Tone"], ["", "", ""])
    assert unknown.columns == {}


def test_choices_are_made_over_the_sheet_as_it_was_read_for_the_page(
    known: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Any] = []

    def counted(*given: Any) -> Any:
        reads.append(given)
        return read_sheet(*given)

    monkeypatch.setattr(previewing, "read_sheet", counted)
    loaded = re.search(r'hx-get="([^"]*/sheet/table[^"]*)"', known.visitor.get(known.path).text)
    assert loaded is not None
    for _ in range(2):
        assert known.visitor.part(loaded[1]).status_code == 200
    assert known.choose(["Title", "Notes"], ["idea_title", "tone"], latest=2).status_code == 200
    assert len(reads) == 1
    assert known.part().status_code == 200
    assert len(reads) == 2


def test_without_script_the_form_leads_back_to_the_table(unknown: Table) -> None:
    answer = unknown.choose(["Hook line", "VO", "Tone"], ["idea_title", "script_content", "ignore"])

    assert answer.headers["location"] == f"{unknown.path}/table"
    page = unknown.visitor.get(f"{unknown.path}/table")
    assert page.status_code == 200
    assert unknown.columns["Tone"] == "ignore"
    assert "Use these columns" in words(page)


def test_without_script_one_name_for_two_columns_is_refused_and_the_form_stays_filled_in(unknown: Table) -> None:
    page = unknown.choose(["Hook line", "VO", "Tone"], ["idea_title", "idea_title", ""])

    assert page.status_code == 400
    assert "idea_title is taken from two columns, 'Hook line' and 'VO'" in words(html.unescape(page.text))
    assert page.text.count('<option value="idea_title" selected>') == 2
    assert unknown.columns == {}


def test_a_mapping_of_columns_that_are_gone_is_told_and_can_be_taken_back(
    visitor: Visitor, services: OpenServices
) -> None:
    table = Table(visitor, services, UNKNOWN)
    table.choose(["Hook line", "VO", "Gone"], ["idea_title", "script_content", "tone"])

    page = table.part()
    assert "your choice of columns names the column 'Gone', which the sheet does not have" in html.unescape(page.text)
    assert "is forgotten then" in words(page)
    assert page.text.count(" selected>") == 2

    table.choose(["Hook line", "VO", "Tone"], ["idea_title", "script_content", ""])
    assert table.columns == {"Hook line": "idea_title", "VO": "script_content"}
    assert "rows would be rendered" in words(table.part())


def test_no_cell_header_or_finding_is_markup(visitor: Visitor, services: OpenServices) -> None:
    hostile = '"><script>alert(1)</script>'
    quoted = '"' + hostile.replace('"', '""') + '"'
    data = f"Title,Script,Length,{quoted}\n{quoted},Turn off the tap.,{quoted},{quoted}\n".encode()
    table = Table(visitor, services, data)

    for page in (table.part(), table.choose([hostile, "Script"], ["priority", ""], latest=1)):
        assert hostile not in page.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert table.columns == {hostile: "priority"}


def test_wide_sheets_with_long_cells_doubled_and_empty_headers_are_shown(
    visitor: Visitor, services: OpenServices
) -> None:
    headers = ["العنوان", "النص", "Notes", "Notes", "", *(f"Extra {n}" for n in range(55))]
    body = ["فكرة 🎬", "كلمة " * 150, "=SUM(A1:A9)", "x" * 5000, "y", *("z" for _ in range(55))]
    data = "\n".join(",".join(f'"{cell}"' for cell in row) for row in (headers, body)).encode()
    table = Table(visitor, services, data)

    page = table.part()

    assert page.status_code == 200
    assert "Idea title" in words(page)
    assert 'value="C:C"' in page.text
    assert 'value="E:E"' in page.text
    assert 'id="at-BH2"' in page.text
    assert "x" * 201 not in page.text


def test_the_tabs_of_a_workbook_are_offered(visitor: Visitor, services: OpenServices) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "Cover"
    book.active.append(["Welcome"])
    for title in ("May", "June's"):
        tab = book.create_sheet(title)
        tab.append(["idea_title", "script_content"])
        tab.append([f"In {title}", "Turn off the tap."])
    stored = io.BytesIO()
    book.save(stored)
    table = Table(visitor, services, stored.getvalue(), "plan.xlsx")

    page = table.part()
    assert "Several tabs" in words(page)
    assert '<option value="June&#39;s">' in page.text

    answer = visitor.post(f"{table.path}", {"go": "stay", "input_source.range": "'June''s'!A1:J100"})
    assert answer.status_code == 303
    assert "In June" in words(table.part())


def test_a_draft_of_somebody_else_is_not_found(known: Table, visitors: Visitors) -> None:
    for stranger in (visitors(user="ben"), visitors(project="other")):
        assert stranger.get(f"{known.path}/table").status_code == 404
        assert stranger.post(f"{known.path}/columns", {"key.1": "Title", "as.1": "ignore"}).status_code == 404
        assert stranger.post(f"{known.path}/level", {"validation_level": "strict"}).status_code == 404
    assert known.columns == {}


def test_more_rows_are_checked_when_they_are_asked_for(visitor: Visitor, services: OpenServices) -> None:
    table = Table(visitor, services, b"Title,Script\n" + b"".join(b"One %d,Turn it off.\n" % n for n in range(30)))
    for rows, said in (
        ("50", "all checked here"), ("1", "the first 1 checked here"), ("", "the first 20 checked here"),
        ("51", "the first 20 checked here"), ("many", "the first 20 checked here"), ("-1", "the first 20 checked here"),
        ("00050", "all checked here"), ("000100000", "the first 20 checked here"),
        ("9" * 5000, "the first 20 checked here"),
    ):  # fmt: skip
        page = visitor.part(f"{table.path}/table?rows={rows}")
        assert f"30 rows of ideas, {said}" in words(page)


def test_columns_are_called_as_the_guide_calls_them() -> None:
    titles = {each.column: each.title for each in column_guide()}
    offered = dict(choices())
    assert {name: offered[name] for name in NAMES} == {name: titles[name] for name in NAMES}


def test_a_verdict_counts_the_errors_that_are_not_listed() -> None:
    rows = RowCounts(accepted=0, rejected=50, skipped=0)
    found = Validation(
        level="strict", stops_job=True, rows=rows, errors=1700, warnings=0, findings_total=1700, findings=()
    )
    assert list(verdict(found)) == ["The job would not start: 1,700 errors"]
