"""Renders one row completely: from its plan to finished and verified files."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bulkvid_pipeline.adapters.cache import Cache
from bulkvid_pipeline.adapters.speech.contract import Speech, Utterance
from bulkvid_pipeline.core.errors import GlyphsMissingError, RenderCancelledError
from bulkvid_pipeline.core.options import Speaker
from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan
from bulkvid_pipeline.rendering.encode.graph import GraphRenderer
from bulkvid_pipeline.rendering.encode.renderer import Renderer
from bulkvid_pipeline.rendering.output import OutputMaking, RenderedOutput
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.pictures.themes import theme_for
from bulkvid_pipeline.rendering.quality import Check
from bulkvid_pipeline.rendering.quality.texts import glyph_check, missing_characters, missing_in_words, shown_cells
from bulkvid_pipeline.rendering.soundtrack import Soundtrack

ENGINE_VERSION = "4"
"""Part of every output's fingerprint: increase it when the same plan gives a different file."""

Progress = Callable[[str, float], None]
"""Called with the stage (voice, sound, youtube, ...) and the share of the row that is done, 0..1."""


@dataclass(frozen=True)
class RenderedRow:
    """All outputs of a row. `narration_seconds` is the time of the shared work, `warnings` concern all outputs."""

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
    cache: Cache | None = None,
    second_renderer: Callable[[], Renderer] = GraphRenderer,
) -> RenderedRow:
    """Render `outputs` of `plan` into sub-folders of `folder`, each named after its platform.

    Narration and posters are cached in `pieces`; the renderer caches encoded scenes itself. An output that fails its
    checks is made once more if there is a remedy; `second_renderer` makes the renderer for that if the pictures or the
    file were faulty.

    Raises:
        RenderError: a subclass says what failed; no incomplete file is left under a final name.
        RenderCancelledError: `cancelled` returned True.
    """
    theme, warnings = _theme(plan)
    glyphs = _glyphs(plan, theme)
    began = time.perf_counter()
    progress("voice", 0.0)
    soundtrack = Soundtrack(plan, _Reporting(speech, progress), cache, ENGINE_VERSION)
    soundtrack.record()
    if cancelled():
        raise RenderCancelledError("The row was stopped")
    progress("sound", 0.1)
    soundtrack.master()
    shared_seconds = time.perf_counter() - began
    programme = soundtrack.programme
    finished = []
    for at, output in enumerate(outputs):

        def film_progress(done: int, total: int, output: PlannedOutput = output, at: int = at) -> None:
            progress(output.platform, 0.15 + 0.85 * (at + done / max(1, total)) / len(outputs))

        making = OutputMaking(
            plan, output, theme, folder / output.platform, soundtrack, film_progress, cancelled, cache, ENGINE_VERSION
        )
        finished.append(making.output(renderer, second_renderer, glyphs))
    progress("done", 1.0)
    return RenderedRow(
        outputs=tuple(finished),
        language=programme.language,
        voice_rate=programme.rate,
        narration_seconds=round(shared_seconds, 3),
        warnings=(*warnings, *programme.warnings),
    )


@dataclass
class _Reporting:
    """A voice that reports progress with each utterance: a slow one takes minutes for a long script.

    It is not known how many utterances there will be, so the share approaches that of the whole narration.
    """

    speech: Speech
    progress: Progress
    utterances: int = 0

    @property
    def name(self) -> str:
        return self.speech.name

    @property
    def version(self) -> str:
        return self.speech.version

    def speak(self, text: str, voice: Speaker, language: str, rate: float = 1.0, pitch: float = 0.0) -> Utterance:
        said = self.speech.speak(text, voice, language, rate, pitch)
        self.utterances += 1
        self.progress("voice", 0.1 * self.utterances / (self.utterances + 20))
        return said


def _theme(plan: VideoPlan) -> tuple[Theme, tuple[str, ...]]:
    look = plan.template.settings.style
    logo = Path(plan.template.folder) / look.logo if look.logo and plan.template.folder else None
    return theme_for(
        plan.style, colors=look.colors, font_family=look.font_family, logo=logo, logo_position=look.logo_position
    )


def _glyphs(plan: VideoPlan, theme: Theme) -> Check:
    """The check that fonts have all characters, for every output's quality report.

    Raises:
        GlyphsMissingError: characters are missing; the message names each with its cell.
    """
    cells = shown_cells(plan.title, plan.description, plan.script)
    missing = missing_characters(cells, theme)
    if missing:
        raise GlyphsMissingError(f"No font has {missing_in_words(missing)} of row {plan.sheet_row}")
    return glyph_check(missing)
