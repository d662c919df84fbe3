"""The plan of a job that is spread over several runs: what its shards and its conclusion know of the sheet.

It stands as JSON beside the sheet's outputs, where every machine can read it, from the planning to the conclusion.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from bulkvid_pipeline.adapters.code_version import code_version
from bulkvid_pipeline.core.errors import ActionNotAllowedError, NotFoundError
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.services.outputs.output_store import OutputStore
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet

SCHEMA_VERSION = 1
FOLDER = "plans"
_SHEET = TypeAdapter(ValidatedSheet)
_PLAN_AGAIN = "Retry the job once it has ended: it is planned anew, and finished rows are kept"


@dataclass(frozen=True)
class PlanDocument:
    """A validated sheet and which of its rows are to be made.

    Attributes:
        sheet: as the planning run has found it.
        row_keys: the rows that are left to shards, in the order in which they are to be made: a claim's place in it
            names the row.
    """

    sheet: ValidatedSheet
    row_keys: tuple[str, ...]

    def rows(self) -> tuple[VideoPlan, ...]:
        """The plans of the rows that are left to shards, in their order."""
        by_key = {plan.row_key: plan for plan in self.sheet.plans}
        return tuple(by_key[key] for key in self.row_keys)


def write_plan(store: OutputStore, plan_id: str, document: PlanDocument) -> None:
    """Leave the plan for shards.

    Raises:
        BulkVideoError: storage refused.
    """
    told = {
        "schema_version": SCHEMA_VERSION,
        "code": code_version(),
        "row_keys": document.row_keys,
        "sheet": _SHEET.dump_python(document.sheet, mode="json"),
    }
    store.write_text(_name(plan_id), json.dumps(told, separators=(",", ":")))


def read_plan(store: OutputStore, plan_id: str) -> PlanDocument:
    """The plan that `write_plan` has left.

    Raises:
        ActionNotAllowedError: there is none any more, or another version of the code has written it.
        BulkVideoError: storage cannot be read.
    """
    try:
        content = store.retry.call(lambda: store.storage.read_bytes(store.beside(_name(plan_id))))
    except NotFoundError as error:
        raise ActionNotAllowedError(
            "The plan of the job's rows is not there any more: the job was concluded", fix=_PLAN_AGAIN
        ) from error
    try:
        return _document(json.loads(content))
    except (ValueError, KeyError, TypeError) as error:
        raise ActionNotAllowedError("The plan of the job's rows cannot be understood", fix=_PLAN_AGAIN) from error


def _document(told: dict[str, Any]) -> PlanDocument:
    written_by = (told["schema_version"], told["code"])
    if written_by != (SCHEMA_VERSION, code_version()):
        raise ActionNotAllowedError(
            f"The job was planned by version {written_by[1]} of the code (plan format {written_by[0]}), and this "
            f"machine has {code_version()} ({SCHEMA_VERSION}): rows of both must not be mixed",
            fix=f"Give all machines the same version. {_PLAN_AGAIN}",
        )
    document = PlanDocument(_SHEET.validate_python(told["sheet"], strict=False), tuple(told["row_keys"]))
    document.rows()  # each of its keys is a row of the sheet
    return document


def remove_plan(store: OutputStore, plan_id: str) -> None:
    """The job was concluded, and nobody needs its plan any more."""
    store.retry.call(lambda: store.storage.delete(store.beside(_name(plan_id))))


def _name(plan_id: str) -> str:
    return f"{FOLDER}/{plan_id}.json"
