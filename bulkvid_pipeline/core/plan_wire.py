"""The JSON models of a plan: what a job over a sheet would do, as `bulkvid plan --json` prints it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bulkvid_pipeline.core.wire import Estimate, FindingView, Validation, _Shape


class PlannedChange(_Shape):
    """One thing that differs from what the published video was made of."""

    what: str = Field(
        description="A column such as script_content, or voice, style, template, resolution, format, ...",
        examples=["voice"],
    )
    was: str = Field("", description="Empty where the plan knows only that it differs", examples=["female"])
    now: str = Field("", examples=["male"])


class PlannedReason(_Shape):
    """Why a video would be rendered."""

    why: str = Field(
        description="new, changed cell, media changed, changed template, changed voice (the provider of voices), "
        "changed options (what the job says: resolution, format, ..., or a voice, style, ... for rows whose cells say "
        "none), engine changed, made by another program, changed (it is not known what), failed last time, or missing "
        "file",
        examples=["changed cell"],
    )
    changes: tuple[PlannedChange, ...] = ()
    note: str = ""


class PlannedVideo(_Shape):
    """What becomes of one video of a row."""

    platform: str = Field(examples=["youtube"])
    action: Literal["render", "keep"]
    reasons: tuple[PlannedReason, ...] = Field((), description="Empty for a video that is kept")
    url: str = Field("", description="Where the video is that is kept")
    note: str = Field("", description="What the plan does not know")


class PlannedRow(_Shape):
    """What becomes of a row of the sheet."""

    sheet_row: int = Field(description="The row's number as the sheet shows it", examples=[2])
    row_key: str = Field(examples=["how-to-bake-bread"])
    title: str = Field(examples=["How to bake bread"])
    action: Literal["render", "keep", "refuse", "skip"]
    why: str = Field("", description="In words, for people", examples=["changed cell: script_content"])
    videos: tuple[PlannedVideo, ...] = ()
    findings: tuple[FindingView, ...] = Field((), description="Of refused and skipped rows: cell, problem, fix")


class PlannedGone(_Shape):
    """A row with videos that is no longer in the sheet. Its videos stay."""

    row_key: str
    title: str
    videos: int
    url: str = Field(description="The folder of its videos")


class PlanTotals(_Shape):
    """Rows by what becomes of them."""

    render: int = 0
    videos_to_render: int = 0
    keep: int = 0
    refuse: int = 0
    skip: int = 0
    gone: int = 0


class Plan(_Shape):
    """What a job over a sheet would do."""

    sheet: str = Field(description="Where the sheet is", examples=["/home/me/ideas.csv"])
    output: str = Field(description="Where its videos go")
    stops_job: bool = Field(description="Whether the job would not run, as validation says")
    totals: PlanTotals
    estimate: Estimate = Field(description="Of exactly what would be rendered")
    estimate_gap: str = Field("", description="Why the estimate does without what past rows took, if there may be some")
    rows: tuple[PlannedRow, ...] = Field(description="In the sheet's order")
    gone: tuple[PlannedGone, ...]
    validation: Validation
