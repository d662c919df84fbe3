"""Spans of time as people write them: `2025-10-01` to `2025-10-31`, both days included. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.findings import shortened

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Span:
    """From `start` to before `end`, in epoch seconds; None for no bound."""

    start: float | None = None
    end: float | None = None

    def __contains__(self, moment: float) -> bool:
        return (self.start is None or moment >= self.start) and (self.end is None or moment < self.end)


def parse_span(start_date: str | None, end_date: str | None, zone: tzinfo = UTC) -> Span:
    """The span between two dates or times in ISO 8601; without a zone of their own they are `zone`'s. An end date is
    included.

    Raises:
        InvalidRequestError: one of them is none, or the end lies before the start; names the field.
    """
    start = _moment("start_date", start_date, zone, timedelta())
    # Times are compared to the second at which a job was created, and the end is part of the span.
    end = _moment("end_date", end_date, zone, timedelta(days=1), timedelta(seconds=1))
    if start is not None and end is not None and end <= start:
        raise InvalidRequestError(
            f"end_date {shortened(end_date or '')} lies before start_date {shortened(start_date or '')}",
            fix="Exchange them",
            field="end_date",
        )
    return Span(start, end)


def _moment(
    field: str, text: str | None, zone: tzinfo, past_date: timedelta, past_time: timedelta = timedelta()
) -> float | None:
    """Epoch seconds of a date or a time, and so long past it; None for no text."""
    if text is None or not text.strip():
        return None
    text = text.strip()
    try:
        if _DATE.fullmatch(text):
            # By the calendar: a day on which clocks are changed has 23 or 25 hours.
            return datetime.combine(date.fromisoformat(text) + past_date, time(), zone).timestamp()
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp() + past_time.total_seconds()
    except (ValueError, OverflowError) as error:
        raise InvalidRequestError(
            f"{field} '{shortened(text)}' is not a date",
            fix="Write it as 2025-10-31 or 2025-10-31T12:00:00Z",
            field=field,
        ) from error
