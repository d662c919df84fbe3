"""Judging a loaded sheet: the schema's findings and what only the engine can see (length of speech, missing glyphs)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bulkvid_pipeline.adapters.cache import CacheOfKind
from bulkvid_pipeline.adapters.media import MediaPolicy
from bulkvid_pipeline.core.durations import LONGEST_VIDEO_S
from bulkvid_pipeline.core.errors import ValidationFailedError
from bulkvid_pipeline.core.file_names import keys_of_shared_names
from bulkvid_pipeline.core.findings import Finding, Severity, ValidationReport
from bulkvid_pipeline.core.options import ValidationLevel
from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.sheet_table import SheetTable
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import Template
from bulkvid_pipeline.core.validation import RowCheck, RowProblem, validate_table
from bulkvid_pipeline.rendering.pictures.themes import theme_for
from bulkvid_pipeline.rendering.quality.texts import missing_characters, shown_cells
from bulkvid_pipeline.rendering.timeline import Feasibility
from bulkvid_pipeline.services.media.policy import MediaCheck, media_policy
from bulkvid_pipeline.services.sheets.loading import LoadedSheet
from bulkvid_pipeline.services.sheets.named_voices import NamedVoices
from bulkvid_pipeline.services.sheets.narration_checks import (
    NOT_PERMISSIVE,
    Narrator,
    language_problems,
    length_verdict,
    say_as_problems,
    voice_problems,
    with_narration,
)
from bulkvid_pipeline.services.sheets.script_reading import script_problems
from bulkvid_pipeline.services.sheets.speech_lengths import CACHE_KIND, SpeechLengths
from bulkvid_pipeline.services.templates.template_store import TemplateStore
from bulkvid_pipeline.services.wiring.cache import local_cache
from bulkvid_pipeline.settings import Settings

REFUSAL_SHOWS = 3

OFFLINE_NARRATOR = Narrator()

Lengths = dict[VideoIdea, Feasibility]
"""How the scripts of rows fit their times."""


@dataclass(frozen=True)
class ValidatedSheet:
    """A sheet after validation: the plans of the rows that may be rendered, and the report."""

    label: str
    name: str
    uri: str
    plans: tuple[VideoPlan, ...]
    report: ValidationReport
    titles: Mapping[int, str]
    """What the title cells say, by sheet row, of rows without a plan too; empty ones are left out."""
    refused_keys: Mapping[int, str]
    """Keys of the rows without a plan, by sheet row."""
    seconds: Mapping[int, float] = field(default_factory=dict)
    """The likely length of the videos of each plan, by sheet row."""

    def refusal(self) -> ValidationFailedError:
        """The error of a job that the report stops."""
        errors = self.report.gravest
        shown = "; ".join(str(finding) for finding in errors[:REFUSAL_SHOWS])
        more = f" ... and {len(errors) - REFUSAL_SHOWS} more" if len(errors) > REFUSAL_SHOWS else ""
        return ValidationFailedError(
            f"The sheet did not pass validation at level {self.report.level}: {len(errors)} findings. {shown}{more}"
        )


def validate_at_levels(
    sheet: LoadedSheet, spec: BulkJobSpec, settings: Settings
) -> dict[ValidationLevel, ValidatedSheet]:
    """`validate_for_spec` at every level; scripts are measured once, which takes most of the time.

    Raises:
        TemplateError: the template is missing or wrong.
        InvalidSheetError: a required column is missing altogether.
    """
    lengths: Lengths = {}
    return {
        level: validate_for_spec(sheet, spec.model_copy(update={"validation_level": level}), settings, lengths)
        for level in ValidationLevel
    }


def validate_for_spec(
    sheet: LoadedSheet, spec: BulkJobSpec, settings: Settings, lengths: Lengths | None = None
) -> ValidatedSheet:
    """`validate_sheet` with the template that the spec names.

    Raises:
        TemplateError: the template is missing or wrong.
        InvalidSheetError: a required column is missing altogether.
    """
    cache = local_cache(settings) if settings.cache else None
    template = TemplateStore(settings.templates_folder, spec.project_id).load(spec.template.template_id)
    return validate_sheet(
        sheet,
        spec,
        template,
        media_policy(settings),
        Narrator.of(settings),
        NamedVoices.of(settings),
        longest_seconds=settings.longest_video_s,
        lengths=lengths,
        kept=CacheOfKind(cache, CACHE_KIND, "1") if cache else None,
    )


def validate_sheet(
    sheet: LoadedSheet,
    spec: BulkJobSpec,
    template: Template,
    media: MediaPolicy | None = None,
    narrator: Narrator = OFFLINE_NARRATOR,
    voices: NamedVoices | None = None,
    *,
    longest_seconds: float = LONGEST_VIDEO_S,
    lengths: Lengths | None = None,
    kept: CacheOfKind | None = None,
) -> ValidatedSheet:
    """Validate every row at the spec's level, all findings at once; no medium is fetched.

    A row without a wanted length has at most `longest_seconds`. Lengths of speech are the offline voice's, whichever
    voice will narrate: validating asks no server, and is free. `lengths` are those that are known from another level of
    the same spec; new ones are added. Lengths of speech are kept in `kept` for another time.

    Raises:
        InvalidSheetError: a required column is missing altogether.
    """
    voices = voices or NamedVoices()
    lengths = {} if lengths is None else lengths
    engine = _EngineChecks(spec, template, narrator, longest_seconds, kept, lengths)
    by_media = MediaCheck(media or MediaPolicy(), spec.validation_level)
    checks: list[RowCheck] = [
        script_problems,
        engine.glyphs,
        voices,
        engine.language,
        engine.voice,
        engine.say_as,
        engine.length,
        by_media,
    ]
    ideas, report = validate_table(
        sheet.table,
        spec.validation_level,
        checks,
        only=spec.input_source.only,
        before_checks=engine.find_lengths,
    )
    planned = (
        plan_video(by_media.permitted(idea), spec, template, voices.name_for(idea), longest_seconds) for idea in ideas
    )
    plans = tuple(
        replace(with_narration(plan, narrator), is_hurried=plan.sheet_row in engine.hurried) for plan in planned
    )
    plans = _with_names_told_apart(plans, sheet.table)
    report = replace(report, findings=(*report.findings, *_template_findings(template, plans)))
    refused = {number: str(sheet.table.frame.at[number, "row_key"]) for number in (*report.rejected, *report.skipped)}
    seconds = {plan.sheet_row: engine.seconds[plan.sheet_row] for plan in plans if plan.sheet_row in engine.seconds}
    return ValidatedSheet(sheet.label, sheet.name, sheet.uri, plans, report, _titles(sheet.table), refused, seconds)


def _with_names_told_apart(plans: Sequence[VideoPlan], table: SheetTable) -> tuple[VideoPlan, ...]:
    """The plans, those marked whose files would be called as those of another row, be it in this job or not."""
    frame = table.frame
    titles = dict(zip(frame["row_key"], frame["idea_title"], strict=True)) if "idea_title" in frame else {}
    shared = keys_of_shared_names(titles | {plan.row_key: plan.title for plan in plans})
    return tuple(replace(plan, name_is_shared=True) if plan.row_key in shared else plan for plan in plans)


def _template_findings(template: Template, plans: Iterable[VideoPlan]) -> Iterator[Finding]:
    """What of the template cannot be shown as given in the styles that rows have, e.g. a colour without contrast."""
    look = template.settings.style
    for style in sorted({plan.style for plan in plans}):
        _theme, said = theme_for(style, colors=look.colors, font_family=look.font_family)
        for text in said:
            yield Finding(
                Severity.WARNING,
                f"Template '{template.template_id}' in style {style}: {text}",
                "Keep it, or change the template",
                code="TEMPLATE_ADJUSTED",
            )


def _titles(table: SheetTable) -> dict[int, str]:
    if "idea_title" not in table.frame:
        return {}
    rows = zip(table.frame.index, table.frame["idea_title"], strict=True)
    titles = {int(row): " ".join(title.split()) for row, title in rows}
    return {row: title for row, title in titles.items() if title}


@dataclass(frozen=True)
class _EngineChecks:
    spec: BulkJobSpec
    template: Template
    narrator: Narrator
    longest_seconds: float
    kept: CacheOfKind | None
    lengths: Lengths
    hurried: set[int] = field(default_factory=set)
    """Sheet rows that have to be spoken faster than their voice's own pace to stay within `longest_seconds`."""
    seconds: dict[int, float] = field(default_factory=dict)
    """The likely length of each row's videos, by sheet row."""

    def find_lengths(self, ideas: Sequence[VideoIdea]) -> None:
        """Measure the scripts of all ideas that are not known yet."""
        new = [idea for idea in dict.fromkeys(ideas) if idea not in self.lengths]
        if new:
            with SpeechLengths(self.narrator, self.kept) as found:
                self.lengths.update(zip(new, found.of([self._plan(idea) for idea in new]), strict=True))

    def glyphs(self, idea: VideoIdea) -> Iterator[RowProblem]:
        """Characters that no font has would be shown as empty boxes."""
        plan = self._plan(idea)
        theme, _warnings = theme_for(plan.style, font_family=self.template.settings.style.font_family)
        for column, text in shown_cells(idea.title, idea.description, idea.script):
            missing = missing_characters([(column, text)], theme)
            if missing:
                named = ", ".join(map(str, missing[:10])) + (" ..." if len(missing) > 10 else "")
                yield RowProblem(
                    column,
                    text,
                    f"No font has {named}",
                    "Remove or replace these characters",
                    "GLYPHS_MISSING",
                    NOT_PERMISSIVE,
                )

    def language(self, idea: VideoIdea) -> Iterator[RowProblem]:
        """See `language_problems`."""
        return language_problems(self._plan(idea))

    def voice(self, idea: VideoIdea) -> Iterator[RowProblem]:
        """See `voice_problems`."""
        return voice_problems(self._plan(idea), self.narrator)

    def say_as(self, idea: VideoIdea) -> Iterator[RowProblem]:
        """See `say_as_problems`."""
        return say_as_problems(self._plan(idea))

    def length(self, idea: VideoIdea) -> Iterator[RowProblem]:
        """See `length_verdict`."""
        plan = self._plan(idea)
        found = self.lengths[idea]
        self.seconds[plan.sheet_row] = found.nearest_seconds
        if plan.target_seconds is None and found.hurry:
            self.hurried.add(plan.sheet_row)
        return length_verdict(plan, found)

    def _plan(self, idea: VideoIdea) -> VideoPlan:
        return plan_video(idea, self.spec, self.template, longest_seconds=self.longest_seconds)
