"""Which peers are slow, and which open a connection for every request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bulkvid_pipeline.core.diagnostics.exchange import Exchange, Peer
from bulkvid_pipeline.core.diagnostics.figures import percentile

FAIR_BYTES_PER_MS = 500.0
"""What a line carries that nobody would call slow: 4 Mbit/s. Time that bytes need at this pace is no fault."""
_LONGEST_MS = {Peer.SPEECH: 15_000.0, Peer.SCRIPT_WRITER: 60_000.0}
"""Above this an answer is slow; of those who compute much, later than others'."""
_LONGEST_OTHERS_MS = 2_000.0
_TIMES_OTHERS = 3.0
_FEWEST = 3
_SHARE = 0.2
"""A peer is slow if so large a part of its answers is, and no fewer than two: one slow answer happens anywhere."""
_COMPUTE = {Peer.SPEECH, Peer.SCRIPT_WRITER}

_CLOSE_AFTER_EACH = {Peer.MEDIA, Peer.WEBHOOK}
"""Where we ourselves ask for one connection a request, so that none leads to an address that was not checked."""
_KEPT_OPEN_S = 4.0
"""Servers close idle connections after five seconds or more."""
_FEWEST_CHANCES = 5


def waited_ms(one: Exchange) -> float:
    """Milliseconds of a request without those that its bytes need on a fair line."""
    moved = (one.request_bytes or 0) + (one.response_bytes or 0)
    return max(0.0, one.duration_ms - moved / FAIR_BYTES_PER_MS)


def slow_peers(succeeded: Mapping[Peer, Sequence[Exchange]]) -> tuple[Peer, ...]:
    """The peers that are slow by themselves and compared with the others.

    Args:
        succeeded: requests that succeeded, of each peer.
    """
    return tuple(peer for peer in succeeded if _is_slow(peer, succeeded[peer]) and _stands_out(peer, succeeded))


def is_network_slow(succeeded: Mapping[Peer, Sequence[Exchange]]) -> bool:
    """Whether all peers of whom an answer can be expected at once are slow, and are several."""
    asked = [peer for peer, found in succeeded.items() if peer not in _COMPUTE and len(found) >= _FEWEST]
    return len(asked) > 1 and all(_is_slow(peer, succeeded[peer]) for peer in asked)


def _is_slow(peer: Peer, found: Sequence[Exchange]) -> bool:
    longest = _LONGEST_MS.get(peer, _LONGEST_OTHERS_MS)
    slow = sum(waited_ms(one) > longest for one in found)
    return len(found) >= _FEWEST and slow >= max(2, _SHARE * len(found))


def _stands_out(peer: Peer, succeeded: Mapping[Peer, Sequence[Exchange]]) -> bool:
    others = [waited_ms(one) for other, found in succeeded.items() if other not in {peer, *_COMPUTE} for one in found]
    if peer in _COMPUTE or len(others) < _FEWEST:
        return True
    return percentile([waited_ms(one) for one in succeeded[peer]], 95) >= _TIMES_OTHERS * percentile(others, 95)


def hosts_without_reuse(exchanges: Iterable[Exchange]) -> tuple[tuple[Peer, str], ...]:
    """The hosts to which a connection could have been used again several times, and never was.

    Args:
        exchanges: of one process, since no other can use its connections.
    """
    by_host: dict[tuple[Peer, str], list[Exchange]] = defaultdict(list)
    for one in exchanges:
        if one.connection is not None and one.peer not in _CLOSE_AFTER_EACH:
            by_host[one.peer, one.host].append(one)
    return tuple(
        host
        for host, found in by_host.items()
        if all(one.connection != "reused" for one in found) and _chances(found) >= _FEWEST_CHANCES
    )


def _chances(found: Sequence[Exchange]) -> int:
    """How many requests began when the connection of a request that had succeeded was free and fresh."""
    ends = sorted(one.started_at + one.duration_ms / 1000 for one in found if one.succeeded)
    chances = used = 0
    for begun in sorted(one.started_at for one in found):
        while used < len(ends) and ends[used] < begun - _KEPT_OPEN_S:
            used += 1
        if used < len(ends) and ends[used] <= begun:
            used += 1
            chances += 1
    return chances
