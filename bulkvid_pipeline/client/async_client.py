"""`AsyncBulkJobsClient`, and with it all operations of the API: the blocking client calls these."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, Unpack, overload

import httpx2

from .calls import Caller
from .downloads import Downloads, OnProgress, RemoteFile
from .job_fields import JobFields, spec_of
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
from .pages import events_after, newest_events, paged
from .requests import Request, below, checked_base_url, checked_token, get, job_path
from .results import FileKind, files_of
from .retries import RetryPolicy
from .sheet_files import SheetFile, upload_of
from .transport import AsyncTransport, Transport
from .watching import JobStream, monitor

Timeout = float | httpx2.Timeout
States = str | Iterable[str] | None


class Operations:
    """All operations over a transport, as coroutines."""

    def __init__(
        self, transport: Transport, base_url: str, api_key: str, policy: RetryPolicy, timeout: Timeout
    ) -> None:
        self._caller = Caller(
            transport, checked_base_url(base_url), checked_token(api_key), policy, httpx2.Timeout(timeout)
        )
        self.templates = AsyncTemplates(self._caller)
        self.webhooks = AsyncWebhooks(self._caller)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.base_url}>"

    @property
    def base_url(self) -> str:
        """The server's address."""
        return self._caller.base_url

    async def close(self) -> None:
        """Close the connections."""
        await self._caller.transport.close()

    # Starting jobs

    @overload
    async def create_job(
        self,
        *,
        spec: Mapping[str, Any] | None = None,
        file: SheetFile | None = None,
        dry_run: Literal[False] = False,
        idempotency_key: str | None = None,
        **fields: Unpack[JobFields],
    ) -> CreatedJob: ...

    @overload
    async def create_job(
        self,
        *,
        spec: Mapping[str, Any] | None = None,
        file: SheetFile | None = None,
        dry_run: Literal[True],
        idempotency_key: str | None = None,
        **fields: Unpack[JobFields],
    ) -> DryRun: ...

    @overload
    async def create_job(
        self,
        *,
        spec: Mapping[str, Any] | None = None,
        file: SheetFile | None = None,
        dry_run: bool,
        idempotency_key: str | None = None,
        **fields: Unpack[JobFields],
    ) -> CreatedJob | DryRun: ...

    async def create_job(
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
        whole = spec_of(spec, fields)
        if file is not None:
            if {"path", "sheet_id"} & whole.get("input_source", {}).keys():
                raise ValueError("Give one sheet: file, path or sheet_id")
            upload_key = f"{idempotency_key}-sheet" if idempotency_key else None
            whole = spec_of(whole, {"path": (await self.upload_sheet(file, idempotency_key=upload_key)).id})
        request = Request("POST", "/api/bulk-jobs", json=whole)
        if dry_run:
            return DryRun.read(await self._caller.data(request.with_parameters(dry_run=True).again()))
        return CreatedJob.read(await self._caller.data(request.once(idempotency_key)))

    async def upload_sheet(self, file: SheetFile, *, idempotency_key: str | None = None) -> UploadedSheet:
        """Upload a CSV or XLSX file of at most 10 MiB; its `id` is the `path` of a job.

        Uploaded again under the same name it is the same sheet: a job over it renders only rows that have changed.

        Raises:
            InvalidRequestError: the file is no sheet.
            ValueError: it is empty or too large.
        """
        request = Request("POST", "/api/sheets", upload=upload_of(file)).once(idempotency_key)
        return UploadedSheet.read(await self._caller.data(request))

    async def preview_sheet(
        self,
        *,
        spec: Mapping[str, Any] | None = None,
        file: SheetFile | None = None,
        rows: int | None = None,
        **fields: Unpack[JobFields],
    ) -> SheetPreview:
        """How the first `rows` rows of a sheet are understood; the other arguments are those of `create_job`."""
        whole = spec_of(spec, fields)
        if file is not None:
            whole = spec_of(whole, {"path": (await self.upload_sheet(file)).id})
        body = {**whole, **({} if rows is None else {"rows": rows})}
        request = Request("POST", "/api/sheets/preview", json=body, repeatable=True)
        return SheetPreview.read(await self._caller.data(request))

    # Reading jobs

    async def get_job(self, job_id: str) -> Job:
        """A job.

        Raises:
            NotFoundError: there is none of that id in the token's project.
        """
        return Job.read(await self._caller.data(get(job_path(job_id))))

    def list_jobs(
        self,
        *,
        state: States = None,
        q: str | None = None,
        sort: Literal["created_at", "updated_at", "percent_complete"] | None = None,
        order: Literal["asc", "desc"] | None = None,
        page_size: int | None = None,
        limit: int | None = None,
    ) -> AsyncGenerator[Job, None]:
        """Jobs, page after page as they are needed.

        Args:
            state: one state or several.
            q: text to look for in titles and ids.
            page_size: jobs a request, 1 to 100.
            limit: the most jobs to give; None for all.
        """
        asked = {"state": state, "q": q, "sort": sort, "order": order}
        return paged(self._caller, "/api/bulk-jobs", Job, asked, page_size=page_size, limit=limit)

    async def get_job_progress(self, job_id: str) -> Progress:
        """The progress of a job; its state is in `get_job` and in the updates of `monitor_job`."""
        return Progress.read(await self._caller.data(get(job_path(job_id, "progress"))))

    async def get_job_metrics(self, job_id: str) -> Metrics:
        """How fast a job works."""
        return Metrics.read(await self._caller.data(get(job_path(job_id, "metrics"))))

    def get_job_events(
        self,
        job_id: str,
        *,
        level: str | None = None,
        row: str | int | None = None,
        after: str | None = None,
        limit: int | None = 100,
    ) -> AsyncGenerator[Event, None]:
        """What happened to a job, oldest first: the newest events, or those after the event with the id `after`.

        Args:
            level: only events that are at least as grave: DEBUG, INFO, WARNING, ERROR; INFO if left out.
            row: only events of the row with this key or number in the sheet.
            limit: the most events to give; None for all, which costs a request for every 250.
        """
        path, asked = job_path(job_id, "events"), {"level": level, "row": row}
        if after is None:
            return newest_events(self._caller, path, asked, limit)
        return events_after(self._caller, path, asked, after, limit)

    def get_items(
        self,
        job_id: str,
        *,
        state: States = None,
        q: str | None = None,
        page_size: int | None = None,
        limit: int | None = None,
    ) -> AsyncGenerator[Item, None]:
        """The rows of a job, in the order of the sheet.

        Args:
            state: one state or several.
            q: text to look for in titles, keys and errors.
            limit: the most rows to give; None for all.
        """
        asked = {"state": state, "q": q}
        return paged(self._caller, job_path(job_id, "items"), Item, asked, page_size=page_size, limit=limit)

    async def get_item(self, job_id: str, row: str | int) -> ItemDetail:
        """All that is known of one row of a job, named by its key or by its number in the sheet."""
        return ItemDetail.read(await self._caller.data(get(job_path(job_id, "items", str(row)))))

    def get_results(
        self, job_id: str, *, state: States = None, page_size: int | None = None, limit: int | None = None
    ) -> AsyncGenerator[Result, None]:
        """The finished videos of a job, with links that hold for a while, and its failed rows.

        Args:
            state: only of rows in this state, or in these.
            limit: the most results to give; None for all.
        """
        path = job_path(job_id, "results")
        return paged(self._caller, path, Result, {"state": state}, page_size=page_size, limit=limit)

    async def get_report(self, job_id: str, *, level: str | Iterable[str] | None = None) -> SheetReport:
        """The validation of a job's sheet; `level` chooses the findings: error, warning, info.

        Raises:
            NotFoundError: the sheet has not been validated yet.
        """
        return SheetReport.read(await self._caller.data(get(job_path(job_id, "report"), {"level": level})))

    # Controlling jobs

    async def pause_job(self, job_id: str) -> Job:
        """Pause a job: rows in work are finished.

        Raises:
            ConflictError: its state does not allow this; `details` has the allowed actions. So with the others.
        """
        return await self._control(job_id, "pause")

    async def resume_job(self, job_id: str) -> Job:
        """Let a paused job go on."""
        return await self._control(job_id, "resume")

    async def cancel_job(self, job_id: str) -> Job:
        """Stop a job for good."""
        return await self._control(job_id, "cancel")

    async def retry_job(self, job_id: str, items: Sequence[str | int] | None = None) -> Job:
        """Render again what failed, or the rows that `items` names by key or by number in the sheet."""
        return await self._control(job_id, "retry", None if items is None else {"items": list(items)})

    # Watching jobs

    def monitor_job(
        self,
        job_id: str,
        *,
        streaming: bool = True,
        poll_interval: float = 2.0,
        max_outage: float | None = 600.0,
        raise_on_failure: bool = False,
    ) -> AsyncGenerator[Update, None]:
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
        return monitor(
            self._caller,
            job_id,
            streaming=streaming,
            poll_s=poll_interval,
            outage=max_outage,
            raise_on_failure=raise_on_failure,
        )

    def stream_job(
        self, job_id: str, *, last_event_id: str = "", replay: bool = False, max_outage: float | None = 600.0
    ) -> AsyncGenerator[StreamEvent, None]:
        """All events of a job as they happen, until its `end`; each once, over as many connections as it takes.

        Args:
            last_event_id: go on after this event; by default from the job's present state.
            replay: without such an event, begin with what has happened already.
            max_outage: seconds that the server may be out of reach without a break; None for ever.
        """
        stream = JobStream(self._caller, job_id, last_event_id=last_event_id, replay=replay, outage=max_outage)
        return stream.events()

    # Files

    async def download_results(
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
        if workers < 1:
            raise ValueError("workers is at least 1")
        chosen = None if platforms is None else frozenset(platforms)

        async def list_files() -> Sequence[RemoteFile]:
            results = [result async for result in self.get_results(job_id, state="completed")]
            return files_of(results, chosen, kinds)

        return await Downloads(self._caller, list_files, Path(folder), workers, on_progress).run()

    # The installation

    async def get_job_analytics(
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
        asked = {"start_date": start_date, "end_date": end_date, "group_by": group_by, "time_zone": time_zone}
        return Analytics.read(await self._caller.data(get("/api/analytics", asked)))

    async def system_status(self) -> SystemStatus:
        """How busy the installation is."""
        return SystemStatus.read(await self._caller.data(get("/api/system/status")))

    async def health(self) -> Health:
        """Whether the service works; an unhealthy one is an answer, not an error."""
        return Health.read((await self._caller.call(get("/api/v1/health").accepting(503))).json)

    async def health_detailed(self) -> DetailedHealth:
        """Whether the service works, with figures of each part; needs the scope admin, or to be on its machine."""
        return DetailedHealth.read((await self._caller.call(get("/api/v1/health/detailed").accepting(503))).json)

    async def _control(self, job_id: str, action: str, body: Any = None) -> Job:
        return Job.read(await self._caller.data(Request("POST", job_path(job_id, action), json=body).once()))


class AsyncTemplates:
    """The templates that the project may use; it changes its own."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(self) -> tuple[Template, ...]:
        """All templates: built-in ones, those of the installation, and the project's own."""
        return tuple([template async for template in paged(self._caller, "/api/templates", Template, {})])

    async def get(self, template_id: str) -> Template:
        """A template."""
        return Template.read(await self._caller.data(get(below("/api/templates", template_id))))

    async def put(self, template_id: str, document: Mapping[str, Any], *, only_new: bool = False) -> Template:
        """Make a template, or replace it unless `only_new`; `document` is all of it.

        Raises:
            ConflictError: it is there already, or is built in.
        """
        request = Request("PUT", below("/api/templates", template_id), json=dict(document), repeatable=not only_new)
        return Template.read(
            await self._caller.data(request.with_headers(**{"if-none-match": "*"}) if only_new else request)
        )

    async def delete(self, template_id: str) -> None:
        """Delete a template of the project."""
        await self._caller.call(Request("DELETE", below("/api/templates", template_id)))

    async def preview(self, template_id: str) -> bytes:
        """A picture of the template's cards, as PNG."""
        request = get(below("/api/templates", template_id, "preview.png")).with_headers(accept="image/png")
        return (await self._caller.call(request)).body


class AsyncWebhooks:
    """What became of the messages to callback URLs."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def deliveries(
        self,
        *,
        job_id: str | None = None,
        state: str | None = None,
        page_size: int | None = None,
        limit: int | None = None,
    ) -> AsyncGenerator[WebhookDelivery, None]:
        """Deliveries, the newest first."""
        asked = {"job_id": job_id, "state": state}
        return paged(self._caller, "/api/webhooks/deliveries", WebhookDelivery, asked, page_size=page_size, limit=limit)

    async def get(self, delivery_id: str) -> WebhookDelivery:
        """A delivery with its attempts."""
        return WebhookDelivery.read(await self._caller.data(get(below("/api/webhooks/deliveries", delivery_id))))

    async def replay(self, delivery_id: str) -> WebhookDelivery:
        """Send a message once more."""
        path = below("/api/webhooks/deliveries", delivery_id, "replay")
        return WebhookDelivery.read(await self._caller.data(Request("POST", path)))


class AsyncBulkJobsClient(Operations):
    """The API of bulk jobs for asyncio; use as `async with`, or call `close`.

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
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        transport = AsyncTransport(http_client, httpx2.Timeout(timeout))
        super().__init__(transport, base_url, api_key, RetryPolicy(max_retries, backoff, total_timeout), timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        await self.close()
