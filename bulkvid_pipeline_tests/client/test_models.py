"""The client's results have the fields of the server's models and of its OpenAPI document: there is one truth."""

from __future__ import annotations

import types
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from pydantic import AwareDatetime, BaseModel

from bulkvid_pipeline.api.app import create_app
from bulkvid_pipeline.client import models
from bulkvid_pipeline.client.shapes import Shape
from bulkvid_pipeline.core import service_wire, wire
from bulkvid_pipeline.settings import settings

SERVERS_NAMES = {
    "Job": "JobView",
    "Item": "ItemView",
    "VideoOutput": "OutputView",
    "Result": "ResultView",
    "Finding": "FindingView",
    "UploadedSheet": "UploadView",
    "SheetColumn": "SheetColumnView",
    "Template": "TemplateView",
    "TemplateSettings": "TemplateSettingsView",
}
"""Names of the server where they are not the client's."""
OURS_ALONE = {"Update"}
"""The progress of a job together with its state, out of two answers."""

SHAPES = [
    shape
    for shape in vars(models).values()
    if isinstance(shape, type) and issubclass(shape, Shape) and shape is not Shape and shape.__name__ not in OURS_ALONE
]


def model_of(shape: type[Shape]) -> type[BaseModel]:
    name = SERVERS_NAMES.get(shape.__name__, shape.__name__)
    found: type[BaseModel] = getattr(wire, name, None) or getattr(service_wire, name)
    return found


@pytest.mark.parametrize("shape", SHAPES)
def test_fields_are_those_of_the_server(shape: type[Shape]) -> None:
    assert shape.field_names() == frozenset(model_of(shape).model_fields)


@pytest.mark.parametrize("shape", SHAPES)
def test_fields_have_the_types_of_the_server(shape: type[Shape]) -> None:
    hints = get_type_hints(shape)
    for name, field in model_of(shape).model_fields.items():
        assert kind(hints[name]) == kind(field.annotation), name


@pytest.mark.parametrize("shape", SHAPES)
def test_what_the_server_may_leave_out_has_the_same_default(shape: type[Shape]) -> None:
    empty = shape({})
    for name, field in model_of(shape).model_fields.items():
        if field.is_required():
            assert not hasattr(empty, name), name
        else:
            assert getattr(empty, name) == field.get_default(call_default_factory=True), name


def test_fields_are_those_of_the_document() -> None:
    schemas = create_app(settings(), Path("unused")).openapi()["components"]["schemas"]
    compared = {shape: schemas.get(model_of(shape).__name__) for shape in SHAPES}
    known = {shape: schema for shape, schema in compared.items() if schema is not None}

    assert len(known) > 40
    for shape, schema in known.items():
        assert shape.field_names() == frozenset(schema["properties"]), shape


@pytest.mark.parametrize("shape", SHAPES)
def test_no_field_hides_a_method_of_mappings(shape: type[Shape]) -> None:
    assert not shape.field_names() & set(dir(Mapping))


def kind(annotation: Any) -> Any:
    """A type in the terms that both sides share: JSON's, times, and models by the client's name."""
    annotation = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return frozenset(kind(argument) for argument in arguments)
    if origin is tuple:
        return ("list", kind(arguments[0]))
    if origin in (dict, Mapping):
        return ("map", kind(arguments[1]))
    if origin is Literal:
        return str
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return SERVERS_NAMES.get(annotation.__name__, annotation.__name__)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation.__name__
    if isinstance(annotation, type) and issubclass(annotation, str):
        return str
    return datetime if annotation is AwareDatetime else annotation
