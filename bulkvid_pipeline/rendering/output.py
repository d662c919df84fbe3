"""One output of a row: its files are made, checked, and made again if that may fix a failed check."""

from __future__ import annotations

import base64
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import accumulate
from pathlib import Path

from bulkvid_pipeline.adapters.cache import Cache, CacheOfKind
from bulkvid_pipeline.core.errors import QualityError
from bulkvid_pipeline.core.options import Captions
from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan
from bulkvid_pipeline.rendering.caption_files import srt, vtt
from bulkvid_pipeline.rendering.encode.event import scene_key
from bulkvid_pipeline.rendering.encode.renderer import Renderer
from bulkvid_pipeline.rendering.language import language_tag
from bulkvid_pipeline.rendering.lazy_film import LazyFilm
from bulkvid_pipeline.rendering.model import FPS, Film, TimedScene, VideoFormat, shown_scenes
from bulkvid_pipeline.rendering.pictures.caption_places import caption_place
from bulkvid_pipeline.rendering.pictures.film import SceneFilm, scene_film
from bulkvid_pipeline.rendering.pictures.media import SceneMedia
from bulkvid_pipeline.rendering.pictures.poster import poster_jpeg
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.pictures.thumbnail import thumbnail_webp
from bulkvid_pipeline.rendering.quality import Check, Examination, Expected, QualityReport, Subject, verify
from bulkvid_pipeline.rendering.quality.captions import caption_checks, caption_cues
from bulkvid_pipeline.rendering.quality.probes import Probe
from bulkvid_pipeline.rendering.quality.script_words import ExpectedCard, expected_cards
from bulkvid_pipeline.rendering.quality.sightings import SIGHTING_VERSION, Sighting, sighting_of
from bulkvid_pipeline.rendering.quality.text_checks import fix_for, text_checks
from bulkvid_pipeline.rendering.quality.texts import safe_area_check
from bulkvid_pipeline.rendering.repair import remedy_for
from bulkvid_pipeline.rendering.row_media import RowMedia
from bulkvid_pipeline.rendering.soundtrack import Soundtrack


@dataclass(frozen=True)
class RenderedOutput:
    """One finished video with its accompanying files, all in `folder`."""

    platform: str
    folder: Path
    video: str
    poster: str
    thumbnail: str
    """A thumbnail of the poster: base64 of a WebP; empty if the poster has too many details."""
    srt: str
    vtt: str
    width: int
    height: int
    duration_s: float
    frames: int
    size_bytes: int
    loudness_lufs: float
    true_peak_dbtp: float
    render_seconds: float
    cpu_seconds: float
    quality: QualityReport = field(default_factory=QualityReport)


@dataclass
class OutputMaking:
    """The making of one output."""

    plan: VideoPlan
    planned: PlannedOutput
    theme: Theme
    folder: Path
    soundtrack: Soundtrack
    progress: Callable[[int, int], None]
    cancelled: Callable[[], bool]
    cache: Cache | None
    """Cache of posters and of measurements of scenes."""
    salt: str
    """Version of the code that makes the cached entries: part of their keys."""
    scenes: tuple[TimedScene, ...] = ()
    films: tuple[LazyFilm, ...] = ()

    @property
    def fmt(self) -> VideoFormat:
        return VideoFormat(**vars(self.planned))

    @property
    def video(self) -> Path:
        return self.folder / f"video.{self.planned.container}"

    def output(self, renderer: Renderer, second_renderer: Callable[[], Renderer], glyphs: Check) -> RenderedOutput:
        """All files of the output, checked; made a second time if the checks fail and a remedy exists.

        Raises:
            QualityError: the output failed its checks, and no remedy is left.
        """
        began, cpu = time.perf_counter(), _cpu_seconds()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._make(renderer)
        found, quality = self._examined(glyphs)
        if quality.faults:
            repaired = self._repair(found, quality, renderer, second_renderer)
            found, quality = self._examined(glyphs, repaired)
        if quality.faults:
            raise self._refusal(quality)
        poster = self._poster(self.films[0])
        (self.folder / "poster.jpg").write_bytes(poster)
        return RenderedOutput(
            platform=self.planned.platform,
            folder=self.folder,
            video=self.video.name,
            poster="poster.jpg",
            thumbnail=base64.b64encode(thumbnail_webp(poster)).decode(),
            srt="captions.srt",
            vtt="captions.vtt",
            width=self.planned.width,
            height=self.planned.height,
            duration_s=round(found.duration_s, 3),
            frames=found.frames,
            size_bytes=found.size_bytes,
            loudness_lufs=round(found.integrated_lufs, 2),
            true_peak_dbtp=round(found.true_peak_dbtp, 2),
            render_seconds=round(time.perf_counter() - began, 3),
            cpu_seconds=round(_cpu_seconds() - cpu, 3),
            quality=quality,
        )

    def _make(self, renderer: Renderer) -> None:
        """Write the video and its caption files."""
        self.scenes = self.soundtrack.programme.for_aspect(self.planned.platform.aspect)
        shown = self._shown()
        media = RowMedia(self.plan, self.folder.parent, self.cache).for_scenes(shown, self.fmt)
        cards = expected_cards(self.plan.script, [timed.scene for timed in self.scenes])
        probed = len(cards) // 2  # which one it is must not change with a word
        self.films = tuple(
            self._film(timed, its, card, probed=index == probed)
            for index, (timed, its, card) in enumerate(zip(shown, media, cards, strict=True))
        )
        (self.folder / "captions.srt").write_text(srt(self.scenes), encoding="utf-8")
        (self.folder / "captions.vtt").write_text(self._vtt(), encoding="utf-8")
        renderer.render(
            self.films,
            self.soundtrack.sound,
            self.fmt,
            _metadata(self.plan),
            self.video,
            progress=self.progress,
            cancelled=self.cancelled,
        )

    def _shown(self) -> tuple[TimedScene, ...]:
        """The scenes with the captions that stand in the picture."""
        return shown_scenes(self.scenes, self.plan.captions)

    def _vtt(self) -> str:
        stage = Stage.of(self.fmt)
        places = [caption_place(timed.scene, self.theme, stage) if timed.cues else None for timed in self.scenes]
        return vtt(self.scenes, places, language_tag(self.plan, self.soundtrack.programme.language))

    def _film(self, timed: TimedScene, media: SceneMedia, card: ExpectedCard, *, probed: bool) -> LazyFilm:
        return LazyFilm(
            partial(scene_film, timed, self.fmt, self.theme, script=self.plan.script, media=media),
            lambda film: self._seen(film, timed, card, probed=probed),
        )

    def _examined(self, glyphs: Check, repaired: tuple[str, ...] = ()) -> tuple[Examination, QualityReport]:
        """Run all checks on the files on disk."""
        texts = [(self.folder / name).read_text(encoding="utf-8") for name in ("captions.srt", "captions.vtt")]
        found = verify(self.video, self._expected(texts[1]))
        seconds = sum(timed.frames for timed in self.scenes) / FPS
        spoken = [timed.scene.text for timed in self.scenes]
        safe = safe_area_check(self.scenes, (film.seen.overrun for film in self.films))
        seen = [film.seen.faults for film in self.films]
        words = text_checks(self.plan, self.soundtrack.programme.scenes, self.scenes, texts[0], texts[1], seen)
        checks = (*found.checks, *caption_checks(texts[0], texts[1], seconds, spoken), safe, glyphs, *words)
        return found, QualityReport.of(checks, repaired)

    def _expected(self, captions: str) -> Expected:
        *starts, frames = accumulate((timed.frames for timed in self.scenes), initial=0)
        expected = Expected.of(self.fmt, frames, self.plan.title, caption_cues(captions), starts, self._probes(starts))
        shown = replace(expected, captions_shown=self.plan.captions is Captions.BURNED)
        return replace(shown, loudness_lufs=None) if self.soundtrack.is_silent else shown

    def _probes(self, starts: Sequence[int]) -> list[Probe]:
        """What to find again in the file: the text of the card with most words."""
        return [film.seen.probe.moved(at) for film, at in zip(self.films, starts, strict=True) if film.seen.probe]

    def _repair(
        self,
        found: Examination,
        quality: QualityReport,
        renderer: Renderer,
        second_renderer: Callable[[], Renderer],
    ) -> tuple[str, ...]:
        """Make the output again in a way that may fix its faults; returns the reason and the remedy.

        Raises:
            QualityError: there is no remedy for the faults.
        """
        remedy = remedy_for(quality.faults, found, self._expected("").true_peak_dbtp)
        if remedy is None:
            raise self._refusal(quality)
        self.video.unlink(missing_ok=True)
        if remedy.record:
            self.soundtrack.record(without_cache=True)
        if remedy.master:
            self.soundtrack.master(lower_by_db=remedy.lower_by_db)
        if remedy.other_renderer:
            self._forget_scenes()
        self._make(second_renderer() if remedy.other_renderer else renderer)
        return (f"the first file failed its checks ({_fault_list(quality)}), so {remedy}",)

    def _forget_scenes(self) -> None:
        """Invalidate the cached scenes of the output: one of them may be the fault, and would affect other rows.

        An empty cache entry counts as damaged: the scene is encoded again and stored.
        """
        if self.cache is None:
            return
        kept = CacheOfKind(self.cache, "scene", self.salt)
        for key in (scene_key(film, self.fmt) for film in self.films):
            if kept.get(key) is not None:
                kept.put(key, b"")

    def _refusal(self, quality: QualityReport) -> QualityError:
        """The error for a file that is not published; removes the file."""
        self.video.unlink(missing_ok=True)
        again = f"; {quality.repaired[0]}" if quality.repaired else ""
        text = any(fault.subject is Subject.TEXT for fault in quality.faults)
        return QualityError(
            f"The {self.planned.platform} video failed its checks: {_fault_list(quality)}{again}",
            fix=fix_for(fault.name for fault in quality.faults)
            or (
                "Shorten the row's texts, and report the row if that does not help"
                if text
                else "Retry the row, and report it if it fails again"
            ),
        )

    def _poster(self, film: Film) -> bytes:
        """A film's card as JPEG."""
        return self._kept(f"poster {film.fingerprint}", lambda: poster_jpeg(film.still(film.rest)))

    def _seen(self, film: SceneFilm, timed: TimedScene, card: ExpectedCard, *, probed: bool) -> Sighting:
        """What was seen of a scene's texts; cached, since a cached scene is not composed again."""
        document = self._kept(
            f"texts {SIGHTING_VERSION} {film.fingerprint} {card.fingerprint} {probed}",
            lambda: sighting_of(film, timed, self.fmt, card, probed=probed).to_json(),
        )
        return Sighting.from_json(document)

    def _kept(self, key: str, make: Callable[[], bytes]) -> bytes:
        """The cached value for a key, or a new value from `make`, which is then cached."""
        kept = CacheOfKind(self.cache, "picture", self.salt) if self.cache else None
        piece = kept.get(key) if kept else None
        if piece is None:
            piece = make()
            if kept:
                kept.put(key, piece)
        return piece


def _fault_list(quality: QualityReport) -> str:
    return "; ".join(fault.said for fault in quality.faults)


def _metadata(plan: VideoPlan) -> dict[str, str]:
    texts = {"title": plan.title, "description": plan.description, "comment": f"Row {plan.row_key}"}
    return {key: value for key, value in texts.items() if value}


def _cpu_seconds() -> float:
    """User and system seconds of this process and of the children it has waited for."""
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
