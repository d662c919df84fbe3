from __future__ import annotations

import skia
from fastapi.testclient import TestClient

from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline_tests.api.conftest import Bearer
from bulkvid_pipeline_tests.media_files import disc, encoded

LOGO = encoded(disc(32))
ASSETS = "/api/template-assets"


def test_a_logo_is_uploaded_listed_fetched_used_and_deleted(api: TestClient, bearer: Bearer) -> None:
    made = api.post(ASSETS, files={"file": ("logo.png", LOGO)}, headers=bearer())
    again = api.post(f"{ASSETS}?name=logo.png", content=LOGO, headers={**bearer(), "Content-Type": "image/png"})
    body = {"settings": {"style": {"logo": "logo.png"}}}
    saved = api.put("/api/templates/brand", json=body, headers=bearer())
    (listed,) = api.get(ASSETS, headers=bearer()).json()["data"]["items"]
    file = api.get(f"{ASSETS}/logo.png", headers=bearer())
    refused = api.delete(f"{ASSETS}/logo.png", headers=bearer())
    api.delete("/api/templates/brand", headers=bearer())
    deleted = api.delete(f"{ASSETS}/logo.png", headers=bearer())

    assert [answer.status_code for answer in (made, again, saved, file, refused, deleted)] == [
        201,
        200,
        201,
        200,
        409,
        204,
    ]
    assert made.json()["data"] == again.json()["data"]
    assert (listed["used_by"], listed["width"]) == (["brand"], 32)
    assert (file.content, file.headers["Content-Type"]) == (LOGO, "image/png")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert refused.json()["error"]["details"] == {"used_by": ["brand"]}
    assert api.get(ASSETS, headers=bearer()).json()["data"]["items"] == []


def test_files_of_another_project_and_of_other_folders_are_not_there(api: TestClient, bearer: Bearer) -> None:
    api.post(ASSETS, files={"file": ("logo.png", LOGO)}, headers=bearer(project="acme"))
    other = bearer(project="other")

    for name in ("logo.png", "..%2Facme%2Flogo.png", "%2Fetc%2Fpasswd", "none"):
        assert api.get(f"{ASSETS}/{name}", headers=other).status_code == 404
        assert api.delete(f"{ASSETS}/{name}", headers=other).status_code == 404
    assert api.get(ASSETS, headers=other).json()["data"]["items"] == []


def test_uploading_and_deleting_need_the_scope_of_templates(api: TestClient, bearer: Bearer) -> None:
    reader = bearer(scopes=[Scope.JOBS_READ, Scope.JOBS_WRITE])

    assert api.post(ASSETS, files={"file": ("logo.png", LOGO)}, headers=reader).status_code == 403
    assert api.delete(f"{ASSETS}/logo.png", headers=reader).status_code == 403


def test_what_is_no_logo_is_refused_by_its_content(api: TestClient, bearer: Bearer) -> None:
    for content, status in ((b"<svg/>", 400), (b"", 400), (LOGO + bytes(10 * 2**20), 413)):
        answer = api.post(ASSETS, files={"file": ("logo.png", content)}, headers=bearer())
        assert answer.status_code == status, answer.text
        assert answer.json()["error"]["fix"]
    no_file = api.post(ASSETS, data={"file": "x"}, files={"other": ("a", b"b")}, headers=bearer())
    assert no_file.status_code == 400
    assert api.post(ASSETS, json={}, headers=bearer()).status_code == 415


def test_a_document_is_checked_and_seen_before_it_is_saved(api: TestClient, bearer: Bearer) -> None:
    body = {"settings": {"style": {"base": "minimal", "colors": ["#FFE100"]}}}

    found = api.post("/api/template-checks", json=body, headers=bearer()).json()["data"]
    picture = api.post("/api/template-previews", json=body, headers=bearer())

    assert found["problems"] == []
    large = found["colors"][0]
    assert (large["part"], large["color"], large["limit"], large["passes"]) == ("accent", "#FFE100", 3.0, False)
    assert large["ratio"] < 1.4
    body["settings"]["style"]["colors"] = found["suggested_colors"]
    better = api.post("/api/template-checks", json=body, headers=bearer()).json()["data"]
    assert all(each["passes"] for each in better["colors"])
    assert better["warnings"] == []
    assert picture.headers["Content-Type"] == "image/webp"
    assert skia.Image.MakeFromEncoded(skia.Data.MakeWithCopy(picture.content)).width() == 1656
    assert [item["origin"] for item in api.get("/api/templates", headers=bearer()).json()["data"]["items"]] == [
        "built_in"
    ] * 5


def test_what_is_wrong_with_a_document_is_told_by_field(api: TestClient, bearer: Bearer) -> None:
    body = {"settings": {"style": {"logo": "gone.png"}, "audio": {"background_music": "gone.mp3"}}}

    found = api.post("/api/template-checks", json=body, headers=bearer()).json()["data"]
    picture = api.post("/api/template-previews", json=body, headers=bearer())

    assert [each["field"] for each in found["problems"]] == ["settings.style.logo", "settings.audio.background_music"]
    assert picture.status_code == 400
    assert api.post("/api/template-checks", json=[], headers=bearer()).json()["data"]["problems"][0]["field"] == ""


def test_fields_tell_all_that_a_form_needs(api: TestClient, bearer: Bearer) -> None:
    fields = {each["path"]: each for each in api.get("/api/template-fields", headers=bearer()).json()["data"]["items"]}

    assert fields["settings.style.base"]["choices"][0] == {
        "value": "modern", "label": "Modern", "explanation": "Bold sans serif on a deep gradient",
    }  # fmt: skip
    assert fields["settings.audio.voice_settings.speed"]["most"] == 2.0
