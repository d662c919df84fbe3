"""Who gets the next render slot: the order among the claims of all jobs, users and processes.

1. The more urgent job goes first, always.
2. Among jobs of equal priority the user who holds the fewest slots goes first, and between users who hold equally
   many, the one whose turn is earliest. How many jobs a user has, and how urgent he calls their rows, plays no part.
3. A user's own claims go by priority of the row, then first come, first served.

A turn is a number that a claim gets when it joins the line, as in start-time fair queueing (Goyal et al. 1996, with
rows of equal weight): one more than the highest of its user's last turn, the turns in work, and one less than the
first turn of each user who waits. All of it is read from the claims that exist, so there is no other state to keep.

Nobody starves: the first claim of a waiting user is overtaken at its level by none that joins later, as that one's
turn is not earlier and its id is higher, but for users who hold fewer slots, and those stop going first when the rows
in work end. The claims ahead of it at equal holdings are finitely many, and each grant leaves one less.
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
    """What orders a claim: priority of its job, of its row, and its turn (from 1)."""

    job: Priority
    row: Priority
    turn: int

    def as_number(self) -> int:
        """One integer of 31 bits, the higher the more urgent, as a database can order by."""
        level = (_LEAST_URGENT - self.job.rank) * _LEVELS + _LEAST_URGENT - self.row.rank
        return level * _TURNS + _TURNS - 1 - min(self.turn, _TURNS - 1)

    @classmethod
    def of_number(cls, number: int) -> Rank:
        """The rank that `as_number` wrote."""
        level, left = divmod(number, _TURNS)
        job, row = divmod(level, _LEVELS)
        order = list(Priority)
        return cls(order[_LEAST_URGENT - job], order[_LEAST_URGENT - row], _TURNS - 1 - left)


@dataclass(frozen=True)
class SlotClaim:
    """One row's claim, waiting or held. `id` grows with every claim that joins the line."""

    id: int
    user: str
    rank: Rank
    held: bool


def turn_of_newcomer(claims: Iterable[SlotClaim], user: str, job: Priority) -> int:
    """The turn of a claim of `user` that joins the line of jobs of that priority now."""
    peers = [claim for claim in claims if claim.rank.job is job]
    own = [claim.rank.turn for claim in peers if claim.user == user]
    in_work = [claim.rank.turn for claim in peers if claim.held]
    first_turns = _first_turns(claim for claim in peers if not claim.held)
    return 1 + max([0, *own, *in_work, *(turn - 1 for turn in first_turns.values())])


def in_line(claims: Sequence[SlotClaim], free: int) -> tuple[SlotClaim, ...]:
    """The waiting claims that the `free` slots belong to, first to last, each with the turn that it uses up."""
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
    """The claims after `chosen` took a turn from another of its user's: that one gets the turn that `chosen` had."""
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
