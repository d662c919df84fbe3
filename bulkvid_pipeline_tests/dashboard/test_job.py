"""The page of a job, as a browser without script reads and uses it."""

from __future__ import annotations

from bulkvid_pipeline_tests.dashboard.conftest import Visitor, words
from bulkvid_pipeline_tests.services.jobs.told_rows import TellingRun
from bulkvid_pipeline_tests.services.jobs.written_runs import JOB
from bulkvid_pipeline_tests.workplace import Workplace


def test_pages(workplace: Workplace, visitor: Visitor) -> None:
    run = TellingRun.begun(workplace.instance)
    run.plan(range(2, 12))
    run.finish(2, "youtube", "tiktok", warnings="quiet")
    run.fail(5, "no letter for it")
    for path in ("", "?state=refused", "/check", "/log", "/about", "/rows/row-2", "/rows/5", "?state=failed&page=3"):
        page = visitor.get(f"/jobs/{JOB}{path}")
        print(path, page.status_code, len(page.content))
        assert page.status_code == 200, words(page)
    page = visitor.get("/jobs")
    assert page.status_code == 200, words(page)
    print(words(page))
    assert visitor.get("/jobs-health").status_code == 200
