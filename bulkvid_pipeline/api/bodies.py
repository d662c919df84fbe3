"""Bodies that a service reads itself, so that its own errors tell what is wrong, and the document still shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from starlette.datastructures import UploadFile
from starlette.requests import Request

from bulkvid_pipeline.core.errors import InvalidRequestError, UnsupportedMediaTypeError
from bulkvid_pipeline.core.findings import shortened


class Documented:
    """Annotates a body of any JSON object that the API's document describes as the model."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._model = model

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler(source)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(self._model.__pydantic_core_schema__)


FORM = "multipart/form-data"
_BINARY: dict[str, Any] = {"type": "string", "format": "binary"}


def upload_body(types: Mapping[str, str]) -> dict[str, Any]:
    """The body of an upload, for the API's document: see `file_of`."""
    form = {"schema": {"type": "object", "properties": {"file": _BINARY}, "required": ["file"]}}
    return {"required": True, "content": {FORM: form, **{kind: {"schema": _BINARY} for kind in types}}}


async def file_of(request: Request, name: str | None, types: Mapping[str, str], *, example: str) -> tuple[str, bytes]:
    """Name and content of an uploaded file: the field `file` of a form, or the body itself.

    Args:
        name: of the file, if it is the body.
        types: the content types of a body that is the file, and the suffix of one without a name.
        example: name of a file, for the fix of an error.

    Raises:
        InvalidRequestError: the form has no file.
        UnsupportedMediaTypeError: the body is neither a form nor of one of the types.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in types:
        return name or f"file{types[kind]}", await request.body()
    if kind != FORM:
        raise UnsupportedMediaTypeError(
            f"Content type {kind[:60]!r} is not accepted" if kind else "The body has no content type",
            fix=f"Send {FORM} with the field file, or the file itself as one of {', '.join(types)}",
            field="Content-Type",
        )
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise InvalidRequestError(
                "The form has no file", fix=f"Send the file as the field file: curl -F file=@{example}", field="file"
            )
        return file.filename, await file.read()


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
