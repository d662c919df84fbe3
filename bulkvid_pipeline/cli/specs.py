"""From a command's arguments to a BulkJobSpec."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bulkvid_pipeline.core.errors import InvalidSpecError
from bulkvid_pipeline.core.spec import BulkJobSpec


def spec_from(sheet: str, fields: Mapping[str, Any]) -> BulkJobSpec:
    """The spec of a sheet, or of a YAML or JSON spec file, with `fields` on top of it.

    A file's path is made absolute, so that the job can be run again from anywhere.

    Raises:
        InvalidSpecError: the file is no spec, or a field is wrong.
    """
    if Path(sheet).suffix.lower() in {".yaml", ".yml", ".json"}:
        document = _merged(_read(Path(sheet)), fields)
        source = document.get("input_source")
        if isinstance(source, dict) and source.get("path"):
            source["path"] = str((Path(sheet).parent / Path(source["path"]).expanduser()).absolute())
        return BulkJobSpec.parse(document)
    spec = BulkJobSpec.for_input(sheet, **fields)
    path = spec.input_source.path
    if path is None:
        return spec
    absolute = spec.input_source.model_copy(update={"path": str(Path(path).expanduser().absolute())})
    return spec.model_copy(update={"input_source": absolute})


def _read(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidSpecError(f"Job spec {path} cannot be read: {error.strerror}", fix="Check the path") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidSpecError(f"Job spec {path} is not YAML: {error}", fix="Correct the file") from error
    if not isinstance(document, dict):
        raise InvalidSpecError(f"Job spec {path} holds no fields", fix="Begin with input_source: {path: ideas.csv}")
    return document


def _merged(base: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in top.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(value, Mapping) and isinstance(below, Mapping) else value
    return merged
