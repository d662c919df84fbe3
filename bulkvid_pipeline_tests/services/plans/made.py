"""Publishing rows as a run does, with small files in place of films: a plan looks at names and documents alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan
from bulkvid_pipeline.rendering.output import RenderedOutput
from bulkvid_pipeline.rendering.row import RenderedRow
from bulkvid_pipeline.services.outputs.output_store import OutputStore

FILES = ("video.mp4", "poster.jpg", "captions.srt", "captions.vtt")
_numbers = itertools.count()


def publish(store: OutputStore, plan: VideoPlan, work: Path, planned: Sequence[PlannedOutput] = ()) -> None:
    """Publish these outputs of the plan, or all, six seconds long each."""
    planned = planned or plan.outputs
    outputs = []
    for output in planned:
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
    store.publish(plan, planned, RenderedRow(tuple(outputs), "en", 1.0, 0.1))
