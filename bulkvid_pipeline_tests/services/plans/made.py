"""Publishing rows as a run does, with small files in place of films: a plan looks at names and documents alone."""

from __future__ import annotations

import itertools
from pathlib import Path

from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.rendering.output import RenderedOutput
from bulkvid_pipeline.rendering.row import RenderedRow
from bulkvid_pipeline.services.outputs.output_store import OutputStore

FILES = ("video.mp4", "poster.jpg", "captions.srt", "captions.vtt")
_numbers = itertools.count()


def publish(store: OutputStore, plan: VideoPlan, work: Path) -> None:
    """Publish all outputs of the plan, six seconds long each."""
    outputs = []
    for output in plan.outputs:
        folder = work / f"row-{next(_numbers)}"
        folder.mkdir(parents=True)
        for name in FILES:
            (folder / name).write_bytes(name.encode())
        video, poster, srt, vtt = FILES
        outputs.append(
            RenderedOutput(
                output.platform, folder, video, poster, "", srt, vtt,
                width=output.width, height=output.height, duration_s=6.0, frames=180, size_bytes=9,
                loudness_lufs=-14.0, true_peak_dbtp=-1.0, render_seconds=0.1, cpu_seconds=0.1,
            )
        )  # fmt: skip
    store.publish(plan, plan.outputs, RenderedRow(tuple(outputs), "en", 1.0, 0.1))
