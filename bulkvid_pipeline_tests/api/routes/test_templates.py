from __future__ import annotations

import json

import numpy as np
import pytest
import skia
from fastapi.testclient import TestClient

from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline_tests.api.conftest import Bearer
from bulkvid_pipeline_tests.workplace import Workplace, idea

BRAND = {"name": "My Brand Style", "settings": {"style": {"base": "classic", "colors": ["#ff0000"]}}}


def test_a_template_is_made_read_replaced_and_deleted(api: TestClient, bearer: Bearer) -> None:
    made = api.put("/api/templates/brand", json=BRAND, headers=bearer())
    read = api.get("/api/templates/brand", headers=bearer())
    replaced = api.put("/api/templates/brand", json={"style": "minimal"}, headers=bearer())
    deleted = api.delete("/api/templates/brand", headers=bearer())
    gone = api.get("/api/templates/brand", headers=bearer())

    assert [answer.status_code for answer in (made, read, replaced, deleted, gone)] == [201, 200, 200, 200, 404]
    assert read.json() == made.json()
    assert read.json()["data"]["settings"]["style"]["colors"] == ["#FF0000"]
    assert read.json()["data"]["read_only"] is False
    assert deleted.json()["data"] == {"template_id": "brand", "deleted": True}
    assert gone.json()["error"]["code"] == "TEMPLATE_NOT_FOUND"


def test_the_list_tells_whose_each_template_is_and_what_is_wrong_with_it(
    api: TestClient, bearer: Bearer, workplace: Workplace
) -> None:
    shared = workplace.folder / "templates"
    shared.mkdir()
    (shared / "broken.json").write_text("{")
    api.put("/api/templates/brand", json=BRAND, headers=bearer())

    items = {each["template_id"]: each for each in api.get("/api/templates", headers=bearer()).json()["data"]["items"]}

    assert items["default_template"]["origin"] == "built_in"
    assert items["brand"]["origin"] == "project"
    assert items["broken"]["origin"] == "shared"
    assert items["broken"]["settings"] is None
    assert "not a JSON document" in items["broken"]["problems"][0]
    assert str(workplace.folder) not in json.dumps(items)


def test_another_project_s_template_is_not_there(api: TestClient, bearer: Bearer) -> None:
    api.put("/api/templates/brand", json=BRAND, headers=bearer(project="acme"))
    other = bearer(project="other")

    answers = [
        api.get("/api/templates/brand", headers=other),
        api.get("/api/templates/brand/preview.png", headers=other),
        api.delete("/api/templates/brand", headers=other),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert "brand" not in api.get("/api/templates", headers=other).text
    assert api.put("/api/templates/brand", json={"name": "theirs"}, headers=other).status_code == 201
    assert api.get("/api/templates/brand", headers=bearer(project="acme")).json()["data"]["name"] == "My Brand Style"


def test_built_in_templates_are_read_only(api: TestClient, bearer: Bearer) -> None:
    for answer in (
        api.put("/api/templates/modern", json=BRAND, headers=bearer()),
        api.delete("/api/templates/modern", headers=bearer()),
    ):
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "TEMPLATE_READ_ONLY"
        assert answer.json()["error"]["fix"]


def test_changing_needs_a_scope_of_its_own(api: TestClient, bearer: Bearer) -> None:
    reader = bearer(scopes=[Scope.JOBS_READ, Scope.JOBS_WRITE])

    assert api.put("/api/templates/brand", json=BRAND, headers=reader).status_code == 403
    assert api.delete("/api/templates/brand", headers=reader).status_code == 403
    assert api.get("/api/templates", headers=reader).status_code == 200


def test_what_is_wrong_is_told_by_field(api: TestClient, bearer: Bearer) -> None:
    answer = api.put(
        "/api/templates/brand",
        json={"settings": {"style": {"logo": "/etc/passwd"}, "audio": {"voice_settings": {"speed": 9}}}},
        headers=bearer(),
    )

    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error["message"].startswith("Template configuration invalid")
    assert error["field"] == "settings.style.logo"
    assert [problem["field"] for problem in error["details"]] == [
        "settings.style.logo",
        "settings.audio.voice_settings.speed",
    ]


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b"\xff\xfe", b"[]", b'"x"', b"NaN", b"", b"null"])
def test_what_is_no_template_is_refused(api: TestClient, bearer: Bearer, body: bytes) -> None:
    answer = api.put("/api/templates/brand", content=body, headers={**bearer(), "Content-Type": "application/json"})

    assert answer.status_code == 400
    assert answer.json()["success"] is False


def test_two_editors_do_not_overwrite_each_other(api: TestClient, bearer: Bearer) -> None:
    etag = api.put("/api/templates/brand", json=BRAND, headers=bearer()).headers["ETag"]
    assert api.get("/api/templates/brand", headers=bearer()).headers["ETag"] == etag
    unchanged = api.get("/api/templates/brand", headers={**bearer(), "If-None-Match": etag})

    first = api.put("/api/templates/brand", json={"name": "a"}, headers={**bearer(), "If-Match": etag})
    second = api.put("/api/templates/brand", json={"name": "b"}, headers={**bearer(), "If-Match": etag})
    newcomer = api.put("/api/templates/brand", json={"name": "c"}, headers={**bearer(), "If-None-Match": "*"})

    assert unchanged.status_code == 304
    assert first.status_code == 200
    assert [second.status_code, newcomer.status_code] == [412, 412]
    assert second.json()["error"]["code"] == "TEMPLATE_CHANGED"
    assert api.get("/api/templates/brand", headers=bearer()).json()["data"]["name"] == "a"


def test_the_preview_shows_the_template_and_is_known_by_what_it_shows(api: TestClient, bearer: Bearer) -> None:
    api.put("/api/templates/brand", json={"settings": {"style": {"base": "minimal"}}}, headers=bearer())
    path = "/api/templates/brand/preview.png"
    before = api.get(path, headers=bearer())
    api.put("/api/templates/brand", json={"name": "renamed", "style": "minimal"}, headers=bearer())
    renamed = api.get(path, headers={**bearer(), "If-None-Match": before.headers["ETag"]})
    colors = {"settings": {"style": {"base": "minimal", "colors": ["#C00000", "#00A000", "#000080"]}}}
    api.put("/api/templates/brand", json=colors, headers=bearer())
    after = api.get(path, headers={**bearer(), "If-None-Match": before.headers["ETag"]})

    assert before.headers["Content-Type"] == "image/png"
    picture = skia.Image.MakeFromEncoded(before.content).toarray()
    assert picture.shape[0] > 1000
    assert len(np.unique(picture[..., 0])) > 50
    assert renamed.status_code == 304
    assert after.status_code == 200
    assert after.content != before.content


@pytest.mark.heavy
def test_a_job_of_the_project_uses_the_template(api: TestClient, bearer: Bearer, workplace: Workplace) -> None:
    api.put("/api/templates/brand", json={"style": "corporate"}, headers=bearer(project="acme"))
    sheet = workplace.sheet([idea("Save water", platform_preferences="youtube")])

    job = workplace.run(sheet, project_id="acme", template={"template_id": "brand"})

    assert job.success
    assert len(workplace.videos()) == 1
