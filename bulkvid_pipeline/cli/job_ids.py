"""What people type for a job: its id, or as much of its beginning as no other job has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import InvalidRequestError

if TYPE_CHECKING:
    from dagster import DagsterInstance

SHORTEST = 4
LISTED = 5


def whole_id(instance: DagsterInstance, typed: str) -> str:
    """The id that begins like that; what no id begins with stays as it is, and is not found by whoever looks for it.

    Raises:
        InvalidRequestError: several jobs begin like that.
    """
    if len(typed) < SHORTEST:
        return typed
    # The database takes an underscore for any character.
    known = {found for _, ids in instance.get_run_tags(tag_keys=[tags.JOB_ID], value_prefix=typed) for found in ids}
    beginning = sorted(found for found in known if found.startswith(typed))
    if typed in beginning or not beginning:
        return typed
    if len(beginning) > 1:
        raise InvalidRequestError(
            f"Several jobs begin with '{typed}'", fix=f"Give more of the id: {', '.join(beginning[:LISTED])}"
        )
    return beginning[0]
