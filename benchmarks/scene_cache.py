"""CPU cost of one changed word: a row of eight scenes is rendered, one word is changed, and it is rendered again.

    .venv/bin/python benchmarks/scene_cache.py [TIMES]

Every row is rendered at 1080p by a render worker of its own. Each worker first renders another short row that is not in
the cache, so that the figures are those of a row in the middle of a job; the last ratio includes the start of the
worker. CPU is user and system time of the worker and of its child processes.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import av

from bulkvid_pipeline.adapters.cache import CachePlace, FolderCache
from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.rows import read_idea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.rendering.process import RenderProcess
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline.rendering.worker import RenderRequest

MAX_BYTES = 5_000_000_000
SCENES = 8
SENTENCES = (
    "Most of us lose two hours every single day to small tasks that nobody asked for and nobody will ever remember.",
    "Let an assistant draft the replies to your letters, and only edit the few sentences that really matter to people.",
    "Keep one list instead of five, keep it where you can see it, and review it every morning before the inbox opens.",
    "Turn off all the alerts that do not need an answer within the hour, and let the phone wait in another room.",
    "Book the first hour of the day for the work that matters most, and treat it like a meeting with a good customer.",
    "Group the small errands into one short block after lunch, and be surprised how many of them vanish by themselves.",
    "At the end of the week look at where the hours went, and choose one task that you never want to do again.",
)
TITLE, DESCRIPTION = "How to Improve Productivity", "Learn about tools"
WORD, OTHER_WORD = "review", "revise"


def script_of_eight_scenes() -> str:
    """As many sentences as make at least eight scenes."""
    scripts = (" ".join(SENTENCES[:count]) for count in range(3, len(SENTENCES) + 1))
    return next((script for script in scripts if len(split_scenes(TITLE, DESCRIPTION, script)) >= SCENES), "")


def plan_of(title: str, script: str) -> VideoPlan:
    """A row for YouTube without a target duration."""
    spec = BulkJobSpec.for_input("x.csv", output={"resolution": "1080p"})
    idea = read_idea(2, {"row_key": title, "idea_title": title, "script_content": script, "description": DESCRIPTION})
    return plan_video(idea, spec, BUILT_IN_TEMPLATES["default_template"])


def cpu_seconds() -> float:
    """User and system time of all descendant processes in seconds, including ended ones."""
    fields = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            # proc(5): after the name in brackets come state, parent, ...; the 12th to 15th fields are the four times.
            rest = stat.read_text().rpartition(")")[2].split()
            fields[int(stat.parent.name)] = (int(rest[1]), sum(map(int, rest[11:15])))
    below, found = {os.getpid()}, 0
    while found != len(below):
        found = len(below)
        below |= {pid for pid, (parent, _) in fields.items() if parent in below}
    ticks = sum(fields[pid][1] for pid in below if pid != os.getpid() and pid in fields)
    gone = os.times()
    return ticks / os.sysconf("SC_CLK_TCK") + gone.children_user + gone.children_system


def rendered(plans: Sequence[VideoPlan], folder: Path, cache: Path | None) -> tuple[float, float, Path]:
    """CPU seconds of the last row, CPU seconds of the worker for all rows, and the video of the last row."""
    place = CachePlace(str(cache), MAX_BYTES) if cache else None
    start = cpu_seconds()
    process = RenderProcess("event", place)
    for plan in plans:
        before = cpu_seconds()
        row = process.render(RenderRequest(plan, plan.outputs, str(folder)), lambda _stage, _done: None)
    after = cpu_seconds()
    process.close()
    return after - before, after - start, row.outputs[-1].folder / row.outputs[-1].video


def packets(video: Path) -> list[tuple[int | None, bytes]]:
    """The video packets of a file, each with its presentation time."""
    with av.open(str(video)) as file:
        return [(packet.pts, bytes(packet)) for packet in file.demux(video=0) if packet.size]


def kinds_in(cache: Path) -> dict[str, int]:
    """The number of cache entries of each kind."""
    return {name: kind.pieces for name, kind in FolderCache(cache, MAX_BYTES).statistics().kinds.items()}


def measure(work: Path) -> dict[str, float]:
    """CPU seconds of the renders, one run each; exits where a cached file differs from an uncached one."""
    others = [plan_of(f"Row {number}", f"What is said in row {number} is new.") for number in range(4)]
    script = script_of_eight_scenes()
    plan, changed = plan_of(TITLE, script), plan_of(TITLE, script.replace(WORD, OTHER_WORD))
    cache = work / "cache"
    start, _, _ = rendered([others[0]], work / "start", cache)
    of_other = kinds_in(cache)
    whole, _, _ = rendered([others[1], plan], work / "whole", None)
    filling, _, _ = rendered([others[2], plan], work / "filling", cache)
    before = kinds_in(cache)
    again, _, cached = rendered([others[3], changed], work / "again", cache)
    made = {kind: count - before[kind] - of_other[kind] for kind, count in kinds_in(cache).items()}
    _, alone, uncached = rendered([changed], work / "alone", None)
    shutil.rmtree(cache)
    rendered([plan], work / "refill", cache)
    _, alone_again, _ = rendered([changed], work / "alone-again", cache)
    if packets(cached) != packets(uncached):
        sys.exit("The video packets of the cached and the uncached file differ")
    # The entry of kind "picture" records where the texts of the changed scene stand, for the quality checks.
    if made != {"narration": 1, "picture": 1, "scene": 1}:
        sys.exit(f"More than one scene was encoded again: {made}")
    return {
        "start of a worker and a short row": start,
        "whole row, no cache": whole,
        "whole row, filling the cache": filling,
        "one word changed": again,
        "ratio": again / whole,
        "ratio with the start of the worker": alone_again / alone,
    }


def main(times: int) -> None:
    """Measure `times` times and print medians."""
    scenes = split_scenes(TITLE, DESCRIPTION, script_of_eight_scenes())
    print(f"{len(scenes)} scenes, 1080p; medians of {times}")
    found = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as work:
            found.append(measure(Path(work)))
    for name in found[0]:
        values = sorted(each[name] for each in found)
        unit = "" if "ratio" in name else " CPU s"
        print(f"{name:36} {statistics.median(values):6.2f}{unit}   ({values[0]:.2f} .. {values[-1]:.2f})")
    print("video packets equal to those of an uncached render; only one utterance and one scene were made again")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
