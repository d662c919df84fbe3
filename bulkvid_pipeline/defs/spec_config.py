"""The Dagster config schema of BulkJobSpec, generated from its pydantic model: the Launchpad's typed form."""

from __future__ import annotations

import types
from enum import EnumType, StrEnum
from typing import Any, Union, get_args, get_origin

import dagster as dg
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

_SCALARS: dict[type, Any] = {str: dg.StringSource, int: dg.IntSource, bool: bool, float: float}


def config_shape(model: type[BaseModel]) -> dict[str, dg.Field]:
    """One Dagster field for each field of the model, with its description and default."""
    return {name: _field(info) for name, info in model.model_fields.items()}


def _field(info: FieldInfo) -> dg.Field:
    kind, optional = _unwrapped(info.annotation)
    required = info.is_required()
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        # Dagster fills in the defaults of a shape's own fields, so an optional part needs none of its own.
        return dg.Field(config_shape(kind), is_required=required, description=info.description)
    config_type = _scalar(kind)
    if optional:
        config_type = dg.Noneable(config_type)
    if required or info.default is PydanticUndefined or info.default is None:
        return dg.Field(config_type, is_required=required, description=info.description)
    default = info.default.value if isinstance(info.default, StrEnum) else info.default
    return dg.Field(config_type, default_value=default, description=info.description)


def _unwrapped(annotation: Any) -> tuple[Any, bool]:
    """The type inside `X | None`, and whether it was one."""
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return kinds[0], True
    return annotation, False


def _scalar(kind: Any) -> Any:
    if get_origin(kind) is dict:
        return dg.Map(*get_args(kind))  # type: ignore[no-untyped-call]
    if isinstance(kind, EnumType):
        names = [dg.EnumValue(member.value, member.value) for member in kind]  # type: ignore[var-annotated]
        return dg.Enum(kind.__name__, names)
    return _SCALARS[kind]
