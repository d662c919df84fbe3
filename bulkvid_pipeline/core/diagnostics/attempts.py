"""Which failures did not matter, because the same request succeeded when it was sent again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from bulkvid_pipeline.core.diagnostics.exchange import Exchange, Peer

_URL_NAMES_THE_REQUEST = {Peer.SHEET, Peer.STORAGE, Peer.MEDIA}
"""Peers of whom the same URL is asked for the same thing. Of others all requests go to one address, so that only the
number of the attempt tells which belong together."""


def overcome(exchanges: Sequence[Exchange]) -> frozenset[int]:
    """The positions of failures after which the same request succeeded."""
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for position, one in enumerate(exchanges):
        alike[one.peer, one.operation, one.host, one.url, one.row].append(position)
    return frozenset(found for positions in alike.values() for found in _overcome(exchanges, positions))


def _overcome(exchanges: Sequence[Exchange], alike: list[int]) -> Iterable[int]:
    failures: list[int] = []
    for position in sorted(alike, key=lambda at: exchanges[at].started_at):
        one = exchanges[position]
        if not one.succeeded:
            failures.append(position)
        elif one.peer in _URL_NAMES_THE_REQUEST:
            yield from failures
            failures = []
        else:
            for attempt in range(one.attempt - 1, 0, -1):
                earlier = next((at for at in reversed(failures) if exchanges[at].attempt == attempt), None)
                if earlier is not None:
                    failures.remove(earlier)
                    yield earlier
