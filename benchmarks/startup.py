"""What it costs to start a command: CPU seconds (user and system) against those of an interpreter that does nothing.

    .venv/bin/python benchmarks/startup.py [--times 9]

The commands are started alternately, so that all meet the same machine; medians. `jobs list` reads an instance that has
been opened before and has no jobs: what is measured is starting.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict

MAIN = "import sys; sys.argv[0] = 'bulkvid'; from bulkvid_pipeline.cli import main; main()"
COMMANDS = {
    "python -c pass": ([sys.executable, "-c", "pass"], None),
    "bulkvid --help": ([sys.executable, "-c", MAIN, "--help"], 0.15),
    "bulkvid jobs list": ([sys.executable, "-c", MAIN, "jobs", "list"], 0.6),
}
"""What is started, and its goal in CPU seconds."""


def cpu_seconds(command: list[str], environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=9, help="how often each is started")
    chosen = parser.parse_args()
    taken: defaultdict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "DAGSTER_HOME": home}
        for command, _ in COMMANDS.values():
            cpu_seconds(command, environment)  # bytecode is compiled, the instance made
        for _ in range(chosen.times):
            for name, (command, _) in COMMANDS.items():
                taken[name].append(cpu_seconds(command, environment))
    nothing = statistics.median(taken["python -c pass"])
    for name, (_, goal) in COMMANDS.items():
        took = statistics.median(taken[name])
        print(f"{name:18} {took:6.3f} CPU s  {took / nothing:6.1f}x" + (f"  goal {goal:g}" if goal else ""))
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
