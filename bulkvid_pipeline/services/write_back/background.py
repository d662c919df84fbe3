"""Writing back beside a job's work: every half minute from a thread, and the rest at its end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from dagster import DagsterInstance, EventLogEntry

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.write_back import RowResult
from bulkvid_pipeline.services.jobs.run_state import tell_tags
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome
from bulkvid_pipeline.services.periodic import Periodic
from bulkvid_pipeline.services.write_back.writer import Written, by_key, in_rows, result_of, write_results
from bulkvid_pipeline.settings import Settings

_LOG = logging.getLogger(__name__)

EVERY_S = 30.0
"""Google allows 60 writes a minute and user, over all jobs; people look at a sheet less often than that."""

FAILED = "failed: "
"""What the run's tag begins with where something could not be written."""


@contextmanager
def writing_back(
    instance: DagsterInstance,
    run_id: str,
    job_id: str,
    spec: BulkJobSpec,
    settings: Settings,
    refused: Sequence[RowResult] = (),
    *,
    every_s: float = EVERY_S,
    stopping: Stopping | None = None,
) -> Iterator[Callable[[RowOutcome], None]]:
    """Write results of rows into the job's sheet: every `every_s` seconds, and what is left at the end of the block.

    The block gets a function to be called with the outcome of each row as it ends; a job that does not write back gets
    one that does nothing. What goes wrong here does not reach the block; it is told on the run. An interrupt leaves at
    once, with the rest unwritten.

    Args:
        refused: results of the rows that validation refused; they are written first.
        every_s: seconds between two writings.
        stopping: ends what is under way, and the pauses between two tries, when the job is stopped.
    """
    if not spec.write_back:
        yield lambda _: None
        return
    write = partial(write_results, instance, spec, settings)
    reporter = _Reporter(instance, run_id, job_id, write, refused, every_s, stopping or Stopping())
    reporter.start()
    try:
        yield reporter.take
    except Exception:
        reporter.finish()
        raise
    except BaseException:
        reporter.abandon()
        raise
    reporter.finish()


class _Reporter:
    """Keeps the results that are not in the sheet yet, and writes them there from a thread."""

    def __init__(
        self,
        instance: DagsterInstance,
        run_id: str,
        job_id: str,
        write: Callable[..., Written],
        refused: Sequence[RowResult],
        every_s: float,
        stopping: Stopping,
    ) -> None:
        self._instance = instance
        self._run_id = run_id
        self._job_id = job_id
        self._write = write
        self._lock = threading.Lock()
        self._waiting = by_key(refused)
        self._done = Written()
        self._told: set[str] = set()
        self._fault: str | None = None
        self._hopeless = False
        self._stopping = stopping
        self._periodic = Periodic(self._work, every_s, "write-back")

    def start(self) -> None:
        """Begin to write from a thread."""
        self._periodic.start()

    def take(self, outcome: RowOutcome) -> None:
        """Keep a row's result for the next writing."""
        result = result_of(outcome)
        if result is not None:
            with self._lock:
                self._waiting[result.row_key] = result

    def finish(self) -> None:
        """Write what is left, and tell on the run how it went."""
        self._periodic.stop()
        self._flush()
        if self._fault is not None:
            self._tell_unwritten(self._fault)
        elif self._done != Written():
            self._tell(str(self._done), logging.WARNING if self._done.missing else logging.INFO)
            self._tag(str(self._done))

    def abandon(self) -> None:
        """Leave at once: a pause between two tries ends, and a request under way is not waited for."""
        self._stopping.stop()
        self._periodic.stop(wait=False)
        if self._waiting:
            self._tell_unwritten("The job was interrupted")

    def _work(self) -> None:
        if not self._hopeless:
            self._flush()
        if self._fault is not None and self._fault not in self._told:
            self._told.add(self._fault)
            self._tell(f"Results could not be written into the sheet yet: {self._fault}", logging.WARNING)

    def _flush(self) -> None:
        with self._lock:
            results = dict(self._waiting)
        if not results:
            return
        try:
            retry = RetryPolicy(sleep=self._stopping.sleep)
            written = self._stopping.run(lambda: self._write(results.values(), retry=retry))
        except BulkVideoError as error:
            self._fault, self._hopeless = str(error), not error.retryable
            return
        except Exception as error:  # a row's result must never take the row with it
            _LOG.exception("Write-back failed")
            self._fault = f"Unexpected {type(error).__name__}: {error}"
            return
        self._fault = None
        self._done += written
        with self._lock:
            for key, result in results.items():
                if self._waiting.get(key) is result:
                    del self._waiting[key]

    def _tell_unwritten(self, fault: str) -> None:
        text = (
            f"{in_rows(len(self._waiting))} not written into the sheet: {fault.rstrip('.')}. "
            f"Then run: bulkvid jobs write-back {self._job_id}"
        )
        self._tell(text, logging.WARNING)
        self._tag(FAILED + text)

    def _tell(self, text: str, level: int) -> None:
        tell_run(self._instance, self._run_id, f"Write-back: {text}", level)

    def _tag(self, text: str) -> None:
        try:
            tell_tags(self._instance, self._run_id, {tags.WRITE_BACK: text})
        except BulkVideoError as error:
            _LOG.warning("%s", error)


def tell_run(instance: DagsterInstance, run_id: str, text: str, level: int) -> None:
    """Leave a line in a run's log."""
    run = instance.get_run_by_id(run_id)
    entry = EventLogEntry(  # type: ignore[no-untyped-call]
        error_info=None,
        level=level,
        user_message=text,
        run_id=run_id,
        timestamp=time.time(),
        job_name=run.job_name if run else None,
    )
    instance.handle_new_event(entry)
