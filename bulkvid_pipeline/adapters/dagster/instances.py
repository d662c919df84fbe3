"""Opening a Dagster instance by its folder, whatever DAGSTER_HOME says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dagster import DagsterInstance
from dagster._core.instance.config import dagster_instance_config
from dagster._core.instance.ref import InstanceRef

FOLDER = "folder"
"""The field of a StorageByChoice's config that names the instance's folder."""


def instance_in(home: Path, storage_class: str) -> DagsterInstance:
    """The instance that `dagster.yaml` in `home` describes.

    Where its storage is the StorageByChoice named `storage_class`, that is told the folder, and so is every process
    that the instance is passed to.
    """
    config, _ = dagster_instance_config(str(home))
    custom: dict[str, Any] | None = (config.get("storage") or {}).get("custom")
    overrides: dict[str, Any] = {}
    if custom is not None and custom["class"] == storage_class:
        overrides["storage"] = {"custom": {**custom, "config": {**custom.get("config", {}), FOLDER: str(home)}}}
    return DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides=overrides))
