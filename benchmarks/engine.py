"""The render engine compared with its goals, with other tools ("peers") and with resource limits, in one run.

    .venv/bin/python benchmarks/engine.py [--quick] [--with-peers] [--only PART ...]

CPU is the user and system time of all processes that a measurement starts. The two sides of a ratio are measured
alternately, and medians are shown. README.md says what is compared with what.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import av
import scene_cache
from peers import running
from peers.scenery import excerpt, write_scenery
from quality import quality_of
from reference_row import SECONDS, Worker, metered, path_of, reference_plan, scene_count, watched_cpu
from row_stages import stages_in_a_process

from bulkvid_pipeline.core.options import Platform, Style
from bulkvid_pipeline.core.planning import VideoPlan

MEBI = 2**20
CODECS = (("h264", "mp4"), ("h265", "mp4"), ("vp9", "webm"))
RESOLUTIONS = ("720p", "1080p", "4k")
EXCERPTS = (4, 14)
"""Lengths in seconds of the two excerpts that peers render in a quick run."""
PEER_GOALS = {"moviepy": 50.0, "editly": 25.0, "remotion": 75.0}
OWN_CORES = 1.6
"""Cores of two that must have been ours: with fewer, wall-clock time measures other processes of the machine."""
PEER_NAMES = {"moviepy": "MoviePy", "editly": "editly", "remotion": "Remotion"}


@dataclass
class Bench:
    """State shared by all parts; each line of the table is printed as soon as it is measured."""

    work: Path
    times: int
    rows: int
    quick: bool
    missed: list[str] = field(default_factory=list)

    def line(self, measure: str, found: str, goal: str = "", met: bool | None = None, had_cores: bool = True) -> None:
        """Print one line. `met` is None where there is no goal; without `had_cores` wall-clock time is not judged."""
        verdict = {True: "met", False: "NOT MET", None: ""}[met] if had_cores else "busy"
        if met is False and had_cores:
            self.missed.append(f"{measure}: {found} (goal: {goal})")
        print(f"| {measure:62} | {found:34} | {goal:18} | {verdict:7} |", flush=True)

    def fewer(self, measure: str, other: float, ours: float, goal: float | None = None) -> None:
        """A line with the CPU time of the other tool divided by ours."""
        ratio = other / ours
        wanted = f"at least {goal:g}x" if goal else ""
        self.line(measure, f"{ratio:6.2f}x   ({other:.2f} CPU s)", wanted, None if goal is None else ratio >= goal)

    def share(self, measure: str, found: float, limit: float, detail: str, *, had_cores: bool = True) -> None:
        """A line with a ratio that must not exceed its limit."""
        self.line(measure, f"{found:6.2f}x   ({detail})", f"at most {limit:g}x", found <= limit, had_cores)


def in_turns(times: int, **calls: Callable[[], float]) -> dict[str, float]:
    """Medians of the calls, each called in every round."""
    found: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(times):
        for name, call in calls.items():
            found[name].append(call())
    return {name: statistics.median(values) for name, values in found.items()}


def scenery(bench: Bench) -> Path:
    """The reference row's pictures and sounds, as input for tools that do not paint or speak themselves."""
    folder = bench.work / "scenery"
    if not folder.exists():
        folder.mkdir()
        write_scenery(reference_plan(), folder)
    return folder


def whole_row(bench: Bench) -> None:
    """One row, from voice to published file, compared with the other ways to make it."""
    plan, material, out = reference_plan(), scenery(bench), bench.work
    with Worker(out) as event, Worker(out, "graph") as graph:
        found = in_turns(
            bench.times,
            event=lambda: event.row(plan).cpu,
            cold=lambda: cold_row(out, plan),
            raw=lambda: running.raw_frames(material, out / "raw.mp4"),
            ffmpeg=lambda: metered(lambda: running.ffmpeg_graph(material, out / "graph.mp4"))[1].cpu,
            graph=lambda: graph.row(plan).cpu,
        )
        ours = found["event"]
        bench.line("whole row, event, warm worker", f"{ours:6.2f} CPU s")
        bench.line("  cold: with start of the worker, imports, fonts", f"{found['cold']:6.2f} CPU s")
        bench.fewer("  against the same with `graph`", found["graph"], ours)
        bench.fewer("  against the best plain ffmpeg graph", found["ffmpeg"], ours, 5)
        bench.fewer("  against x264 superfast fed with ready frames", found["raw"], ours, 4.5)


def peers(bench: Bench) -> None:
    """One row compared with other video tools."""
    plan = reference_plan()
    with Worker(bench.work) as event:
        for name, goal in PEER_GOALS.items():
            against_peer(bench, name, goal, lambda: event.row(plan).cpu)


def cold_row(folder: Path, plan: VideoPlan) -> float:
    """CPU seconds of a row, including the start of its worker."""

    def render() -> None:
        with Worker(folder, warm=False) as worker:
            worker.render(plan)

    return metered(render)[1].cpu


def against_peer(bench: Bench, name: str, goal: float, ours: Callable[[], float]) -> None:
    """A peer's row, rendered once because it takes minutes. Ours is measured before and after."""
    why = running.missing(name)
    if why:
        bench.line(f"  against {PEER_NAMES[name]}", why[:34], f"at least {goal:g}x")
        return
    before = ours()
    theirs = peer_cpu(bench, name)
    title = f"  against {PEER_NAMES[name]} {running.version(name)}"
    bench.fewer(title + (" (from 4 and 14 s)" if bench.quick else ""), theirs, (before + ours()) / 2, goal)


def peer_cpu(bench: Bench, name: str) -> float:
    """CPU seconds of a peer's row; in a quick run, extrapolated linearly from two excerpts."""
    tool: Callable[[Path, Path], None] = getattr(running, name)
    if not bench.quick:
        return watched_cpu(lambda: tool(scenery(bench), bench.work / f"{name}.mp4"))
    found = []
    for seconds in EXCERPTS:
        folder = bench.work / f"excerpt-{seconds}"
        if not folder.exists():
            excerpt(scenery(bench), seconds, folder)
        found.append(watched_cpu(partial(tool, folder, bench.work / f"{name}.mp4")))
    per_second = (found[1] - found[0]) / (EXCERPTS[1] - EXCERPTS[0])
    return found[1] + per_second * (SECONDS - EXCERPTS[1])


def where_it_goes(bench: Bench) -> None:
    """The row's stages."""
    spent = stages_in_a_process()
    whole = sum(spent.values())
    for name, seconds in spent.items():
        limit = "at most 15 %" if name == "checks" else ""
        met = seconds / (whole - seconds) <= 0.15 if limit else None
        bench.line(f"of a row: {name}", f"{seconds:6.2f} CPU s  {seconds / whole:5.1%}", limit, met)


def both_render(threads: ThreadPoolExecutor, workers: tuple[Worker, Worker], plan: VideoPlan) -> None:
    """Render a row on each of two workers at the same time."""
    list(threads.map(Worker.render, workers, (plan, plan)))


def cpu_of(worker: Worker, plan: VideoPlan) -> float:
    """CPU seconds of a row."""
    return worker.row(plan).cpu


def real_time(bench: Bench) -> None:
    """Wall-clock time of two workers with a row each; meaningful on two idle cores only."""
    for resolution, goal in (("1080p", 22.0), ("4k", 7.0)):
        plan = reference_plan(resolution=resolution)
        with Worker(bench.work) as one, Worker(bench.work) as two, ThreadPoolExecutor(2) as threads:
            walls = []
            for _ in range(bench.times):
                _, cost = metered(partial(both_render, threads, (one, two), plan))
                walls.append((cost.wall, cost.cpu))
        wall, cpu = min(walls)
        factor, cores = 2 * SECONDS / wall, cpu / wall
        name = f"real time, {resolution}, 2 workers, wall; load {os.getloadavg()[0]:.1f}"
        found = f"{factor:6.1f}x   (on {cores:.2f} cores)"
        bench.line(name, found, f"at least {goal:g}x", factor >= goal, had_cores=cores >= OWN_CORES)
        bench.line("  on two cores of our own, by the CPU taken", f"{2 * 2 * SECONDS / cpu:6.1f}x")


def lengths_and_platforms(bench: Bench) -> None:
    """Three platforms compared with one, five minutes compared with one, and memory."""
    plan = reference_plan()
    three = reference_plan(platforms=(Platform.YOUTUBE, Platform.TIKTOK, Platform.INSTAGRAM))
    long = reference_plan(minutes=5)
    with Worker(bench.work) as worker:
        found = in_turns(bench.times, one=lambda: worker.row(plan).cpu, three=lambda: worker.row(three).cpu)
    bench.share("three platforms against one", found["three"] / found["one"], 2.5, f"{found['three']:.2f} CPU s")
    with Worker(bench.work) as worker, Worker(bench.work) as other:
        found = in_turns(bench.times, one=lambda: worker.row(plan).cpu, five=lambda: other.row(long).cpu)
        one_peak, five_peak = worker.peak_bytes(), other.peak_bytes()
    bench.share("5-minute row against 1-minute row", found["five"] / found["one"], 5.2, f"{found['five']:.2f} CPU s")
    bench.line("  peak memory of a worker with its voice, 1 minute", f"{one_peak / MEBI:6.0f} MiB")
    bench.line("  the same, 5 minutes", f"{five_peak / MEBI:6.0f} MiB")
    bench.line("  two workers, 5 minutes", f"{2 * five_peak / MEBI:6.0f} MiB", "at most 400", five_peak * 2 <= 400e6)


def changed_word(bench: Bench) -> None:
    """One word of eight scenes changed; `scene_cache.py` reports more details."""
    folder = bench.work / "changed"
    folder.mkdir()
    found = scene_cache.measure(folder)
    whole = found["whole row, no cache"]
    bench.share("changed word in one scene, second run", found["ratio"], 0.45, f"of {whole:.2f} CPU s")


def codecs_and_styles(bench: Bench) -> None:
    """CPU seconds of a minute of video, for every codec in every size, and for every style."""
    with Worker(bench.work) as worker:
        for codec, container in CODECS:
            for resolution in RESOLUTIONS:
                plan = reference_plan(resolution=resolution, container=container, codec=codec)
                outputs, cost = metered(partial(worker.render, plan))
                size = outputs[0].size_bytes / 1e6
                bench.line(f"{codec} in {container}, {resolution}", f"{cost.cpu:6.2f} CPU s/min  {size:5.1f} MB")
        styles = {style.value: reference_plan(style=style) for style in Style}
        calls = {name: partial(cpu_of, worker, plan) for name, plan in styles.items()}
        for name, cpu in in_turns(bench.times, **calls).items():
            bench.line(f"style {name}, 1080p", f"{cpu:6.2f} CPU s/min")


def many_rows(bench: Bench) -> None:
    """Wall-clock time of rows on two workers compared with the same rows rendered one by one."""
    plans = [reference_plan(number=number) for number in range(bench.rows)]
    with ExitStack() as open_workers, ThreadPoolExecutor(2) as threads:
        workers = [open_workers.enter_context(Worker(bench.work)) for _ in range(2)]
        alone = [workers[0].row(plan) for plan in plans]
        idle = list(workers)

        def render(plan: VideoPlan) -> None:
            worker = idle.pop()
            worker.render(plan)
            idle.append(worker)

        together = metered(lambda: list(threads.map(render, plans)))[1]
    wall, cores = sum(cost.wall for cost in alone), together.cpu / together.wall
    name = f"{bench.rows} rows on 2 workers against one by one, wall"
    detail = f"{together.wall:.1f} s; load {os.getloadavg()[0]:.1f}"
    bench.share(name, together.wall / wall, 0.55, detail, had_cores=cores >= OWN_CORES)
    cpu = sum(cost.cpu for cost in alone)
    bench.line("  cores used: one by one, two workers", f"{cpu / wall:.2f} and {cores:.2f}")
    bench.line("  CPU of two at a time against one by one", f"{together.cpu / cpu:6.2f}x")


def quality(bench: Bench) -> None:
    """Our file and plain x264, each compared with the losslessly stored painted frames."""
    material, out = scenery(bench), bench.work
    source = out / "lossless.mkv"
    running.raw_frames(material, source, "lossless")
    running.raw_frames(material, out / "plain.mp4")
    with Worker(out) as worker:
        event = quality_of(path_of(worker.render(reference_plan())[0]), source, every=10)
    plain = quality_of(out / "plain.mp4", source, every=10)
    ssim, vmaf, size = event.ssim - plain.ssim, event.vmaf - plain.vmaf, event.bytes / plain.bytes
    values = f"{event.ssim:.5f} - {plain.ssim:.5f}"
    bench.line("SSIM against plain x264 superfast crf 20", f"{ssim:+.5f} ({values})", "within 0.001", ssim >= -0.001)
    bench.line("VMAF against the same", f"{vmaf:+.2f} ({event.vmaf:.2f} - {plain.vmaf:.2f})", "within 1", vmaf >= -1)
    bench.line("PSNR against the same", f"{event.psnr - plain.psnr:+.2f} dB ({event.psnr:.2f} - {plain.psnr:.2f})")
    bench.share("size of the picture stream against the same", size, 1.5, f"{event.bytes / 1e6:.2f} MB")


PARTS: dict[str, Callable[[Bench], None]] = {
    "row": whole_row,
    "peers": peers,
    "stages": where_it_goes,
    "realtime": real_time,
    "changed": changed_word,
    "lengths": lengths_and_platforms,
    "many": many_rows,
    "quality": quality,
    "codecs": codecs_and_styles,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="everything once instead of medians of three")
    parser.add_argument("--with-peers", action="store_true", help="MoviePy, editly and Remotion too (minutes)")
    parser.add_argument("--rows", type=int, default=12, help="rows on two workers; the goal is defined for 100")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="run only these parts")
    chosen = parser.parse_args()
    began = time.perf_counter()
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f};", end=" "
    )
    print(f"Python {platform.python_version()}, PyAV {av.__version__}; {scene_count(reference_plan())} scenes, 60 s")
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(Path(work), 1 if chosen.quick else 3, chosen.rows, chosen.quick)
        bench.line("measure", "found", "goal")
        without = set() if chosen.with_peers else {"peers"}
        for name in chosen.only or [part for part in PARTS if part not in without]:
            PARTS[name](bench)
    print(
        f"\n{time.perf_counter() - began:.0f} s, load now {os.getloadavg()[0]:.1f}. Goals missed: {len(bench.missed)}"
    )
    print("\n".join(f"- {each.strip()}" for each in bench.missed))


if __name__ == "__main__":
    main()
