"""All operations of the API: without a valid token, without their scope, and on another project's things."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from bulkvid_pipeline.api.app import ROUTERS
from bulkvid_pipeline.api.auth import GuardedRoute, Rule
from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline_tests.api.conftest import Headers
from bulkvid_pipeline_tests.api.house import House, dagster, house
from bulkvid_pipeline_tests.media_files import disc, encoded

__all__ = ["dagster", "house"]  # the fixtures

TEMPLATE = {
    "template_id": "brand",
    "name": "Brand",
    "description": "Ours",
    "settings": {"style": {"colors": ["#102030", "#F0F0F0", "#FFB000"]}},
}
MADE_BY_WHOEVER_NAMES_IT = {("PUT", "/api/templates/{template_id}")}
"""Operations that make the thing in the caller's own project, whatever others call theirs."""


@dataclass(frozen=True)
class Operation:
    """A method of a path, and the rule that guards it."""

    method: str
    path: str
    rule: Rule

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def names_a_thing(self) -> bool:
        return "{" in self.path and (self.method, self.path) not in MADE_BY_WHOEVER_NAMES_IT


def operations() -> Iterator[Operation]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, GuardedRoute)
            for method in sorted(route.methods or ()):
                yield Operation(method, route.path, route.rule)


GUARDED = [operation for operation in operations() if operation.rule.scopes]


@pytest.fixture
def things(house: House) -> dict[str, str]:
    """A thing of the project `default` for each parameter of a path."""
    upload_id = house.upload()
    job = house.create({"input_source": {"path": upload_id}})
    assert job.status_code == 201, job.text
    made = house.api.put("/api/templates/brand", json=TEMPLATE, headers=house.bearer())
    assert made.status_code in {200, 201}, made.text
    picture = {"file": ("ours.png", encoded(disc(24)), "image/png")}
    logo = house.api.post("/api/template-assets", files=picture, headers=house.bearer())
    assert logo.status_code == 201, logo.text
    return {
        "name": logo.json()["data"]["name"],
        "job_id": job.json()["data"]["id"],
        "row": "2",
        "upload_id": upload_id,
        "template_id": "brand",
        "delivery_id": "msg_2c5f0e",
    }


def sent(house: House, operation: Operation, things: dict[str, str], headers: Headers) -> Any:
    path = operation.path.format(**things)
    body: dict[str, str] | None = {} if operation.method in {"POST", "PUT"} else None
    return house.api.request(operation.method, path, json=body, headers={**headers, "X-Forwarded-For": "203.0.113.9"})


def test_there_are_operations_to_walk_through() -> None:
    assert len(GUARDED) > 20


def test_without_a_valid_token_every_operation_is_refused(house: House, things: dict[str, str]) -> None:
    unsigned = {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."}
    for headers in ({}, unsigned, {"Authorization": "Bearer x"}):
        found = {str(one): sent(house, one, things, headers).status_code for one in GUARDED}

        assert found == {str(one): 401 for one in GUARDED}


def test_without_its_scope_every_operation_is_refused(house: House, things: dict[str, str]) -> None:
    found = {}
    for one in GUARDED:
        others = [scope for scope in Scope if scope not in one.rule.scopes and scope is not Scope.ADMIN]
        answer = sent(house, one, things, house.bearer(scopes=others))
        found[str(one)] = answer.status_code, answer.json()["error"]["message"]

    assert found == {str(one): (403, "Insufficient permissions") for one in GUARDED}


def test_another_projects_things_are_as_unknown_as_things_that_are_not_there(
    house: House, things: dict[str, str]
) -> None:
    stranger = house.bearer(user="eve", project="other", scopes=list(Scope))
    nothing = dict.fromkeys(things, "job_ffffffffffff")
    found = {}
    for one in GUARDED:
        if one.names_a_thing:
            answers = [sent(house, one, these, stranger) for these in (things, nothing)]
            found[str(one)] = [(answer.status_code, answer.json()["error"]["code"]) for answer in answers]

    assert {name: statuses for name, statuses in found.items() if statuses[0] != statuses[1]} == {}
    assert {name: statuses for name, statuses in found.items() if statuses[0][0] != 404} == {}


def test_lists_hold_nothing_of_another_project(house: House, things: dict[str, str]) -> None:
    stranger = house.bearer(user="eve", project="other", scopes=list(Scope))
    lists = ("/api/bulk-jobs", "/api/templates", "/api/template-assets", "/api/webhooks/deliveries", "/api/analytics")
    for path in lists:
        answer = house.api.get(path, headers=stranger)

        assert answer.status_code == 200, answer.text
        assert [value for name, value in things.items() if name != "row" and value in answer.text] == []


def test_an_idempotency_key_of_another_project_is_a_key_of_its_own(house: House) -> None:
    key = {"Idempotency-Key": "monday"}
    ours = house.create({"input_source": {"path": house.upload()}}, headers=key)
    upload_id = house.upload(project="other")
    theirs = house.create({"input_source": {"path": upload_id}}, headers=key, who={"project": "other"})

    assert (ours.status_code, theirs.status_code) == (201, 201), theirs.text
    assert ours.json()["data"]["id"] != theirs.json()["data"]["id"]


def test_a_file_of_another_project_cannot_be_a_jobs_sheet(house: House) -> None:
    answer = house.create({"input_source": {"path": house.upload()}}, who={"project": "other"})

    assert answer.status_code == 404, answer.text
    assert house.runs() == []
