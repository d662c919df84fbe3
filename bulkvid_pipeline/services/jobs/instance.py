"""The Dagster instance of this installation."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.instances import instance_in

INSTANCE_CONFIG = Path(__file__).parents[2] / "dagster.yaml"
STORAGE_CLASS = "ChosenStorage"
"""The storage that our `dagster.yaml` names."""


def open_instance(home: Path, url: str | None = None, *, captures_output: bool = True) -> DagsterInstance:
    """The Dagster instance in `home`, which is made if need be, with our settings in its `dagster.yaml`.

    `url` names its PostgreSQL database, or SQLite where empty; else the settings of the process do. Whoever runs
    several jobs in one process opens it without `captures_output`, which keeps what they print for the web UI.

    The environment is neither asked nor changed: children that shall use the instance are given its DAGSTER_HOME.
    """
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    # Two first jobs at once would both make the same files and tables, and one of them would fail.
    with (home / ".opening").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        config = home / "dagster.yaml"
        if not config.exists():
            shutil.copyfile(INSTANCE_CONFIG, config)
        return instance_in(home, STORAGE_CLASS, url, captures_output=captures_output)
