"""Which code server runs a run: Dagster's launcher notes it in a hidden tag."""

from __future__ import annotations

import json

from dagster import DagsterRun
from dagster._core.storage.tags import GRPC_INFO_TAG


def socket_of(run: DagsterRun) -> str | None:
    """The socket of the code server that was asked to run the run; None if it has none, or nobody was asked yet."""
    try:
        return str(json.loads(run.tags[GRPC_INFO_TAG])["socket"])
    except (KeyError, TypeError, ValueError):
        return None


def is_asked_of_code_server(run: DagsterRun) -> bool:
    """Whether a code server was asked to run the run."""
    return GRPC_INFO_TAG in run.tags
