"""With what a job works in this process, where somebody who embeds us wants other means than the settings name.

Whoever runs a job here lends it its means for as long as it runs; the job's steps look them up by its id. Jobs of which
nothing is said, and those that another process goes on with, work as the settings of their process say.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.services.batch.admission import Admission
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome
from bulkvid_pipeline.settings import Settings, settings


def told_nobody(_outcome: RowOutcome) -> None:
    """For jobs whose rows nobody in this process waits for."""


def as_it_is(admission: Admission) -> Admission:
    """For jobs that share nothing with others but the instance's slots."""
    return admission


@dataclass(frozen=True)
class JobMeans:
    """What one job works with.

    Attributes:
        settings: in place of those of this process.
        retry: how transient faults of Google sheets are tried again; None: the adapter's own policy.
        admission: puts something of the embedder's own before the instance's render slots.
        on_outcome: told of each row once its end is recorded, in the thread of the run.
        stopping: ends the job's waits and rows at once. The job is canceled then, or paused if that is its intent.
    """

    settings: Settings = field(default_factory=settings)
    retry: RetryPolicy | None = None
    admission: Callable[[Admission], Admission] = as_it_is
    on_outcome: Callable[[RowOutcome], None] = told_nobody
    stopping: Stopping = field(default_factory=Stopping)


_lent: dict[str, JobMeans] = {}
_lock = threading.Lock()


def lend(job_id: str, means: JobMeans) -> None:
    """Let the job work with these means in this process, until they are taken back."""
    with _lock:
        _lent[job_id] = means


def take_back(job_id: str, means: JobMeans) -> None:
    """Let later runs of the job work as the settings say, unless other means were lent to it meanwhile."""
    with _lock:
        if _lent.get(job_id) is means:
            del _lent[job_id]


def means_of(job_id: str) -> JobMeans:
    """The means that were lent to the job in this process, else those that the settings name."""
    with _lock:
        found = _lent.get(job_id)
    return found or JobMeans()
