"""Numbers as a spreadsheet program shows them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.adapters.sheets.number_formats import shown

ACCOUNTING = '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)'


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.5, "0%", "50%"),
        (0.125, "0.0%", "12.5%"),
        (1234.5, "$#,##0.00", "$1,234.50"),
        (-1234.5, '"$"#,##0.00_);[Red]\\("$"#,##0.00\\)', "($1,234.50)"),
        (1234567.891, "#,##0.00\\ [$€-407]", "1,234,567.89 €"),
        (5, '"Top "0" tips"', "Top 5 tips"),
        (3, 'General" tips"', "3 tips"),
        (7, "000", "007"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (1_500_000, '0.0,,"M"', "1.5M"),
        (0.5, "#.##", ".5"),
        (2.5, "0", "3"),
        (-5, "0", "-5"),
        (0, '0;-0;"none"', "none"),
        (150, '[>=100]"big";"small"', "big"),
        (1.25, "# ?/?", "1 1/4"),
        (12345, "0.00E+00", "1.23E+04"),
        (5, ";;;", ""),
    ],
)
def test_a_number_is_shown_by_its_format(value: float, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (45650, "dd mmmm yyyy", "24 December 2024"),
        (45650, "[$-407]d. mmmm yyyy", "24. Dezember 2024"),
        (45650, "[$-40C]d mmmm yyyy", "24 décembre 2024"),
        (45650, "mm-dd-yy", "12/24/2024"),
        (45650, 'yyyy"年"m"月"d"日"', "2024年12月24日"),
        (45650, "dddd", "Tuesday"),
        (45650.75, "yyyy-mm-dd h:mm:ss", "2024-12-24 18:00:00"),
        (0.77, "h:mm AM/PM", "6:28 PM"),
        (12 / 86_400, "[mm]:ss", "00:12"),
        (90 / 86_400, "m:ss", "1:30"),
        (1.5, "[h]:mm", "36:00"),
        (44188, "yyyy-mm-dd", "2020-12-23"),
        (1, "yyyy-mm-dd", "1900-01-01"),
    ],
)
def test_dates_and_times_are_shown_by_their_format(value: float, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text


def test_days_are_counted_from_1904_where_the_file_says_so() -> None:
    assert shown(44188, "yyyy-mm-dd", from_1904=True) == "2024-12-24"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1 + 0.2, "0.3"), (1 / 3, "0.333333333"), (12345678901, "12345678901"), (1e20, "1E+20"), (45.0, "45")],
)
def test_a_number_without_a_format_is_as_long_as_it_fits(value: float, text: str) -> None:
    assert shown(value, "General") == text


def test_text_is_shown_as_it_stands_but_for_a_format_of_texts() -> None:
    assert shown("007", "0.00") == "007"
    assert shown("abc", '@" pcs"') == "abc pcs"
    assert shown(1234.5, ACCOUNTING) == "$1,234.50"


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**12), 10**12), st.text(max_size=40))
def test_no_format_can_stop_a_sheet_from_being_read(value: float, number_format: str) -> None:
    assert isinstance(shown(value, number_format), str)
