"""The videos of a job, or of all jobs of a project, as a gallery shows them: filtered, searched, cut into pages."""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from pydantic import ValidationError

from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.page_tokens import page_token, place_of
from bulkvid_pipeline.core.searching import plain
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.services.jobs.job_index import JobIndex
from bulkvid_pipeline.services.jobs.job_list import JobQuery
from bulkvid_pipeline.services.jobs.job_rows import JobRows, Row, RowReader
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.outputs.job_files import FileKind, JobFiles, RowVideo, videos_of
from bulkvid_pipeline.services.outputs.outcomes import OUTPUTS, PublishedOutput

_log = logging.getLogger(__name__)

PAGE_SIZE = 48
MOST_JOBS = 100
"""Jobs that are looked through for one page of all jobs' videos; the page after it goes on with the next ones."""
MOST_ROWS = 20_000
"""Rows of these jobs, likewise; of a larger job all are looked through."""


class Shown(StrEnum):
    """Which rows of a job a gallery shows."""

    READY = "ready"
    """With a finished video."""
    WARNED = "warned"
    """With a finished video, and something to look at."""
    FAILED = "failed"
    """Without a video, because it failed or was cancelled."""
    OPEN = "open"
    """Without a video yet."""


@dataclass(frozen=True)
class GalleryQuery:
    """What to show; an empty platform is all, `q` is looked for in title, key and error, in any case."""

    shown: Shown = Shown.READY
    platform: str = ""
    q: str = ""
    page_token: str | None = None
    page_size: int = PAGE_SIZE

    def name(self, *scope: str) -> str:
        """Tells queries apart whose pages do not belong together."""
        return repr((scope, self.shown.value, self.platform, plain(self.q)))


@dataclass(frozen=True)
class Entry:
    """A picture in the wall: a video of a row, or a row that has none."""

    job: Job
    row: Row
    output: int
    video: RowVideo | None

    @property
    def place(self) -> tuple[int, str, int]:
        """What the entries of a job are sorted by."""
        return (*self.row.place, self.output)


@dataclass(frozen=True)
class Wall:
    """A page of a gallery, and how many entries each filter has; the token asks for the next page."""

    entries: tuple[Entry, ...]
    next_page_token: str | None = None
    counts: Mapping[Shown, int] | None = None
    """None where they are not counted."""
    platforms: Mapping[str, int] | None = None
    videos: int = 0


@dataclass(frozen=True)
class Neighbours:
    """A video, and those before and after it in the sheet."""

    entry: Entry
    previous: Entry | None
    next: Entry | None


def job_wall(rows: JobRows, query: GalleryQuery) -> Wall:
    """A page of the job's gallery, in the order of its sheet.

    Raises:
        InvalidRequestError: the page token is not one of this query's.
    """
    name = query.name(rows.job.job_id)
    after = None if query.page_token is None else place_of(query.page_token, name, (int, str, int))
    counts: Counter[Shown] = Counter()
    platforms: Counter[str] = Counter()
    for row in rows.rows:
        for shown in _groups(row):
            counts[shown] += max(1, len(row.end.files) if row.end else 0)
        platforms.update(about["platform"] for about in (row.end.files if row.end else ()))
    begin = 0 if after is None else bisect_left(rows.places, (int(after[0]), str(after[1])))
    matching = _entries(rows, query, begin)
    rest = matching if after is None else (entry for entry in matching if entry.place > after)
    found = list(islice(rest, query.page_size + 1))
    token = page_token(found[query.page_size - 1].place, name) if len(found) > query.page_size else None
    return Wall(tuple(found[: query.page_size]), token, counts, platforms, sum(platforms.values()))


def newest_wall(index: JobIndex, reader: RowReader, project_id: str, query: GalleryQuery) -> Wall:
    """A page of the videos of all jobs of a project: the newest jobs first, each in the order of its sheet.

    A page may have fewer entries than it could: it ends after `MOST_JOBS` jobs or before more than `MOST_ROWS` rows,
    and its token goes on there.

    Raises:
        InvalidRequestError: the page token is not one of this query's.
        ServiceUnavailableError: the database does not respond.
    """
    name = query.name("project", project_id)
    after: tuple[float, str, int, str, int] | None = None
    if query.page_token is not None:
        after = place_of(query.page_token, name, (float, str, int, str, int))  # type: ignore[assignment]
    found: list[Entry] = []
    jobs_left, rows_left = MOST_JOBS, MOST_ROWS
    for job in _newest_jobs(index, project_id):
        place = (job.created_at, job.job_id)
        has_none = job.items["total"] and not job.items["completed"]
        if has_none or (after is not None and place > after[:2]):
            continue
        is_first, rows = jobs_left == MOST_JOBS, job.items["total"]
        if not is_first and (jobs_left == 0 or rows > rows_left):
            return Wall(tuple(found), page_token((*place, -1, "", -1), name))
        jobs_left, rows_left = jobs_left - 1, rows_left - rows
        for entry in _entries(reader.rows(job, in_passing=True), query):
            if after is not None and place == after[:2] and entry.place <= after[2:]:
                continue
            if len(found) == query.page_size:
                last = found[-1]
                return Wall(tuple(found), page_token((last.job.created_at, last.job.job_id, *last.place), name))
            found.append(entry)
    return Wall(tuple(found))


def neighbours_of(rows: JobRows, video: RowVideo) -> Neighbours:
    """The video between those that stand beside it in the job's gallery."""
    at = bisect_left(rows.places, video.row.place)
    beside = [entry for entry in _of_row(rows.job, video.row) if entry.video is not None]
    number = next(n for n, entry in enumerate(beside) if entry.video == video)
    before = beside[number - 1] if number else _nearest(rows, range(at - 1, -1, -1), -1)
    after = beside[number + 1] if number + 1 < len(beside) else _nearest(rows, range(at + 1, len(rows.rows)), 0)
    return Neighbours(beside[number], before, after)


def document_of(files: JobFiles, video: RowVideo) -> PublishedOutput | None:
    """What the `video.json` of a video tells; None where it cannot be read now."""
    key = video.keys.get(FileKind.DOCUMENT)
    if key is None or files.leads_out(key):
        return None
    try:
        return OUTPUTS.validate_json(files.storage.read_bytes(key))
    except (BulkVideoError, ValidationError) as error:
        _log.warning("What %s tells cannot be shown: %s", key, error)
        return None


def _newest_jobs(index: JobIndex, project_id: str) -> Iterator[Job]:
    token: str | None = None
    while True:
        page = index.page(JobQuery(project_id, page_size=MOST_JOBS, page_token=token))
        yield from (entry.job for entry in page.entries)
        token = page.next_page_token
        if token is None:
            return


def _entries(rows: JobRows, query: GalleryQuery, begin: int = 0) -> Iterator[Entry]:
    wanted = plain(query.q)
    for at in range(begin, len(rows.rows)):
        row = rows.rows[at]
        if query.shown not in _groups(row) or (wanted and wanted not in row.searched):
            continue
        for entry in _of_row(rows.job, row):
            if query.platform in ("", entry.video.platform if entry.video else None):
                yield entry


def _of_row(job: Job, row: Row) -> list[Entry]:
    videos = list(videos_of(row))
    return [Entry(job, row, output, video) for output, video in enumerate(videos)] or [Entry(job, row, 0, None)]


def _nearest(rows: JobRows, numbers: range, which: int) -> Entry | None:
    """The first or last video of the first of those rows that has one."""
    row = next((rows.rows[at] for at in numbers if Shown.READY in _groups(rows.rows[at])), None)
    return _of_row(rows.job, row)[which] if row is not None else None


def _groups(row: Row) -> tuple[Shown, ...]:
    """The filters that show the row."""
    if row.end is not None and row.end.files:
        return (Shown.READY, Shown.WARNED) if row.end.warnings else (Shown.READY,)
    return (Shown.FAILED,) if row.state in (ItemState.FAILED, ItemState.CANCELLED) else (Shown.OPEN,)
