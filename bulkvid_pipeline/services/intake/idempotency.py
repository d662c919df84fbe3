"""Requests that may be sent again: the first one under a key is carried out, its answer is given to all others.

The rules are Stripe's: the same request gets the first one's answer for 24 hours, another request under the same key
is refused, and so is a request whose first one is still being carried out. A request that was refused before anything
was begun leaves its key free.

A process may die at any moment. Whoever comes next with the key finds that its owner is dead and takes the reservation
over, with the ids of job and launch that were chosen for it: what was launched already is found by them, never launched
a second time.
"""

from __future__ import annotations

import dataclasses
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.web_server import AnswerLostError
from bulkvid_pipeline.adapters.idempotency import Answer, RequestName, Reservation, Reservations
from bulkvid_pipeline.adapters.processes import Fate, ProcessIdentity, fate_of, this_process
from bulkvid_pipeline.core.errors import BulkVideoError, InvalidRequestError, KeyInUseError, KeyReusedError
from bulkvid_pipeline.services.jobs.run_config import new_job_id

LONGEST_KEY = 255
LONGEST_REQUEST_S = 300.0
"""How long an owner that cannot be looked at from here (on another machine) is taken to be at work."""
RETRY_AFTER_S = 1.0
LONGEST_WAIT_S = 60.0
"""How long a second click waits for the answer of the first."""
_LOOK_AGAIN_S = 0.3
_CLEAN_EVERY_S = 600.0
_MOST_TRIES = 20
"""Each one that fails means that another process was quicker."""


@dataclass(frozen=True)
class Claim:
    """A request that this process is to carry out. Without a key nothing is stored, and a repetition is a new request.

    `is_taken_over`: another process began it and died; something may have been launched already.
    """

    job_id: str
    launch_id: str
    reservation: Reservation | None = None
    is_taken_over: bool = False

    @property
    def noted(self) -> Mapping[str, Any] | None:
        """What was written down before something was launched; None if nothing can have been launched."""
        return self.reservation.noted if self.reservation else None

    @property
    def began_s(self) -> float:
        """When the request was first taken up, in epoch seconds."""
        return self.reservation.created_ms / 1000 if self.reservation else time.time()


def check_key(key: str) -> str:
    """The key of an `Idempotency-Key` header.

    Raises:
        InvalidRequestError: it is empty, too long, or has characters that are not printable ASCII.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not all(" " <= char <= "~" for char in key):
        error = InvalidRequestError(
            f"The idempotency key is not 1 to {LONGEST_KEY} printable ASCII characters", fix="Use a UUID as the key"
        )
        raise error
    return key


class Work:
    """A request that is being carried out."""

    def __init__(self, keyed: KeyedRequests, claim: Claim) -> None:
        self._keyed = keyed
        self.claim = claim

    def note(self, noted: Mapping[str, Any]) -> None:
        """Write down what is about to be done; from now on it may have been done.

        Raises:
            KeyInUseError: another process carries the request out.
        """
        self.claim = self._keyed.note(self.claim, noted)


class KeyedRequests:
    """The keyed requests of an instance. Times are epoch seconds.

    Raises:
        ServiceUnavailableError: from every method, when the instance's database does not answer.
    """

    def __init__(self, instance: DagsterInstance, clock: Callable[[], float] = time.time) -> None:
        self._store = Reservations(instance)
        self._clock = clock
        self._clean_at = 0.0

    def once(self, name: RequestName, request: str, work: Callable[[Work], Answer]) -> tuple[Answer, bool]:
        """The answer of `work`, which is called unless there is one already; and whether there was.

        If `work` raises, nothing was done, unless it has noted something before and the error is `AnswerLostError` or
        not foreseen: then the next request with the key goes on.

        Raises:
            KeyReusedError, KeyInUseError: see `begin`.
        """
        found = self.begin(name, request)
        if isinstance(found, Answer):
            return found, True
        doing = Work(self, found)
        try:
            answer = work(doing)
        except BaseException as error:
            certain = isinstance(error, BulkVideoError) and not isinstance(error, AnswerLostError)
            if certain or doing.claim.noted is None:
                self.release(doing.claim)
            else:
                self.leave(doing.claim)
            raise
        self.finish(doing.claim, answer)
        return answer, False

    def waited_for(
        self, name: RequestName, request: str, work: Callable[[Work], Answer], longest_s: float = LONGEST_WAIT_S
    ) -> tuple[Answer, bool]:
        """As `once`, for people who press a button twice: the second request waits for the answer of the first.

        Raises:
            KeyReusedError: see `begin`.
            KeyInUseError: after `longest_s` seconds the first one is still being carried out.
        """
        ends = time.monotonic() + longest_s
        while True:
            try:
                return self.once(name, request, work)
            except KeyInUseError:
                if time.monotonic() > ends:
                    raise
                time.sleep(_LOOK_AGAIN_S)

    def answer_to(self, name: RequestName) -> Answer | None:
        """The answer that is kept for the key; None if there is none (any more)."""
        kept = self._store.read(name.stored_key)
        return kept.answer if kept is not None and kept.expires_ms > self._clock() * 1000 else None

    def begin(self, name: RequestName, request: str) -> Claim | Answer:
        """What to do with a request: carry it out, or give the answer of the first one.

        Args:
            name: the key and what it belongs to.
            request: digest of all that the request asks for.

        Raises:
            KeyReusedError: the key belongs to another request.
            KeyInUseError: the first request is still being carried out.
        """
        self._clean()
        for _ in range(_MOST_TRIES):
            new = self._new(name, request)
            if (added := self._store.add(new)) is not None:
                return Claim(added.job_id, added.launch_id, added)
            old = self._store.read(new.key)
            if old is None:
                continue  # released or forgotten meanwhile
            if old.expires_ms <= new.created_ms:
                if (renewed := self._store.swap(old, new)) is not None:
                    return Claim(renewed.job_id, renewed.launch_id, renewed)
                continue
            if old.request != request:
                raise KeyReusedError("The idempotency key was used before with another request")
            if old.answer is not None:
                return old.answer
            if self._is_at_work(old):
                raise KeyInUseError(
                    "The first request with this idempotency key is still being processed", retry_after=RETRY_AFTER_S
                )
            taken = self._store.swap(old, dataclasses.replace(old, owner=new.owner, claimed_ms=new.claimed_ms))
            if taken is not None:
                return Claim(taken.job_id, taken.launch_id, taken, is_taken_over=True)
        raise KeyInUseError("Many requests with this idempotency key arrive at once", retry_after=RETRY_AFTER_S)

    def note(self, claim: Claim, noted: Mapping[str, Any]) -> Claim:
        """Write down, before something is launched, what is needed to go on after a crash.

        Raises:
            KeyInUseError: another process has taken the request over.
        """
        if claim.reservation is None:
            return claim
        kept = self._store.swap(claim.reservation, dataclasses.replace(claim.reservation, noted=dict(noted)))
        if kept is None:
            raise KeyInUseError("Another process carries this request out now", retry_after=RETRY_AFTER_S)
        return dataclasses.replace(claim, reservation=kept)

    def finish(self, claim: Claim, answer: Answer) -> None:
        """Keep the answer, for all requests with the key that come later."""
        if claim.reservation is not None:
            self._store.swap(claim.reservation, dataclasses.replace(claim.reservation, answer=answer))

    def release(self, claim: Claim) -> None:
        """Free the key: nothing was launched, and the next request with it is a new one."""
        if claim.reservation is not None:
            self._store.remove(claim.reservation)

    def leave(self, claim: Claim) -> None:
        """Let the next request with the key go on: something may have been launched."""
        if claim.reservation is not None:
            self._store.swap(claim.reservation, dataclasses.replace(claim.reservation, owner=""))

    def _new(self, name: RequestName, request: str) -> Reservation:
        now_ms = round(self._clock() * 1000)
        return Reservation(
            name.stored_key, request, new_job_id(), uuid.uuid4().hex, now_ms, str(this_process()), now_ms
        )

    def _is_at_work(self, reservation: Reservation) -> bool:
        if not reservation.owner:
            return False
        fate = fate_of(ProcessIdentity.read(reservation.owner))
        if fate is Fate.OUT_OF_SIGHT:
            return self._clock() < reservation.claimed_ms / 1000 + LONGEST_REQUEST_S
        return fate is not Fate.GONE

    def _clean(self) -> None:
        now = self._clock()
        if now >= self._clean_at:
            self._clean_at = now + _CLEAN_EVERY_S
            self._store.forget_expired(round(now * 1000))


def unkeyed() -> Claim:
    """The claim of a request without a key."""
    return Claim(new_job_id(), uuid.uuid4().hex)
