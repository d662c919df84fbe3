"""The OpenAPI document: all that a reader, and a generator of clients, needs of every route."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from bulkvid_pipeline.api.app import ROUTERS, create_app
from bulkvid_pipeline.api.auth import GuardedRoute
from bulkvid_pipeline.api.document import TAGS, operations_of
from bulkvid_pipeline_tests.api.conftest import Bearer

Json = dict[str, Any]
DOCUMENT: Json = create_app().openapi()
OPERATIONS = [(f"{method.upper()} {path}", operation) for path, method, operation in operations_of(DOCUMENT)]
each_operation = pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])


def resolved(schema: Json) -> Json:
    """The schema as one of its own, with the document's definitions."""
    return {**schema, "components": DOCUMENT["components"]}


def json_contents(operation: Json) -> Iterator[tuple[str, Json]]:
    for status, answer in operation["responses"].items():
        for media_type, content in answer.get("content", {}).items():
            if media_type == "application/json":
                yield status, content


def test_the_document_is_valid() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()
    assert DOCUMENT["openapi"].startswith("3.1")
    assert DOCUMENT["info"]["description"]


def test_every_route_is_in_the_document_but_the_page_that_shows_it() -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, GuardedRoute)]
    missing = {route.path for route in routes} - set(DOCUMENT["paths"])

    assert all(path.startswith("/api/docs") for path in missing)
    assert {"/api/bulk-jobs", "/api/templates", "/api/v1/health"} <= set(DOCUMENT["paths"])


@each_operation
def test_every_operation_is_described(name: str, operation: Json) -> None:
    assert operation["summary"], name
    assert operation["description"].strip(), name
    assert operation["tags"]
    assert set(operation["tags"]) <= set(TAGS)
    assert "security" in operation


def test_operations_have_names_that_read_well_in_generated_code() -> None:
    names = [operation["operationId"] for _, operation in OPERATIONS]

    assert len(names) == len(set(names))
    for name in names:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", name), name
        assert not keyword.iskeyword(name)
    assert {"list_jobs", "get_job", "create_job", "list_templates", "get_analytics"} <= set(names)


@each_operation
def test_every_parameter_has_a_description_and_an_example_that_is_allowed(name: str, operation: Json) -> None:
    for parameter in operation.get("parameters", ()):
        told = f"{name}: {parameter['name']}"
        assert parameter.get("description"), told
        example = parameter["example"] if "example" in parameter else _first(parameter["examples"])
        assert list(Draft202012Validator(resolved(parameter["schema"])).iter_errors(example)) == [], told


@each_operation
def test_every_body_and_answer_has_an_example_that_its_schema_allows(name: str, operation: Json) -> None:
    contents = [*json_contents(operation)]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None:
        contents.append(("body", body))
    for status, content in contents:
        example = content["example"] if "example" in content else _first(content["examples"])
        problems = [error.message for error in Draft202012Validator(resolved(content["schema"])).iter_errors(example)]
        assert problems == [], f"{name}: {status}"


@each_operation
def test_every_answer_has_a_shape(name: str, operation: Json) -> None:
    for status, answer in operation["responses"].items():
        assert answer["description"], f"{name}: {status}"
        if status not in {"204", "206"}:
            assert answer.get("content"), f"{name}: {status}"
    for status, content in json_contents(operation):
        if status >= "400" and "/health" not in name:
            assert content["schema"] == {"$ref": "#/components/schemas/ErrorAnswer"}, f"{name}: {status}"


@each_operation
def test_every_operation_tells_the_errors_that_it_can_answer(name: str, operation: Json) -> None:
    statuses = set(operation["responses"])

    assert "500" in statuses
    if operation["security"] and {} not in operation["security"]:
        assert {"401", "403", "429", "503"} <= statuses, name
    if "{" in name and not name.startswith("PUT"):  # which makes what is not there
        assert "404" in statuses, name
    if operation.get("parameters") or "requestBody" in operation:
        assert "400" in statuses, name


def test_every_reference_leads_somewhere() -> None:
    known = set(DOCUMENT["components"]["schemas"])
    used = set(re.findall(r"#/components/schemas/([^'\"]+)", str(DOCUMENT)))

    assert used - known == set()
    assert "HTTPValidationError" not in known


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/api/nothing", 404), ("DELETE", "/api/analytics", 405)],
)
def test_what_the_framework_refuses_has_our_shape(
    api: TestClient, bearer: Bearer, method: str, path: str, status: int
) -> None:
    answer = api.request(method, path, headers=bearer())

    assert answer.status_code == status
    assert answer.json()["success"] is False
    assert set(answer.json()["error"]) == {"code", "message", "fix", "field", "details", "request_id"}


def _first(examples: Any) -> Any:
    return next(iter(examples.values()))["value"] if isinstance(examples, dict) else examples[0]


def test_a_body_that_is_no_json_is_told_by_its_place(api: TestClient, bearer: Bearer) -> None:
    answer = api.put(
        "/api/templates/a", content=b'{"name": x}', headers={**bearer(), "Content-Type": "application/json"}
    )

    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error["message"].startswith("The body is not JSON")
    assert error["field"] is None
