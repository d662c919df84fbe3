"""Diagnostics for administrators: the switch, logs, clean-up, and the requests of a job."""

from __future__ import annotations

import re
import time

import pytest

from bulkvid_pipeline.core.diagnostics.exchange import Fault, Peer
from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline.services.diagnostics.diagnostics import Diagnostics
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline_tests.core.diagnostics.exchanges import asked, broken, healthy, speech_error
from bulkvid_pipeline_tests.dashboard.conftest import Visitor, Visitors, words
from bulkvid_pipeline_tests.services.diagnostics.recorded import known_job, recorded
from bulkvid_pipeline_tests.workplace import Workplace

OURS, THEIRS = "job_00000000aaaa", "job_00000000bbbb"
EVIL = "</pre><script>alert('x')</script><img src=x onerror=alert(1)>"


@pytest.fixture
def admin(visitors: Visitors) -> Visitor:
    return visitors(scopes=[Scope.ADMIN])


@pytest.fixture
def diagnostics(workplace: Workplace, services: OpenServices) -> Diagnostics:
    known_job(workplace.instance, OURS)
    known_job(workplace.instance, THEIRS, project="other")
    return Diagnostics(services.instance, services.settings, services.home)


def test_they_are_turned_on_for_a_while_and_off_by_administrators_alone(
    admin: Visitor, visitor: Visitor, diagnostics: Diagnostics
) -> None:
    assert "Diagnostics are off." in words(admin.get("/diagnostics"))

    on = admin.post("/diagnostics/on", {"minutes": "10"})
    assert on.headers["Location"] == "/diagnostics"
    assert "Diagnostics are on for 10 minutes." in words(admin.get("/diagnostics"))
    admin.post("/diagnostics/on", {"minutes": "5", "job_id": OURS, "back": "job"})
    assert diagnostics.mode().enabled
    admin.post("/diagnostics/off")
    assert not diagnostics.mode().enabled

    for path in ("/diagnostics", f"/jobs/{OURS}/diagnostics", f"/jobs/{OURS}/diagnostics.json"):
        assert visitor.get(path).status_code == 403
    assert visitor.post("/diagnostics/on", {"minutes": "10"}).status_code == 403
    assert admin.post("/diagnostics/on", {"minutes": "10", "csrf": "no"}).status_code == 403
    assert not diagnostics.mode().enabled

    for fields, said in (
        ({"minutes": "0", "job_id": OURS}, "cannot be on for 0 minutes"),
        ({"minutes": "soon", "job_id": OURS}, "is no number of minutes"),
        ({"minutes": "5", "job_id": THEIRS}, "not found"),
        ({"minutes": "5", "job_id": "<b>job</b>"}, "not found"),
    ):
        refused = admin.post("/diagnostics/on", fields)
        assert refused.status_code in (400, 404)
        assert said in words(refused)
        assert "<b>job</b>" not in refused.text
        assert f'value="{fields["minutes"]}"' in refused.text  # what was written is still there


def test_a_job_s_requests_are_told_with_what_is_wrong_and_what_to_do(admin: Visitor, diagnostics: Diagnostics) -> None:
    recorded(
        diagnostics,
        OURS,
        *healthy(),
        *(speech_error(429, "Rate limit reached", at=9 + n, row="row-2") for n in range(3)),
    )
    recorded(diagnostics, THEIRS, *healthy())

    page = admin.get(f"/jobs/{OURS}/diagnostics")
    said = words(page)

    assert page.status_code == 200
    assert "What to do" in said
    assert re.search(r'data-copy="BULKVID_\w+"', page.text)
    assert "3 × 429 Rate Limited" in said
    assert "Rate limit reached" in said
    assert "page 1 of 2" in said
    assert admin.get(f"/jobs/{THEIRS}/diagnostics").status_code == 404
    assert admin.get(f"/jobs/{THEIRS}/diagnostics.json").status_code == 404

    speech = words(admin.part(f"/jobs/{OURS}/diagnostics?peer=speech&ending=failed"))
    assert "3 requests" in speech
    assert "1 request " in words(admin.part(f"/jobs/{OURS}/diagnostics?peer=webhook"))
    assert "No request is like that" in words(admin.part(f"/jobs/{OURS}/diagnostics?q=nowhere-at-all"))
    assert "page 2 of 2" in words(admin.part(f"/jobs/{OURS}/diagnostics?page=99"))
    assert "There is no peer" in words(admin.get(f"/jobs/{OURS}/diagnostics?peer=moon"))
    log = admin.get(f"/jobs/{OURS}/diagnostics.json")
    assert log.json()["job_id"] == OURS
    assert log.headers["Content-Disposition"].startswith(f'attachment; filename="job_{OURS}_')


def test_a_job_of_which_nothing_was_recorded_says_how_to(admin: Visitor, diagnostics: Diagnostics) -> None:
    page = admin.get(f"/jobs/{OURS}/diagnostics")

    assert (page.status_code, diagnostics.mode().enabled) == (200, False)
    assert "Nothing was recorded of this job" in words(page)
    assert f'value="{OURS}"' in page.text
    assert admin.get("/jobs/job_nobody/diagnostics").status_code == 404


def test_nothing_that_others_have_sent_is_more_than_text(admin: Visitor, diagnostics: Diagnostics) -> None:
    recorded(
        diagnostics,
        OURS,
        asked(
            Peer.MEDIA,
            500,
            EVIL,
            url=f"https://pictures.example.com/{EVIL}",
            host=EVIL,
            operation=EVIL,
            row=EVIL,
            request_headers={EVIL: EVIL},
            request_body=EVIL,
            response_headers={EVIL: EVIL},
        ),
        broken(Peer.SPEECH, Fault.DNS, 2, host=EVIL),
        process={"host": EVIL, "pid": 1, "role": EVIL},
        environment={EVIL: EVIL},
    )

    for path in (f"/jobs/{OURS}/diagnostics", f"/jobs/{OURS}/diagnostics?q=%3Cscript%3E"):
        text = admin.get(path).text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "&lt;script&gt;alert" in text


def test_old_logs_go_when_that_was_confirmed(admin: Visitor, diagnostics: Diagnostics) -> None:
    import os

    recorded(diagnostics, OURS, *healthy())
    recorded(diagnostics, THEIRS, *healthy())
    for path in diagnostics.folder.iterdir():
        os.utime(path, (time.time() - 10 * 86400,) * 2)

    assert f"/jobs/{OURS}/diagnostics.json" in admin.get("/diagnostics").text
    assert THEIRS not in admin.get("/diagnostics").text
    asked_first = words(admin.get("/diagnostics/clean-up?days=7"))
    assert "Remove 1 log" in asked_first
    assert len(list(diagnostics.folder.iterdir())) == 2
    assert admin.post("/diagnostics/clean-up", {"days": "7"}).status_code == 303
    assert [log.job_id for log in diagnostics.logs()] == [THEIRS]
    assert "No log is that old" in words(admin.get("/diagnostics/clean-up?days=7"))
    wrong = admin.get("/diagnostics/clean-up?days=-1")
    assert wrong.status_code == 400
    assert "Logs cannot be older than -1 days" in words(wrong)
