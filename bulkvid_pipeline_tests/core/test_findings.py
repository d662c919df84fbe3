from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.findings import VALUE_SHOWN, Finding, Severity, ValidationReport, shortened

ERROR = Finding(Severity.ERROR, "Unknown voice", "Use female", 5, "voice_preference", "H", "robot", "INVALID_CELL")
WARNING = Finding(Severity.WARNING, "Same title", "Remove one", 7)
ABOUT_SHEET = Finding(Severity.WARNING, "Many rows", "Split it")


def report(*findings: Finding, level: str = "moderate", accepted: tuple[int, ...] = (2, 3)) -> ValidationReport:
    return ValidationReport(level, findings, accepted, (5,), ())


@pytest.mark.parametrize(
    ("finding", "cell"),
    [(ERROR, "H5"), (WARNING, "row 7"), (ABOUT_SHEET, "sheet")],
)
def test_a_finding_says_where_it_is(finding: Finding, cell: str) -> None:
    assert finding.cell == cell


def test_a_finding_reads_as_place_value_problem_and_fix() -> None:
    assert str(ERROR) == "H5 (voice_preference) 'robot': Unknown voice. Use female."
    assert str(ABOUT_SHEET) == "sheet: Many rows. Split it."


def test_a_column_as_a_whole_is_named_by_its_letter() -> None:
    assert Finding(Severity.WARNING, "p", "f", column="tone", column_letter="D").cell == "column D"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("short", "short"),
        (" a\n\tb\x00c ", "a b c"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        ("a\u202eb", "a b"),
        ("\ud800", ""),
    ],
)
def test_values_are_shown_on_one_short_line(value: str, shown: str) -> None:
    assert shortened(value) == shown


@given(st.text(alphabet=st.characters()))
def test_whatever_the_value_what_is_shown_is_short_and_printable(value: str) -> None:
    assert len(shortened(value)) <= VALUE_SHOWN
    assert shortened(value).isprintable()


def test_errors_and_warnings_are_told_apart() -> None:
    found = report(ERROR, WARNING, ABOUT_SHEET)
    assert found.errors == (ERROR,)
    assert found.warnings == (WARNING, ABOUT_SHEET)
    assert found.of_row(5) == (ERROR,)


@pytest.mark.parametrize(
    ("findings", "level", "accepted", "stops"),
    [
        ((ERROR,), "strict", (2,), True),
        ((WARNING,), "strict", (2,), False),
        ((ERROR,), "moderate", (2,), False),
        ((ERROR,), "moderate", (), True),
        ((), "permissive", (), True),
    ],
)
def test_a_report_stops_the_job_at_any_error_of_strict_and_when_no_row_is_left(
    findings: tuple[Finding, ...], level: str, accepted: tuple[int, ...], stops: bool
) -> None:
    assert report(*findings, level=level, accepted=accepted).stops_job is stops


def test_the_report_is_plain_json_and_says_how_much_was_left_out() -> None:
    found = json.loads(json.dumps(report(ERROR, WARNING).as_dict(limit=1)))
    assert found["rows"] == {"accepted": 2, "rejected": 1, "skipped": 0}
    assert (found["errors"], found["warnings"], found["findings_total"]) == (1, 1, 2)
    (finding,) = found["findings"]
    assert finding == {
        "severity": "error",
        "problem": "Unknown voice",
        "fix": "Use female",
        "sheet_row": 5,
        "column": "voice_preference",
        "column_letter": "H",
        "value": "robot",
        "code": "INVALID_CELL",
        "cell": "H5",
    }


def test_the_markdown_counts_rows_and_lists_findings() -> None:
    lines = report(ERROR).as_markdown().splitlines()
    assert lines[0] == "Rows: **2** accepted, **1** rejected, **0** skipped"
    assert lines[-1] == r"| H5 | voice\_preference | robot | error | Unknown voice | Use female |"
    assert report().as_markdown().endswith("No findings.")


def test_a_long_report_is_cut_with_the_number_that_is_left_out() -> None:
    shown = report(*[WARNING] * 250).as_markdown()
    assert shown.count("| row 7 |") == 200
    assert shown.endswith("... and 50 more; see `bulkvid validate --json`.")


@given(st.text(alphabet=st.characters()), st.text(alphabet=st.characters()))
def test_no_cell_can_act_in_the_page_that_shows_the_table(value: str, problem: str) -> None:
    *_, row = report(Finding(Severity.ERROR, problem, "fix", 5, "tone", "D", value)).as_markdown().split("\n")
    assert "<" not in row
    assert ">" not in row
    unescaped = re.sub(r"\\[\\|`*_~\[\]]", "", row)
    assert unescaped.count("|") == 7
    assert not set("\\`*~[]") & set(unescaped)
    assert len(row.splitlines()) == 1


def test_what_a_cell_says_can_still_be_read_in_the_table() -> None:
    value = r"a|b \| <script> [x](y) `z` *w* &lt;"
    row = report(Finding(Severity.ERROR, "p", "f", 5, "tone", "D", value)).as_markdown().split("\n")[-1]
    assert r"a\|b \\\| &lt;script&gt; \[x\](y) \`z\` \*w\* &amp;lt;" in row
