"""`BulkJobSpec`: the single description of a bulk job.

It is the REST request body, the SDK's arguments, the YAML file and Dagster's run config alike. Everything has a default
that works offline except the input.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePath
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from bulkvid_pipeline.core.column_choice import read_columns
from bulkvid_pipeline.core.columns import IGNORE, NAMES
from bulkvid_pipeline.core.errors import BulkVideoError, InvalidRequestError, InvalidSheetIdError, InvalidSpecError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.keys import clean_prefix
from bulkvid_pipeline.core.languages import read_language
from bulkvid_pipeline.core.options import (
    CONTAINER_CODECS,
    AudioCodec,
    Captions,
    Container,
    Platform,
    Priority,
    Resolution,
    Style,
    ValidationLevel,
    VideoCodec,
    Voice,
)
from bulkvid_pipeline.core.platform_names import read_platform_names
from bulkvid_pipeline.core.ranges import parse_range, parse_sheet_id, parse_sheet_link
from bulkvid_pipeline.core.vocabulary.captions import as_captions

MINUTE_MS = 60_000
MOST_MACHINES = 200
"""Runs of one job side by side: with so many a fifth of the time is lost to planning (`benchmarks/fleet.py`)."""
MAX_DEADLINE_MS = 1440 * MINUTE_MS
DEFAULT_TEMPLATE = "default_template"


class SourceType(StrEnum):
    """Where the rows come from."""

    SHEET = "sheet"
    FILE = "file"


class SheetFormat(StrEnum):
    """`standard`: the first row names the columns; `positional`: no header, columns A..J in the fixed order."""

    STANDARD = "standard"
    POSITIONAL = "positional"


class OnlyRows(StrEnum):
    """Which rows of a sheet a job takes, where it does not take all."""

    APPROVED = "approved"


class HiddenRows(StrEnum):
    """What becomes of rows that the sheet's program hides, by hand or by a filter."""

    SKIP = "skip"
    INCLUDE = "include"


def _option(value: object) -> object:
    """Option names as people type them: `MP4`, `H.264`, ` 4K `."""
    return value.strip().lower().replace("h.26", "h26") if isinstance(value, str) else value


def _listed(value: object) -> object:
    """A list of names as a cell has them."""
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else value


def _blank_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


_Opt = BeforeValidator(_option)
_Blank = BeforeValidator(_blank_is_none)
_COLUMNS_SCHEMA = {
    "type": "object",
    "additionalProperties": {"anyOf": [{"type": "string", "enum": [*NAMES, IGNORE]}, {"type": "null"}]},
}


class SpecModel(BaseModel):
    """A part of the spec: immutable, and unknown keys are errors that name them."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class InputSource(SpecModel):
    """The sheet to read."""

    type: Annotated[SourceType | None, _Opt, _Blank] = Field(
        None, description="sheet (Google Sheets) or file (CSV, XLSX, XLS, ODS)"
    )
    sheet_id: Annotated[str | None, _Blank] = Field(None, description="Google sheet id, or the sheet's whole URL")
    range: Annotated[str | None, _Blank] = Field(None, description="A1 range, for example A1:J100 or 'My sheet'!A:Z")
    path: Annotated[str | None, _Blank] = Field(None, description="CSV, XLSX, XLS or ODS file to read")
    format: Annotated[SheetFormat, _Opt] = Field(
        SheetFormat.STANDARD, description="standard (header row) or positional"
    )
    only: Annotated[OnlyRows | None, _Opt, _Blank] = Field(
        None, description="approved: only rows that the column approved or status says are ready; empty: all rows"
    )
    gid: Annotated[int | None, _Blank] = Field(
        None, ge=0, description="Number of the tab of a Google sheet, as its link names it; range names a tab by name"
    )
    hidden_rows: Annotated[HiddenRows, _Opt] = Field(
        HiddenRows.SKIP, description="skip or include rows that a file hides, by hand or by a filter"
    )
    columns: Annotated[dict[str, str], BeforeValidator(read_columns), WithJsonSchema(_COLUMNS_SCHEMA)] = Field(
        default_factory=dict,
        description="Columns that headers do not tell or tell wrongly: the sheet's header, or C:C for column C, to our "
        "name, or to ignore",
    )

    @model_validator(mode="before")
    @classmethod
    def _tab_of_link(cls, data: Any) -> Any:
        """A link to a sheet names its tab, and may name a range, besides the sheet."""
        text = data.get("sheet_id") if isinstance(data, dict) else None
        if not isinstance(text, str) or not text.strip():
            return data
        try:
            link = parse_sheet_link(text)
        except InvalidSheetIdError:
            return data  # which the field says beside the faults of others
        named = {"gid": link.gid, "range": link.range_text}
        given = {key: value for key, value in data.items() if value not in (None, "")}
        if "range" in given:
            del named["range"]
        return {**data, **{key: value for key, value in named.items() if key not in given and value is not None}}

    @field_validator("sheet_id")
    @classmethod
    def _sheet_id(cls, value: str | None) -> str | None:
        return None if value is None else parse_sheet_id(value)

    @field_validator("range")
    @classmethod
    def _range(cls, value: str | None) -> str | None:
        return None if value is None else parse_range(value).text

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        kind = self.type or (SourceType.FILE if self.path else SourceType.SHEET)
        object.__setattr__(self, "type", kind)
        if self.sheet_id and self.path:
            raise InvalidSpecError("Both sheet_id and path are given", fix="Give one of them")
        if kind is SourceType.SHEET and not self.sheet_id:
            raise InvalidSpecError(
                "No sheet is named", fix="Give input_source.sheet_id, or input_source.path for a file"
            )
        if kind is SourceType.FILE and not self.path:
            raise InvalidSpecError("No file is named", fix="Give input_source.path, a CSV or XLSX file")
        return self


class Output(SpecModel):
    """What is made, and where it goes."""

    format: Annotated[Container, _Opt] = Field(Container.MP4, description="mp4, mov or webm")
    video_codec: Annotated[VideoCodec | None, _Opt, _Blank] = Field(
        None, description="h264 or h265 in mp4 and mov, vp9 in webm; empty: the container's usual one"
    )
    audio_codec: Annotated[AudioCodec | None, _Opt, _Blank] = Field(
        None, description="aac in mp4 and mov, opus in webm; empty: the container's usual one"
    )
    resolution: Annotated[Resolution, _Opt] = Field(
        Resolution.P1080, description="720p, 1080p or 4k: the short side of the frame"
    )
    output_bucket: Annotated[str | None, _Blank] = Field(
        None,
        description="S3 bucket name, or a URL such as s3://bucket/folder or file:///folder; empty: the default output",
    )
    prefix: str = Field("", description="Folder inside the bucket")

    @field_validator("output_bucket")
    @classmethod
    def _bucket(cls, value: str | None) -> str | None:
        return None if value is None else check_bucket(value)

    @field_validator("prefix")
    @classmethod
    def _prefix(cls, value: str) -> str:
        return clean_prefix(value)

    @model_validator(mode="after")
    def _codecs(self) -> Self:
        videos, audios = CONTAINER_CODECS[self.format]
        if self.video_codec is None:
            object.__setattr__(
                self, "video_codec", VideoCodec.VP9 if self.format is Container.WEBM else VideoCodec.H264
            )
        if self.audio_codec is None:
            object.__setattr__(
                self, "audio_codec", AudioCodec.OPUS if self.format is Container.WEBM else AudioCodec.AAC
            )
        for codec, allowed in ((self.video_codec, videos), (self.audio_codec, audios)):
            if codec not in allowed:
                names = " or ".join(sorted(allowed))
                raise InvalidSpecError(f"{self.format} cannot hold {codec}", fix=f"Use {names} with {self.format}")
        return self

    @property
    def codecs(self) -> tuple[VideoCodec, AudioCodec]:
        """The two codecs, after the container's defaults were filled in."""
        assert self.video_codec is not None
        assert self.audio_codec is not None
        return self.video_codec, self.audio_codec


class Overrides(SpecModel):
    """What the job changes in its template; a row's own cells win over it."""

    style: Annotated[Style | None, _Opt, _Blank] = Field(None, description="modern, classic, minimal or corporate")
    voice: Annotated[Voice | None, _Opt, _Blank] = Field(None, description="female, male or neutral")
    captions: Annotated[Captions | None, BeforeValidator(as_captions), _Blank] = Field(
        None, description="burned, or off: captions as files alone"
    )
    language: Annotated[str | None, _Blank] = Field(
        None, description="Language of the rows that do not name theirs, by name or code; found out where left out"
    )

    platforms: Annotated[str | None, BeforeValidator(_listed), _Blank] = Field(
        None, description="Platforms of the rows that do not name theirs, such as youtube,tiktok; youtube if left out"
    )

    @field_validator("platforms")
    @classmethod
    def _platforms(cls, value: str | None) -> str | None:
        if value is None:
            return None
        found = read_platform_names(value)
        if found.unknown or not found.known:
            named = ", ".join(shortened(name, 20) for name in found.unknown) or f"'{shortened(value)}'"
            raise InvalidSpecError(f"Unknown platform {named}", fix=f"Choose from {', '.join(Platform)}")
        return ",".join(found.known)

    @property
    def named_platforms(self) -> tuple[Platform, ...]:
        """The platforms, in their order; empty if none are named."""
        return tuple(Platform(name) for name in self.platforms.split(",")) if self.platforms else ()

    @field_validator("language")
    @classmethod
    def _language(cls, value: str | None) -> str | None:
        reading = read_language(value or "")
        if reading.problem:
            raise InvalidSpecError(f"{reading.problem}: '{shortened(value or '')}'", fix=reading.fix)
        return reading.value


class TemplateChoice(SpecModel):
    """The template of the job."""

    template_id: str = Field(DEFAULT_TEMPLATE, description="Template to use")
    overrides: Overrides = Field(
        default_factory=Overrides, description="Style, voice, language, captions and platforms of the job"
    )

    @field_validator("template_id")
    @classmethod
    def _id(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value):
            raise InvalidSpecError(
                f"Template ID '{value[:60]}' is not valid",
                fix="Use letters, digits, '_' and '-', for example default_template",
            )
        return value


class BulkJobSpec(SpecModel):
    """One bulk job: a sheet in, videos out."""

    title: str = Field("", description="Name of the job", max_length=200)
    priority: Annotated[Priority, _Opt] = Field(Priority.NORMAL, description="urgent, high, normal or low")
    processing_deadline_ms: int | None = Field(None, description="Longest time the job may take: 60000 to 86400000 ms")
    max_machines: int | None = Field(
        None,
        ge=1,
        le=MOST_MACHINES,
        description=f"How many runs may make its rows side by side, 1 to {MOST_MACHINES}; as installed if left out",
    )
    callback_url: Annotated[str | None, _Blank] = Field(None, description="URL that is told about state changes")
    input_source: InputSource = Field(description="The sheet to read")
    output: Output = Field(default_factory=Output, description="Format and place of the videos")
    template: TemplateChoice = Field(default_factory=TemplateChoice, description="Look and sound")
    validation_level: Annotated[ValidationLevel, _Opt] = Field(
        ValidationLevel.MODERATE, description="strict, moderate or permissive"
    )
    user_id: str = Field("local", description="Who runs the job", min_length=1, max_length=128)
    project_id: str = Field("default", description="Project that the job counts for", min_length=1, max_length=128)
    write_back: bool = Field(False, description="Write state and link of each row back into the sheet")

    @field_validator("processing_deadline_ms")
    @classmethod
    def _deadline(cls, value: int | None) -> int | None:
        if value is not None and not MINUTE_MS <= value <= MAX_DEADLINE_MS:
            raise InvalidSpecError(
                f"Processing deadline of {value} ms is out of bounds",
                fix=f"Use 1 to 1440 minutes: {MINUTE_MS} to {MAX_DEADLINE_MS} ms",
            )
        return value

    @field_validator("callback_url")
    @classmethod
    def _callback(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if holds_credentials(value):
            raise InvalidSpecError("The callback URL holds a password", fix="Leave user and password out of the URL")
        try:
            parts = urlsplit(value)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable or not re.fullmatch(r"[^\s\x00-\x1f\x7f\\]+", value):
            raise InvalidSpecError(f"Callback URL '{shortened(value, 80)}' is not a web address", fix=_URL_FIX)
        return value

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> BulkJobSpec:
        """The spec in `data`.

        Raises:
            InvalidSpecError: one message that lists every field that is wrong, with the fix of each.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise _all_problems(error) from error

    @classmethod
    def for_input(cls, sheet_or_path: str, **fields: Any) -> BulkJobSpec:
        """The spec of a job with all defaults over a sheet id, a sheet URL, or a file's path."""
        is_file = PurePath(sheet_or_path).suffix.lower() in {".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods"}
        is_link = re.search(r"(?:docs|drive)\.google\.com/", sheet_or_path)
        looks_like_sheet = re.fullmatch(r"[A-Za-z0-9_-]{20,}", sheet_or_path)
        source = fields.pop("input_source", {})
        named = (
            {"sheet_id": sheet_or_path} if is_link or (looks_like_sheet and not is_file) else {"path": sheet_or_path}
        )
        return cls.parse({"input_source": {**named, **source}, **fields})


_RESERVED = re.compile(
    r"(\d{1,3}\.){3}\d{1,3}|(xn--|sthree-|amzn-s3-demo-).*|.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)"
)
"""Bucket names that S3 keeps for itself, or that would be taken for an address."""
_URL_FIX = "Use https://host/path"


def holds_credentials(url: str) -> bool:
    """Whether something stands before an `@` in the host part of `url`; such a URL must not even be repeated."""
    return "@" in re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]


def check_bucket(value: str) -> str:
    """`value` when it is a bucket name by S3's naming rules, or a URL.

    The rules: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html

    Raises:
        InvalidSpecError: it is neither, or holds a password.
    """
    if holds_credentials(value):
        raise InvalidSpecError(
            "The output bucket holds a password", fix="Leave it out, and set the storage credentials in the environment"
        )
    scheme, separator, rest = value.partition("://")
    if separator and scheme not in {"s3", "s3a"}:
        if not re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme) or not rest:
            raise InvalidSpecError(
                f"Output '{shortened(value, 80)}' is not a URL", fix="Use s3://bucket/folder or file:///folder"
            )
        return value
    name, _, folder = rest.partition("/") if separator else (value, "", "")
    if re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name) and ".." not in name and not _RESERVED.fullmatch(name):
        clean_prefix(folder)
        return value
    raise InvalidSpecError(
        f"Output bucket '{shortened(name, 80)}' is not a valid bucket name",
        fix="Use 3 to 63 lower-case letters, digits, '.' and '-', or a URL such as s3://bucket/folder or file:///folder",
    )


def _all_problems(error: ValidationError) -> InvalidRequestError:
    """One error out of all that pydantic found; a single problem of our own keeps its type and code."""
    problems = error.errors(include_url=False)
    if len(problems) == 1 and isinstance(cause := _cause(problems[0]), InvalidRequestError):
        field = _field(problems[0])
        return type(cause)(f"{field}: {cause.message}", fix=cause.fix, field=field)
    lines = "; ".join(f"{_field(problem)}: {_explained(problem)}" for problem in problems)
    return InvalidSpecError(
        f"The job spec is not valid: {lines}",
        fix="Correct the fields named",
        field=_field(problems[0]),
        details=[{"field": _field(problem), "problem": _explained(problem)} for problem in problems],
    )


def _field(problem: ErrorDetails) -> str:
    return ".".join(shortened(str(part)) for part in problem["loc"]) or "job spec"


def _cause(problem: ErrorDetails) -> object:
    return problem.get("ctx", {}).get("error")


def _explained(problem: ErrorDetails) -> str:
    cause = _cause(problem)
    if isinstance(cause, BulkVideoError):
        return f"{cause.message}. {cause.fix}"
    if problem["type"] == "extra_forbidden":
        return "unknown field. Remove it, or check its spelling"
    if problem["type"] == "missing":
        return "missing. Give a value"
    return f"{problem['msg']} (given: {_given(problem['input'])!r})"


def _given(value: object) -> str:
    try:
        return str(value)[:60]
    except (ValueError, RecursionError):  # An integer of more than 4,300 digits has no text in Python.
        return type(value).__name__
