"""Changing what a draft says of a job, field by field: what a form does not show is never touched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from bulkvid_pipeline.core.spec import MINUTE_MS, InputSource
from bulkvid_pipeline.services.drafts.drafts import Step

DEADLINE = "processing_deadline_ms"
MACHINES = "max_machines"
PLATFORMS = "template.overrides.platforms"
FIELDS: Mapping[Step, tuple[str, ...]] = {
    Step.SHEET: (
        "input_source.range",
        "input_source.gid",
        "input_source.format",
        "input_source.only",
        "input_source.hidden_rows",
    ),
    Step.LOOK: (
        "template.template_id",
        "template.overrides.style",
        "template.overrides.voice",
        "template.overrides.captions",
        "template.overrides.language",
        PLATFORMS,
        "output.format",
        "output.resolution",
        "output.video_codec",
        "output.audio_codec",
        "output.output_bucket",
        "output.prefix",
    ),
    Step.DETAILS: ("title", "priority", DEADLINE, MACHINES, "callback_url", "validation_level", "write_back"),
    Step.REVIEW: (),
}
"""The fields of the spec that each step's form has. The sheet and the meaning of its columns have their own forms."""
_OF_EVERY_SHEET = frozenset({"format", "only", "hidden_rows"})
_OF_THE_SHEET = frozenset({"range", "columns"})


def field(spec: Mapping[str, Any], name: str) -> Any:
    """The value under a name such as `output.format`; None where there is none."""
    value: Any = spec
    for part in name.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def with_fields(spec: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The spec with these fields; a value that is None or empty takes its field out."""
    changed = dict(spec)
    for name, value in values.items():
        first, _, rest = name.partition(".")
        if rest:
            inner = changed.get(first)
            value = with_fields(inner if isinstance(inner, Mapping) else {}, {rest: value})
        if value in (None, "", {}):
            changed.pop(first, None)
        else:
            changed[first] = value
    return changed


def with_source(spec: Mapping[str, Any], source: InputSource, *, is_new_version: bool = False) -> dict[str, Any]:
    """The spec over another sheet.

    What was said about the range and the columns of the one before goes with it, unless it is a new version of that.
    """
    before = spec.get("input_source")
    stays = _OF_EVERY_SHEET | _OF_THE_SHEET if is_new_version else _OF_EVERY_SHEET
    kept = {name: value for name, value in before.items() if name in stays} if before else {}
    named = source.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return {**spec, "input_source": {**kept, **named}}


def base_of(spec: Mapping[str, Any], step: Step) -> str:
    """A digest of what the step's form shows: a form that was made of another one does not know what it overwrites."""
    shown = [field(spec, name) for name in FIELDS[step]]
    return hashlib.blake2b(json.dumps(shown).encode(), digest_size=8).hexdigest()


def deadline_of(minutes: str) -> int | str:
    """Milliseconds of the minutes that somebody typed; what is no number stays as it is."""
    try:
        return round(float(minutes.strip().replace(",", ".")) * MINUTE_MS)
    except (ValueError, OverflowError):
        return minutes.strip()


def minutes_of(deadline: Any) -> str:
    """The minutes of a deadline, as they are typed."""
    if isinstance(deadline, bool) or not isinstance(deadline, int | float):
        return str(deadline or "")
    return f"{deadline / MINUTE_MS:g}"
