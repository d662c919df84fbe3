"""The order of claims, simulated without any database."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import product

import pytest

from bulkvid_pipeline.core.options import Priority
from bulkvid_pipeline.core.slot_turns import Rank, SlotClaim, give_turn, in_line, turn_of_newcomer


@dataclass
class Pool:
    """Slots and claims in memory."""

    slots: int
    claims: list[SlotClaim] = field(default_factory=list)
    served: list[SlotClaim] = field(default_factory=list)
    _last_id: int = 0

    def join(self, user: str, job: Priority = Priority.NORMAL, row: Priority = Priority.NORMAL) -> int:
        self._last_id += 1
        turn = turn_of_newcomer(self.claims, user, job)
        self.claims.append(SlotClaim(self._last_id, user, Rank(job, row, turn), held=False))
        return self._last_id

    def fill(self) -> list[SlotClaim]:
        """Grant what is free."""
        chosen = in_line(self.claims, self.slots - len(self.held()))
        for claim in chosen:
            self.claims = give_turn(self.claims, claim)
            self.claims = [replace(c, held=True) if c.id == claim.id else c for c in self.claims]
        self.served += chosen
        return list(chosen)

    def end(self, claim: SlotClaim) -> None:
        self.claims = [c for c in self.claims if c.id != claim.id]

    def held(self) -> list[SlotClaim]:
        return [claim for claim in self.claims if claim.held]

    def waiting(self, user: str) -> int:
        return sum(claim.user == user and not claim.held for claim in self.claims)


def users(claims: list[SlotClaim]) -> str:
    return "".join(claim.user for claim in claims)


@pytest.mark.parametrize(("job", "row", "turn"), list(product(Priority, Priority, (1, 77, 99_999_999))))
def test_a_rank_survives_the_way_through_one_integer(job: Priority, row: Priority, turn: int) -> None:
    rank = Rank(job, row, turn)

    assert Rank.of_number(rank.as_number()) == rank
    assert 0 <= rank.as_number() < 2**31


def test_numbers_order_by_job_then_row_then_turn() -> None:
    ranks = [Rank(job, row, turn) for job, row, turn in product(Priority, Priority, (1, 2, 5000))]

    assert sorted(ranks, key=Rank.as_number, reverse=True) == ranks


def test_a_more_urgent_job_goes_before_all_others_whatever_its_user_holds() -> None:
    pool = Pool(slots=3)
    for _ in range(3):
        pool.join("a", Priority.URGENT)
    pool.fill()
    pool.join("b", Priority.HIGH, Priority.URGENT)
    last = pool.join("a", Priority.URGENT, Priority.LOW)

    pool.end(pool.held()[0])

    assert [claim.id for claim in pool.fill()] == [last]


def test_a_users_own_rows_go_by_priority_then_first_come_first_served() -> None:
    pool = Pool(slots=1)
    normal, low, urgent, second = (
        pool.join("a", row=row) for row in (Priority.NORMAL, Priority.LOW, Priority.URGENT, Priority.NORMAL)
    )

    order = [claim.id for claim in in_line(pool.claims, 4)]

    assert order == [urgent, normal, second, low]


@pytest.mark.parametrize("slots", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("jobs", [1, 2, 10])
def test_a_user_with_many_jobs_gets_no_more_than_one_with_a_single_job(slots: int, jobs: int) -> None:
    pool = Pool(slots)
    for _ in range(jobs * slots):
        pool.join("a")
    pool.fill()
    for _ in range(slots):
        pool.join("b")
    rng = random.Random(slots)
    for _ in range(400):
        ended = rng.choice(pool.held())
        pool.join(ended.user)
        pool.end(ended)
        pool.fill()

    if slots > 1:  # shares of slots: rows end at random, so those of rows come out as the slots are held
        assert abs(sum(c.user == "a" for c in pool.held()) - slots / 2) <= 1
    since = Counter(claim.user for claim in pool.served[slots:])
    assert abs(since["a"] - since["b"]) <= (1 if slots == 1 else 60)


def test_with_one_slot_users_alternate_row_by_row() -> None:
    pool = Pool(slots=1)
    for user in "aaaaaaaaaabc":
        pool.join(user)
    for _ in range(30):
        for ended in pool.held():
            pool.join(ended.user)
            pool.end(ended)
        pool.fill()

    assert users(pool.served) == "abc" * 10


def test_calling_every_row_urgent_buys_no_turns() -> None:
    pool = Pool(slots=1)
    for _ in range(5):
        pool.join("a", row=Priority.LOW)
    pool.join("b", row=Priority.LOW)
    for _ in range(40):
        for ended in pool.held():
            pool.join(ended.user, row=Priority.URGENT if ended.user == "a" else Priority.LOW)
            pool.end(ended)
        pool.fill()

    assert users(pool.served) == "ab" * 20


def test_who_was_alone_for_long_neither_pays_nor_gains_when_another_comes() -> None:
    pool = Pool(slots=1)
    for user, rows in (("a", 50), ("b", 10)):
        pool.join(user)
        for _ in range(rows):
            for ended in pool.held():
                pool.join(ended.user)
                pool.end(ended)
            pool.fill()

    assert users(pool.served[50:]) == "ba" * 5


@pytest.mark.parametrize("slots", [1, 2, 5])
def test_a_stream_of_new_users_starves_nobody(slots: int) -> None:
    pool = Pool(slots)
    for _ in range(20):
        pool.join("patient")
    patient = set(range(1, 21))
    rng = random.Random(7)
    for newcomer in range(300):
        # A user never seen before for each slot that is freed.
        pool.join(f"new{newcomer}")
        if pool.held():
            pool.end(rng.choice(pool.held()))
        for claim in pool.fill():
            patient.discard(claim.id)

    assert not patient


def test_the_first_claim_of_a_waiting_user_is_overtaken_only_by_those_already_there() -> None:
    rng = random.Random(3)
    for _ in range(50):
        pool = Pool(slots=1)
        for _ in range(rng.randint(1, 30)):
            pool.join(rng.choice("abcd"))
        first = pool.join("x")
        ahead = len(pool.claims)
        for _ in range(ahead):
            for ended in pool.held():
                pool.join(rng.choice("abcdefgh"))
                pool.end(ended)
            if any(claim.id == first for claim in pool.fill()):
                break
        else:
            pytest.fail("the claim was passed by more claims than stood before it")
