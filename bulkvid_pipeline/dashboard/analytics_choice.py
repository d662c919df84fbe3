"""What somebody wants to know of what jobs have made: of which days, split into which groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from bulkvid_pipeline.core.analytics import GroupBy
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.spans import Span, parse_span
from bulkvid_pipeline.services.analytics.job_sums import Question
from bulkvid_pipeline.services.analytics.time_zones import time_zone_named

PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "A year", "all": "All time"}
GROUPS = {
    GroupBy.TEMPLATE_ID: "Template",
    GroupBy.STYLE: "Style",
    GroupBy.PLATFORM: "Platform",
    GroupBy.USER: "User",
    GroupBy.PROVIDER: "Voice provider",
    GroupBy.DAY: "Day",
}
ZONES = [
    "UTC",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "America/Bogota",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Bangkok",
    "Asia/Dubai",
    "Asia/Jakarta",
    "Asia/Jerusalem",
    "Asia/Kolkata",
    "Asia/Riyadh",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/Istanbul",
    "Europe/Kyiv",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Paris",
    "Pacific/Auckland",
]
"""Offered; any other can be written."""


@dataclass(frozen=True)
class Choice:
    """What the address asks for. Dates go before the period."""

    period: str
    start_date: str
    end_date: str
    group_by: str
    time_zone: str

    @property
    def zone(self) -> str:
        """The time zone of days."""
        return self.time_zone or "UTC"

    @property
    def has_dates(self) -> bool:
        return bool(self.start_date or self.end_date)

    def question(self, now: datetime | None = None) -> Question:
        """The same for the services.

        Raises:
            InvalidRequestError: a part of it cannot be used; names the field.
        """
        zone = time_zone_named(self.zone)
        by = next((by for by in GROUPS if by.value == self.group_by), None)
        if by is None:
            raise InvalidRequestError("There are no such groups", fix="Choose one of the list", field="group_by")
        if self.has_dates:
            return Question(parse_span(self.start_date, self.end_date, zone), by, zone)
        if self.period == "all":
            return Question(Span(), by, zone)
        if self.period not in PERIODS:
            raise InvalidRequestError("There is no such period", fix="Choose one of the list", field="period")
        today = (now or datetime.now(zone)).astimezone(zone).date()
        first = today - timedelta(days=int(self.period) - 1)
        return Question(parse_span(first.isoformat(), today.isoformat(), zone), by, zone)

    def query(self, **changed: str) -> str:
        """As part of an address, with some of it changed."""
        dates = {"start_date": self.start_date, "end_date": self.end_date}
        asked = {**(dates if self.has_dates else {"period": self.period}), "group_by": self.group_by}
        if self.time_zone:
            asked["time_zone"] = self.time_zone
        if "period" in changed:
            asked = {name: value for name, value in asked.items() if name not in dates}
        return urlencode({name: value for name, value in {**asked, **changed}.items() if value or name == "group"})

    @property
    def in_words(self) -> str:
        """When the jobs were created."""
        if self.has_dates:
            begin = f"from {self.start_date}" if self.start_date else "until"
            return (
                f"{begin} to {self.end_date}"
                if self.start_date and self.end_date
                else f"{begin} {self.end_date}".strip()
            )
        return {"all": "at any time", "365": "in the last year"}.get(self.period, f"in the last {self.period} days")


Text = Annotated[str, Query(max_length=100)]


def _asked(
    period: Text = "30",
    start_date: Text = "",
    end_date: Text = "",
    group_by: Text = GroupBy.TEMPLATE_ID.value,
    time_zone: Text = "",
) -> Choice:
    return Choice(period, start_date, end_date, group_by, time_zone)


Asked = Annotated[Choice, Depends(_asked)]
"""The choice in the address."""
