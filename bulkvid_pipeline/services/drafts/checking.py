"""What is wrong with a draft, field by field, by the same checks as a request to the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bulkvid_pipeline.core.errors import BulkVideoError, InvalidRequestError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.spec import MOST_MACHINES, BulkJobSpec
from bulkvid_pipeline.services.drafts.editing import DEADLINE, MACHINES, field, minutes_of
from bulkvid_pipeline.services.intake.checking import check_names, read_spec
from bulkvid_pipeline.settings import Settings

_SHOWN_AT = {"output": "output.video_codec", "input_source": "input_source.sheet_id"}
"""Where the form tells what concerns several fields."""


def problems_of(spec: Mapping[str, Any], *, user_id: str, project_id: str, settings: Settings) -> dict[str, str]:
    """What is wrong with each field, and what to do, by the field's name. The sheet is not read."""
    try:
        read = read_spec(spec, user_id=user_id, project_id=project_id)
    except InvalidRequestError as error:
        return _told(error, spec)
    try:
        check_names(read, settings)
    except BulkVideoError as error:
        return _told(error, spec)
    return {}


def spec_for_looks(spec: Mapping[str, Any], *, user_id: str, project_id: str) -> BulkJobSpec:
    """What of a draft decides how its rows look; the rest may be wrong as yet.

    Raises:
        InvalidRequestError: something of that is wrong, or no sheet is named.
    """
    decisive = {name: spec[name] for name in ("input_source", "template", "validation_level") if name in spec}
    return read_spec(decisive, user_id=user_id, project_id=project_id)


def _told(error: BulkVideoError, spec: Mapping[str, Any]) -> dict[str, str]:
    if isinstance(error.details, list):
        found = {_place(str(each["field"])): str(each["problem"]) for each in error.details}
    else:
        name = error.field or ""
        text = error.message.removeprefix(f"{name}: ")
        found = {_place(name): f"{text}. {error.fix}" if error.fix else text}
    if DEADLINE in found:
        given = minutes_of(field(spec, DEADLINE))
        found[DEADLINE] = f"'{shortened(given)}' is no number of 1 to 1440 minutes. Correct it, or leave it empty"
    if MACHINES in found:
        given = shortened(str(field(spec, MACHINES)))
        found[MACHINES] = f"'{given}' is no whole number of 1 to {MOST_MACHINES}. Correct it, or leave it empty"
    return found


def _place(name: str) -> str:
    return _SHOWN_AT.get(name, name)
