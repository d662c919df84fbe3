"""What it costs to validate sheets of 1,000 and 10,000 rows with scripts of 60 to 90 words.

    .venv/bin/python benchmarks/validation.py [--rows 1000 10000]

Each sheet is validated in a process of its own, with an empty cache, and in another one with the cache that the first
has filled. CPU seconds (user and system) are those of the process, its threads and the processes that speak; starting
Python is left out, loading the sheet and what validating imports are counted. Goals: 5 CPU s for 1,000 rows, 40 for
10,000.

- no length: the cells of `duration_seconds` are empty
- length that suits: a multiple of 5 s in which the script can be said without hurry
- any length: 20, 30, 45 or 60 s, whatever the script; half of these rows have something to tell of, and are spoken
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOALS = {1_000: 5.0, 10_000: 40.0}
LENGTHS = ("no length", "length that suits", "any length")
COLUMNS = (
    *("idea_title", "description", "target_audience", "tone", "duration_seconds", "platform_preferences"),
    *("script_content", "voice_preference", "style_override", "priority"),
)
SUBJECTS = ("The market", "A good question", "Every garden", "The city", "Warm bread", "Our team", "The old bridge")
VERBS = ("changes", "teaches", "needs", "explains", "keeps", "delivers", "remembers", "surprises")
OBJECTS = ("many people", "the whole morning", "a quiet family", "more patience than talent", "the next customer")
ENDS = ("before sunrise", "without any hurry", "because time decides", "and nobody notices", "once you look closely")


def script(chance: random.Random) -> str:
    """60 to 90 words."""
    wanted, sentences = chance.randint(60, 80), list[str]()
    while sum(len(sentence.split()) for sentence in sentences) < wanted:
        parts = [chance.choice(words) for words in (SUBJECTS, VERBS, OBJECTS, ENDS)]
        if chance.random() < 0.3:
            parts.append(chance.choice(["and " + chance.choice(VERBS) + " it again", "as it did last year"]))
        comma = "," if chance.random() < 0.4 else ""
        sentences.append(f"{' '.join(parts[:3])}{comma} {' '.join(parts[3:])}{chance.choice('...!?')}")
    return " ".join(sentences)


def length(kind: str, text: str, chance: random.Random) -> str:
    if kind == "no length":
        return ""
    if kind == "any length":
        return chance.choice(["20", "30", "45", "60"])
    natural = 4 + len(text) * 0.068  # s, with the title card; found by listening to a few
    return str(5 * round((natural * 1.12 + 2.5) / 5))


def write(path: Path, rows: int, kind: str) -> None:
    chance = random.Random(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number in range(rows):
            text = script(chance)
            voice, style = chance.choice(["female", "male", "neutral"]), chance.choice(["modern", "classic"])
            cells = [f"Idea {number}", "A short description", "Everyone", "friendly", length(kind, text, chance)]
            writer.writerow([*cells, "youtube", text, voice, style, "normal"])


def cpu_seconds() -> float:
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def validate(path: str) -> None:
    """In a process of its own: validate, and print what it cost."""
    cpu, wall = cpu_seconds(), time.monotonic()
    from bulkvid_pipeline.core.spec import BulkJobSpec
    from bulkvid_pipeline.services.sheets.loading import load_sheet
    from bulkvid_pipeline.services.sheets.validation import validate_for_spec
    from bulkvid_pipeline.settings import settings

    spec = BulkJobSpec.for_input(path)
    found = validate_for_spec(load_sheet(spec.input_source, settings(), spec.project_id), spec, settings())
    told = len({finding.sheet_row for finding in found.report.findings if finding.sheet_row is not None})
    print(f"{cpu_seconds() - cpu:7.2f} CPU s {time.monotonic() - wall:7.1f} s  {told:5} rows with findings")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=list(GOALS), help="sizes of sheets")
    parser.add_argument("--one", metavar="SHEET", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        validate(chosen.one)
        return
    with tempfile.TemporaryDirectory() as folder:
        for rows in chosen.rows:
            for kind in LENGTHS:
                sheet = Path(folder, f"{rows} {kind}.csv")
                write(sheet, rows, kind)
                environment = {**os.environ, "BULKVID_CACHE_DIR": str(Path(folder, sheet.stem))}
                for cache in ("empty", "filled"):
                    command = [sys.executable, __file__, "--one", str(sheet)]
                    said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
                    goal = f"  goal {GOALS[rows]:g}" if rows in GOALS else ""
                    print(f"{rows:6} rows, {kind:18} cache {cache:7} {said.strip()}{goal}", flush=True)
    print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
