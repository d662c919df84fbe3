"""`bulkvid run --canary N`: a few rows first, those with the most risk; the others once somebody has looked at them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dagster import DagsterInstance
from rich.console import Console
from rich.text import Text

from bulkvid_pipeline.cli.display import Display
from bulkvid_pipeline.cli.planning import estimate_in_words
from bulkvid_pipeline.cli.printing import time_in_words
from bulkvid_pipeline.cli.running import check_names, conclude, runner
from bulkvid_pipeline.cli.validating import print_report
from bulkvid_pipeline.core.estimates import JobEstimate
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.paces import Paces
from bulkvid_pipeline.core.risk import ChosenRow, riskiest
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.analytics.past_rows import paces_of
from bulkvid_pipeline.services.jobs.result import ExitCode
from bulkvid_pipeline.services.plans.canary import Canary, CanaryRow, estimate_by, read_canary, write_sheet
from bulkvid_pipeline.services.plans.plan_view import why_in_words
from bulkvid_pipeline.services.plans.sheet_plan import RowOutlook, SheetPlan, estimate_of, plan_sheet
from bulkvid_pipeline.services.plans.spreading import spreading_of
from bulkvid_pipeline.settings import dagster_home, settings

if TYPE_CHECKING:
    from bulkvid_pipeline.services.jobs.jobs import Job

ANSWERS = {"y": True, "yes": True, "n": False, "no": False}
SHOWN = 10
"""Rows that are named of those that the sheet has got meanwhile."""
LINK_S = 12 * 3600
"""How long a link to the contact sheet can be opened, where the storage wants one."""


def run_with_canary(spec: BulkJobSpec, count: int, *, plain: bool, queue: bool = False, yes: bool = False) -> int:
    """Run a job whose riskiest rows come first, and go on if the answer is yes; returns the exit code of `bulkvid run`.

    Raises:
        BulkVideoError: the sheet, the template, the voice or the output place cannot be used.
    """
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.run_config import new_job_id

    check_names(spec, queue=queue)
    console = Console(highlight=False, soft_wrap=True)
    with open_instance(dagster_home()) as instance:
        paces = paces_of(instance, settings())
        plan = plan_sheet(spec, settings(), paces)
        warned = {finding.sheet_row for finding in plan.sheet.report.warnings if finding.sheet_row is not None}
        chosen = riskiest((row.plan for row in plan.to_render), count, warned)
        job = _CanaryJob(instance, console, spec, new_job_id(), plan, chosen, paces, plain=plain, queue=queue)
        if len(chosen) == len(plan.to_render):
            return job.run_whole()
        return job.run(yes=yes)


@dataclass
class _CanaryJob:
    instance: DagsterInstance
    console: Console
    spec: BulkJobSpec
    job_id: str
    plan: SheetPlan
    chosen: Sequence[ChosenRow]
    paces: Paces
    plain: bool
    queue: bool
    is_paused: bool = field(default=False, init=False)

    def run_whole(self) -> int:
        """The whole job: there are no rows to keep back."""
        if self.chosen:
            self.console.print(f"There is no more to render than {_rows(len(self.chosen))}: all are made at once.")
            return self._launch(ending=self._conclude_whole)
        return self._launch()

    def run(self, *, yes: bool) -> int:
        """The canary, the question, and the other rows."""
        self.console.print(f"Of {_rows(len(self.plan.to_render))} to render these come first:", markup=False)
        for each in self.chosen:
            told = f"row {each.plan.sheet_row}  {shortened(each.plan.title)}: {', '.join(each.reasons)}"
            self.console.print(f"  {told}", markup=False)
        code = self._launch(canary=[each.plan.row_key for each in self.chosen], ending=self._conclude_canary)
        if not self.is_paused:
            return code
        canary = self._show()
        rest = estimate_in_words(self._rest(canary).view())
        self.console.print(f"By that measure the other {_rows(len(self._others))} are {rest}.", markup=False)
        if not self._goes_on(canary, yes=yes) or not self._is_same_sheet(yes=yes):
            return self._stay_paused()
        return self._go_on()

    def _launch(self, **how: Any) -> int:
        return runner(queue=self.queue)(
            self.instance, self.spec, self.job_id, plain=self.plain, rerun=sys.argv[1:], **how
        )

    def _conclude_whole(self, instance: DagsterInstance, console: Console, display: Display, **how: Any) -> int:
        self._show(findings=False)  # the end of the job tells of them
        return conclude(instance, console, display, **how)

    def _conclude_canary(self, instance: DagsterInstance, console: Console, display: Display, **how: Any) -> int:
        """The end of the canary is the job's only if the job has ended by it: cancelled, refused or broken."""
        self.is_paused = display.watch.has_begun and self._job().state is JobState.PAUSED and bool(display.watch.rows)
        return ExitCode.STOPPED if self.is_paused else conclude(instance, console, display, **how)

    def _job(self) -> Job:
        from bulkvid_pipeline.services.jobs.jobs import find_job

        return find_job(self.instance, self.job_id)

    def _show(self, *, findings: bool = True) -> Canary:
        """Print what came of the chosen rows, and where to look at them."""
        store, console = self.plan.store, self.console
        work = {row.plan.row_key: row.work for row in self.plan.to_render}
        canary = read_canary(self.instance, self._job(), self.chosen, work, store, settings())
        report = self.plan.sheet.report.as_dict()
        if findings and report["findings"]:
            console.print()
            print_report(console, report)
        console.print()
        for row in canary.rows:
            said = [finding.problem for finding in self.plan.sheet.report.of_row(row.chosen.plan.sheet_row)]
            _print_row(console, row, said)
        sheet = write_sheet(canary, store)
        if sheet:
            console.print(f"All posters: {store.storage.signed_url(sheet, LINK_S)}", markup=False)
        took = f"{_rows(len(canary.rows))} took {time_in_words(canary.seconds)}"
        console.print(f"{took}: {time_in_words(canary.video_s)} of video.", markup=False)
        if canary.failed:
            console.print(Text(f"{canary.failed} of {_rows(len(canary.rows))} failed.", "red"))
        return canary

    @cached_property
    def _others(self) -> tuple[RowOutlook, ...]:
        """The rows to render that come after the canary."""
        first = {each.plan.row_key for each in self.chosen}
        return tuple(row for row in self.plan.to_render if row.plan.row_key not in first)

    def _rest(self, canary: Canary) -> JobEstimate:
        """What the other rows will make and take, by what the canary took."""
        here, seconds = settings(), self.plan.sheet.seconds
        made = {row.chosen.plan.row_key for row in canary.rows if not row.failed}
        first = [row for row in self.plan.to_render if row.plan.row_key in made]
        spreading = spreading_of(self.spec, here) if self.queue else None
        of_canary = estimate_of(first, seconds, here, self.paces)
        of_others = estimate_of(self._others, seconds, here, self.paces, spreading)
        return estimate_by(canary, of_canary, of_others, here.workers)

    def _goes_on(self, canary: Canary, *, yes: bool) -> bool:
        """Whether to make the other rows."""
        if yes:
            if canary.failed:
                self.console.print("They are not rendered: --yes goes on only if no row of the canary has failed.")
            return not canary.failed
        if not sys.stdin.isatty():
            self.console.print("There is no terminal to ask at, and no --yes: look at the videos, then go on.")
            return False
        return _answer(f"Render the other {_rows(len(self._others))}?", default=not canary.failed)

    def _is_same_sheet(self, *, yes: bool) -> bool:
        """Whether the other rows are those that were agreed to: the sheet may have been worked at since.

        Raises:
            BulkVideoError: the sheet cannot be read any more; the job stays paused.
        """
        strange = plan_sheet(self.spec, settings(), self.paces).unlike(self.plan)
        if not strange:
            return True
        self.console.print(Text("The sheet has changed since the canary: these are to be rendered too", "yellow"))
        for row in strange[:SHOWN]:
            told = f"row {row.plan.sheet_row}  {shortened(row.plan.title)}: {why_in_words(row)}"
            self.console.print(f"  {told}", markup=False)
        if len(strange) > SHOWN:
            self.console.print(f"  and {len(strange) - SHOWN} more")
        if yes or not sys.stdin.isatty():
            self.console.print("They are not rendered: --yes goes on only with the sheet that the canary was of.")
            return False
        return _answer("Render these too?", default=False)

    def _stay_paused(self) -> int:
        command = ["bulkvid", "jobs", "resume", self.job_id, *(["--queue"] if self.queue else [])]
        self.console.print(Text.assemble(("Paused.", "yellow"), " What is finished is kept. Go on with what is left:"))
        self.console.print(f"  {shlex.join(command)}", markup=False)
        return ExitCode.STOPPED

    def _go_on(self) -> int:
        """The other rows, in another run of the job; somebody else may have gone on with it or cancelled it by now.

        Raises:
            ActionNotAllowedError: the job is not paused any more.
        """
        from bulkvid_pipeline.services.control.actions import resume_job

        codes: list[int] = []
        resume_job(self.instance, self.job_id, lambda _spec, _job: codes.append(self._launch()))
        return codes[0]


def _print_row(console: Console, row: CanaryRow, said: Sequence[str]) -> None:
    """A row of the canary; warnings that its findings have `said` already are left out."""
    plan = row.chosen.plan
    head = Text.assemble(("failed" if row.failed else "done  ", "red" if row.failed else "green"))
    console.print(head.append(f" row {plan.sheet_row}  {shortened(plan.title)}"))
    console.print(Text(f"         why first: {', '.join(row.chosen.reasons)}", "dim"))
    for video in row.videos:
        console.print(f"         {video.platform}  {time_in_words(video.duration_s)}  {video.url}", markup=False)
    for warning in (told for told in row.warnings if not told.startswith(tuple(said))):
        console.print(Text.assemble(("         warning  ", "yellow"), shortened(warning, 200)))
    if row.error:
        console.print(Text(f"         {shortened(row.error, 300)}. {shortened(row.fix, 200)}".rstrip()))


def _answer(question: str, *, default: bool) -> bool:
    """What is answered at the terminal; Ctrl-C and Ctrl-D are a no."""
    choices = "[Y/n]" if default else "[y/N]"
    while True:
        try:
            said = input(f"{question} {choices} ").strip().lower()
        except (EOFError, KeyboardInterrupt):
            print()
            return False
        if said in ANSWERS:
            return ANSWERS[said]
        if not said:
            return default
        print("Answer yes or no.")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
