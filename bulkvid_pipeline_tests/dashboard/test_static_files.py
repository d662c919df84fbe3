from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bulkvid_pipeline.dashboard.static_files import FOLDER, static

AXE = Path(__file__).parents[1] / "browser" / "vendored" / "axe-core"


@pytest.mark.parametrize(("folder", "licence"), [(FOLDER / "vendored" / "htmx", "0BSD"), (AXE, "MPL-2.0")])
def test_files_of_others_are_those_of_their_release(folder: Path, licence: str) -> None:
    release = json.loads((folder / "release.json").read_text())
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "release.json"
    }

    assert found == release["sha256"]
    assert "LICENSE" in found
    assert release["licence"] == licence


def test_a_file_is_kept_for_ever_under_the_name_of_its_content(site: TestClient) -> None:
    kept = site.get(static("style.css"))

    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert kept.headers["Content-Type"] == "text/css; charset=utf-8"
    assert site.get("/static/style.css").headers["Cache-Control"] == "private, no-cache"
    assert site.get("/static/../app.py").status_code == 404
    assert site.get("/static/vendored/htmx/LICENSE").status_code == 404


def test_no_style_sheet_or_script_asks_another_host() -> None:
    ours = [path for path in FOLDER.glob("*") if path.suffix in {".css", ".js"}]

    assert ours
    for path in ours:
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text
        assert "https://" not in text
        assert "@import" not in text
        assert ".innerHTML" not in text
        assert "eval(" not in text


def test_scripts_import_each_other_by_the_addresses_that_pages_use(site: TestClient) -> None:
    script = site.get(static("jobs.js")).text

    assert f'from ".{static("page.js").removeprefix("/static")}"' in script
    assert f'from ".{static("live.js").removeprefix("/static")}"' in script
    assert f'from ".{static("page.js").removeprefix("/static")}"' in site.get(static("live.js")).text
