"""The fields of a template as forms show them: all that is told of a field is read from the model that checks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bulkvid_pipeline.core.service_wire import TemplateChoice, TemplateField
from bulkvid_pipeline.core.templates import LABELS, Shown, Template


def template_fields() -> tuple[TemplateField, ...]:
    """Every field of a template that can be chosen, in the order of the document."""
    return tuple(_fields(Template, ""))


def _fields(model: type[BaseModel], within: str) -> Iterator[TemplateField]:
    for name, info in model.model_fields.items():
        path = f"{within}{name}"
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _fields(kind, f"{path}.")
        else:
            shown = next((each for each in info.metadata if isinstance(each, Shown)), None)
            if shown is not None:
                yield _field(name, path, info, shown)


def _field(name: str, path: str, info: FieldInfo, shown: Shown) -> TemplateField:
    choices = _font_choices() if shown.kind == "font" else _choices(name, info.annotation)
    default = info.default if isinstance(info.default, str | float) else None
    return TemplateField(
        path=path,
        group=shown.group,
        title=info.title or name,
        explanation=info.description or "",
        kind=shown.kind or ("choice" if choices else "number" if info.annotation is float else "text"),
        choices=choices,
        least=_bound(info, annotated_types.Ge, "ge"),
        most=_bound(info, annotated_types.Le, "le"),
        step=shown.step,
        default=str(default) if isinstance(default, str) else default,
    )


def _choices(name: str, annotation: Any) -> tuple[TemplateChoice, ...]:
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return _labelled(LABELS[annotation], [member.value for member in annotation])
    if get_origin(annotation) is Literal:
        return _labelled(LABELS[name], get_args(annotation))
    return ()


def _labelled(labels: Mapping[str, tuple[str, str]], values: Any) -> tuple[TemplateChoice, ...]:
    return tuple(TemplateChoice(value=value, label=labels[value][0], explanation=labels[value][1]) for value in values)


def _font_choices() -> tuple[TemplateChoice, ...]:
    from bulkvid_pipeline.rendering.pictures.font_choices import font_choices

    return tuple(
        TemplateChoice(value=font.family, label=font.family, explanation=", ".join(font.scripts))
        for font in font_choices()
    )


def _bound(info: FieldInfo, kind: type, side: str) -> float | None:
    return next((float(getattr(each, side)) for each in info.metadata if isinstance(each, kind)), None)
