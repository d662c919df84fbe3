"""What the doors over HTTP work with: the settings, the Dagster instance, and services over them, opened once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from dagster import DagsterInstance

from bulkvid_pipeline.core.errors import ServiceUnavailableError
from bulkvid_pipeline.services.access.request_counter import RequestCounter
from bulkvid_pipeline.services.access.revocations import Revocations
from bulkvid_pipeline.services.access.sessions import Sessions
from bulkvid_pipeline.services.access.tokens import TokenVerifier
from bulkvid_pipeline.services.analytics.gone_jobs import GoneJobs
from bulkvid_pipeline.services.analytics.job_sums import JobSums
from bulkvid_pipeline.services.intake.idempotency import KeyedRequests
from bulkvid_pipeline.services.jobs.feed import JobFeeds
from bulkvid_pipeline.services.jobs.instance import open_instance
from bulkvid_pipeline.services.jobs.job_reads import JobReads, job_reads
from bulkvid_pipeline.services.jobs.list_feed import ListFeed
from bulkvid_pipeline.services.previews.row_looks import RowLooks
from bulkvid_pipeline.services.sheets.recent_sheets import RecentSheets
from bulkvid_pipeline.services.sheets.uploads import with_uploads_at
from bulkvid_pipeline.services.system.health import HealthWatch
from bulkvid_pipeline.services.system.machine import Machine
from bulkvid_pipeline.services.system.parts import watched_parts
from bulkvid_pipeline.services.wiring.limits import api_limiter
from bulkvid_pipeline.settings import Settings


@dataclass(frozen=True)
class OpenServices:
    """One for each process. It keeps nothing that is not read from the instance, from storage or from sheets."""

    settings: Settings
    home: Path
    instance: DagsterInstance
    verifier: TokenVerifier
    revocations: Revocations
    sessions: Sessions
    requests: RequestCounter
    health: HealthWatch
    machine: Machine
    keyed: KeyedRequests
    reads: JobReads
    feeds: JobFeeds
    list_feed: ListFeed
    sums: JobSums
    looks: RowLooks
    recent_sheets: RecentSheets

    def end_streams(self) -> None:
        """End all that is followed live, because the process is stopping; call it on the event loop."""
        self.feeds.break_off()
        self.list_feed.break_off()

    def see_own_writing(self) -> None:
        """Let the next reads of this process hold what it has just written; without the database they tell so."""
        with suppress(ServiceUnavailableError):
            self.reads.jobs.refresh(at_once=True)


@contextmanager
def open_services(settings: Settings, home: Path) -> Iterator[OpenServices]:
    """The services over the instance in `home`, which is made if need be.

    Raises:
        InvalidSettingsError: a setting cannot be used.
    """
    with (
        open_instance(home) as instance,
        Revocations(instance) as revocations,
        RequestCounter(api_limiter(instance, settings)) as requests,
        job_reads(instance, settings) as reads,
        closing(JobFeeds(reads.jobs.look_up, reads.log)) as feeds,
        closing(RowLooks(with_uploads_at(settings, home), home, instance)) as looks,
    ):
        health = HealthWatch(watched_parts(lambda: instance, settings), version=version("bulkvid-pipeline"))
        health.health()  # the first look takes longer than others
        yield OpenServices(
            settings=with_uploads_at(settings, home),
            home=home,
            instance=instance,
            verifier=TokenVerifier(settings, home, revocations),
            revocations=revocations,
            sessions=Sessions(instance),
            requests=requests,
            health=health,
            machine=Machine(),
            keyed=KeyedRequests(instance),
            reads=reads,
            feeds=feeds,
            list_feed=ListFeed(reads.jobs),
            sums=JobSums(GoneJobs(instance)),
            looks=looks,
            recent_sheets=RecentSheets(),
        )
