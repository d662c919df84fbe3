"""Loads a code location as a code server would, and says what is in it: `python -m ... MODULE`.

It is a process of its own: loading takes seconds, may hang, and cannot be undone.
"""

from __future__ import annotations

import importlib
import sys

import dagster as dg


def main(module: str) -> None:
    """Print how many jobs, assets, sensors and schedules the module defines; raise what stops it from loading."""
    definitions = importlib.import_module(module).defs
    dg.Definitions.validate_loadable(definitions)
    repository = definitions.get_repository_def()
    counts = {
        "jobs": len([name for name in repository.job_names if not name.startswith("__")]),
        "assets": len(repository.assets_defs_by_key),
        "sensors": len(repository.sensor_defs),
        "schedules": len(repository.schedule_defs),
    }
    sys.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()))


if __name__ == "__main__":
    main(sys.argv[1])
