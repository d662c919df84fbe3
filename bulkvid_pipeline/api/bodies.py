"""Bodies that a service reads itself, so that its own errors tell what is wrong, and the document still shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.findings import shortened


class Documented:
    """Annotates a body of any JSON object that the API's document describes as the model."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._model = model

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler(source)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(self._model.__pydantic_core_schema__)


def check_texts(body: Any) -> None:
    """Refuse texts that no database, file or encoder takes.

    Raises:
        InvalidRequestError: a text of the JSON value holds a NUL, or half of a Unicode character; names its place.
    """
    for place, text in _texts(body):
        if "\0" in text:
            raise InvalidRequestError("A text holds a NUL character", fix="Leave it out", field=place)
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise InvalidRequestError("A text holds half of a Unicode character", fix="Send valid Unicode", field=place)


def _texts(body: Any) -> Iterator[tuple[str | None, str]]:
    """All texts of a JSON value, each with its place. Depth does not matter: nothing calls itself."""
    left: list[tuple[tuple[str, ...], Any]] = [((), body)]
    while left:
        place, value = left.pop()
        if isinstance(value, str):
            yield ".".join(place) or None, value
        elif isinstance(value, dict):
            for key, inner in value.items():
                yield ".".join(place) or None, key
                left.append(((*place, shortened(key)), inner))
        elif isinstance(value, list):
            left.extend(((*place, str(at)), inner) for at, inner in enumerate(value))
