"""Opening a Dagster instance by its folder, independent of DAGSTER_HOME."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dagster import DagsterInstance
from dagster._core.instance.config import dagster_instance_config
from dagster._core.instance.ref import InstanceRef

from bulkvid_pipeline.adapters.dagster.captured_output import HOME
from bulkvid_pipeline.core.errors import InvalidSettingsError

FOLDER, URL = "folder", "url"
"""The fields of a StorageByChoice's config that name the instance's folder, and its database where that is said."""


_NO_CAPTURE = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}


def instance_in(
    home: Path, storage_class: str, output_class: str, url: str | None = None, *, captures_output: bool = True
) -> DagsterInstance:
    """The instance defined by `dagster.yaml` in `home`.

    If its storage is the StorageByChoice named `storage_class`, the folder is put into its config, which is passed to
    every process that receives the instance; and so is `url`: of a PostgreSQL database, or empty for SQLite. The folder
    is put into the config of the OutputInFiles named `output_class` too.

    Without `captures_output` runs leave stdout and stderr alone. Dagster redirects them for the whole process, which
    runs side by side in one process cannot undo, so that what the program prints would be lost.

    Raises:
        InvalidSettingsError: `url` names a database, and `dagster.yaml` another storage.
    """
    config, _ = dagster_instance_config(str(home))
    custom: dict[str, Any] | None = (config.get("storage") or {}).get("custom")
    overrides: dict[str, Any] = {}
    captured = config.get("compute_logs") or {}
    if not captures_output:
        overrides["compute_logs"] = _NO_CAPTURE
    elif captured.get("class") == output_class:
        overrides["compute_logs"] = {**captured, "config": {HOME: str(home)}}
    if url and (custom is None or custom["class"] != storage_class):
        raise InvalidSettingsError(
            f"The dagster.yaml in '{home}' names a storage of its own, and a PostgreSQL database is named beside it",
            fix="Give another DAGSTER_HOME, or leave the database to dagster.yaml",
        )
    if custom is not None and custom["class"] == storage_class:
        chosen = {FOLDER: str(home), **({} if url is None else {URL: url})}
        overrides["storage"] = {"custom": {**custom, "config": {**custom.get("config", {}), **chosen}}}
    return DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides=overrides))
