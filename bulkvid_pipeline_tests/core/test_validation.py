from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.core.errors import BulkVideoError, InvalidSheetError
from bulkvid_pipeline.core.findings import ValidationReport
from bulkvid_pipeline.core.options import Platform, Priority, Style, ValidationLevel, Voice
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.sheet_table import sheet_table
from bulkvid_pipeline.core.spec import OnlyRows, SheetFormat
from bulkvid_pipeline.core.validation import RowProblem, validate_table
from bulkvid_pipeline_tests.core.sheets import GOOD, full_table, messy_table, table

STRICT, MODERATE, PERMISSIVE = ValidationLevel.STRICT, ValidationLevel.MODERATE, ValidationLevel.PERMISSIVE
HEADER = ("idea_title", "script_content")

LENGTH = "Write a number from 1 to 3600, such as 45"
PLATFORMS = "Use one or more of " + ", ".join(Platform)
VOICES = "Use female, male, neutral"
STYLES = "Use modern, classic, minimal, corporate"
OR_EMPTY = ", or leave it empty"

MESSY_GOOD_ROWS = (2, 10, *range(12, 23))
MESSY_BAD_ROWS = tuple(range(3, 10))
ASAP = "J10 (priority) 'ASAP!!!': Read as urgent. Change the cell if it means something else."
FORMULA = (
    """A17 (idea_title) '=HYPERLINK("http://evil.example","click")': Looks like a formula that was never calculated; """
    "it is shown as it stands. Write its result, if that is meant."
)
DUPLICATE = (
    "A13 (idea_title) 'Good row one': Same title and script as row 2. Remove one of them, unless both are wanted."
)


def messages(report: ValidationReport) -> list[str]:
    return [str(finding) for finding in report.findings]


# The sample sheet with one fault of each kind


def test_strict_reports_every_fault_of_the_messy_sheet_and_stops_the_job() -> None:
    _, report = validate_table(messy_table(), STRICT)
    assert messages(report) == [
        "A3 (idea_title): Empty cell. Fill it in.",
        "G4 (script_content): Empty cell. Fill it in.",
        f"E5 (duration_seconds) 'five minutes': Not a length in seconds. {LENGTH}.",
        f"E6 (duration_seconds) '-20': Not a length in seconds. {LENGTH}.",
        f"F7 (platform_preferences) 'youtube;vine,MySpace': Unknown platform vine, myspace. {PLATFORMS}.",
        f"H8 (voice_preference) 'darth vader': Unknown voice. {VOICES}.",
        f"I9 (style_override) 'brutalist': Unknown style. {STYLES}.",
        ASAP,
        DUPLICATE,
        FORMULA,
    ]
    assert len(report.errors) == 7
    assert report.stops_job


def test_moderate_rejects_the_bad_rows_of_the_messy_sheet_and_goes_on_with_the_others() -> None:
    ideas, report = validate_table(messy_table(), MODERATE)
    assert messages(report) == [
        "A3 (idea_title): Empty cell. Fill it in.",
        "G4 (script_content): Empty cell. Fill it in.",
        f"E5 (duration_seconds) 'five minutes': Not a length in seconds. {LENGTH}{OR_EMPTY}.",
        f"E6 (duration_seconds) '-20': Not a length in seconds. {LENGTH}{OR_EMPTY}.",
        f"F7 (platform_preferences) 'youtube;vine,MySpace': Unknown platform vine, myspace. {PLATFORMS}{OR_EMPTY}.",
        f"H8 (voice_preference) 'darth vader': Unknown voice. {VOICES}{OR_EMPTY}.",
        f"I9 (style_override) 'brutalist': Unknown style. {STYLES}{OR_EMPTY}.",
        ASAP,
        DUPLICATE,
        FORMULA,
    ]
    assert report.accepted == tuple(idea.sheet_row for idea in ideas) == MESSY_GOOD_ROWS
    assert report.rejected == MESSY_BAD_ROWS
    assert report.skipped == ()
    assert not report.stops_job


def test_permissive_repairs_the_messy_sheet_and_reports_each_repair() -> None:
    ideas, report = validate_table(messy_table(), PERMISSIVE)
    choose = "Fill it in to choose the text yourself"
    used = "the default was used"
    assert messages(report) == [
        f"A3 (idea_title): Empty cell; the text was taken from the description or the script. {choose}.",
        f"G4 (script_content): Empty cell; the text was taken from the description or the title. {choose}.",
        f"E5 (duration_seconds) 'five minutes': Not a length in seconds; {used}. {LENGTH}{OR_EMPTY}.",
        f"E6 (duration_seconds) '-20': Not a length in seconds; {used}. {LENGTH}{OR_EMPTY}.",
        "F7 (platform_preferences) 'youtube;vine,MySpace': Unknown platform vine, myspace; it is left out. "
        f"{PLATFORMS}{OR_EMPTY}.",
        f"H8 (voice_preference) 'darth vader': Unknown voice; {used}. {VOICES}{OR_EMPTY}.",
        f"I9 (style_override) 'brutalist': Unknown style; {used}. {STYLES}{OR_EMPTY}.",
        ASAP,
        DUPLICATE,
        FORMULA,
    ]
    assert report.errors == ()
    assert report.accepted == tuple(sorted(MESSY_GOOD_ROWS + MESSY_BAD_ROWS))
    assert not report.stops_job
    by_row = {idea.sheet_row: idea for idea in ideas}
    assert by_row[3].title == "no title"
    assert by_row[4].script == "only a description to go by"
    assert by_row[5].duration_seconds is None
    assert by_row[7].platforms == (Platform.YOUTUBE,)
    assert (by_row[8].voice, by_row[9].style, by_row[10].priority) == (None, None, Priority.URGENT)


def test_text_of_the_messy_sheet_reaches_the_ideas_untouched() -> None:
    ideas, _ = validate_table(messy_table(), MODERATE)
    by_row = {idea.sheet_row: idea for idea in ideas}
    assert by_row[16].title == "007"
    assert by_row[17].title == '=HYPERLINK("http://evil.example","click")'
    assert by_row[18].title == "Line breaks and tabs"
    assert by_row[20].title == "../../../../etc/passwd"
    assert by_row[12].platforms == (Platform.YOUTUBE, Platform.TIKTOK)


# Strict


def test_strict_wants_every_cell_filled() -> None:
    for column in COLUMNS:
        _, report = validate_table(full_table({column: " "}, {}), STRICT)
        assert [(f.column, f.problem, f.sheet_row) for f in report.errors] == [(column, "Empty cell", 2)]


def test_strict_names_every_column_that_is_missing() -> None:
    _, report = validate_table(table(HEADER, ("a", "s")), STRICT)
    missing = [column for column in COLUMNS if column not in HEADER]
    assert messages(report) == [
        f"sheet ({column}): Column {column} is missing. Add it; strict needs all ten columns." for column in missing
    ]
    assert report.stops_job


def test_strict_accepts_a_sheet_without_fault() -> None:
    ideas, report = validate_table(full_table({}, {}), STRICT)
    assert len(ideas) == 2
    assert report.findings == ()
    assert not report.stops_job


def test_one_bad_cell_among_many_stops_a_strict_job() -> None:
    _, report = validate_table(full_table(*[{}] * 20, {"priority": "soon"}), STRICT)
    assert report.stops_job


def test_the_findings_of_a_row_stand_in_the_order_of_its_columns() -> None:
    changes = {"priority": "soon", "idea_title": "", "duration_seconds": "long"}
    _, report = validate_table(full_table(changes), STRICT)
    assert [finding.cell for finding in report.findings] == ["A2", "E2", "J2"]


# Moderate


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (("description", "script"), "The sheet has no column idea_title"),
        (("title", "tone"), "The sheet has no column script_content"),
        (("description", "tone"), "The sheet has no column idea_title and no column script_content"),
    ],
)
def test_moderate_refuses_a_sheet_without_a_required_column(header: tuple[str, ...], message: str) -> None:
    with pytest.raises(InvalidSheetError, match=f"^{message} ") as refused:
        validate_table(table(header, ("a", "b")), MODERATE)
    assert refused.value.fix.startswith("Add the column; the sheet has ")


def test_moderate_needs_nothing_but_title_and_script() -> None:
    ideas, report = validate_table(table(HEADER, ("a", "s")), MODERATE)
    assert [idea.title for idea in ideas] == ["a"]
    assert report.findings == ()


def test_a_cell_that_names_no_platform_is_an_error() -> None:
    _, report = validate_table(full_table({"platform_preferences": " , ;"}), MODERATE)
    assert [f.problem for f in report.errors] == ["No platform is named"]


def test_a_sheet_of_bad_rows_only_stops_the_job() -> None:
    _, report = validate_table(table(HEADER, ("a", "")), MODERATE)
    assert report.rejected == (2,)
    assert report.stops_job


# Permissive


@pytest.mark.parametrize(
    ("title", "description", "script", "expected"),
    [
        ("T", "D", "S", ("T", "S")),
        ("T", "D", "", ("T", "D")),
        ("T", "", "", ("T", "T")),
        ("", "D", "S", ("D", "S")),
        ("", "D", "", ("D", "D")),
        ("", "", "S", ("S", "S")),
    ],
)
def test_permissive_makes_the_missing_text_of_the_others(
    title: str, description: str, script: str, expected: tuple[str, str]
) -> None:
    ideas, report = validate_table(table(("title", "description", "script"), (title, description, script)), PERMISSIVE)
    assert [(idea.title, idea.script) for idea in ideas] == [expected]
    assert len(report.warnings) == (not title) + (not script)


def test_a_title_made_of_a_long_text_ends_with_a_whole_word() -> None:
    description = "می\u200cخواهم کتاب‌های زیادی بخوانم و هر روز چیزهای تازه‌ای یاد بگیرم"
    ideas, _ = validate_table(table(("title", "description"), ("", description)), PERMISSIVE)
    head = ideas[0].title.removesuffix("…")
    assert head != ideas[0].title
    assert description.startswith(head + " ")
    assert len(head) < 60


def test_a_long_word_makes_a_title_too() -> None:
    ideas, _ = validate_table(table(("title", "script"), ("", "A" * 400)), PERMISSIVE)
    assert ideas[0].title == "A" * 59 + "…"


def test_permissive_skips_rows_without_any_text() -> None:
    header = ("title", "description", "script", "tone")
    ideas, report = validate_table(table(header, ("", "", "", "calm"), ("a", "", "s", "")), PERMISSIVE)
    assert report.skipped == (2,)
    assert messages(report) == [
        "row 2: Row has neither title nor description nor script; it was skipped. Write at least one of them."
    ]
    assert [idea.sheet_row for idea in ideas] == [3]


def test_permissive_stops_when_no_row_is_left() -> None:
    _, report = validate_table(table(("title", "tone"), ("", "calm")), PERMISSIVE)
    assert report.stops_job


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (
            ("idea_title", "description"),
            "Column script_content is missing; the text was taken from the description or the title",
        ),
        (
            ("description", "script"),
            "Column idea_title is missing; the text was taken from the description or the script",
        ),
    ],
)
def test_permissive_says_once_that_a_required_column_is_missing(header: tuple[str, ...], problem: str) -> None:
    ideas, report = validate_table(table(header, ("a", "b"), ("c", "d")), PERMISSIVE)
    assert len(ideas) == 2
    assert [finding.problem for finding in report.findings] == [problem]
    assert report.errors == ()


def test_platforms_that_are_known_survive_those_that_are_not() -> None:
    changes = [{"platform_preferences": "vine, tiktok"}, {"platform_preferences": "vine"}]
    ideas, report = validate_table(full_table(*changes), PERMISSIVE)
    assert [idea.platforms for idea in ideas] == [(Platform.TIKTOK,), (Platform.YOUTUBE,)]
    assert [finding.problem for finding in report.findings] == [
        "Unknown platform vine; it is left out",
        "Unknown platform vine; the default was used",
    ]


# What cells are understood as


def test_a_cell_in_other_words_is_understood_and_said_at_level_info_alone() -> None:
    cells = {
        "duration_seconds": "1 min 30 s",
        "platform_preferences": "YT & IG Reels",
        "voice_preference": "mujer",
        "style_override": "Minimalist",
        "priority": "P1",
    }
    for level in ValidationLevel:
        (idea,), report = validate_table(full_table(cells), level)
        assert (idea.duration_seconds, idea.platforms) == (90.0, (Platform.YOUTUBE, Platform.REELS))
        assert (idea.voice, idea.style, idea.priority) == (Voice.FEMALE, Style.MINIMAL, Priority.URGENT)
        assert [(f.cell, f.problem) for f in report.infos] == [
            ("E2", "Read as 90 seconds"),
            ("F2", "Read as youtube, reels"),
            ("H2", "Read as female"),
            ("I2", "Read as minimal"),
            ("J2", "Read as urgent"),
        ]
        assert report.errors == report.warnings == ()
        assert report.gravest == report.infos


def test_a_cell_of_two_meanings_is_refused_with_both() -> None:
    _, report = validate_table(full_table({"style_override": "modern/clean", "duration_seconds": "1,000"}), MODERATE)
    assert messages(report) == [
        f"E2 (duration_seconds) '1,000': Could be 1000 or 1 seconds. Write 1000 or 1{OR_EMPTY}.",
        f"I2 (style_override) 'modern/clean': Unknown style (likely modern or minimal). {STYLES}{OR_EMPTY}.",
    ]


def test_options_that_say_that_they_are_empty_are_empty() -> None:
    cells = dict.fromkeys(("duration_seconds", "platform_preferences", "voice_preference", "style_override"), "n/a")
    (idea,), report = validate_table(full_table({**cells, "priority": "default", "description": "-"}), MODERATE)
    assert (idea.duration_seconds, idea.voice, idea.style, idea.priority) == (None, None, None, None)
    assert idea.platforms == (Platform.YOUTUBE,)
    assert idea.description == ""
    assert {finding.problem for finding in report.findings} == {"Read as an empty cell"}
    _, report = validate_table(full_table({"priority": "n/a"}), STRICT)
    assert [(f.cell, f.problem) for f in report.errors] == [("J2", "Counts as an empty cell")]


def test_a_mark_for_a_text_that_is_missing_is_no_text() -> None:
    rows = (("TBD", "One."), ("Two", "-"), ("Three", "🔥"), ("#REF!", "Four."), ("None", "Five."))
    ideas, report = validate_table(table(HEADER, *rows), MODERATE)
    assert [(f.cell, f.problem) for f in report.errors] == [
        ("A2", "Counts as an empty cell"),
        ("B3", "Counts as an empty cell"),
        ("B4", "Nothing in it can be spoken"),
        ("A5", "The formula of this cell has failed"),
    ]
    assert [idea.title for idea in ideas] == ["None"]
    ideas, report = validate_table(table(HEADER, *rows), PERMISSIVE)
    assert [(idea.title, idea.script) for idea in ideas] == [
        ("One.", "One."),
        ("Two", "Two"),
        ("Three", "Three"),
        ("Four.", "Four."),
        ("None", "Five."),
    ]
    assert not report.errors


def test_infos_come_last_in_what_is_cut_short() -> None:
    _, report = validate_table(full_table({"style_override": "clean"}, {"style_override": "bold"}), MODERATE)
    assert [finding["severity"] for finding in report.as_dict(limit=1)["findings"]] == ["error"]
    assert report.as_dict(limit=1)["findings_total"] == 2
    assert report.as_markdown(limit=1).count("| error |") == 1


# Only approved rows

STATUS = ("Status", *HEADER)


def test_only_rows_that_are_approved_are_taken_when_the_spec_asks_for_it() -> None:
    rows = (
        ("Approved ✓", "one", "s"),
        ("draft", "two", ""),
        ("", "three", "s"),
        ("TRUE", "four", "s"),
        ("done", "five", "s"),
        ("ready", "", "s"),
    )
    found = table(STATUS, *rows)
    ideas, report = validate_table(found, MODERATE, only=OnlyRows.APPROVED)
    assert [idea.title for idea in ideas] == ["one", "four"]
    assert report.skipped == (3, 4, 6)
    assert report.rejected == (7,)
    said = {f.sheet_row: (f.severity, f.problem) for f in report.findings if f.code == "NOT_APPROVED"}
    assert said == {
        3: ("info", "Not approved; the row was skipped"),
        4: ("info", "Not approved; the row was skipped"),
        6: ("warning", "May mean that the idea is ready, or something else; the row was skipped"),
    }


def test_all_rows_are_taken_where_nobody_asks_for_approved_ones_and_the_report_says_so() -> None:
    ideas, report = validate_table(table(STATUS, ("draft", "one", "s"), ("", "two", "s")), MODERATE)
    assert len(ideas) == 2
    assert [(f.severity, f.cell, f.code) for f in report.findings] == [("info", "column A", "APPROVAL_NOT_ASKED")]


def test_a_column_named_approved_counts_before_one_named_status() -> None:
    rows = table(("Status", "Approved", *HEADER), ("ready", "no", "one", "s"), ("draft", "yes", "two", "s"))
    ideas, _ = validate_table(rows, MODERATE, only=OnlyRows.APPROVED)
    assert [idea.title for idea in ideas] == ["two"]


def test_a_sheet_in_which_nothing_is_approved_gives_no_job() -> None:
    ideas, report = validate_table(table(STATUS, ("no", "one", "s")), MODERATE, only=OnlyRows.APPROVED)
    assert ideas == ()
    assert report.stops_job
    assert [finding.code for finding in report.gravest] == ["NOT_APPROVED"]


def test_a_sheet_that_cannot_say_what_is_approved_is_refused() -> None:
    with pytest.raises(InvalidSheetError, match="no column that says which rows are approved"):
        validate_table(table(HEADER, ("one", "s")), MODERATE, only=OnlyRows.APPROVED)


def test_a_row_of_nothing_but_a_box_is_no_idea_and_boxes_do_not_change_keys() -> None:
    rows = (("FALSE", "one", "s"), ("FALSE", "", ""), ("FALSE", "one", "s"))
    ticked = [("TRUE", *row[1:]) for row in rows]
    assert list(table(STATUS, *rows).frame.index) == [2, 4]
    assert list(table(STATUS, *rows).frame["row_key"]) == list(table(STATUS, *ticked).frame["row_key"])


# Duplicates


def test_rows_that_differ_in_case_and_blanks_are_duplicates() -> None:
    rows = (("Title", "One  two."), (" TITLE", "one two. "), ("Title", "Three."), ("title", "ONE TWO."))
    _, report = validate_table(table(HEADER, *rows), MODERATE)
    assert [(f.sheet_row, f.problem) for f in report.findings] == [
        (3, "Same title and script as row 2"),
        (5, "Same title and script as row 2"),
    ]
    assert report.accepted == (2, 3, 4, 5)


def test_an_id_given_twice_is_a_warning() -> None:
    rows = (("A1", "one", "s"), ("a1", "two", "s"), ("", "three", "s"), ("", "four", "s"))
    _, report = validate_table(table(("id", *HEADER), *rows), MODERATE)
    assert messages(report) == [
        "A3 (id) 'a1': Same id as row 2. Give each row an id of its own, by which it is known again."
    ]


# Checks that others plug in


def _shouting(idea: VideoIdea) -> Iterator[RowProblem]:
    if idea.title.isupper():
        yield RowProblem("idea_title", idea.title, "Shouting", "Calm down", "SHOUTING", frozenset({STRICT}))


@pytest.mark.parametrize(("level", "severity"), [(STRICT, "error"), (MODERATE, "warning"), (PERMISSIVE, "warning")])
def test_a_check_decides_at_which_levels_it_is_an_error(level: ValidationLevel, severity: str) -> None:
    ideas, report = validate_table(full_table({"idea_title": "LOUD"}, {}), level, [_shouting])
    assert [(f.severity, f.cell, f.value, f.code) for f in report.findings] == [(severity, "A2", "LOUD", "SHOUTING")]
    assert (2 in report.rejected) == (severity == "error")
    assert len(ideas) == (1 if severity == "error" else 2)


def test_checks_see_only_rows_that_the_schema_accepts() -> None:
    seen: list[int] = []

    def watch(idea: VideoIdea) -> tuple[RowProblem, ...]:
        seen.append(idea.sheet_row)
        return ()

    validate_table(full_table({}, {"priority": "soon"}, {}), MODERATE, [watch])
    assert seen == [2, 4]


def test_checks_see_rows_as_permissive_has_repaired_them() -> None:
    seen: list[str] = []

    def watch(idea: VideoIdea) -> tuple[RowProblem, ...]:
        seen.append(idea.title)
        return ()

    validate_table(table(("title", "script"), ("", "From the script")), PERMISSIVE, [watch])
    assert seen == ["From the script"]


# Anything at all

hostile = st.text(alphabet=st.characters(), max_size=12) | st.sampled_from(
    ["", "youtube", "30", "1e3", "female", "<b>|", "\ud800", "nan", "\x00", "x" * 400, *GOOD.values()]
)
headers = st.sampled_from(COLUMNS) | hostile | st.sampled_from([*COLUMNS, "id", "Title", "Script"])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(headers, max_size=12),
    st.lists(st.lists(hostile, max_size=13), max_size=6),
    st.sampled_from(SheetFormat),
    st.sampled_from(ValidationLevel),
)
def test_any_sheet_gives_a_report_or_a_typed_error(
    header: list[str], rows: list[list[str]], layout: SheetFormat, level: ValidationLevel
) -> None:
    try:
        found = sheet_table([header, *rows], layout=layout, first_row=5, first_column=2)
        ideas, report = validate_table(found, level)
    except BulkVideoError as error:
        assert type(error) is InvalidSheetError  # noqa: PT017
        return
    validated = [*report.accepted, *report.rejected, *report.skipped]
    assert sorted(validated) == list(found.frame.index)
    assert tuple(idea.sheet_row for idea in ideas) == report.accepted
    assert {f.sheet_row for f in report.errors} - {None} == set(report.rejected)
    assert report.stops_job or all(idea.title and idea.script for idea in ideas)
    for finding in report.findings:
        assert finding.problem
        assert finding.fix
        assert str(finding).isprintable()


@pytest.mark.parametrize(
    ("header", "cell", "seconds", "said"),
    [
        ("Duration (min)", "1,5", 90.0, "Read as 90 seconds"),
        ("Duration (min)", "45s", 45.0, "Read as 45 seconds"),
        ("Max length", "60", 58.0, "Read as at most 60 seconds"),
    ],
)
def test_a_header_with_a_unit_or_a_limit_counts_for_the_bare_numbers_under_it(
    header: str, cell: str, seconds: float, said: str
) -> None:
    sheet = table(("Title", "Script", header), ("Tea", "Fill the kettle.", cell))
    (idea,), report = validate_table(sheet, ValidationLevel.MODERATE)
    assert idea.duration_seconds == seconds
    assert said in [finding.problem for finding in report.findings]
