"""The Dagster instance of this installation."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.instances import instance_in
from bulkvid_pipeline.core.errors import InvalidSettingsError

INSTANCE_CONFIG = Path(__file__).parents[2] / "dagster.yaml"
STORAGE_CLASS = "ChosenStorage"
OUTPUT_CLASS = "CapturedOutput"
"""The storage that our `dagster.yaml` names, and what keeps the output of runs."""


def open_instance(home: Path, url: str | None = None, *, captures_output: bool = True) -> DagsterInstance:
    """The Dagster instance in `home`, which is made if need be, with our settings in its `dagster.yaml`.

    `url` names its PostgreSQL database, or SQLite where empty; else the settings of the process do. Whoever runs
    several jobs in one process opens it without `captures_output`, which keeps what they print for the web UI.

    The environment is neither asked nor changed: children that shall use the instance are given its DAGSTER_HOME.

    Raises:
        InvalidSettingsError: there can be no instance in `home`.
        ServiceUnavailableError: the PostgreSQL database cannot be reached.
    """
    home = home.absolute()
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / ".opening").open("w")
    except OSError as error:
        raise InvalidSettingsError(
            f"DAGSTER_HOME '{home}' is no folder that can be written: {error.strerror}",
            fix="Set DAGSTER_HOME to a folder of your own; it is made if need be",
        ) from error
    # Two first jobs at once would both make the same files and tables, and one of them would fail.
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        config = home / "dagster.yaml"
        if not config.exists():
            shutil.copyfile(INSTANCE_CONFIG, config)
        return instance_in(home, STORAGE_CLASS, OUTPUT_CLASS, url, captures_output=captures_output)
