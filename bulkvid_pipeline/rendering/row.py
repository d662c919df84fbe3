"""One row, whole: plan in, finished and verified files out."""

from __future__ import annotations

import base64
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bulkvid_pipeline.adapters.pieces import Pieces, PiecesOfKind, UtterancePieces
from bulkvid_pipeline.adapters.speech.contract import Speech
from bulkvid_pipeline.core.errors import GlyphsMissingError, QualityError, RenderCancelledError
from bulkvid_pipeline.core.options import AudioCodec
from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan
from bulkvid_pipeline.rendering.captions import srt, vtt
from bulkvid_pipeline.rendering.certificate import Certificate, Expected, verify
from bulkvid_pipeline.rendering.encode.renderer import Renderer
from bulkvid_pipeline.rendering.model import Film, Pcm, TimedScene, VideoFormat
from bulkvid_pipeline.rendering.narration import Programme, narrate
from bulkvid_pipeline.rendering.pictures.coverage import missing_glyphs
from bulkvid_pipeline.rendering.pictures.film import scene_film
from bulkvid_pipeline.rendering.pictures.poster import poster_jpeg
from bulkvid_pipeline.rendering.pictures.themes import Theme, theme_for
from bulkvid_pipeline.rendering.pictures.thumbnail import thumbnail_webp
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline.rendering.sound.beds import load_bed, load_music, looped
from bulkvid_pipeline.rendering.sound.mix import programme_sound

ENGINE_VERSION = "2"
"""Part of every output's fingerprint: raise it when the same plan gives a different file."""

NO_MUSIC = "none"

Progress = Callable[[str, float], None]
"""Told the stage (voice, sound, youtube, ...) and how much of the row is done, 0..1."""


@dataclass(frozen=True)
class RenderedOutput:
    """One finished video with what belongs to it, all files in `folder`."""

    platform: str
    folder: Path
    video: str
    poster: str
    thumbnail: str
    """The poster in miniature: base64 of a WebP, empty where it has too many details."""
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


@dataclass(frozen=True)
class RenderedRow:
    """All outputs of a row. `narration_seconds` is the work that they share."""

    outputs: tuple[RenderedOutput, ...]
    language: str
    voice_rate: float
    narration_seconds: float
    warnings: tuple[str, ...] = field(default=())


def render_row(
    plan: VideoPlan,
    outputs: tuple[PlannedOutput, ...],
    folder: Path,
    *,
    speech: Speech,
    renderer: Renderer,
    progress: Progress,
    cancelled: Callable[[], bool] = lambda: False,
    pieces: Pieces | None = None,
) -> RenderedRow:
    """Render `outputs` of `plan` into sub-folders of `folder`, each named after its platform.

    Narration and posters are looked for in `pieces` first, and kept there; encoded scenes are the renderer's affair.

    Raises:
        RenderError: one of its kinds says what failed; nothing half-made is left under a final name.
        RenderCancelledError: `cancelled` became true.
    """
    theme, warnings = _theme(plan)
    _require_glyphs(plan, theme)
    began = time.perf_counter()
    progress("voice", 0.0)
    programme = narrate(
        split_scenes(plan.title, plan.description, plan.script, plan.target_seconds),
        speech,
        plan.voice,
        target_seconds=plan.target_seconds,
        template_speed=plan.template.settings.audio.voice_settings.speed,
        pitch=plan.template.settings.audio.voice_settings.pitch,
        store=UtterancePieces(PiecesOfKind(pieces, "narration", ENGINE_VERSION)) if pieces else None,
    )
    if cancelled():
        raise RenderCancelledError("The row was stopped")
    progress("sound", 0.1)
    sound = _sound(programme, plan)
    shared_seconds = time.perf_counter() - began
    finished = []
    for at, output in enumerate(outputs):

        def film_progress(done: int, total: int, output: PlannedOutput = output, at: int = at) -> None:
            progress(output.platform, 0.15 + 0.85 * (at + done / max(1, total)) / len(outputs))

        finished.append(
            _render_output(plan, output, programme, sound, theme, folder, renderer, film_progress, cancelled, pieces)
        )
    progress("done", 1.0)
    return RenderedRow(
        outputs=tuple(finished),
        language=programme.language,
        voice_rate=programme.rate,
        narration_seconds=round(shared_seconds, 3),
        warnings=(*warnings, *programme.warnings),
    )


def _theme(plan: VideoPlan) -> tuple[Theme, tuple[str, ...]]:
    look = plan.template.settings.style
    logo = Path(plan.template.folder) / look.logo if look.logo and plan.template.folder else None
    return theme_for(
        plan.style, colors=look.colors, font_family=look.font_family, logo=logo, logo_position=look.logo_position
    )


def _require_glyphs(plan: VideoPlan, theme: Theme) -> None:
    missing = missing_glyphs((plan.title, plan.description, plan.script), theme)
    if missing:
        raise GlyphsMissingError(f"No font has {' '.join(missing[:20])}")


def _sound(programme: Programme, plan: VideoPlan) -> Pcm:
    voice = np.concatenate([timed.voice for timed in programme.scenes])
    music_name = plan.template.settings.audio.background_music
    # Opus lifts peaks by up to 0.5 dB more than AAC does.
    peak = -1.5 if any(output.audio_codec is AudioCodec.OPUS for output in plan.outputs) else -1.0
    if music_name == NO_MUSIC:
        return programme_sound(voice, None, max_true_peak_dbtp=peak)
    bed = load_bed(plan.style)
    if music_name is not None and plan.template.folder:
        bed = load_music(Path(plan.template.folder) / music_name)
    return programme_sound(voice, looped(bed, len(voice)), max_true_peak_dbtp=peak)


def _render_output(
    plan: VideoPlan,
    output: PlannedOutput,
    programme: Programme,
    sound: Pcm,
    theme: Theme,
    folder: Path,
    renderer: Renderer,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
    pieces: Pieces | None,
) -> RenderedOutput:
    began, cpu = time.perf_counter(), _cpu_seconds()
    target = folder / output.platform
    target.mkdir(parents=True, exist_ok=True)
    fmt = VideoFormat(**vars(output))
    scenes = programme.for_aspect(output.platform.aspect)
    films = [scene_film(timed, fmt, theme, script=plan.script) for timed in scenes]
    video = target / f"video.{output.container}"
    renderer.render(films, sound, fmt, _metadata(plan), video, progress=progress, cancelled=cancelled)
    certificate = _certificate(video, plan, scenes, fmt)
    poster = _poster(films[0], pieces)
    (target / "poster.jpg").write_bytes(poster)
    (target / "captions.srt").write_text(srt(scenes), encoding="utf-8")
    (target / "captions.vtt").write_text(vtt(scenes), encoding="utf-8")
    return RenderedOutput(
        platform=output.platform,
        folder=target,
        video=video.name,
        poster="poster.jpg",
        thumbnail=base64.b64encode(thumbnail_webp(poster)).decode(),
        srt="captions.srt",
        vtt="captions.vtt",
        width=output.width,
        height=output.height,
        duration_s=round(certificate.duration_s, 3),
        frames=certificate.frames,
        size_bytes=certificate.size_bytes,
        loudness_lufs=round(certificate.integrated_lufs, 2),
        true_peak_dbtp=round(certificate.true_peak_dbtp, 2),
        render_seconds=round(time.perf_counter() - began, 3),
        cpu_seconds=round(_cpu_seconds() - cpu, 3),
    )


def _poster(film: Film, pieces: Pieces | None) -> bytes:
    """The last picture of a film as JPEG."""
    kept = PiecesOfKind(pieces, "picture", ENGINE_VERSION) if pieces else None
    key = f"poster {film.fingerprint}"
    poster = kept.get(key) if kept else None
    if poster is None:
        poster = poster_jpeg(film.still(film.frames - 1))
        if kept:
            kept.put(key, poster)
    return poster


def _certificate(video: Path, plan: VideoPlan, scenes: tuple[TimedScene, ...], fmt: VideoFormat) -> Certificate:
    frames = sum(timed.frames for timed in scenes)
    certificate = verify(video, Expected.of(fmt, frames, plan.title))
    if certificate.faults:
        video.unlink(missing_ok=True)
        raise QualityError(
            f"The finished file failed its checks: {'; '.join(certificate.faults)}",
            fix="Try the graph renderer (BULKVID_RENDERER=graph), and report the row",
        )
    return certificate


def _metadata(plan: VideoPlan) -> dict[str, str]:
    texts = {"title": plan.title, "description": plan.description, "comment": f"Row {plan.row_key}"}
    return {key: value for key, value in texts.items() if value}


def _cpu_seconds() -> float:
    """User and system seconds of this process and of the children it has waited for."""
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
