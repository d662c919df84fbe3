"""The Dagster instance of this installation."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

from dagster import DagsterInstance

INSTANCE_CONFIG = Path(__file__).parents[2] / "dagster.yaml"


def open_instance(home: Path) -> DagsterInstance:
    """The Dagster instance in `home`, which is made if need be, with our settings in its `dagster.yaml`."""
    home.mkdir(parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(home)
    # Two first jobs at once would both make the same files and tables, and one of them would fail.
    with (home / ".opening").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        config = home / "dagster.yaml"
        if not config.exists():
            shutil.copyfile(INSTANCE_CONFIG, config)
        return DagsterInstance.from_config(str(home))
