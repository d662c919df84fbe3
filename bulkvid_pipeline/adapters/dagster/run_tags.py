"""Changing the tags of a run while others change them too.

Dagster's `add_run_tags` reads the run, and writes all of it back in another statement: a progress that is written at
the moment of a pause can take the pause away. Here a change is written only over what it was made from, else made anew.

Leans on Dagster's tables `runs` (the run as JSON in `run_body`) and `run_tags` (a row per tag, to search by), which its
tests name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from dagster import DagsterInstance, DagsterRun
from dagster._core.storage.runs.schema import RunsTable, RunTagsTable
from dagster._core.storage.tags import PARENT_RUN_ID_TAG as PARENT_RUN_ID_TAG
from dagster._serdes import deserialize_value, serialize_value
from dagster._time import get_current_datetime
from sqlalchemy.engine import Connection

from bulkvid_pipeline.adapters.dagster.run_database import run_database
from bulkvid_pipeline.core.errors import NotFoundError, ServiceUnavailableError

_runs, _tags = RunsTable.c, RunTagsTable.c
MOST_TRIES = 1000
"""Each try that fails means that somebody else's change has been made."""


def change_tags(
    instance: DagsterInstance, run_id: str, change: Callable[[Mapping[str, str]], Mapping[str, str]]
) -> Mapping[str, str]:
    """Add or replace the tags that `change` makes of those that the run has; returns all that it has then.

    `change` may be called several times.

    Raises:
        NotFoundError: there is no such run.
        ServiceUnavailableError: the instance keeps its runs in no SQL database, or the run changes without end.
    """
    storage = run_database(instance)
    if storage is None:
        raise ServiceUnavailableError(
            f"Tags of runs cannot be changed in the instance's {type(instance.run_storage).__name__}",
            fix="Use SQLite or PostgreSQL as the instance's storage in dagster.yaml",
        )
    for _ in range(MOST_TRIES):
        with storage.connect() as conn:
            body = conn.execute(sa.select(_runs.run_body).where(_runs.run_id == run_id)).scalar()
        if body is None:
            raise NotFoundError(f"There is no run {run_id} any more", fix="List the jobs with `bulkvid jobs list`")
        run = deserialize_value(body, DagsterRun)
        values = dict(change(run.tags))
        after = {**run.tags, **values}
        changed = serialize_value(run.with_tags(after))
        with storage.connect() as conn:
            only_over_it = sa.update(RunsTable).where(_runs.run_id == run_id, _runs.run_body == body)
            done = conn.execute(only_over_it.values(run_body=changed, update_timestamp=get_current_datetime())).rowcount
            if done:
                _make_searchable(conn, run_id, values)
                return after
    raise ServiceUnavailableError(f"The tags of run {run_id} could not be changed", fix="Look at the database's load")


def _make_searchable(conn: Connection, run_id: str, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        known = sa.update(RunTagsTable).where(_tags.run_id == run_id, _tags.key == name)
        if not conn.execute(known.values(value=value)).rowcount:
            conn.execute(sa.insert(RunTagsTable).values(run_id=run_id, key=name, value=value))
