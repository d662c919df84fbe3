"""The rows of a job as users read them: pages of them, and all that is known of one."""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from bulkvid_pipeline.adapters.storage import Storage
from bulkvid_pipeline.core.errors import BulkVideoError, NotFoundError
from bulkvid_pipeline.core.page_tokens import page_token, place_of
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.core.wire import ItemAttempt, ItemDetail, ItemView, OutputView, Page, QualityCheck
from bulkvid_pipeline.services.jobs.item_filter import ItemCounts, ItemFilter, ItemSort, in_order, platforms_of
from bulkvid_pipeline.services.jobs.job_rows import JobRows, Row, RowEnd, RowReader
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.outputs.links import Links
from bulkvid_pipeline.services.outputs.outcomes import OUTPUTS

_log = logging.getLogger(__name__)

FILE_KINDS = ("video", "poster", "srt", "vtt")


@dataclass(frozen=True)
class ItemQuery:
    """Which rows of a job to list, by their place in the sheet, and from where."""

    job_id: str
    wanted: ItemFilter = field(default_factory=ItemFilter)
    page_size: int = 20
    page_token: str | None = None

    def __str__(self) -> str:
        """Tells queries apart whose pages do not belong together."""
        return repr((self.job_id, str(self.wanted)))

    def rows(self, rows: JobRows) -> Iterator[Row]:
        """The rows that are wanted, from the page token on.

        Raises:
            InvalidRequestError: the page token is not one of this query's.
        """
        begin = 0
        if self.page_token is not None:
            sheet_row, row_key = place_of(self.page_token, str(self), (int, str))[:2]
            begin = bisect_right(rows.places, (int(sheet_row), str(row_key)))
        return self.wanted.of(rows.rows[at] for at in range(begin, len(rows.rows)))


@dataclass(frozen=True)
class FoundItems:
    """A page of those rows of a job that somebody looked for.

    Attributes:
        rows: the rows of the page.
        page: its number from 1 on: the last one where a later one was asked for.
        pages: how many there are, at least one.
        total: how many rows were found.
        of_job: how many the job has.
        counts: how many there are of each kind.
    """

    rows: tuple[Row, ...]
    page: int
    pages: int
    total: int
    of_job: int
    counts: ItemCounts


@dataclass(frozen=True)
class ItemRecord:
    """All that is known of a row.

    Attributes:
        partition: what its events are about.
        outputs: its videos as their event tells of them, each with its checks; None where those cannot be read now.
        history: how its turns in the job's runs ended, oldest first.
    """

    row: Row
    partition: str
    outputs: tuple[tuple[Mapping[str, Any], tuple[QualityCheck, ...] | None], ...]
    history: tuple[ItemAttempt, ...]


class Items:
    """Reads rows of jobs, with links to their videos.

    Raises:
        ServiceUnavailableError: from every method, if the database does not respond.
    """

    def __init__(self, reader: RowReader, links: Links) -> None:
        self._reader = reader
        self._links = links

    def page(self, job: Job, query: ItemQuery, base_url: str) -> Page[ItemView]:
        """A page of the job's rows, by their place in the sheet; `base_url` is the API's, for links.

        Raises:
            InvalidRequestError: the page token is not one of this query's.
        """
        found: list[Row] = []
        token = None
        for row in query.rows(self._reader.rows(job)):
            if len(found) == query.page_size:
                token = page_token(found[-1].place, str(query))
                break
            found.append(row)
        links = self._links.of(job, [first_video(row) for row in found], base_url)
        views = (
            item_view(row, url or external_video(row), links.expire_at if url else None)
            for row, url in zip(found, links.urls, strict=True)
        )
        return Page[ItemView](items=tuple(views), next_page_token=token)

    def found(
        self,
        job: Job,
        wanted: ItemFilter,
        *,
        sort: ItemSort = ItemSort.SHEET_ROW,
        descending: bool = False,
        page: int = 1,
        page_size: int = 50,
    ) -> FoundItems:
        """A page of the rows that are wanted, sorted, with what a display needs to lead to all others."""
        rows = self._reader.rows(job).rows
        found = in_order(wanted.of(rows), sort, descending=descending)
        pages = max(1, -(-len(found) // page_size))
        page = min(max(1, page), pages)
        shown = tuple(found[(page - 1) * page_size : page * page_size])
        return FoundItems(shown, page, pages, len(found), len(rows), ItemCounts.of(rows, wanted))

    def record(self, job: Job, name: str) -> ItemRecord:
        """All that is known of the row with that key or sheet row number.

        Raises:
            NotFoundError: the job has no such row.
        """
        rows = self._reader.rows(job)
        row = rows.find(name)
        if row is None:
            raise NotFoundError(
                f"Job '{job.job_id}' has no row '{name[:80]}'",
                fix="Use a row_key or a sheet_row of the job's items; rows that validation refused are in its report",
            )
        files = row.end.files if row.end else ()
        storage = self._links.storage(job) if files else None
        outputs = tuple((file, _checks(storage, file.get("document") or "")) for file in files)
        history = tuple(_attempt(end) for end in self._reader.history(job, row))
        return ItemRecord(row, rows.partition(row.row_key), outputs, history)

    def detail(self, job: Job, name: str, base_url: str) -> ItemDetail:
        """All that is known of the row with that key or sheet row number, with links to its files.

        Raises:
            NotFoundError: the job has no such row.
        """
        found = self.record(job, name)
        keys = [file.get(kind) or "" for file, _ in found.outputs for kind in FILE_KINDS]
        links = self._links.of(job, [first_video(found.row), *keys], base_url)
        url, urls = links.urls[0], links.urls[1:]
        outputs = tuple(
            output_view(file, urls[4 * at : 4 * at + 4], links.expire_at, checks)
            for at, (file, checks) in enumerate(found.outputs)
        )
        view = item_view(found.row, url or external_video(found.row), links.expire_at if url else None)
        return ItemDetail(**dict(view), outputs=outputs, history=found.history)


def item_view(row: Row, url: str = "", links_expire_at: datetime | None = None) -> ItemView:
    """The row in the words of the REST API."""
    end = row.told_end
    failed = end is not None and end.state is not ItemState.COMPLETED
    return ItemView(
        row_key=row.row_key,
        sheet_row=row.sheet_row,
        title=row.title,
        state=row.state,
        stage=row.in_work.stage if row.in_work else "",
        percent=row.in_work.percent if row.in_work else 100 if row.state is ItemState.COMPLETED else 0,
        code=end.code if end else "",
        error=end.error if end else "",
        fix=end.fix if end else "",
        url=url,
        duration_s=end.duration_s if end else 0.0,
        cost=end.cost if end else 0.0,
        attempts=end.attempts if end else row.in_work.tries - 1 if row.in_work else 0,
        updated_at=datetime.fromtimestamp(end.at, UTC) if end else None,
        warnings=end.warnings if end else (),
        platforms=platforms_of(row),
        cached=end is not None and not failed and not end.rendered,
        links_expire_at=links_expire_at,
    )


def first_video(row: Row) -> str:
    """The key of the row's first video; empty if it has none."""
    files = row.told_end.files if row.told_end else ()
    return str(files[0]["video"]) if files else ""


def external_video(row: Row) -> str:
    """The URL of the row's first video where that lies elsewhere; empty if it has none such."""
    files = row.told_end.files if row.told_end else ()
    return str(files[0].get("url", "")) if files else ""


def output_view(
    file: Mapping[str, Any],
    urls: Sequence[str | None],
    links_expire_at: datetime,
    checks: tuple[QualityCheck, ...] | None = None,
) -> OutputView:
    """An output of a row; `urls` are the links to its files in the order of `FILE_KINDS`."""
    about = {name: value for name, value in file.items() if name in OutputView.model_fields}
    expire_at = links_expire_at if any(urls) else None
    return OutputView(**about, **video_links(file, urls), links_expire_at=expire_at, checks=checks)


def video_links(file: Mapping[str, Any], urls: Sequence[str | None]) -> dict[str, str | None]:
    """The fields of an output's links; a video that lies elsewhere is linked to as it is."""
    links = {f"{kind}_url": url for kind, url in zip(FILE_KINDS, urls, strict=True)}
    return links | {"video_url": links["video_url"] or file.get("url")}


def _checks(storage: Storage | None, document: str) -> tuple[QualityCheck, ...] | None:
    """The checks of an output, out of the document beside it; None if it cannot be read now."""
    if storage is None or not document:
        return None
    try:
        report = OUTPUTS.validate_json(storage.read_bytes(document)).quality
    except (BulkVideoError, ValidationError) as error:
        _log.warning("The checks in %s cannot be shown: %s", document, error)
        return None
    return tuple(
        QualityCheck(
            name=check.name,
            subject=check.subject,
            outcome=check.outcome,
            value=check.value,
            limit=check.limit,
            message=check.said,
        )
        for check in report.checks
    )


def _attempt(end: RowEnd) -> ItemAttempt:
    return ItemAttempt(
        run_id=end.run_id,
        ended_at=datetime.fromtimestamp(end.at, UTC),
        state=end.state,
        attempts=end.attempts,
        code=end.code,
        error=end.error,
        fix=end.fix,
    )
