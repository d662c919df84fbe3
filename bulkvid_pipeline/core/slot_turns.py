"""Which claim gets the next render slot: the order among the claims of all jobs, users and processes.

1. The more urgent job goes first, always.
2. Among jobs of equal priority the user who holds the fewest slots goes first; between users who hold equally many,
      the one with the earliest turn. The number of a user's jobs and the priorities of their rows do not matter.
3. A user's own claims are ordered by priority of the row, then first come, first served.

A turn is a number that a claim gets when it joins the queue, as in start-time fair queueing (Goyal et al. 1996, with
rows of equal weight): one more than the highest of its user's last turn, the turns in progress, and the first turn of
each waiting user minus one. It is computed from the existing claims, so no other state is kept.

No claim starves. A later claim of the same priority has no earlier turn and a higher id, so it overtakes the first
claim of a waiting user only while its own user holds fewer slots, which ends when the rows in progress end. The claims
ahead at equal holdings are finitely many, and each grant leaves one less.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bulkvid_pipeline.core.options import Priority

_TURNS = 100_000_000
_LEVELS = len(Priority)
_LEAST_URGENT = _LEVELS - 1


@dataclass(frozen=True)
class Rank:
    """The sort key of a claim: priority of its job, priority of its row, and its turn (from 1)."""

    job: Priority
    row: Priority
    turn: int

    def as_number(self) -> int:
        """The rank as an integer of 31 bits that a database can sort by; higher is more urgent."""
        level = (_LEAST_URGENT - self.job.rank) * _LEVELS + _LEAST_URGENT - self.row.rank
        return level * _TURNS + _TURNS - 1 - min(self.turn, _TURNS - 1)

    @classmethod
    def of_number(cls, number: int) -> Rank:
        """The rank that `as_number` encoded."""
        level, left = divmod(number, _TURNS)
        job, row = divmod(level, _LEVELS)
        order = list(Priority)
        return cls(order[_LEAST_URGENT - job], order[_LEAST_URGENT - row], _TURNS - 1 - left)


@dataclass(frozen=True)
class SlotClaim:
    """One row's claim, waiting or granted. `id` increases with every claim that joins the queue."""

    id: int
    user: str
    rank: Rank
    held: bool


def turn_of_newcomer(claims: Iterable[SlotClaim], user: str, job: Priority) -> int:
    """The turn of a claim of `user` that joins the queue of jobs of priority `job` now."""
    peers = [claim for claim in claims if claim.rank.job is job]
    own = [claim.rank.turn for claim in peers if claim.user == user]
    in_work = [claim.rank.turn for claim in peers if claim.held]
    first_turns = _first_turns(claim for claim in peers if not claim.held)
    return 1 + max([0, *own, *in_work, *(turn - 1 for turn in first_turns.values())])


def in_line(claims: Sequence[SlotClaim], free: int) -> tuple[SlotClaim, ...]:
    """The waiting claims that may take the `free` slots, first to last, each with the turn that it uses."""
    holdings = Counter(claim.user for claim in claims if claim.held)
    waiting = [claim for claim in claims if not claim.held]
    chosen: list[SlotClaim] = []
    while waiting and len(chosen) < free:
        first = _first_of(waiting, holdings)
        chosen.append(first)
        holdings[first.user] += 1
        waiting = [claim for claim in give_turn(waiting, first) if claim.id != first.id]
    return tuple(chosen)


def give_turn(claims: Iterable[SlotClaim], chosen: SlotClaim) -> list[SlotClaim]:
    """The claims after `chosen` took the turn of another claim of its user: the two claims swap turns."""
    claims = list(claims)
    had = next(claim.rank.turn for claim in claims if claim.id == chosen.id)
    swapped = []
    for claim in claims:
        if claim.id == chosen.id:
            swapped.append(chosen)
        elif _is_peer(claim, chosen) and not claim.held and claim.rank.turn == chosen.rank.turn:
            swapped.append(replace(claim, rank=replace(claim.rank, turn=had)))
        else:
            swapped.append(claim)
    return swapped


def _first_of(waiting: Sequence[SlotClaim], holdings: Counter[str]) -> SlotClaim:
    job = min((claim.rank.job for claim in waiting), key=lambda priority: priority.rank)
    level = [claim for claim in waiting if claim.rank.job is job]
    turns = _first_turns(level)
    user = min(turns, key=lambda name: (holdings[name], turns[name], _first_id(level, name, turns[name])))
    own = min((claim for claim in level if claim.user == user), key=lambda claim: (claim.rank.row.rank, claim.id))
    return replace(own, rank=replace(own.rank, turn=turns[user]))


def _first_turns(waiting: Iterable[SlotClaim]) -> dict[str, int]:
    turns: dict[str, int] = {}
    for claim in waiting:
        turns[claim.user] = min(claim.rank.turn, turns.get(claim.user, claim.rank.turn))
    return turns


def _first_id(level: Iterable[SlotClaim], user: str, turn: int) -> int:
    return min(claim.id for claim in level if claim.user == user and claim.rank.turn == turn)


def _is_peer(one: SlotClaim, other: SlotClaim) -> bool:
    return one.user == other.user and one.rank.job is other.rank.job
