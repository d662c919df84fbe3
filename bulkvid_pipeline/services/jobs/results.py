"""What a job has made: a line for each video, and one for each row that failed; as pages, and as a whole for CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bulkvid_pipeline.core.page_tokens import page_token, place_of
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.core.wire import Page, ResultView
from bulkvid_pipeline.services.jobs.items import FILE_KINDS, video_links
from bulkvid_pipeline.services.jobs.job_rows import JobRows, Row, RowReader
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.outputs.links import Links
from bulkvid_pipeline.services.reports.results import harmless_cell

AT_ONCE = 500
"""Lines whose links are made together."""
COLUMNS = (
    "sheet_row", "row_key", "title", "state", "platform", "duration_s", "size_bytes", "width", "height", "quality",
    "video_url", "poster_url", "srt_url", "vtt_url", "links_expire_at", "code", "error", "fix",
)  # fmt: skip
DEFAULT_STATES = frozenset({ItemState.COMPLETED, ItemState.FAILED})


@dataclass(frozen=True)
class ResultQuery:
    """Which results of a job to list: of rows in these states."""

    job_id: str
    states: frozenset[ItemState] = DEFAULT_STATES
    page_size: int = 20
    page_token: str | None = None

    def __str__(self) -> str:
        """Tells queries apart whose pages do not belong together."""
        return repr((self.job_id, "results", sorted(self.states)))


@dataclass(frozen=True)
class _Line:
    row: Row
    output: int
    """Which of the row's outputs."""

    @property
    def place(self) -> tuple[int, str, int]:
        return (*self.row.place, self.output)

    def key(self, kind: str) -> str:
        files = self.row.end.files if self.row.end else ()
        return (files[self.output].get(kind) or "") if files else ""


class Results:
    """Reads the results of jobs, with links to their files.

    Raises:
        ServiceUnavailableError: from every method, if the database does not respond.
    """

    def __init__(self, reader: RowReader, links: Links) -> None:
        self._reader = reader
        self._links = links

    def page(self, job: Job, query: ResultQuery, base_url: str) -> Page[ResultView]:
        """A page of results, by their rows' place in the sheet; `base_url` is the API's, for links.

        Raises:
            InvalidRequestError: the page token is not one of this query's.
        """
        last = None if query.page_token is None else place_of(query.page_token, str(query), (int, str, int))
        lines = _lines(self._reader.rows(job), query.states)
        rest = lines if last is None else (line for line in lines if line.place > last)
        found = list(islice(rest, query.page_size + 1))
        token = page_token(found[query.page_size - 1].place, str(query)) if len(found) > query.page_size else None
        return Page[ResultView](items=self._views(job, found[: query.page_size], base_url), next_page_token=token)

    def as_csv(self, job: Job, states: frozenset[ItemState], base_url: str) -> Iterator[str]:
        """All results as CSV, in parts; begins with a byte order mark, so that Excel reads UTF-8.

        Text that a spreadsheet would take for a formula gets a leading apostrophe.
        """
        lines = _lines(self._reader.rows(job), states)
        sink = io.StringIO("\ufeff")
        sink.seek(0, io.SEEK_END)
        writer = csv.DictWriter(sink, COLUMNS, lineterminator="\r\n")
        writer.writeheader()
        while some := list(islice(lines, AT_ONCE)):
            for view in self._views(job, some, base_url):
                values = view.as_json()
                writer.writerow({name: harmless_cell(values[name]) for name in COLUMNS})
            yield sink.getvalue()
            sink.seek(0)
            sink.truncate()
        yield sink.getvalue()

    def _views(self, job: Job, lines: list[_Line], base_url: str) -> tuple[ResultView, ...]:
        keys = [line.key(kind) for line in lines for kind in FILE_KINDS]
        links = self._links.of(job, keys, base_url)
        views = []
        for at, line in enumerate(lines):
            urls = links.urls[4 * at : 4 * at + 4]
            row, end = line.row, line.row.end
            about = dict(end.files[line.output]) if end and end.files else {}
            views.append(
                ResultView(
                    row_key=row.row_key,
                    sheet_row=row.sheet_row,
                    title=row.title,
                    state=row.state,
                    platform=about.get("platform", ""),
                    duration_s=about.get("duration_s", end.duration_s if end else 0.0),
                    size_bytes=about.get("size_bytes", end.size_bytes if end else 0),
                    width=about.get("width", 0),
                    height=about.get("height", 0),
                    quality=about.get("quality", ""),
                    code=end.code if end else "",
                    error=end.error if end else "",
                    fix=end.fix if end else "",
                    **video_links(about, urls),
                    links_expire_at=links.expire_at if any(urls) else None,
                )
            )
        return tuple(views)


def _lines(rows: JobRows, states: frozenset[ItemState]) -> Iterator[_Line]:
    for row in rows.rows:
        if row.state in states:
            for output in range(max(1, len(row.end.files) if row.end else 1)):
                yield _Line(row, output)
