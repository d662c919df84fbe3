"""All rows of a sheet as they stand after a run, which may have looked at some of them only.

A row is told, in this order, by: its end in this run, if it has a video now; what is published of it as the sheet wants
it now; its end in this run, if it has none; the manifest of before, as long as the files that it names are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bulkvid_pipeline.core.findings import Finding, Severity
from bulkvid_pipeline.core.options import Platform, Style, Voice
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.services.outputs.outcomes import PublishedOutput, RowOutcome
from bulkvid_pipeline.services.outputs.output_store import OutputStore
from bulkvid_pipeline.services.reports.model import RowOutput, RowReport, RowState
from bulkvid_pipeline.services.reports.standing import StandingRows, knows_its_media
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet

RUN_AGAIN = "Run the job again: finished rows are kept"
OLDER_VERSION = "The row or the engine has changed since this video was made: run the job again to make it anew"


def merged_rows(
    store: OutputStore, sheet: ValidatedSheet, outcomes: Iterable[RowOutcome], began: datetime
) -> tuple[RowReport, ...]:
    """The rows of the sheet in its order. Storage is asked only where this run does not know of a finished video.

    Args:
        store: the sheet's outputs.
        sheet: as it is now.
        outcomes: the rows that ended in this run.
        began: when the run began.

    Raises:
        BulkVideoError: storage cannot be read.
    """
    by_row: dict[int, list[Finding]] = {}
    for finding in sheet.report.findings:
        if finding.sheet_row is not None:
            by_row.setdefault(finding.sheet_row, []).append(finding)
    ends = {outcome.plan.row_key: outcome for outcome in outcomes}
    unfinished = [
        _Row(plan, ends.get(plan.row_key), by_row.get(plan.sheet_row, ()))
        for plan in sheet.plans
        if plan.row_key not in ends or ends[plan.row_key].state is not ItemState.COMPLETED
    ]
    standing = _Standing(StandingRows.read(store), began).rows(unfinished) if unfinished else {}
    rows = [
        standing.get(plan.row_key)
        or _published(store, plan, by_row.get(plan.sheet_row, ()), ends[plan.row_key].outputs)
        for plan in sheet.plans
    ]
    for state, numbers in ((RowState.REJECTED, sheet.report.rejected), (RowState.SKIPPED, sheet.report.skipped)):
        rows += [_refused(n, sheet.titles.get(n) or f"Row {n}", state, by_row.get(n, ())) for n in numbers]
    return tuple(sorted(rows, key=lambda row: row.sheet_row))


@dataclass(frozen=True)
class _Row:
    """A row for which this run has no finished video; `end` is None where the run has not come to its end."""

    planned: VideoPlan
    end: RowOutcome | None
    findings: Sequence[Finding]

    @property
    def plan(self) -> VideoPlan:
        """With the content of its media, where the run has found that out."""
        return self.end.plan if self.end else self.planned


@dataclass(frozen=True)
class _Standing:
    found: StandingRows
    began: datetime

    def rows(self, unfinished: Sequence[_Row]) -> dict[str, RowReport]:
        """The rows by their keys."""
        told = {row.plan.row_key: self._told(row) for row in unfinished}
        wanted = {row.plan.row_key: self._worth_reading(row) for row in unfinished if told[row.plan.row_key] is None}
        read = self.found.read_documents(wanted)
        return {
            row.plan.row_key: told[row.plan.row_key] or self._read(row, read[row.plan.row_key]) for row in unfinished
        }

    def _told(self, row: _Row) -> RowReport | None:
        """The row by what is known without reading a document; None where one says more."""
        plan, last = row.plan, self.found.last.get(row.plan.row_key)
        published = self.found.published(plan)
        stands = last is not None and last.state is RowState.COMPLETED and self.found.is_whole(last)
        if published:
            unchanged = last is not None and stands and self.found.keys_of(last) == frozenset(published)
            return _kept(row, last) if last is not None and unchanged and row.end is None else None
        if row.end is not None:
            return _ended(row, row.end)
        if last is not None and stands:
            kept = _kept(row, last)
            return replace(kept, warnings=_once(*kept.warnings, OLDER_VERSION)) if knows_its_media(plan) else kept
        if last is not None and last.state is not RowState.COMPLETED:
            return _kept(row, last)
        if not knows_its_media(plan) and self.found.any_version(plan):
            return None
        return _pending(row, "Its files are not in storage any more" if last is not None else "Not begun yet")

    def _worth_reading(self, row: _Row) -> Sequence[str]:
        return self.found.published(row.plan) or self.found.any_version(row.plan)

    def _read(self, row: _Row, documents: Sequence[PublishedOutput]) -> RowReport:
        newest = {one.platform: one for one in sorted(documents, key=lambda one: one.created_at)}
        outputs = tuple(newest[each.platform] for each in row.plan.outputs if each.platform in newest)
        if len(outputs) < len(row.plan.outputs):
            return _ended(row, row.end) if row.end is not None else _pending(row, "Its files cannot be read")
        report = _published(self.found.store, row.plan, row.findings, outputs)
        failure = row.end.failure if row.end is not None else None
        if failure is not None and all(datetime.fromisoformat(one.created_at) < self.began for one in outputs):
            return replace(report, warnings=(*report.warnings, f"Rendering it again failed: {failure}"))
        return report


def _kept(row: _Row, last: RowReport) -> RowReport:
    """What the manifest of before says of a row, beside what the sheet says now."""
    now = _row(row.plan, row.findings, last.state)
    return replace(
        now,
        outputs=last.outputs,
        reason=last.reason,
        fix=last.fix,
        error_code=last.error_code,
        warnings=_once(*now.warnings, *(text for text in last.warnings if text != OLDER_VERSION)),
        spent_in_vain=last.spent_in_vain,
    )


def _ended(row: _Row, end: RowOutcome) -> RowReport:
    """A row that has ended in this run without a video."""
    failed = end.state is ItemState.FAILED
    told = _row(row.plan, row.findings, RowState.FAILED if failed else RowState.CANCELLED)
    if end.failure is None:
        return replace(told, reason="Stopped before it was finished", fix=RUN_AGAIN, spent_in_vain=end.cost)
    return replace(
        told,
        reason=end.failure.message,
        fix=end.failure.fix,
        error_code=end.failure.code,
        spent_in_vain=end.cost,
    )


def _pending(row: _Row, reason: str) -> RowReport:
    return replace(_row(row.plan, row.findings, RowState.PENDING), reason=reason, fix=RUN_AGAIN)


def _published(
    store: OutputStore, plan: VideoPlan, findings: Sequence[Finding], outputs: Sequence[PublishedOutput]
) -> RowReport:
    said = _once(*(warning for output in outputs for warning in output.warnings))
    news = tuple(text for text in said if not any(text.startswith(finding.problem) for finding in findings))
    told = _row(plan, findings, RowState.COMPLETED)
    return replace(told, outputs=tuple(_output(store, output) for output in outputs), warnings=(*told.warnings, *news))


def _row(plan: VideoPlan, findings: Sequence[Finding], state: RowState) -> RowReport:
    return RowReport(
        row_key=plan.row_key,
        sheet_row=plan.sheet_row,
        title=plan.title,
        state=state,
        warnings=tuple(str(finding) for finding in findings if finding.severity is not Severity.INFO),
        priority=plan.priority,
        style=Style(plan.style),
        voice=None if plan.is_silent else Voice(plan.voice),
    )


def _output(store: OutputStore, output: PublishedOutput) -> RowOutput:
    inside = len(store.folder) + 1
    return RowOutput(
        platform=Platform(output.platform),
        video=output.video[inside:],
        poster=output.poster[inside:],
        srt=output.srt[inside:],
        vtt=output.vtt[inside:],
        document=output.document[inside:],
        duration_s=output.duration_s,
        size_bytes=output.size_bytes,
        loudness_lufs=None if output.generation else output.loudness_lufs,
        width=output.width,
        height=output.height,
        render_seconds=output.render_seconds,
        cost=output.cost,
        quality=output.checked,
        url=output.external_url,
    )


def _refused(sheet_row: int, title: str, state: RowState, findings: Iterable[Finding]) -> RowReport:
    findings = tuple(findings)
    grave = [f for f in findings if f.severity is Severity.ERROR] or list(findings)
    return RowReport(
        row_key=f"row-{sheet_row}",
        sheet_row=sheet_row,
        title=title,
        state=state,
        reason="; ".join(f"{f.cell} {f.problem}" for f in grave),
        fix="; ".join(dict.fromkeys(f.fix for f in grave)),
        error_code=grave[0].code if grave else "",
    )


def _once(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
