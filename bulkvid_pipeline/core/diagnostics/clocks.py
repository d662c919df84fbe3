"""How far this machine's clock is from those of the servers that it asked."""

from __future__ import annotations

import email.utils
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from bulkvid_pipeline.core.diagnostics.exchange import Exchange, Peer

TOLERATED_S = 60.0
"""Google and S3 allow minutes, but a machine that is a minute off has no time server, and drifts on."""


@dataclass(frozen=True)
class ClockOffset:
    """`seconds` that this machine is ahead of the servers (negative: behind), as so many of the `hosts` say."""

    seconds: float
    agreeing: int
    hosts: int


def clock_offset(exchanges: Iterable[Exchange]) -> ClockOffset | None:
    """How wrong the machine's clock is; None if it is right, or if only a minority of servers says that it is not.

    Args:
        exchanges: of one machine.
    """
    told: dict[str, list[float]] = defaultdict(list)
    for one in exchanges:
        ahead = _ahead_of(one)
        if ahead is not None:
            told[one.host].append(ahead)
    offsets = [median(values) for values in told.values()]
    wrong = [offset for offset in offsets if abs(offset) >= TOLERATED_S]
    if not wrong or 2 * len(wrong) <= len(offsets):
        return None
    return ClockOffset(median(wrong), len(wrong), len(offsets))


def _ahead_of(one: Exchange) -> float | None:
    """Seconds that our clock is ahead of the answer's Date; 0 if that lies within the request, as it should.

    Answers of pictures' servers are left out: caches between send them with the date on which they were made.
    """
    if one.peer is Peer.MEDIA:
        return None
    headers = {name.lower(): value for name, value in one.response_headers.items()}
    try:
        date = email.utils.parsedate_to_datetime(headers["date"]).timestamp() + _age(headers)
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    begun, ended = one.started_at, one.started_at + one.duration_ms / 1000
    if begun - 1 <= date <= ended + 1:  # a Date has whole seconds
        return 0.0
    return begun - date if date < begun else ended - date


def _age(headers: Mapping[str, str]) -> float:
    """Seconds that a cache has kept the answer."""
    value = headers.get("age", "").strip()
    return float(value) if value.isascii() and value.isdigit() else 0.0
