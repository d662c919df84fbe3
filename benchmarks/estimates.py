"""How far the estimate of a job is from what comes of it, before this installation has rendered anything, and after.

    .venv/bin/python benchmarks/estimates.py [--quick] [--rows 8]

For each kind of output: a first sheet is estimated with built-in figures and rendered; then a second one, with other
texts, is estimated with what the first took and rendered. Errors are (estimate - actual) / actual of the job's time
alone on this machine, its bytes, its seconds of video, and the cost of a paid voice (the speech server of the tests,
which speaks faster than a remote one and asks its price). No cache. On a busy machine times mean little.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

TOPICS = (
    "tides",
    "bread",
    "glaciers",
    "bees",
    "violins",
    "compost",
    "volcanoes",
    "chess",
    "silk",
    "maps",
    "salt",
    "owls",
)
FIRST = (
    "How {topic} work, and why it matters. Everything begins with one small change. ",
    "Most people never think about {topic}. Three things decide: time, warmth and patience. ",
    "Here is the surprising part: {topic} were understood only a century ago. Try it yourself this week. ",
)
SECOND = (
    "A short lesson about {topic}. Look closely, and take your time! ",
    "What can go wrong with {topic}? First, the wrong tools. Second, no plan at all. Third, giving up too early. ",
    "Remember this about {topic}: small steps win. Share it with somebody who needs to hear it today. ",
)
KINDS = {
    "h264 720p": {"resolution": "720p"},
    "h264 1080p": {"resolution": "1080p"},
    "h265 720p": {"resolution": "720p", "video_codec": "h265"},
    "vp9 720p (webm)": {"resolution": "720p", "format": "webm"},
}


@dataclass(frozen=True)
class Figures:
    """Of a job: seconds from its start to its end, bytes, seconds of video, cost."""

    wall_s: float
    bytes: float
    video_s: float
    cost: float

    def errors(self, actual: Figures) -> list[str]:
        pairs = zip(vars(self).values(), vars(actual).values(), strict=True)
        return [f"{100 * (guess - was) / was:+.0f} %" if was else "-" for guess, was in pairs]


def write(path: Path, rows: int, sentences: Sequence[str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["idea_title", "script_content", "style_override", "platform_preferences"])
        for number in range(rows):
            topic = TOPICS[number % len(TOPICS)]
            script = "".join(sentence.format(topic=topic) for sentence in sentences[: 1 + number % len(sentences)])
            style = ("modern", "classic", "minimal", "corporate")[number % 4]
            writer.writerow([f"All about {topic} {number}", script, style, ("youtube", "tiktok")[number % 2]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=8, help="rows of each sheet")
    parser.add_argument("--quick", action="store_true", help="4 rows, h264 720p and webm alone")
    chosen = parser.parse_args()
    from bulkvid_pipeline_tests.peers.speech_server import SpeechServer

    rows = 4 if chosen.quick else chosen.rows
    kinds = {name: KINDS[name] for name in list(KINDS)[:: 3 if chosen.quick else 1]}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        speech = stack.enter_context(SpeechServer())
        os.environ.update(
            {
                "BULKVID_CACHE": "false",
                "BULKVID_LIMIT_ROWS": "false",
                "BULKVID_OUTPUT_URL": f"file://{folder}/output",
                "BULKVID_SPEECH_PROVIDER": "openai",
                "BULKVID_SPEECH_BASE_URL": speech.base_url,
                "BULKVID_SPEECH_API_KEY": speech.key,
                "BULKVID_LIMIT_PER_USER": "100000",
                "BULKVID_LIMIT_PER_PROJECT": "100000",
            }
        )
        print(f"{'':16} {'':18} {'time':>8} {'bytes':>8} {'video s':>8} {'money':>8}   actually")
        for name, output in kinds.items():
            one_kind(folder, name, output, rows)
    print(f"{rows} rows a sheet; load {os.getloadavg()[0]:.1f}")


def one_kind(folder: Path, name: str, output: dict[str, str], rows: int) -> None:
    """Estimate and render the two sheets in an installation of their own."""
    from bulkvid_pipeline.core.paces import BUILT_IN
    from bulkvid_pipeline.core.spec import BulkJobSpec
    from bulkvid_pipeline.launch.here import execute_here
    from bulkvid_pipeline.services.analytics.figures import figures_of
    from bulkvid_pipeline.services.analytics.past_rows import paces_of
    from bulkvid_pipeline.services.intake.checking import estimate_of
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.jobs import find_job
    from bulkvid_pipeline.services.sheets.loading import load_sheet
    from bulkvid_pipeline.services.sheets.validation import validate_for_spec
    from bulkvid_pipeline.settings import settings

    home = folder / name.partition(" (")[0].replace(" ", "-")
    with open_instance(home) as instance:
        for number, sentences in enumerate((FIRST, SECOND)):
            sheet = home / f"ideas{number}.csv"
            write(sheet, rows, sentences)
            spec = BulkJobSpec.for_input(str(sheet), output=output)
            judged = validate_for_spec(load_sheet(spec.input_source, settings(), "default"), spec, settings())
            known = paces_of(instance, settings())
            guesses = {"built-in figures": BUILT_IN, f"after {known.based_on_rows} rows": known}
            job_id = f"job_{number:012x}"
            assert execute_here(spec, instance, job_id), "the job failed"
            made = figures_of(find_job(instance, job_id))
            actual = Figures(made.processing_ms / 1000, made.bytes, made.video_s, made.cost)
            for label, paces in list(guesses.items())[: 1 + number]:
                found = estimate_of(judged, settings(), paces)
                guess = Figures(
                    found.processing_time_ms / 1000, found.storage_bytes, found.video_seconds, found.voice_cost
                )
                told = f"{actual.wall_s:.1f} s, {actual.bytes / 1e6:.2f} MB, {actual.video_s:.1f} s, {actual.cost:.4f}"
                print(
                    f"{name:16} {label:18} {' '.join(f'{error:>8}' for error in guess.errors(actual))}   {told}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
