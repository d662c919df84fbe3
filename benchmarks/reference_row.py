"""The reference row of the engine's benchmark, and how its cost is measured.

A row of 60 s: title card and seven spoken scenes, captions timed word by word, animated entrances, the style's music
ducked under the voice, loudness, checks. Costs are user and system time of all processes below this one.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, TypeVar

from scene_cache import cpu_seconds

from bulkvid_pipeline.core.options import Platform, Style
from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.rows import read_idea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.rendering.process import RenderProcess
from bulkvid_pipeline.rendering.row import RenderedOutput
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline.rendering.worker import RenderRequest

SCENES, SECONDS = 8, 60
TITLE, DESCRIPTION = "How to Improve Productivity", "Seven habits of calm teams"
SENTENCES = (
    "Most of us lose more than two hours every single working day to small tasks nobody on our team will ever remember"
    " the next morning.",
    "Let a patient assistant draft all the replies to your letters during breakfast so you only edit the few lines with"
    " real weight for people.",
    "Keep one short list instead of five long ones in the place where you look first every morning right before the"
    " inbox opens.",
    "Turn off every alert that does not need an answer within the hour then leave the phone in another room until lunch"
    " is served.",
    "Book the first hour of the day for the work with the greatest value to your customers just like a meeting with"
    " your best client.",
    "Group all the small errands of the day into one short block right after lunch to see most of them vanish entirely"
    " by themselves.",
    "At the end of each week look at where the hours went before you choose the one task you never want to do again.",
)

Result = TypeVar("Result")


@dataclass(frozen=True)
class Cost:
    """CPU and wall-clock time of a call, in seconds."""

    cpu: float
    wall: float


def metered(call: Callable[[], Result]) -> tuple[Result, Cost]:
    """The result of `call`, and its cost: CPU of child processes only, and wall-clock time."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    result = call()
    return result, Cost(cpu_seconds() - cpu, time.perf_counter() - wall)


def watched_cpu(call: Callable[[], object]) -> float:
    """CPU seconds of all descendant processes during `call`, also of those whose parents do not wait for them.

    A browser's helper processes end without being counted by their parents, so all live processes are sampled ten
    times a second.
    """
    seen: dict[tuple[int, int], int] = {}
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for pid in _below(os.getpid()):
                with suppress(OSError):
                    rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                    # proc(5): of the fields after the name, 12 and 13 are user and system time, 20 is the start time.
                    seen[pid, int(rest[19])] = int(rest[11]) + int(rest[12])
            done.wait(0.1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        call()
    finally:
        done.set()
        watcher.join()
    return sum(seen.values()) / os.sysconf("SC_CLK_TCK")


def reference_plan(
    *,
    minutes: int = 1,
    resolution: str = "1080p",
    container: str = "mp4",
    codec: str | None = None,
    style: Style = Style.MODERN,
    platforms: tuple[Platform, ...] = (Platform.YOUTUBE,),
    number: int = 0,
) -> VideoPlan:
    """The plan of the reference row. `number` makes rows differ: each has its sentences in another order."""
    spoken = [*SENTENCES[number % 7 :], *SENTENCES[: number % 7]] * minutes
    cells = {
        "row_key": f"row-{number}",
        "idea_title": TITLE,
        "description": DESCRIPTION,
        "script_content": " ".join(spoken),
        "duration_seconds": str(SECONDS * minutes),
        "style_override": style.value,
        "platform_preferences": ",".join(platforms),
    }
    output = {"resolution": resolution, "format": container, "video_codec": codec}
    spec = BulkJobSpec.for_input("x.csv", output=output)
    return plan_video(read_idea(2, cells), spec, BUILT_IN_TEMPLATES["default_template"])


def scene_count(plan: VideoPlan) -> int:
    """How many scenes the engine makes of a row."""
    return len(split_scenes(plan.title, plan.description, plan.script, plan.target_seconds))


class Worker:
    """A render worker as jobs use it, without a cache; it has rendered a row before if `warm`."""

    def __init__(self, folder: Path, renderer: str = "event", *, warm: bool = True) -> None:
        self._folder = folder
        self._process = RenderProcess(renderer)
        self._rows, self._pid = 0, 0
        if warm:
            plan = reference_plan()
            self.render(replace(plan, script="This row warms up.", target_seconds=None))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.close()

    def render(self, plan: VideoPlan) -> tuple[RenderedOutput, ...]:
        """The finished files of a row, rendered into a new folder."""
        self._rows += 1
        folder = self._folder / f"{id(self)}-{self._rows}"
        before = _below(os.getpid())
        outputs = self._process.render(RenderRequest(plan, plan.outputs, str(folder)), _ignore).outputs
        self._pid = self._pid or min(_below(os.getpid()) - before)
        return outputs

    def row(self, plan: VideoPlan) -> Cost:
        """The cost of a row, from its text to its published and verified files."""
        return metered(lambda: self.render(plan))[1]

    def peak_bytes(self) -> int:
        """Peak resident memory of the worker plus that of its voice process so far, in bytes."""
        return sum(_peak_of(pid) for pid in {self._pid, *_below(self._pid)})


def path_of(output: RenderedOutput) -> Path:
    """Path of the output's video file."""
    return output.folder / output.video


def _ignore(_stage: str, _done: float) -> None:
    pass


def _below(root: int) -> set[int]:
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    below, found = {root}, 0
    while found != len(below):
        found = len(below)
        below |= {pid for pid, parent in parents.items() if parent in below}
    return below - {root}


def _peak_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    found: Any = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0
