"""The spec of a job out of the arguments of a script."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.spec import BulkJobSpec

_FILE_NAME = re.compile(r"\.(csv|tsv|txt|xlsx|xlsm|xls|ods)$", re.IGNORECASE)


def source_of(sheet_id: str | os.PathLike[str]) -> dict[str, str]:
    """The part of a spec that names the sheet: a Google sheet's id or URL, or the path of a file.

    Raises:
        InvalidSheetError: there is no such file.
    """
    text = os.fspath(sheet_id).strip()
    if text.startswith("file://"):
        text = url2pathname(urlsplit(text).path)
    is_link = "://" in text
    path = Path(text).expanduser()
    if is_link or not (isinstance(sheet_id, os.PathLike) or _FILE_NAME.search(text) or "/" in text or path.is_file()):
        return {"sheet_id": text}
    if not path.is_file():
        raise InvalidSheetError(f"File '{text}' not found", fix="Check the path; it is relative to the work folder")
    return {"path": str(path.absolute())}


def spec_of_request(sheet_id: str | os.PathLike[str], *, user_id: str, **given: Any) -> BulkJobSpec:
    """The spec of a new job; what is None is left to the defaults.

    Args:
        sheet_id: see `source_of`.
        user_id: whose job it is.
        given: fields of the spec, `column_range`, `sheet_format` and `columns`; `output` may be a bucket or URL,
            `template` the id of a template.

    Raises:
        InvalidSpecError: a field is wrong.
        InvalidSheetError: there is no such file.
    """
    fields = {"user_id": user_id, **{name: value for name, value in given.items() if value is not None}}
    source = {**source_of(sheet_id), **_source_choices(fields)}
    for name, key in (("output", "output_bucket"), ("template", "template_id")):
        if name in fields and not isinstance(fields[name], Mapping):
            fields[name] = {key: str(fields[name])}
    return BulkJobSpec.parse({"input_source": source, **fields})


def changed(spec: BulkJobSpec, **given: Any) -> BulkJobSpec:
    """The spec with other choices, where any are given.

    Raises:
        InvalidSpecError: one of them is wrong.
    """
    fields = {name: value for name, value in given.items() if value is not None}
    if not fields:
        return spec
    document = spec.model_dump(mode="json", exclude_none=True)
    source = {**document["input_source"], **_source_choices(fields)}
    return BulkJobSpec.parse({**document, "input_source": source, **fields})


def _source_choices(fields: dict[str, Any]) -> dict[str, Any]:
    names = {"column_range": "range", "sheet_format": "format", "columns": "columns"}
    return {key: fields.pop(name) for name, key in names.items() if name in fields}
