"""What the pipeline costs on top of rendering: CPU per row and memory, measured over many short rows.

    .venv/bin/python benchmarks/pipeline_overhead.py [ROWS]

Bare: one process plans and renders the rows in a loop. Pipeline: `bulkvid run` reads, validates, renders, publishes,
materialises and reports the same rows. The cost of a run over 20 rows is subtracted to remove the fixed start (imports,
first use of fonts and voice); the rest is the cost per row. CPU is user and system time of the process and of all its
child processes.
"""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

FEW = 20
BARE = """
import resource, sys, tempfile
from pathlib import Path
from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.core.planning import plan_video
from bulkvid_pipeline.core.rows import read_idea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.rendering.encode.renderers import renderer_named
from bulkvid_pipeline.rendering.row import render_row
from bulkvid_pipeline.services.sheet_loading import load_sheet
from bulkvid_pipeline.settings import settings
spec = BulkJobSpec.for_input(sys.argv[1], output={"resolution": "720p"})
table = load_sheet(spec.input_source, settings()).table
renderer = renderer_named("event")
with EspeakSpeech() as speech, tempfile.TemporaryDirectory() as folder:
    for number, row in table.frame.iterrows():
        plan = plan_video(read_idea(number, row), spec, BUILT_IN_TEMPLATES["default_template"])
        render_row(plan, plan.outputs, Path(folder) / plan.row_key, speech=speech, renderer=renderer,
                   progress=lambda stage, done: None)
"""


def write_sheet(path: Path, rows: int) -> None:
    """A sheet of short rows, each with words of its own."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["idea_title", "script_content"])
        writer.writerows([f"Tip {n}", f"Tip number {n}."] for n in range(rows))


def cpu_of(command: list[str], folder: Path) -> tuple[float, float]:
    """CPU seconds of a command and its child processes, and the peak memory of its largest process in MB."""
    environment = {
        **os.environ,
        "BULKVID_OUTPUT_URL": f"file://{folder}/output",
        "DAGSTER_HOME": str(folder / "home"),
        "BULKVID_CACHE": "false",
    }
    folder.mkdir()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss / 1024


def main(rows: int) -> None:
    bulkvid = str(Path(sys.executable).with_name("bulkvid"))
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        costs = {}
        for kind in ("bare", "pipeline"):
            for count in (FEW, rows):
                sheet = root / f"{kind}{count}.csv"
                write_sheet(sheet, count)
                bare = [sys.executable, "-c", BARE, str(sheet)]
                whole = [bulkvid, "run", str(sheet), "-r", "720p", "--plain"]
                costs[kind, count] = cpu_of(bare if kind == "bare" else whole, root / f"{kind}{count}")
                print(
                    f"{kind:8} {count:4} rows: {costs[kind, count][0]:7.2f} CPU s, peak {costs[kind, count][1]:.0f} MB"
                )
    more = rows - FEW
    bare, pipeline = ((costs[k, rows][0] - costs[k, FEW][0]) / more * 1000 for k in ("bare", "pipeline"))
    print(f"per row: bare {bare:.1f} ms, pipeline {pipeline:.1f} ms")
    print(f"overhead {pipeline - bare:.1f} ms a row; ratio {pipeline / bare:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
