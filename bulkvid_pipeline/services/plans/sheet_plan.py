"""What a job over a sheet would do now: which videos it would render and why, which are up to date. Nothing is written.

What is to be rendered is found as the row loop finds it (`PublishedRows`), so that the plan and the run agree. The
media of rows are not fetched: a row whose picture has not moved is taken to have the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.speech.providers import Provider
from bulkvid_pipeline.core.estimates import JobEstimate, Spreading, estimate_job
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.ingredients import ADDRESSES, ingredients_of
from bulkvid_pipeline.core.paces import BUILT_IN, Paces
from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan
from bulkvid_pipeline.core.reasons import NOT_SEEN, Reason, Version, Why, why_again
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.outputs.outcomes import PublishedOutput
from bulkvid_pipeline.services.outputs.output_store import DOCUMENT, OWN_GENERATION, OutputStore, engine_of
from bulkvid_pipeline.services.outputs.published import PublishedRows, Work
from bulkvid_pipeline.services.plans.spreading import spreading_of
from bulkvid_pipeline.services.reports.model import RowState
from bulkvid_pipeline.services.reports.standing import StandingRows, knows_its_media
from bulkvid_pipeline.services.sheets.loading import load_sheet
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet, validate_for_spec
from bulkvid_pipeline.services.wiring.speech import installed_voice
from bulkvid_pipeline.services.wiring.storage import open_output
from bulkvid_pipeline.settings import Settings


@dataclass(frozen=True)
class VideoOutlook:
    """What becomes of one video: rendered for these reasons, or, without any, kept as it is published at `url`."""

    output: PlannedOutput
    reasons: tuple[Reason, ...] = ()
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class RowOutlook:
    """What becomes of a row."""

    plan: VideoPlan
    videos: tuple[VideoOutlook, ...]

    @property
    def work(self) -> tuple[PlannedOutput, ...]:
        """The outputs that would be rendered."""
        return tuple(video.output for video in self.videos if video.reasons)


@dataclass(frozen=True)
class GoneRow:
    """A row with published videos that the sheet does not have any more. They stay where they are."""

    row_key: str
    title: str
    videos: int
    url: str
    """The folder of its videos."""


@dataclass(frozen=True)
class SheetPlan:
    """What the job would do. Where validation stops the job, no row has an outlook."""

    sheet: ValidatedSheet
    store: OutputStore = field(repr=False)
    rows: tuple[RowOutlook, ...]
    gone: tuple[GoneRow, ...]
    estimate: JobEstimate

    @property
    def to_render(self) -> tuple[RowOutlook, ...]:
        return tuple(row for row in self.rows if row.work)

    @property
    def up_to_date(self) -> tuple[RowOutlook, ...]:
        return tuple(row for row in self.rows if not row.work)

    def unlike(self, before: SheetPlan) -> tuple[RowOutlook, ...]:
        """The rows to render that were not to be rendered by the plan of before, or made of something else."""
        engine = before.store.engine
        known = {row.plan.row_key: row.plan.fingerprint(engine) for row in before.to_render}
        return tuple(row for row in self.to_render if known.get(row.plan.row_key) != row.plan.fingerprint(engine))


def plan_sheet(spec: BulkJobSpec, settings: Settings, paces: Paces = BUILT_IN) -> SheetPlan:
    """The plan of a job, from the sheet and the storage as they are now; `paces` of past rows are for its estimate.

    Raises:
        BulkVideoError: the sheet, the template, the voice or the output place cannot be used.
    """
    sheet = validate_for_spec(load_sheet(spec.input_source, settings, spec.project_id), spec, settings)
    engine = engine_of(installed_voice(settings))
    store = OutputStore(open_output(spec, settings), spec.output.prefix, sheet.label, RetryPolicy(), engine)
    if sheet.report.stops_job:
        return SheetPlan(sheet, store, (), (), JobEstimate(based_on_rows=paces.based_on_rows))
    standing = StandingRows.read(store)
    rows = _Outlooks(standing).of(sheet.plans)
    estimate = estimate_of(rows, sheet.seconds, settings, paces, spreading_of(spec, settings))
    return SheetPlan(sheet, store, rows, _gone_rows(standing, sheet), estimate)


def estimate_of(
    rows: Iterable[RowOutlook],
    seconds: Mapping[int, float],
    settings: Settings,
    paces: Paces,
    spreading: Spreading | None = None,
) -> JobEstimate:
    """What rendering these rows will make and need; `seconds` are the lengths of their videos, by sheet row."""
    paid = Provider(settings.speech_provider) is Provider.OPENAI
    work = [(replace(row.plan, outputs=row.work), seconds.get(row.plan.sheet_row, 0.0)) for row in rows if row.work]
    price = settings.speech_price if paid else 0.0
    return estimate_job(work, workers=settings.workers, price_per_million=price, paces=paces, spreading=spreading)


@dataclass(frozen=True)
class _Outlooks:
    standing: StandingRows

    def of(self, plans: Sequence[VideoPlan]) -> tuple[RowOutlook, ...]:
        unfinished: list[Work] = []
        rows: dict[str, RowOutlook] = {}
        published = PublishedRows(self._store, self.standing.documents)
        for outcome in published.outcomes((plan for plan in plans if knows_its_media(plan)), unfinished):
            kept = zip(outcome.plan.outputs, outcome.outputs, strict=True)
            videos = tuple(VideoOutlook(output, url=known.url) for output, known in kept)
            rows[outcome.plan.row_key] = RowOutlook(outcome.plan, videos)
        unfinished += [Work(plan, plan.outputs) for plan in plans if not knows_its_media(plan)]
        before = self._before([work.plan for work in unfinished])
        for work in unfinished:
            versions = before[work.plan.row_key]
            videos = tuple(self._outlook(work, each, versions) for each in work.plan.outputs)
            rows[work.plan.row_key] = RowOutlook(work.plan, videos)
        return tuple(rows[plan.row_key] for plan in plans)

    @property
    def _store(self) -> OutputStore:
        return self.standing.store

    def _before(self, plans: Sequence[VideoPlan]) -> dict[str, list[PublishedOutput]]:
        """All videos of each row, whatever they were made of, the newest last, by row key."""
        versions = {plan.row_key: self.standing.versions_of(plan) for plan in plans}
        read = self.standing.read_documents(versions)
        return {
            row_key: [
                found for found in sorted(read[row_key], key=lambda each: each.created_at) if found.row_key == row_key
            ]
            for row_key in versions
        }

    def _outlook(self, work: Work, output: PlannedOutput, versions: Sequence[PublishedOutput]) -> VideoOutlook:
        plan = work.plan
        if output not in work.outputs:
            document = self._store.key(plan, output, DOCUMENT)
            return VideoOutlook(output, url=next((each.url for each in versions if each.document == document), ""))
        was = next((each for each in reversed(versions) if each.platform == output.platform), None)
        reasons = tuple(self._reasons(plan, output, was))
        if knows_its_media(plan):
            return VideoOutlook(output, reasons or (Reason(Why.MISSING),))
        only_moved = all(change.ingredient in ADDRESSES.values() for reason in reasons for change in reason.changes)
        note = NOT_SEEN if was is not None and only_moved else ""
        return VideoOutlook(output, reasons, was.url if was and not reasons else "", note)

    def _reasons(self, plan: VideoPlan, output: PlannedOutput, was: PublishedOutput | None) -> Iterator[Reason]:
        last = self.standing.last.get(plan.row_key)
        if self._store.key(plan, output, DOCUMENT) in self.standing.documents:
            yield Reason(Why.MISSING, note="its video.json cannot be read")
        elif was is not None:
            now = Version(self._store.engine, ingredients_of(plan, output))
            name = was.generation.removeprefix(OWN_GENERATION)
            yield from why_again(Version(was.engine, was.ingredients, name), now)
        elif last is None or last.state is not RowState.FAILED:
            had_it = last is not None and any(known.platform is output.platform for known in last.outputs)
            yield Reason(Why.MISSING if had_it else Why.NEW)
        if last is not None and last.state is RowState.FAILED:
            yield Reason(Why.FAILED, note=shortened(last.reason, 120))


def _gone_rows(standing: StandingRows, sheet: ValidatedSheet) -> tuple[GoneRow, ...]:
    """Rows with videos whose keys no row of the sheet has, refused ones included."""
    store, known = standing.store, {*(plan.row_key for plan in sheet.plans), *sheet.refused_keys.values()}
    folders = standing.folders_but(sheet.plans)
    read = standing.read_documents({folder: keys[:1] for folder, keys in folders.items()})
    found = [
        GoneRow(document.row_key, document.title, len(folders[folder]), store.storage.url(folder))
        for folder, documents in read.items()
        for document in documents
        if document.row_key not in known
    ]
    return tuple(sorted(found, key=lambda row: (row.title, row.row_key)))
