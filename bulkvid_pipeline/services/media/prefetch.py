"""Finding out what rows' media are, beside the row loop: a slow server holds up the rows that name it and no others."""

from __future__ import annotations

import contextvars
import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.adapters.cache import Cache
from bulkvid_pipeline.adapters.media import MediaLibrary, MediaPolicy
from bulkvid_pipeline.adapters.media.library import require_picture
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.core.errors import BulkVideoError, RenderCancelledError
from bulkvid_pipeline.core.media import PlannedMedium
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.rendering.row_media import media_path

THREADS = 6
"""Media asked for at once; each may hold a whole file in memory."""
_LOOK_AFTER_S = 5.0


@dataclass(frozen=True)
class Answer:
    """A row whose media are known, or the error that keeps it from being rendered."""

    plan: VideoPlan
    error: BulkVideoError | None = None


class MediaPrefetch:
    """Asks for the media of rows in threads of its own. Use as a context manager, from one thread.

    Args:
        policy: where media may come from.
        cache: where contents are kept; without it each is fetched again when it is laid out.
    """

    def __init__(self, policy: MediaPolicy, cache: Cache | None) -> None:
        self._stopped = threading.Event()
        retry = RetryPolicy(tries=4, first_delay_s=0.5, longest_delay_s=10.0, sleep=self._sleep)
        self._library = MediaLibrary(policy, cache, retry)
        self._asked: queue.SimpleQueue[VideoPlan] = queue.SimpleQueue()
        self._answered: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._news = threading.Event()
        self.pending = 0
        """Rows that were asked for and not answered yet."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()

    def ask(self, plans: Iterable[VideoPlan]) -> None:
        """Begin to find out about the media of rows, the first ones first."""
        for plan in plans:
            self.pending += 1
            self._asked.put(plan)
        for number in range(min(THREADS, self.pending)):
            # Nobody waits for them: one that is stuck in a slow answer must not hold up the end of a job.
            work = partial(contextvars.copy_context().run, self._work)
            threading.Thread(target=work, name=f"media-{number}", daemon=True).start()

    def answers(self) -> list[Answer]:
        """What was found out since the last call."""
        self._news.clear()
        found = []
        while True:
            try:
                found.append(self._answered.get_nowait())
            except queue.Empty:
                self.pending -= len(found)
                return found

    def wait(self, seconds: float) -> None:
        """Until there is an answer, at most so long."""
        if self.pending:
            self._news.wait(seconds)
        else:
            time.sleep(seconds)

    def lay(self, plan: VideoPlan, folder: Path) -> None:
        """Put the contents of a row's media where its render worker looks for them.

        Raises:
            BulkVideoError: a content is kept no longer, and could not be fetched again.
        """
        for use, medium in plan.media.items():
            path = media_path(folder, use)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(self._library.content(medium.source, medium.digest))

    def _work(self) -> None:
        while not self._stopped.is_set():
            try:
                plan = self._asked.get_nowait()
            except queue.Empty:
                return
            with exchanges.for_row(plan.row_key):
                self._answered.put(self._answer(plan))
            self._news.set()

    def _answer(self, plan: VideoPlan) -> Answer:
        try:
            return Answer(replace(plan, image=self._known(plan.image), background=self._known(plan.background, True)))
        except BulkVideoError as error:
            return Answer(plan, error)
        except Exception as error:  # the loop must hear of every row
            what = f"Unexpected {type(error).__name__}: {error}"
            return Answer(plan, BulkVideoError(what, fix="Report the row; see the log"))

    def _known(self, medium: PlannedMedium | None, may_move: bool = False) -> PlannedMedium | None:
        if medium is None:
            return None
        found = self._library.identify(medium.source)
        if not may_move:
            require_picture(found, medium.source)
        return replace(medium, digest=found.digest)

    def _sleep(self, seconds: float) -> None:
        if self._stopped.wait(seconds):
            raise RenderCancelledError("The job was stopped")


def with_known_media(plans: Iterable[VideoPlan], policy: MediaPolicy, cache: Cache | None) -> tuple[VideoPlan, ...]:
    """The plans, in their order, with the content of their media known wherever it can be had; waits until it is."""
    plans = tuple(plans)
    known: dict[str, VideoPlan] = {}
    with MediaPrefetch(policy, cache) as prefetch:
        prefetch.ask(plan for plan in plans if plan.media)
        while prefetch.pending:
            prefetch.wait(_LOOK_AFTER_S)
            known |= {answer.plan.row_key: answer.plan for answer in prefetch.answers() if answer.error is None}
    return tuple(known.get(plan.row_key, plan) for plan in plans)


def laid_out(plan: VideoPlan, folder: Path, policy: MediaPolicy, cache: Cache | None) -> VideoPlan:
    """The plan with its media known, and their contents in `folder` as a render worker wants them.

    Raises:
        BulkVideoError: a medium cannot be had or used.
    """
    with MediaPrefetch(policy, cache) as prefetch:
        prefetch.ask([plan])
        while not (answers := prefetch.answers()):
            prefetch.wait(_LOOK_AFTER_S)
        (answer,) = answers
        if answer.error is not None:
            raise answer.error
        prefetch.lay(answer.plan, folder)
        return answer.plan
