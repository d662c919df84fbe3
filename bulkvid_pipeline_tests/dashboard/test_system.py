"""The system page, and the doctor that it runs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dagster import DagsterRunStatus

from bulkvid_pipeline.core.service_wire import DoctorCheck, DoctorReport
from bulkvid_pipeline.dashboard.routes.system import MOST_JOBS
from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline.services.doctor import examinations
from bulkvid_pipeline.services.doctor.examinations import Examinations, Stage
from bulkvid_pipeline_tests.dashboard.conftest import Visitors, words
from bulkvid_pipeline_tests.dashboard.told_jobs import add_runs, told_job, told_run
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import Workplace

EVIL = "<script>alert('x')</script>"
REPORT = DoctorReport(
    status="broken",
    counts={"broken": 1, "ok": 1},
    checks=(
        DoctorCheck(name="ffmpeg", group="ffmpeg", status="ok", found="ffmpeg 7", mend=None, duration_ms=4),
        DoctorCheck(
            name="storage", group="storage", status="broken", found=EVIL, mend="Set BULKVID_S3_SECRET.", duration_ms=9
        ),
    ),
    version="1",
    timestamp=datetime(2025, 1, 1, tzinfo=UTC),
    duration_ms=5,
)


def test_everybody_sees_how_busy_it_is_and_administrators_why(visitors: Visitors, workplace: Workplace) -> None:
    running = DagsterRunStatus.STARTED
    told_job(workplace.instance, "job_1", title=EVIL, status=running, state="running")
    told_job(workplace.instance, "job_2", title="Foreign", project="other", status=running, state="running")

    ours, admins = visitors().get("/system"), visitors(scopes=[Scope.ADMIN]).get("/system")

    for page in (ours, admins):
        assert page.status_code == 200
        assert "Jobs at work 2 in the whole installation" in words(page)
        assert "&lt;script&gt;alert" in page.text
        assert "<script>alert" not in page.text
        assert "Foreign" not in page.text
        assert 'hx-get="/system/live"' in page.text
        assert "0 of 100000" in words(page)
    assert "Dagster web server Broken" in words(admins)
    assert "What to do:" in words(admins)
    assert "bulkvid serve" not in words(ours)
    assert "Doctor" not in words(ours)
    live = visitors().part("/system/live")
    assert live.status_code == 200
    assert "<html" not in live.text


def test_more_jobs_at_work_than_are_shown_are_found_behind_a_link(visitors: Visitors, workplace: Workplace) -> None:
    runs = [
        told_run(f"job_{number}", title=f"Campaign {number}", status=DagsterRunStatus.STARTED, state="running")
        for number in range(MOST_JOBS + 2)
    ]
    add_runs(workplace.instance, runs)

    page = visitors().get("/system")
    (more,) = re.findall(r'href="([^"]*)">all that run', page.text)
    jobs = visitors().get(more)

    assert "and 2 more" in words(page)
    assert (jobs.status_code, jobs.text.count('class="card jobrow')) == (200, MOST_JOBS + 2)


def test_the_doctor_is_run_by_administrators_and_found_by_all_of_them(
    visitors: Visitors, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def examined(_home: Path) -> DoctorReport:
        return REPORT

    monkeypatch.setattr(examinations, "examined_apart", examined)
    admin, other = visitors("ada", scopes=[Scope.ADMIN]), visitors("bea", scopes=[Scope.ADMIN])
    asked = Examinations(workplace.instance, workplace.folder)

    assert visitors().post("/system/doctor").status_code == 403
    assert visitors().part("/system/doctor").status_code == 403
    assert admin.post("/system/doctor", {"csrf": ""}).status_code == 403
    assert asked.last() is None

    assert admin.post("/system/doctor").headers["Location"] == "/system#doctor"
    wait_until(lambda: (last := asked.last()) is not None and last.stage is Stage.ENDED)
    found = other.get("/system")
    assert "Set BULKVID_S3_SECRET." in words(found)
    assert "1 broken, 0 warnings, 1 ok" in words(found)
    assert "<script>alert" not in found.text
    told = found.text.partition('id="doctor"')[2]
    assert told.index("storage</b>") < told.index("ffmpeg</b>")  # the worst first
    assert not re.search(r'id="doctor"[^>]*hx-get', found.text)
