"""How long a job takes on 1 to 200 machines: a simulation with measured costs, which says where it bends and why.

    .venv/bin/python benchmarks/fleet.py [--row-s 20] [--database-cores 4]

Rows of random lengths (lognormal, mean `--row-s` seconds of one worker) are taken in order by machines of one worker,
as shards take them. Every row also asks the database for work, of which it does as much at once as it has cores; a row
waits there for those before it. Before the rows there is one planning run, after them one conclusion; both, and what
the database does for a row, are as `benchmarks/machines.py --only overhead --rows 1000 --postgres` measures them.
"""

from __future__ import annotations

import argparse
import heapq
import random
from dataclasses import dataclass

MACHINES = (1, 2, 5, 10, 20, 50, 100, 200)
ROWS = (100_000, 1_000_000)
SPREAD = 0.6
"""Standard deviation of the logarithm of a row's seconds: a tenth of the rows takes more than twice the median."""


@dataclass(frozen=True)
class Costs:
    """Measured seconds; see the module.

    Attributes:
        database_s: CPU of the database for a row.
        database_cores: what it has.
        plan_s, conclude_s: of planning and conclusion for each row.
        launch_s: from the end of planning to the first shard at work, and from the last row to the conclusion.
        each_launch_s: by which each further shard begins later.
    """

    database_s: float
    database_cores: int
    plan_s: float
    conclude_s: float
    launch_s: float
    each_launch_s: float


@dataclass(frozen=True)
class Course:
    """Seconds of a job: in all, of the rows alone, and how much of the time of its cores the database was busy."""

    whole_s: float
    rows_s: float
    database_busy: float


def simulate(machines: int, rows: int, row_s: float, costs: Costs, seed: int = 1) -> Course:
    """One job."""
    dice = random.Random(seed)
    mean = dice.lognormvariate  # of ln-mean 0 it has the mean exp(SPREAD**2 / 2)
    scale = row_s / 2.718281828 ** (SPREAD**2 / 2)
    free_at = [number * costs.each_launch_s for number in range(machines)]
    heapq.heapify(free_at)
    cores = [0.0] * costs.database_cores
    end = 0.0
    for _ in range(rows):
        begun = heapq.heappop(free_at)
        core_free = heapq.heappop(cores)
        asked = max(begun, core_free) + costs.database_s
        heapq.heappush(cores, asked)
        through = asked + scale * mean(0.0, SPREAD)
        end = max(end, through)
        heapq.heappush(free_at, through)
    busy = rows * costs.database_s / (end * costs.database_cores)
    around = rows * (costs.plan_s + costs.conclude_s) + 2 * costs.launch_s
    return Course(end + around, end, busy)


def why(course: Course, machines: int, rows: int, row_s: float, costs: Costs) -> str:
    """What takes most of the time that is lost."""
    if course.database_busy > 0.9:
        return "the database"
    launches_s = machines * costs.each_launch_s
    lost = {
        "planning": rows * costs.plan_s,
        "the conclusion": rows * costs.conclude_s,
        "launches": 2 * costs.launch_s + launches_s,
        "waits for the database and the last rows": course.rows_s - rows * row_s / machines - launches_s,
    }
    return max(lost, key=lambda name: lost[name])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--row-s", type=float, default=20.0)
    parser.add_argument("--database-s", type=float, default=0.012)
    parser.add_argument("--database-cores", type=int, default=4)
    parser.add_argument("--plan-s", type=float, default=0.02)
    parser.add_argument("--conclude-s", type=float, default=0.004)
    parser.add_argument("--launch-s", type=float, default=15.0)
    parser.add_argument("--each-launch-s", type=float, default=0.5)
    chosen = vars(parser.parse_args())
    row_s = chosen.pop("row_s")
    costs = Costs(**chosen)
    print(costs)
    for rows in ROWS:
        for machines in MACHINES:
            course = simulate(machines, rows, row_s, costs)
            ideal_s = rows * row_s / machines
            print(
                f"{rows:>9,} rows of {row_s:g} s, {machines:3} machines: {course.whole_s / 3600:8.1f} h, "
                f"{100 * ideal_s / course.whole_s:5.1f} % of ideal, database {100 * course.database_busy:4.1f} % busy; "
                f"most is lost by {why(course, machines, rows, row_s, costs)}"
            )


if __name__ == "__main__":
    main()
