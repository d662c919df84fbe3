from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.spans import parse_span


def at(*parts: int) -> float:
    return datetime(*parts, tzinfo=UTC).timestamp()  # type: ignore[misc,arg-type]


def test_an_end_date_is_part_of_the_span() -> None:
    span = parse_span("2025-10-01", "2025-10-31")

    assert at(2025, 10, 1) in span
    assert at(2025, 10, 31, 23, 59, 59) in span
    assert at(2025, 11, 1) not in span
    assert at(2025, 9, 30, 23, 59, 59) not in span


def test_one_day_is_a_span() -> None:
    assert at(2025, 10, 1, 12) in parse_span("2025-10-01", "2025-10-01")


@pytest.mark.parametrize("end", ["2025-10-31T12:00:00Z", "2025-10-31T12:00:00", "2025-10-31T14:00:00+02:00"])
def test_times_have_zones_or_are_utc(end: str) -> None:
    span = parse_span(None, end)

    assert at(2025, 10, 31, 12) in span
    assert at(2025, 10, 31, 12, 0, 1) not in span


@pytest.mark.parametrize("nothing", [None, "", " "])
def test_without_bounds_everything_is_in_the_span(nothing: str | None) -> None:
    assert at(1970, 1, 1) in parse_span(nothing, nothing)


@pytest.mark.parametrize("text", ["yesterday", "2025-13-01", "31.10.2025", "2025-10-31T25:00", "9" * 5000])
@pytest.mark.parametrize("field", ["start_date", "end_date"])
def test_what_is_no_date_is_refused_by_its_field(field: str, text: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        parse_span(text if field == "start_date" else None, text if field == "end_date" else None)

    assert refused.value.field == field
    assert refused.value.fix


def test_the_last_day_of_all_has_no_end() -> None:
    with pytest.raises(InvalidRequestError):
        parse_span(None, "9999-12-31")


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="before") as refused:
        parse_span("2025-10-31", "2025-10-01")

    assert refused.value.field == "end_date"


def test_dates_are_days_of_the_zone_also_when_its_clocks_are_changed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    span = parse_span("2025-10-26", "2025-10-26", berlin)  # a day of 25 hours

    assert (span.start, span.end) == (at(2025, 10, 25, 22), at(2025, 10, 26, 23))
    assert at(2025, 10, 26, 10) in parse_span("2025-10-26T11:00:00", None, berlin)
    assert at(2025, 10, 26, 9) not in parse_span("2025-10-26T11:00:00", None, berlin)
