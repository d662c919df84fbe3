"""A look at one row before the job runs: a still of every scene, one sheet of them all, and a short draft with sound.

The row goes through the engine that will render it, on small frames. What `services.sheets.validation` speaks once to
validate and the engine once more to render is spoken once here, and modules that only some sheets need are imported
when they are needed: a preview is worth having while it costs less than thinking about it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby, takewhile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.adapters.speech.contract import Speech
from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.adapters.speech.providers import Provider
from bulkvid_pipeline.core.errors import DurationInfeasibleError, InvalidRequestError, ValidationFailedError
from bulkvid_pipeline.core.findings import Finding, Severity
from bulkvid_pipeline.core.options import Aspect, Platform
from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.sheet_table import SheetTable
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import Template
from bulkvid_pipeline.core.validation import RowProblem, validate_table
from bulkvid_pipeline.rendering.encode.event import EventRenderer
from bulkvid_pipeline.rendering.language import narration_language
from bulkvid_pipeline.rendering.model import (
    FPS,
    SAMPLES_PER_FRAME,
    Change,
    Film,
    Material,
    Redraw,
    SceneKind,
    TimedScene,
    VideoFormat,
    shown_scenes,
)
from bulkvid_pipeline.rendering.narration import Programme, narrate
from bulkvid_pipeline.rendering.pictures.coverage import missing_glyphs
from bulkvid_pipeline.rendering.pictures.film import SceneFilm, scene_film
from bulkvid_pipeline.rendering.pictures.poster import poster_jpeg
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.quality.texts import shown_cells
from bulkvid_pipeline.rendering.row_media import RowMedia
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline.rendering.sound.mix import programme_sound
from bulkvid_pipeline.services.media.policy import MediaCheck, media_policy
from bulkvid_pipeline.services.previews.contact_sheet import halved, tiled, wrapped
from bulkvid_pipeline.services.sheets.loading import load_sheet
from bulkvid_pipeline.services.sheets.narration_checks import (
    NOT_PERMISSIVE,
    Narrator,
    language_problems,
    length_verdict,
    say_as_problems,
    speech_length,
    voice_problems,
    with_narration,
)
from bulkvid_pipeline.services.templates.template_store import TemplateStore, theme_of
from bulkvid_pipeline.settings import Settings

SHORT_SIDE = 540
"""Of stills and draft, in pixels: half the usual size, a quarter of its work, and all text can still be read."""
DRAFT_SECONDS = 5
_ROWS_NAMED = 12


@dataclass(frozen=True)
class RowPreview:
    """What was made of one row; all paths lie in `folder`."""

    folder: Path
    title: str
    seconds: float
    """Length that the whole video will have."""
    stills: tuple[Path, ...]
    """One a scene and platform, JPEG."""
    contact_sheet: Path
    draft: Path
    """About DRAFT_SECONDS of the first spoken scenes, with voice and captions, on the first platform."""
    findings: tuple[Finding, ...]
    """What validation says about this row."""
    warnings: tuple[str, ...]
    """What the template and the voice say about it."""


def preview_row(
    spec: BulkJobSpec, settings: Settings, row: int, folder: Path, *, platform: Platform | None = None
) -> RowPreview:
    """Make the preview of the row with that number in the sheet.

    It speaks with the offline voice, whichever voice will narrate: a preview asks no server, and is free.

    Args:
        platform: the only one to show; None for all that the row names. One that the row does not name is shown too:
            the question is how it would look there.
        folder: where to write, made if missing; files of an earlier preview of the same row are replaced.

    Raises:
        InvalidRequestError: there is no such row; names those that there are.
        RowRefusedError: the row has errors at the spec's level; tells them all.
        BulkVideoError: the sheet or the template cannot be used, or the row cannot be rendered.
    """
    table = load_sheet(spec.input_source, settings, spec.project_id).table
    template = TemplateStore(settings.templates_folder, spec.project_id).load(spec.template.template_id)
    known = KnownRow.of(table, row, spec, template, settings, platform=platform)
    folder.mkdir(parents=True, exist_ok=True)
    with known.filmed(settings) as film_on:
        shown = [film_on(each) for each in known.platforms]
        stills, sheet = _write_pictures(row, shown, folder)
        draft = folder / f"row-{row}-draft.mp4"
        write_draft(shown[0], known, draft)
    return RowPreview(
        folder=folder,
        title=known.plan.title,
        seconds=known.programme.seconds,
        stills=stills,
        contact_sheet=sheet,
        draft=draft,
        findings=known.findings,
        warnings=known.warnings,
    )


@dataclass(frozen=True)
class KnownRow:
    """A row that was judged, planned and narrated; nothing of it is painted yet."""

    plan: VideoPlan
    programme: Programme
    theme: Theme
    findings: tuple[Finding, ...]
    """What validation says about this row."""
    warnings: tuple[str, ...]
    """What the template and the voice say about it."""

    @classmethod
    def of(
        cls,
        table: SheetTable,
        row: int,
        spec: BulkJobSpec,
        template: Template,
        settings: Settings,
        *,
        platform: Platform | None = None,
    ) -> KnownRow:
        """The row with that number in the table; `platform` is the only one that it is planned for.

        Raises:
            InvalidRequestError: there is no such row; names those that there are.
            RowRefusedError: the row has errors at the spec's level, or is skipped; tells what it has.
            TemplateInvalidError: the logo cannot be used.
        """
        _require_row(table, row)
        with EspeakSpeech() as speech:
            judge = _RowValidation(row, spec, template, speech, Narrator.of(settings), settings.longest_video_s)
            by_media = MediaCheck(media_policy(settings), spec.validation_level)
            ideas, report = validate_table(table, spec.validation_level, [judge, by_media])
        findings = report.of_row(row)
        idea = next((idea for idea in ideas if idea.sheet_row == row), None)
        if idea is None or judge.programme is None:
            raise _rejection(row, findings)
        idea = by_media.permitted(idea)
        plan = with_narration(
            plan_video(
                idea if platform is None else replace(idea, platforms=(platform,), names_platforms=True), spec, template
            ),
            judge.narrator,
        )
        theme, theme_warnings = theme_of(template, plan.style)
        warnings = (*theme_warnings, *_unsaid(judge.programme, findings), *_other_voice(settings))
        return cls(plan, judge.programme, theme, findings, warnings)

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """Where it is shown, in the order of its cell."""
        return tuple(dict.fromkeys(output.platform for output in self.plan.outputs))

    @contextmanager
    def filmed(self, settings: Settings) -> Iterator[Callable[[Platform], PlatformFilms]]:
        """What films the row on a platform; its media are fetched at the start, and gone at the end.

        Raises:
            BulkVideoError: a medium cannot be used.
        """
        with tempfile.TemporaryDirectory() as media:
            plan = _laid_out(self.plan, Path(media), settings) if self.plan.media else self.plan
            yield partial(PlatformFilms.of, plan, self.programme, theme=self.theme, media=Path(media))


def _laid_out(plan: VideoPlan, folder: Path, settings: Settings) -> VideoPlan:
    """The plan with its media known, their contents in `folder`."""
    from bulkvid_pipeline.adapters.cache import open_cache
    from bulkvid_pipeline.services.media.prefetch import laid_out
    from bulkvid_pipeline.services.wiring.cache import cache_place

    place = cache_place(settings)
    return laid_out(plan, folder, media_policy(settings), open_cache(place) if place else None)


def _unsaid(programme: Programme, findings: Sequence[Finding]) -> Iterator[str]:
    """The narration's warnings without those that are findings already."""
    found = tuple(finding.problem for finding in findings)
    return (text for text in programme.warnings if not text.startswith(found))


def _other_voice(settings: Settings) -> Iterator[str]:
    if settings.speech_provider != "espeak":
        yield f"The draft has the offline voice, which is free; the job will have that of {settings.speech_provider}"


def _require_row(table: SheetTable, row: int) -> None:
    numbers = [int(number) for number in table.frame.index]
    if row not in numbers:
        raise InvalidRequestError(
            f"The sheet has no idea in row {row}", fix=f"Choose one of its rows: {row_ranges(numbers)}"
        )


def row_ranges(numbers: Iterable[int]) -> str:
    """`2-9, 12`: increasing row numbers in words, the last ones left out where there are many gaps."""
    runs: list[str] = []
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        runs.append(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]))
    more = len(runs) - _ROWS_NAMED
    return ", ".join(runs[:_ROWS_NAMED]) + (f" and {more} more stretches" if more > 0 else "")


class RowRefusedError(ValidationFailedError):
    """No video would be made of the row."""

    def __init__(self, message: str, *, fix: str, findings: Sequence[Finding]) -> None:
        super().__init__(message, fix=fix)
        self.findings = tuple(findings)


def _rejection(row: int, findings: Sequence[Finding]) -> RowRefusedError:
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        return RowRefusedError(
            f"Row {row} would be rejected: {' '.join(str(finding) for finding in errors)}",
            fix="Correct the cells named, or choose --level permissive to see what would be made of them",
            findings=findings,
        )
    told = " ".join(str(finding) for finding in findings)
    return RowRefusedError(
        f"Row {row} would be skipped: {told}", fix="Write a title, description or script", findings=findings
    )


@dataclass
class _RowValidation:
    """The checks that need the engine, for one row alone; the narration made for them is kept."""

    row: int
    spec: BulkJobSpec
    template: Template
    speech: Speech
    narrator: Narrator
    longest_seconds: float
    programme: Programme | None = field(default=None, init=False)

    def __call__(self, idea: VideoIdea) -> Iterator[RowProblem]:
        if idea.sheet_row != self.row:
            return
        plan = plan_video(idea, self.spec, self.template, longest_seconds=self.longest_seconds)
        yield from self._glyphs(plan)
        yield from language_problems(plan)
        yield from say_as_problems(plan)
        problems = list(voice_problems(plan, self.narrator))
        yield from problems
        if any(self.spec.validation_level in problem.error_at for problem in problems):
            return
        plan = with_narration(plan, self.narrator)
        voice = self.template.settings.audio.voice_settings
        try:
            self.programme = narrate(
                split_scenes(plan.title, plan.description, plan.script, plan.stretched_to),
                self.speech,
                None if plan.is_silent else plan.voice,
                language=narration_language(plan),
                target_seconds=plan.target_seconds,
                may_be_shorter=plan.target_is_limit,
                template_speed=voice.speed,
                pitch=voice.pitch,
                pronunciations=plan.pronunciations,
                limit=plan.longest_seconds,
                may_be_unread=self.narrator.provider is not Provider.ESPEAK,  # another voice may be able to
            )
        except DurationInfeasibleError:
            yield from length_verdict(plan, speech_length(plan, self.speech, self.narrator))
        else:
            yield from length_verdict(plan, self.programme.feasibility)

    def _glyphs(self, plan: VideoPlan) -> Iterator[RowProblem]:
        theme, _ = theme_of(self.template, plan.style)
        for column, text in shown_cells(plan.title, plan.description, plan.script):
            missing = missing_glyphs((text,), theme)
            if missing:
                shown = " ".join(missing[:10]) + (" ..." if len(missing) > 10 else "")
                fix = "Remove or replace these characters"
                yield RowProblem(column, text, f"No font has {shown}", fix, "GLYPHS_MISSING", NOT_PERMISSIVE)


@dataclass(frozen=True)
class PlatformFilms:
    """The row on one platform: scenes, films of them in order, and their format."""

    fmt: VideoFormat
    scenes: tuple[TimedScene, ...]
    films: tuple[SceneFilm, ...]

    @classmethod
    def of(cls, plan: VideoPlan, programme: Programme, platform: Platform, theme: Theme, media: Path) -> PlatformFilms:
        """The films; the contents of the plan's media lie in the folder `media`."""
        fmt = draft_format(platform)
        scenes = shown_scenes(programme.for_aspect(platform.aspect), plan.captions)
        shown = zip(scenes, RowMedia(plan, media).for_scenes(scenes, fmt), strict=True)
        films = (scene_film(timed, fmt, theme, script=plan.script, media=its) for timed, its in shown)
        return cls(fmt, scenes, tuple(films))

    @property
    def first_spoken(self) -> int:
        """Index of the first scene of the body; where there is none, of the first one after the title."""
        kinds = [timed.scene.kind for timed in self.scenes]
        after_title = next((at for at, kind in enumerate(kinds) if kind is not SceneKind.TITLE), 0)
        return kinds.index(SceneKind.BODY) if SceneKind.BODY in kinds else after_title

    def stills(self) -> Iterator[NDArray[np.uint8]]:
        """Each scene when all of it stands there, with its last caption if it has one."""
        for timed, film in zip(self.scenes, self.films, strict=True):
            last = timed.cues[-1].end - 1 if timed.cues else film.rest
            yield film.still(min(max(last, 0), film.rest))


def draft_format(platform: Platform, short_side: int = SHORT_SIDE) -> VideoFormat:
    """The format of a preview: the platform's shape in small; sides are multiples of 4."""
    long_side = short_side * 16 // 9 // 4 * 4
    sizes = {
        Aspect.WIDE: (long_side, short_side),
        Aspect.TALL: (short_side, long_side),
        Aspect.SQUARE: (short_side, short_side),
    }
    return VideoFormat(platform, *sizes[platform.aspect])


def _write_pictures(row: int, shown: Sequence[PlatformFilms], folder: Path) -> tuple[tuple[Path, ...], Path]:
    """All stills as files, and the sheet of them: platform under platform."""
    for left in folder.glob(f"row-{row}-*-[0-9]*.jpg"):
        left.unlink()
    paths: list[Path] = []
    bands: list[list[NDArray[np.uint8]]] = []
    for films in shown:
        thumbnails = []
        for number, picture in enumerate(films.stills(), start=1):
            paths.append(folder / f"row-{row}-{films.fmt.platform}-{number:02}.jpg")
            paths[-1].write_bytes(poster_jpeg(picture))
            thumbnails.append(halved(picture))
        bands += wrapped(thumbnails)
    sheet = folder / f"row-{row}-contact-sheet.jpg"
    sheet.write_bytes(poster_jpeg(tiled(bands)))
    return tuple(paths), sheet


def write_draft(
    films: PlatformFilms, known: KnownRow, path: Path, cancelled: Callable[[], bool] = lambda: False
) -> None:
    """The narration from the first body scene on, in pictures and sound, without the music.

    Raises:
        RenderCancelledError: `cancelled`, which is called several times a second, returned True.
    """
    programme, first = known.programme, films.first_spoken
    left = DRAFT_SECONDS * FPS
    pictures: list[Film] = []
    voices = []
    for narrated, film in zip(programme.scenes[first:], films.films[first:], strict=True):
        frames = min(left, narrated.frames)
        if frames:
            pictures.append(_Excerpt(film, frames))
            voices.append(narrated.voice[: frames * SAMPLES_PER_FRAME])
        left -= frames
    sound = programme_sound(np.concatenate(voices))
    tags = {"title": known.plan.title, "comment": "Draft"}
    EventRenderer().render(pictures, sound, films.fmt, tags, path, cancelled=cancelled)


@dataclass(frozen=True)
class _Excerpt:
    """The beginning of a film. It has a name of its own, though its pictures are the film's."""

    film: Film
    frames: int

    @property
    def rest(self) -> int:
        return min(self.film.rest, self.frames - 1)

    @property
    def material(self) -> Material:
        return self.film.material

    @property
    def fingerprint(self) -> str:
        return f"{self.film.fingerprint} first {self.frames}"

    def redraws(self) -> list[Redraw]:
        return [redraw for redraw in self.film.redraws() if redraw.frame < self.frames]

    def changes(self) -> Iterator[Change]:
        return takewhile(lambda change: change.frame < self.frames, self.film.changes())

    def still(self, frame: int) -> NDArray[np.uint8]:
        return self.film.still(frame)
