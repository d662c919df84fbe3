"""From a command's arguments to a BulkJobSpec."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.spec import BulkJobSpec


def spec_from(sheet: str, fields: Mapping[str, Any]) -> BulkJobSpec:
    """The spec of a sheet, or of a YAML or JSON spec file, with `fields` on top of it.

    A file's path is made absolute, so that the job can be run again from anywhere.

    Raises:
        InvalidSpecError: the file is no spec, or a field is wrong.
        InvalidSheetError: the sheet is an address of something else than a Google sheet.
    """
    if Path(sheet).suffix.lower() in {".yaml", ".yml", ".json"}:
        # YAML and cron are of no use to a job that is no file.
        from bulkvid_pipeline.services.jobs.saved_jobs import read_document

        document = read_document(Path(sheet))
        # A saved job says when it is launched by itself; launched by hand, that is of no matter.
        saved = {key: value for key, value in document.items() if key not in {"watch", "schedule"}}
        return BulkJobSpec.parse(_merged(saved, fields))
    if sheet.startswith("file://"):
        sheet = url2pathname(urlsplit(sheet).path)
    spec = BulkJobSpec.for_input(sheet, **fields)
    path = spec.input_source.path
    if path is None:
        return spec
    if "://" in sheet:
        raise InvalidSheetError(
            f"'{shortened(sheet, 80)}' is neither a file nor a link to a Google sheet",
            fix="Download the sheet and give its path, or give a link that begins with "
            "https://docs.google.com/spreadsheets/",
        )
    absolute = spec.input_source.model_copy(update={"path": str(Path(path).expanduser().absolute())})
    return spec.model_copy(update={"input_source": absolute})


def _merged(base: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in top.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(value, Mapping) and isinstance(below, Mapping) else value
    return merged
