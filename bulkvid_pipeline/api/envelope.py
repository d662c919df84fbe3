"""The two shapes of every JSON answer: `{"success": true, "data": ...}` and `{"success": false, "error": {...}}`."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, TypeAdapter

from bulkvid_pipeline.core.wire import ErrorBody

T = TypeVar("T")


class Answer(BaseModel, Generic[T]):
    """An answer to a request that succeeded."""

    success: Literal[True] = True
    data: T


class ErrorAnswer(BaseModel):
    """An answer to a request that failed."""

    success: Literal[False] = False
    error: ErrorBody


_ANY = TypeAdapter[Any](Any)


def success_body(data: Any) -> bytes:
    """The JSON of a successful answer."""
    return b'{"success":true,"data":' + json_of(data) + b"}"


def error_body(error: ErrorBody) -> bytes:
    """The JSON of a failed answer."""
    return b'{"success":false,"error":' + json_of(error) + b"}"


def json_of(data: Any) -> bytes:
    """A model, or values of JSON with models among them, as JSON in UTF-8."""
    if isinstance(data, BaseModel):
        return data.model_dump_json().encode()
    return _ANY.dump_json(data)
