"""A plan in the words of its JSON models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bulkvid_pipeline.core.findings import Finding, Severity, shortened
from bulkvid_pipeline.core.plan_wire import (
    Plan,
    PlannedChange,
    PlannedGone,
    PlannedReason,
    PlannedRow,
    PlannedVideo,
    PlanTotals,
)
from bulkvid_pipeline.core.reasons import Reason
from bulkvid_pipeline.core.wire import FindingView, Validation
from bulkvid_pipeline.services.plans.sheet_plan import RowOutlook, SheetPlan, VideoOutlook


def plan_view(plan: SheetPlan, estimate_gap: str = "") -> Plan:
    """The whole plan; rows in the sheet's order. `estimate_gap` says why past rows do not count."""
    report = plan.sheet.report
    rows = (*map(_row, plan.rows), *_left_out(plan))
    videos = sum(len(row.work) for row in plan.rows)
    return Plan(
        sheet=plan.sheet.uri,
        output=plan.store.storage.url(plan.store.folder),
        stops_job=report.stops_job,
        totals=PlanTotals(
            render=len(plan.to_render),
            videos_to_render=videos,
            keep=len(plan.up_to_date),
            refuse=len(report.rejected),
            skip=len(report.skipped),
            gone=len(plan.gone),
        ),
        estimate=plan.estimate.view(),
        estimate_gap=estimate_gap,
        rows=tuple(sorted(rows, key=lambda row: row.sheet_row)),
        gone=tuple(PlannedGone(**vars(row)) for row in plan.gone),
        validation=Validation.model_validate(report.as_dict()),
    )


def why_in_words(row: RowOutlook) -> str:
    """The reasons of a row's videos: told with their platforms where they differ."""
    told = {video.output.platform.value: _reasons(video.reasons) for video in row.videos if video.reasons}
    if len(set(told.values())) == 1:
        return next(iter(told.values()))
    by_reason: dict[str, list[str]] = {}
    for platform, reason in told.items():
        by_reason.setdefault(reason, []).append(platform)
    return "; ".join(f"{', '.join(platforms)} {reason}" for reason, platforms in by_reason.items())


def _reasons(reasons: Iterable[Reason]) -> str:
    return "; ".join(map(str, reasons))


def _row(row: RowOutlook) -> PlannedRow:
    return PlannedRow(
        sheet_row=row.plan.sheet_row,
        row_key=row.plan.row_key,
        title=row.plan.title,
        action="render" if row.work else "keep",
        why=why_in_words(row),
        videos=tuple(map(_video, row.videos)),
    )


def _video(video: VideoOutlook) -> PlannedVideo:
    return PlannedVideo(
        platform=video.output.platform.value,
        action="render" if video.reasons else "keep",
        reasons=tuple(map(_reason, video.reasons)),
        url=video.url if not video.reasons else "",
        note=video.note,
    )


def _reason(reason: Reason) -> PlannedReason:
    changes = (PlannedChange(what=each.ingredient, was=each.was, now=each.now) for each in reason.changes)
    return PlannedReason(why=reason.why.value, changes=tuple(changes), note=reason.note)


def _refusal(findings: Sequence[Finding]) -> str:
    """The gravest findings of a row; a cell is named, the row is known."""
    by_severity = ([each for each in findings if each.severity is severity] for severity in Severity)
    told = next(filter(None, by_severity), [])
    return "; ".join(f"{each.cell} {each.problem}" if each.column_letter else each.problem for each in told)


def _left_out(plan: SheetPlan) -> Iterator[PlannedRow]:
    """The rows that validation refuses or skips; where it stops the whole job, the good ones are skipped too."""
    sheet, report = plan.sheet, plan.sheet.report
    keys = {**sheet.refused_keys, **{each.sheet_row: each.row_key for each in sheet.plans}}
    of_rows: dict[int, list[Finding]] = {}
    for finding in report.findings:
        if finding.sheet_row is not None:
            of_rows.setdefault(finding.sheet_row, []).append(finding)
    stopped = report.accepted if report.stops_job else ()
    for action, numbers in (("refuse", report.rejected), ("skip", (*report.skipped, *stopped))):
        for number in numbers:
            findings = of_rows.get(number, [])
            yield PlannedRow(
                sheet_row=number,
                row_key=keys.get(number, ""),
                title=shortened(sheet.titles.get(number, ""), 200),
                action=action,
                why="the job does not run" if number in stopped else _refusal(findings),
                findings=tuple(FindingView(**vars(each), cell=each.cell) for each in findings),
            )
