"""A job that has really run, through the gallery and out as an archive that works offline."""

from __future__ import annotations

import io
import re
import zipfile
from urllib.parse import unquote

import pytest

from bulkvid_pipeline_tests.dashboard.conftest import Visitor, words
from bulkvid_pipeline_tests.workplace import Workplace, idea

pytestmark = pytest.mark.heavy


def test_a_finished_job_is_shown_and_its_archive_is_its_output_folder(visitor: Visitor, workplace: Workplace) -> None:
    rows = [
        idea("Save water", platform_preferences="youtube,tiktok"),
        idea("حافظ على الماء", "أغلق الصنبور. وفر الماء."),
        idea("No words here", ""),
    ]
    finished = workplace.run(workplace.sheet(rows))
    job_id = finished.run.tags["bulkvid/job_id"]
    wall = visitor.get(f"/jobs/{job_id}/gallery")
    pages = re.findall(r'<a class="poster[^"]*" href="([^"]*)"', wall.text)
    assert len(pages) == 3
    page = visitor.get(pages[0])
    assert "checks passed" in words(page)
    assert "Language en" in words(page)
    for address in re.findall(r'(?:src|poster)="(/media/[^"]*)"', page.text):
        assert visitor.get(address).status_code == 200, address

    content = visitor.get(f"/jobs/{job_id}/videos.zip").content
    output = next((workplace.folder / "output").glob("*/report.html")).parent
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        packed = {name: archive.read(name) for name in archive.namelist()}
    stored = {path.relative_to(output).as_posix(): path.read_bytes() for path in output.rglob("*") if path.is_file()}
    assert packed == stored
    links = re.findall(r'(?:href|src|data-[a-z]+)="\./([^"]*)"', packed["report.html"].decode())
    assert len(links) > 12
    assert {unquote(link) for link in links} <= packed.keys()

    chosen = visitor.get(f"/jobs/{job_id}/videos.zip", params={"row": pages[2].split("/")[-2]}).content
    with zipfile.ZipFile(io.BytesIO(chosen)) as archive:
        report = archive.read("report.html").decode()
        names = set(archive.namelist())
    assert {unquote(link) for link in re.findall(r'href="\./([^"]*)"', report)} <= names
    assert "Save water" not in report
    assert visitor.get(f"/jobs/{job_id}/report/report.html").content == packed["report.html"]
