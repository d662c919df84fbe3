"""Dagster resources: the job spec that the Launchpad shows as a form, and storage for data between assets."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import dagster as dg

from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.defs.spec_config import config_shape


@dg.resource(config_schema=config_shape(BulkJobSpec), description="The bulk job: which sheet, what output, which look")
def bulk_job(context: dg.InitResourceContext) -> BulkJobSpec:
    """The spec in the run config, validated by the same pydantic model as everywhere else."""
    config: dict[str, Any] = context.resource_config
    return BulkJobSpec.parse(config)


class RunFolderIOManager(dg.IOManager):
    """Stores data between assets in a folder for each run, so that concurrent runs do not share files."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        path = self._path(context)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(obj))

    def load_input(self, context: dg.InputContext) -> Any:
        assert context.upstream_output is not None
        return pickle.loads(self._path(context.upstream_output).read_bytes())

    def _path(self, context: dg.OutputContext) -> Path:
        return self._root / context.run_id / f"{context.step_key}.{context.name}.pickle"


@dg.io_manager
def run_folder(context: dg.InitResourceContext) -> RunFolderIOManager:
    """See RunFolderIOManager."""
    assert context.instance is not None
    return RunFolderIOManager(Path(context.instance.storage_directory()) / "bulkvid_frames")
