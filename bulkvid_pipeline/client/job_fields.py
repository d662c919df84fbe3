"""A job's spec out of flat arguments, so that nobody has to know which part of the spec a field stands in."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, TypedDict

Container = Literal["mp4", "mov", "webm"]
VideoCodec = Literal["h264", "h265", "vp9"]
AudioCodec = Literal["aac", "opus"]
Resolution = Literal["720p", "1080p", "4k"]
Style = Literal["modern", "classic", "minimal", "corporate"]
Voice = Literal["female", "male", "neutral"]
Priority = Literal["urgent", "high", "normal", "low"]
ValidationLevel = Literal["strict", "moderate", "permissive"]


class JobFields(TypedDict, total=False):
    """The fields of a new job; one that is left out, or None, has the server's default.

    Of the sheet: `sheet_id` (an id or a whole link), `range`, `gid`, or `path` (the id of an upload), and
    `sheet_format`, `only`, `hidden_rows`, `columns` (what columns are whose headers do not tell, by header or letter:
    `{"Hook line": "idea_title", "D:D": "ignore"}`). Of the output: `output_bucket`, `prefix`, `format`, `video_codec`,
    `audio_codec`, `resolution`. Of the look and the sound: `template_id`, `style`, `voice`, `captions`, `language`.
    `deadline` says the same as `processing_deadline_ms`; `max_machines` is how many runs may make rows side by side.
    """

    title: str | None
    priority: Priority | None
    processing_deadline_ms: int | None
    deadline: timedelta | None
    max_machines: int | None
    callback_url: str | None
    validation_level: ValidationLevel | None
    write_back: bool | None
    sheet_id: str | None
    range: str | None
    gid: int | None
    path: str | None
    sheet_format: Literal["standard", "positional"] | None
    only: Literal["approved"] | None
    hidden_rows: Literal["skip", "include"] | None
    columns: Mapping[str, str | None] | None
    output_bucket: str | None
    prefix: str | None
    format: Container | None
    video_codec: VideoCodec | None
    audio_codec: AudioCodec | None
    resolution: Resolution | None
    template_id: str | None
    style: Style | None
    voice: Voice | None
    captions: Literal["burned", "off"] | None
    language: str | None
    platforms: str | Sequence[str] | None


_PLACES: dict[str, tuple[str, ...]] = {
    **{
        name: (name,)
        for name in (
            "title",
            "priority",
            "processing_deadline_ms",
            "max_machines",
            "callback_url",
            "validation_level",
            "write_back",
        )
    },
    **{name: ("input_source", name) for name in ("sheet_id", "range", "gid", "path", "only", "hidden_rows", "columns")},
    "sheet_format": ("input_source", "format"),
    **{
        name: ("output", name)
        for name in ("output_bucket", "prefix", "format", "video_codec", "audio_codec", "resolution")
    },
    "template_id": ("template", "template_id"),
    **{name: ("template", "overrides", name) for name in ("style", "voice", "captions", "language", "platforms")},
}
"""Where each flat argument stands in the spec."""


def spec_of(spec: Mapping[str, Any] | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The spec with the flat arguments in their places, which win over what the spec says; the spec stays as it is.

    Raises:
        TypeError: there is no such argument.
        ValueError: the deadline is given twice.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    deadline = given.pop("deadline", None)
    if deadline is not None:
        if "processing_deadline_ms" in given:
            raise ValueError("Give deadline or processing_deadline_ms, not both")
        given["processing_deadline_ms"] = deadline // timedelta(milliseconds=1)
    whole: dict[str, Any] = dict(spec or {})
    for name, value in given.items():
        if name not in _PLACES:
            raise TypeError(_unknown(name))
        *parents, last = _PLACES[name]
        part = whole
        for parent in parents:
            part[parent] = dict(part.get(parent) or {})
            part = part[parent]
        part[last] = value
    return whole


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, [*_PLACES, "deadline", "file", "spec"], n=1)
    return f"There is no argument '{name}'" + (f"; did you mean '{near[0]}'?" if near else "; see JobFields")
