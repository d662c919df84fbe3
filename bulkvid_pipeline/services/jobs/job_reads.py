"""All that is needed to read jobs, over one instance: what doors open once and use for every request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.instance_secret import instance_secret
from bulkvid_pipeline.adapters.dagster.run_log import RunLog
from bulkvid_pipeline.services.jobs.events import JobEvents
from bulkvid_pipeline.services.jobs.items import Items
from bulkvid_pipeline.services.jobs.job_index import JobIndex
from bulkvid_pipeline.services.jobs.job_rows import RowReader
from bulkvid_pipeline.services.jobs.results import Results
from bulkvid_pipeline.services.outputs.links import Links
from bulkvid_pipeline.settings import Settings

LINK_SECRET = "links"


@dataclass(frozen=True)
class JobReads:
    """Readers that share what they know."""

    jobs: JobIndex
    log: RunLog
    events: JobEvents
    rows: RowReader
    items: Items
    results: Results
    links: Links


@contextmanager
def job_reads(instance: DagsterInstance, settings: Settings) -> Iterator[JobReads]:
    """The readers of an instance; their connections are closed at the end.

    Raises:
        ServiceUnavailableError: the instance's storage is not SQLite or PostgreSQL, or it does not respond.
    """
    log = RunLog(instance)
    jobs, events = JobIndex(instance), JobEvents(log)
    with closing(log), closing(jobs):
        rows, links = RowReader(log), Links(settings, instance_secret(instance, LINK_SECRET))
        yield JobReads(jobs, log, events, rows, Items(rows, links), Results(rows, links), links)
