from __future__ import annotations

import hashlib
import json

from fastapi.testclient import TestClient

from bulkvid_pipeline.api.routes.documentation import ASSETS


def test_files_of_others_are_those_of_their_release() -> None:
    folder = ASSETS / "swagger-ui"
    release = json.loads((folder / "release.json").read_text())
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "release.json"
    }

    assert found == release["sha256"]
    assert "LICENSE" in found
    assert release["licence"] == "Apache-2.0"


def test_the_page_and_all_that_it_needs_come_from_here(api: TestClient) -> None:
    page = api.get("/api/docs")

    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert "//" not in page.text.replace("<!doctype html>", "")
    for name, kind in (
        ("docs.js", "text/javascript"),
        ("swagger-ui-bundle.js", "text/javascript"),
        ("swagger-ui.css", "text/css"),
        ("favicon-32x32.png", "image/png"),
    ):
        file = api.get(f"/api/docs/{name}")
        assert name in page.text
        assert file.status_code == 200
        assert file.headers["Content-Type"].startswith(kind)
        assert api.get(f"/api/docs/{name}", headers={"If-None-Match": file.headers["ETag"]}).status_code == 304


def test_the_page_runs_no_script_but_its_own(api: TestClient) -> None:
    page = api.get("/api/docs")
    policy = page.headers["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "<script>" not in page.text


def test_no_other_file_is_given(api: TestClient) -> None:
    for name in ("release.json", "docs.html", "..%2Fapp.py", "LICENSE", "%2e%2e"):
        answer = api.get(f"/api/docs/{name}")
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "NOT_FOUND"
