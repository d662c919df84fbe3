"""Time zones by the names that browsers and people give: `Europe/Berlin`."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.findings import shortened


def time_zone_named(name: str) -> ZoneInfo:
    """The zone of that name in the IANA database.

    Raises:
        InvalidRequestError: there is none.
    """
    try:
        return ZoneInfo(name.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidRequestError(
            f"There is no time zone '{shortened(name)}'",
            fix="Write it as Europe/Berlin or America/New_York, or UTC",
            field="time_zone",
        ) from error
