"""`BulkJobsClient`: the operations of `async_client` for programs that wait for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, Unpack, overload

import httpx2

from .async_client import AsyncTemplates, AsyncWebhooks, Operations, States, Timeout
from .downloads import OnProgress
from .job_fields import JobFields
from .models import (
    Analytics,
    CreatedJob,
    DetailedHealth,
    DownloadedFile,
    DryRun,
    Event,
    Health,
    Item,
    ItemDetail,
    Job,
    Metrics,
    Progress,
    Result,
    SheetPreview,
    SheetReport,
    StreamEvent,
    SystemStatus,
    Template,
    Update,
    UploadedSheet,
    WebhookDelivery,
)
from .results import FileKind
from .retries import RetryPolicy
from .sheet_files import SheetFile
from .transport import BlockingTransport, iterate, run


class BulkJobsClient:
    """The API of bulk jobs; use as `with`, or call `close`. One client may be used by several threads.

    Args:
        api_key: the token; `bulkvid token` makes one. It goes to `base_url` alone.
        base_url: for example `https://api.example.com`.
        timeout: seconds that one attempt may wait for a connection, and for each piece of an answer.
        max_retries: further attempts of a request that failed in passing; only where a second one does no harm.
        total_timeout: seconds that a request may take with all its attempts; None for no bound.
        backoff: seconds, the longest first pause between attempts; later ones are up to twice as long each.
        http_client: your own, for example behind a proxy; you close it.

    Raises:
        ValueError: the key or the URL cannot be one.
    """

    def __init__(
        self,
        api_key: str,
        base_url: str,
        *,
        timeout: Timeout = 30.0,
        max_retries: int = 4,
        total_timeout: float | None = 120.0,
        backoff: float = 0.5,
        http_client: httpx2.Client | None = None,
    ) -> None:
        transport = BlockingTransport(http_client, httpx2.Timeout(timeout))
        self._api = Operations(transport, base_url, api_key, RetryPolicy(max_retries, backoff, total_timeout), timeout)
        self.templates = Templates(self._api.templates)
        self.webhooks = Webhooks(self._api.webhooks)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._api.base_url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        run(self._api.close())

    # Starting jobs

    @overload
    def create_job(
        self,
        *,
        spec: Mapping[str, Any] | None = None,
        file: SheetFile | None = None,
        dry_run: Literal[False] = False,
        idempotency_key: str | None = None,
        **fields: Unpack[JobFields],
    ) -> CreatedJob: ...

    @overload
    def create_job(
        self,
        *,
        spec: Mapping[str, Any] | None = None,
        file: SheetFile | None = None,
        dry_run: Literal[True],
        idempotency_key: str | None = None,
        **fields: Unpack[JobFields],
    ) -> DryRun: ...

    @overload
    def create_job(
        self,
        *,
        spec: Mapping[str, Any] | None = None,
        file: SheetFile | None = None,
        dry_run: bool,
        idempotency_key: str | None = None,
        **fields: Unpack[JobFields],
    ) -> CreatedJob | DryRun: ...

    def create_job(
        self,
        *,
        spec: Mapping[str, Any] | None = None,
        file: SheetFile | None = None,
        dry_run: bool = False,
        idempotency_key: str | None = None,
        **fields: Unpack[JobFields],
    ) -> CreatedJob | DryRun:
        """Create a job; see `JobFields` for its fields.

        Args:
            spec: the whole spec as the API has it; other arguments win over what it says.
            file: a CSV or XLSX file, which is uploaded first.
            dry_run: only say what the job would do.
            idempotency_key: makes one job out of several calls, also of several processes; by default one is made for
                this call and its retries. It holds for 24 hours.

        Raises:
            InvalidRequestError: the sheet or a field is wrong; `field` and `fix` say which and how to mend it.
            ValueError: two sheets are given, or the file cannot be one.
        """
        return run(
            self._api.create_job(spec=spec, file=file, dry_run=dry_run, idempotency_key=idempotency_key, **fields)
        )

    def upload_sheet(self, file: SheetFile, *, idempotency_key: str | None = None) -> UploadedSheet:
        """Upload a CSV or XLSX file of at most 10 MiB; its `id` is the `path` of a job.

        Uploaded again under the same name it is the same sheet: a job over it renders only rows that have changed.

        Raises:
            InvalidRequestError: the file is no sheet.
            ValueError: it is empty or too large.
        """
        return run(self._api.upload_sheet(file, idempotency_key=idempotency_key))

    def preview_sheet(
        self,
        *,
        spec: Mapping[str, Any] | None = None,
        file: SheetFile | None = None,
        rows: int | None = None,
        **fields: Unpack[JobFields],
    ) -> SheetPreview:
        """How the first `rows` rows of a sheet are understood; the other arguments are those of `create_job`."""
        return run(self._api.preview_sheet(spec=spec, file=file, rows=rows, **fields))

    # Reading jobs

    def get_job(self, job_id: str) -> Job:
        """A job.

        Raises:
            NotFoundError: there is none of that id in the token's project.
        """
        return run(self._api.get_job(job_id))

    def list_jobs(
        self,
        *,
        state: States = None,
        q: str | None = None,
        sort: Literal["created_at", "updated_at", "percent_complete"] | None = None,
        order: Literal["asc", "desc"] | None = None,
        page_size: int | None = None,
        limit: int | None = None,
    ) -> Iterator[Job]:
        """Jobs, page after page as they are needed.

        Args:
            state: one state or several.
            q: text to look for in titles and ids.
            page_size: jobs a request, 1 to 100.
            limit: the most jobs to give; None for all.
        """
        return iterate(self._api.list_jobs(state=state, q=q, sort=sort, order=order, page_size=page_size, limit=limit))

    def get_job_progress(self, job_id: str) -> Progress:
        """The progress of a job; its state is in `get_job` and in the updates of `monitor_job`."""
        return run(self._api.get_job_progress(job_id))

    def get_job_metrics(self, job_id: str) -> Metrics:
        """How fast a job works."""
        return run(self._api.get_job_metrics(job_id))

    def get_job_events(
        self,
        job_id: str,
        *,
        level: str | None = None,
        row: str | int | None = None,
        after: str | None = None,
        limit: int | None = 100,
    ) -> Iterator[Event]:
        """What happened to a job, oldest first: the newest events, or those after the event with the id `after`.

        Args:
            level: only events that are at least as grave: DEBUG, INFO, WARNING, ERROR; INFO if left out.
            row: only events of the row with this key or number in the sheet.
            limit: the most events to give; None for all, which costs a request for every 250.
        """
        return iterate(self._api.get_job_events(job_id, level=level, row=row, after=after, limit=limit))

    def get_items(
        self,
        job_id: str,
        *,
        state: States = None,
        q: str | None = None,
        page_size: int | None = None,
        limit: int | None = None,
    ) -> Iterator[Item]:
        """The rows of a job, in the order of the sheet.

        Args:
            state: one state or several.
            q: text to look for in titles, keys and errors.
            limit: the most rows to give; None for all.
        """
        return iterate(self._api.get_items(job_id, state=state, q=q, page_size=page_size, limit=limit))

    def get_item(self, job_id: str, row: str | int) -> ItemDetail:
        """All that is known of one row of a job, named by its key or by its number in the sheet."""
        return run(self._api.get_item(job_id, row))

    def get_results(
        self, job_id: str, *, state: States = None, page_size: int | None = None, limit: int | None = None
    ) -> Iterator[Result]:
        """The finished videos of a job, with links that hold for a while, and its failed rows.

        Args:
            state: only of rows in this state, or in these.
            limit: the most results to give; None for all.
        """
        return iterate(self._api.get_results(job_id, state=state, page_size=page_size, limit=limit))

    def get_report(self, job_id: str, *, level: str | Iterable[str] | None = None) -> SheetReport:
        """The validation of a job's sheet; `level` chooses the findings: error, warning, info.

        Raises:
            NotFoundError: the sheet has not been validated yet.
        """
        return run(self._api.get_report(job_id, level=level))

    # Controlling jobs

    def pause_job(self, job_id: str) -> Job:
        """Pause a job: rows in work are finished.

        Raises:
            ConflictError: its state does not allow this; `details` has the allowed actions. So with the others.
        """
        return run(self._api.pause_job(job_id))

    def resume_job(self, job_id: str) -> Job:
        """Let a paused job go on."""
        return run(self._api.resume_job(job_id))

    def cancel_job(self, job_id: str) -> Job:
        """Stop a job for good."""
        return run(self._api.cancel_job(job_id))

    def retry_job(self, job_id: str, items: Sequence[str | int] | None = None) -> Job:
        """Render again what failed, or the rows that `items` names by key or by number in the sheet."""
        return run(self._api.retry_job(job_id, items))

    # Watching jobs

    def monitor_job(
        self,
        job_id: str,
        *,
        streaming: bool = True,
        poll_interval: float = 2.0,
        max_outage: float | None = 600.0,
        raise_on_failure: bool = False,
    ) -> Iterator[Update]:
        """Updates of a job's progress, the first at once, then whenever it changes, until the job has ended.

        The last update has the state in which the job ended: completed, failed or canceled. A paused job is watched on.
        The server may be restarted meanwhile, and connections may drop.

        Args:
            streaming: use the job's stream where that is possible; else the job is read every `poll_interval` seconds.
            poll_interval: seconds, at least 2.
            max_outage: seconds that the server may be out of reach without a break; None for ever.
            raise_on_failure: raise after the last update if the job is not completed.

        Raises:
            AuthenticationError: the token has expired.
            ConnectionFailedError: the server stayed out of reach.
            JobFailedError: with `raise_on_failure`.
        """
        return iterate(
            self._api.monitor_job(
                job_id,
                streaming=streaming,
                poll_interval=poll_interval,
                max_outage=max_outage,
                raise_on_failure=raise_on_failure,
            )
        )

    def stream_job(
        self, job_id: str, *, last_event_id: str = "", replay: bool = False, max_outage: float | None = 600.0
    ) -> Iterator[StreamEvent]:
        """All events of a job as they happen, until its `end`; each once, over as many connections as it takes.

        Args:
            last_event_id: go on after this event; by default from the job's present state.
            replay: without such an event, begin with what has happened already.
            max_outage: seconds that the server may be out of reach without a break; None for ever.
        """
        return iterate(self._api.stream_job(job_id, last_event_id=last_event_id, replay=replay, max_outage=max_outage))

    # Files

    def download_results(
        self,
        job_id: str,
        folder: str | Path,
        *,
        workers: int = 4,
        platforms: Iterable[str] | None = None,
        kinds: Sequence[FileKind] = ("video",),
        on_progress: OnProgress | None = None,
    ) -> list[DownloadedFile]:
        """Download the finished videos of a job; files that are complete are not fetched again.

        A download that was interrupted goes on from its `.part` file. A file gets its name when it is complete.

        Args:
            folder: is made if need be.
            workers: files at once.
            platforms: only files for these, for example `['youtube']`.
            kinds: which files: video, poster, srt, vtt.
            on_progress: is told of each piece that comes; calls do not overlap, but may come from other threads.

        Raises:
            DownloadError: some files could not be downloaded; all others are there.
        """
        return run(
            self._api.download_results(
                job_id, folder, workers=workers, platforms=platforms, kinds=kinds, on_progress=on_progress
            )
        )

    # The installation

    def get_job_analytics(
        self,
        *,
        start_date: date | str | None = None,
        end_date: date | str | None = None,
        group_by: Literal["template_id", "style", "user", "platform", "day", "provider"] | None = None,
        time_zone: str | None = None,
    ) -> Analytics:
        """What the project's jobs have made, from one day to another with both of them.

        Days are those of `time_zone`, such as `Europe/Berlin`; of UTC if it is left out.
        """
        return run(
            self._api.get_job_analytics(
                start_date=start_date, end_date=end_date, group_by=group_by, time_zone=time_zone
            )
        )

    def system_status(self) -> SystemStatus:
        """How busy the installation is."""
        return run(self._api.system_status())

    def health(self) -> Health:
        """Whether the service works; an unhealthy one is an answer, not an error."""
        return run(self._api.health())

    def health_detailed(self) -> DetailedHealth:
        """Whether the service works, with figures of each part; needs the scope admin, or to be on its machine."""
        return run(self._api.health_detailed())


class Templates:
    """The templates that the project may use; it changes its own."""

    def __init__(self, templates: AsyncTemplates) -> None:
        self._templates = templates

    def list(self) -> tuple[Template, ...]:
        """All templates: built-in ones, those of the installation, and the project's own."""
        return run(self._templates.list())

    def get(self, template_id: str) -> Template:
        """A template."""
        return run(self._templates.get(template_id))

    def put(self, template_id: str, document: Mapping[str, Any], *, only_new: bool = False) -> Template:
        """Make a template, or replace it unless `only_new`; `document` is all of it.

        Raises:
            ConflictError: it is there already, or is built in.
        """
        return run(self._templates.put(template_id, document, only_new=only_new))

    def delete(self, template_id: str) -> None:
        """Delete a template of the project."""
        run(self._templates.delete(template_id))

    def preview(self, template_id: str) -> bytes:
        """A picture of the template's cards, as PNG."""
        return run(self._templates.preview(template_id))


class Webhooks:
    """What became of the messages to callback URLs."""

    def __init__(self, webhooks: AsyncWebhooks) -> None:
        self._webhooks = webhooks

    def deliveries(
        self,
        *,
        job_id: str | None = None,
        state: str | None = None,
        page_size: int | None = None,
        limit: int | None = None,
    ) -> Iterator[WebhookDelivery]:
        """Deliveries, the newest first."""
        return iterate(self._webhooks.deliveries(job_id=job_id, state=state, page_size=page_size, limit=limit))

    def get(self, delivery_id: str) -> WebhookDelivery:
        """A delivery with its attempts."""
        return run(self._webhooks.get(delivery_id))

    def replay(self, delivery_id: str) -> WebhookDelivery:
        """Send a message once more."""
        return run(self._webhooks.replay(delivery_id))
