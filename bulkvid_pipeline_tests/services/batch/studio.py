"""A row loop without an engine: workers that write small files in no time, and rows for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bulkvid_pipeline.adapters.speech.spending import Spending
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.rendering.output import RenderedOutput
from bulkvid_pipeline.rendering.process import RenderProcess
from bulkvid_pipeline.rendering.row import RenderedRow
from bulkvid_pipeline.rendering.worker import RenderRequest
from bulkvid_pipeline.services.batch.render_setup import RenderSetup

FILES = {"video.mp4": b"film", "poster.jpg": b"poster", "captions.srt": b"1\n", "captions.vtt": b"WEBVTT\n"}


@dataclass(frozen=True)
class Studio(RenderSetup):
    """Workers that write small files in no time; `on_render` is called with each title first."""

    on_render: Callable[[str], None] = lambda _: None
    rendered: list[str] = field(default_factory=list)

    def start_process(self, on_warning: Callable[[str], None]) -> RenderProcess:  # noqa: ARG002
        return _StandIn(self)


class _StandIn(RenderProcess):
    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.spent = Spending()

    def render(self, request: RenderRequest, *_: object, **__: object) -> RenderedRow:
        self._studio.on_render(request.plan.title)
        self._studio.rendered.append(request.plan.title)
        return RenderedRow(tuple(_files(request, output.platform) for output in request.outputs), "en", 1.0, 0.1)


def _files(request: RenderRequest, platform: Platform) -> RenderedOutput:
    folder = Path(request.folder) / platform.value
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    video, poster, srt, vtt = FILES
    return RenderedOutput(
        platform, folder, video, poster, "", srt, vtt,
        width=1280, height=720, duration_s=6.0, frames=180, size_bytes=4, loudness_lufs=-14.0, true_peak_dbtp=-1.0,
        render_seconds=0.1, cpu_seconds=0.1,
    )  # fmt: skip


def plan(number: int, *platforms: Platform) -> VideoPlan:
    title = f"Row {number}"
    idea = VideoIdea(f"row-{number}", number, title, "Save the water.", platforms=platforms or (Platform.YOUTUBE,))
    return plan_video(idea, BulkJobSpec.for_input("ideas.csv"), BUILT_IN_TEMPLATES["default_template"])
