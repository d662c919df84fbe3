"""The OpenAPI document of the API: what FastAPI makes of the routes, completed.

It gets what all routes have in common and none has to say itself: errors and their examples, examples of parameters and
answers, and who needs no token.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

from bulkvid_pipeline.api.auth import GuardedRoute, Rule
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.examples import PARAMETERS, error_example, example_of

Json = dict[str, Any]

_DESCRIPTION = """
Make hundreds of videos out of a spreadsheet, and follow how they are made.

Every request but those for health needs a token: `Authorization: Bearer {token}`; metrics and diagnostics need none
from the machine that serves. Answers are
`{"success": true, "data": ...}` or `{"success": false, "error": {code, message, fix, field, details, request_id}}`.
Times are UTC, durations in milliseconds, percentages 0..100.

Whatever is asked for: requests that are no valid HTTP or name no valid host are answered with 400, those that arrive
too slowly with 408, headers of more than 64 KiB with 431, all in the same shape.
"""

TAGS = {
    "jobs": "Bulk jobs: make, follow, steer and list them.",
    "rows and events": "What becomes of a job's rows, and what happens while it runs.",
    "results": "Finished videos, and links to them.",
    "sheets": "Spreadsheets: upload them, and look at them before a job is made.",
    "templates": "The look and sound of videos.",
    "analytics": "What your project's jobs have made and cost.",
    "webhooks": "Messages to the callback URLs of jobs.",
    "system": "How busy the service is.",
    "diagnostics": "What jobs ask of other services, recorded on demand, and what is wrong.",
    "health": "Whether the service works. These answers have no envelope.",
}


def document_of(app: FastAPI, routers: Sequence[APIRouter]) -> Json:
    """The document of the app's routes, which are those of the routers; made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=_DESCRIPTION,
            routes=app.routes,
            tags=[{"name": name, "description": told} for name, told in TAGS.items()],
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        )
        routes = [route for router in routers for route in router.routes if isinstance(route, GuardedRoute)]
        rules = {(route.path, method): route.rule for route in routes for method in route.methods or ()}
        schemas = document["components"]["schemas"]
        for path, method, operation in operations_of(document):
            _complete(operation, rules[path, method.upper()], schemas)
        # FastAPI's own shape of errors, which no answer has.
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        app.openapi_schema = document
    return app.openapi_schema


def operations_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Json]]:
    """Path, method in small letters, and operation of each route."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _complete(operation: Json, rule: Rule, schemas: Json) -> None:
    if rule.anybody:
        operation["security"] = []
    elif rule.or_loopback:
        operation["security"] = [*operation["security"], {}]
    for parameter in operation.get("parameters", ()):
        _give_example(parameter, schemas)
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content.setdefault("example", example_of(content.get("schema", {}), schemas))
    answers = operation["responses"]
    _correct_invalid(operation, answers)
    for status in _errors_of(rule):
        answers.setdefault(status, _as_document(status))
    for status, answer in answers.items():
        _complete_answer(status, answer, schemas)
    operation["responses"] = dict(sorted(answers.items()))


def _give_example(parameter: Json, schemas: Json) -> None:
    if "example" not in parameter and "examples" not in parameter:
        known = PARAMETERS.get(parameter["name"].lower())
        parameter["example"] = example_of(parameter["schema"], schemas) if known is None else known
        told = parameter["schema"].get("description")
        parameter.setdefault("description", told or _DESCRIPTIONS.get(parameter["name"], ""))


_DESCRIPTIONS = {"job_id": "Id of the job", "upload_id": "Id of the uploaded sheet, as the upload was answered"}


def _correct_invalid(operation: Json, answers: Json) -> None:
    """What FastAPI answers with 422 by itself is answered with 400 here."""
    schema = _schema_of(answers.get("422", {}))
    if schema.get("$ref", "").endswith("/HTTPValidationError"):
        del answers["422"]
    if operation.get("parameters") or "requestBody" in operation:
        answers.setdefault("400", _as_document("400"))


def _errors_of(rule: Rule) -> tuple[str, ...]:
    if rule.anybody:
        return ("500",)
    return ("401", "403", "429", "500", "503") if rule.counted else ("401", "403", "500")


def _as_document(status: str) -> Json:
    told = documented(int(status))[int(status)]
    schema = {"$ref": "#/components/schemas/ErrorAnswer"}
    return {"description": told["description"], "content": {"application/json": {"schema": schema}}}


def _complete_answer(status: str, answer: Json, schemas: Json) -> None:
    content = answer.get("content", {})
    if _is_error(answer):
        answer["content"] = {"application/json": {"schema": _schema_of(answer), "example": error_example(status)}}
        return
    for media_type, shown in content.items():
        if media_type == "application/json" and "example" not in shown and "examples" not in shown:
            shown["example"] = example_of(shown.get("schema", {}), schemas)


def _is_error(answer: Json) -> bool:
    return str(_schema_of(answer).get("$ref", "")).endswith("/ErrorAnswer")


def _schema_of(answer: Json) -> Json:
    schemas = [shown.get("schema", {}) for shown in answer.get("content", {}).values()]
    return dict(next((schema for schema in schemas if schema), {}))
