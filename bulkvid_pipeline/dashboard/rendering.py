"""Pages out of templates. All values are hostile: templates escape them, and nothing here is exempt from that."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from bulkvid_pipeline.core.wording import clock, file_size, moment, money, plural, rate, span
from bulkvid_pipeline.dashboard import words
from bulkvid_pipeline.dashboard.navigation import ROOMS
from bulkvid_pipeline.dashboard.static_files import static


def rendered(template: str, values: Mapping[str, Any]) -> str:
    """The page, or the part of one.

    Raises:
        UndefinedError: the template needs a value that is not there.
    """
    return environment().get_template(template).render(values)


@cache
def environment() -> Environment:
    """Where the templates are, and what they may call."""
    made = Environment(
        loader=PackageLoader("bulkvid_pipeline.dashboard", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "clock": clock,
        "count": lambda number: f"{number:,}",
        "file_size": file_size,
        "iso": iso,
        "job_state": words.of_job,
        "money": money,
        "moment": lambda when: moment(iso(when)),
        "percent": lambda value: f"{value:.0f} %",
        "plural": plural,
        "rate": rate,
        "row_state": words.of_row,
        "span": span,
    }
    made.globals |= {"static": static, "ROOMS": ROOMS, "new_key": lambda: uuid.uuid4().hex}
    return made


def iso(when: datetime | float | str) -> str:
    """A time, or epoch seconds, as `<time datetime>` wants it: UTC, `2025-10-30T01:00:00Z`."""
    if isinstance(when, str):
        return when
    found = when if isinstance(when, datetime) else datetime.fromtimestamp(when, UTC)
    return found.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
