"""Pages of jobs: filtered, searched, sorted, and right while jobs come and go."""

from __future__ import annotations

from typing import Any

import pytest

from bulkvid_pipeline.core.errors import InvalidRequestError, JobNotFoundError
from bulkvid_pipeline.core.jobs import Items, JobRun, RunProgress
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.job_list import JobEntry, JobList, JobQuery, SortBy
from bulkvid_pipeline.services.jobs.jobs import Job

STATES = (JobState.RUNNING, JobState.CANCELED, JobState.PAUSED)


def a_job(number: int, **about: Any) -> Job:
    """A job that was made `number` seconds after the epoch."""
    progress = RunProgress(total=10, percent=10.0 * (number % 5))
    run = JobRun(f"run-{number}", JobState.RUNNING, created_at=float(number), progress=progress)
    fields: dict[str, Any] = {
        "job_id": f"job_{number:02}",
        "runs": (run,),
        "title": f"Frühling {number} STRASSE 春 Cafe\u0301",
        "state": STATES[number % 3],
        "items": Items(total=10, completed=0, failed=0, cancelled=0, skipped=0, pending=10),
        "priority": "normal",
        "user_id": "ana",
        "project_id": "default",
        "sheet": f"sheet-{number % 2}",
        "template_id": "default_template",
        "report": "",
        "write_back": "",
        "callback_url": None,
        "updated_at": float(1000 - number // 2),
        "output": "",
    }
    return Job(**(fields | about))


def listed(*jobs: Job) -> JobList:
    return JobList({job.job_id: JobEntry(job) for job in jobs})


MANY = [a_job(number) for number in range(23)]
IDS = [job.job_id for job in MANY]


def all_pages(jobs: JobList, **query: Any) -> list[str]:
    """The ids of all pages, each page asked for by the token of the one before."""
    found: list[str] = []
    token = None
    while True:
        page = jobs.page(JobQuery(page_token=token, **query))
        found += [entry.job.job_id for entry in page.entries]
        token = page.next_page_token
        if token is None:
            return found


@pytest.mark.parametrize("size", [1, 2, 7, 22, 23, 100])
def test_pages_together_are_the_list(size: int) -> None:
    assert all_pages(listed(*MANY), page_size=size, descending=False) == IDS
    assert all_pages(listed(*MANY), page_size=size) == IDS[::-1]


@pytest.mark.parametrize("by", list(SortBy))
@pytest.mark.parametrize("descending", [True, False])
def test_lists_are_sorted_and_equal_ones_by_their_id(by: SortBy, descending: bool) -> None:
    def value(job: Job) -> tuple[float, str]:
        values = {SortBy.CREATED_AT: job.created_at, SortBy.UPDATED_AT: job.updated_at}
        return values.get(by, job.percent), job.job_id

    found = all_pages(listed(*MANY), page_size=4, sort=by, descending=descending)

    assert found == [job.job_id for job in sorted(MANY, key=value, reverse=descending)]


@pytest.mark.parametrize(
    "wanted", [{JobState.RUNNING}, {JobState.CANCELED, JobState.RUNNING}, {JobState.FAILED}, set(STATES)]
)
def test_a_list_can_be_of_some_states(wanted: set[JobState]) -> None:
    found = all_pages(listed(*MANY), page_size=3, states=frozenset(wanted), descending=False)

    assert found == [job.job_id for job in MANY if job.state in wanted]


@pytest.mark.parametrize(
    "q", ["straße 春", "STRASSE 春 CAFÉ", "ＳＴＲＡＳＳＥ", "frühling", "FRÜHLING", "Fru\u0308hling"]
)
def test_what_is_looked_for_is_found_however_it_is_written(q: str) -> None:
    assert len(all_pages(listed(*MANY), q=q, page_size=5)) == 23


def test_titles_sheets_and_ids_are_searched() -> None:
    jobs = listed(*MANY)

    assert all_pages(jobs, q="ling 7 ") == ["job_07"]
    assert all_pages(jobs, q="JOB_11") == ["job_11"]
    assert len(all_pages(jobs, q="sheet-1")) == 11
    assert all_pages(jobs, q="nothing of the kind") == []


@pytest.mark.parametrize("descending", [True, False])
def test_pages_stay_right_while_jobs_come_and_go(descending: bool) -> None:
    jobs, met, token = list(MANY), list[str](), None
    for turn in range(100):
        page = listed(*jobs).page(JobQuery(page_size=3, page_token=token, descending=descending))
        met += [entry.job.job_id for entry in page.entries]
        token = page.next_page_token
        if token is None:
            break
        # One that was met goes, the one whose place the token names; others come at both ends.
        jobs = [job for job in jobs if job.job_id != met[-1]]
        jobs += [a_job(number, job_id=f"job_new{number}") for number in (100 + turn, -100 - turn)]

    old = [job_id for job_id in met if not job_id.startswith("job_new")]
    assert old == (IDS[::-1] if descending else IDS)
    assert len(met) == len(set(met))


def test_a_page_token_of_another_query_or_a_damaged_one_is_refused() -> None:
    jobs = listed(*MANY)
    token = jobs.page(JobQuery(page_size=2, project_id="default")).next_page_token
    assert token is not None
    assert len(jobs.page(JobQuery(page_size=5, project_id="default", page_token=token)).entries) == 5
    others = [
        JobQuery(page_token=token, project_id="other"),
        JobQuery(page_token=token, project_id="default", descending=False),
        JobQuery(page_token=token, project_id="default", sort=SortBy.UPDATED_AT),
        JobQuery(page_token=token, project_id="default", q="x"),
        JobQuery(page_token=token, project_id="default", states=frozenset({JobState.RUNNING})),
        *(
            JobQuery(page_token=text, project_id="default")
            for text in ("", "x", token[:-2], f"{token}A", token[::-1], "é", "A" * 3000, f" {token}")
        ),
    ]
    for query in others:
        with pytest.raises(InvalidRequestError) as refused:
            jobs.page(query)
        assert refused.value.field == "page_token"


def test_jobs_of_other_projects_are_in_no_list_and_not_found() -> None:
    jobs = listed(*MANY, a_job(50, project_id="other", job_id="job_theirs"))

    assert all_pages(jobs, project_id="default") == IDS[::-1]
    assert all_pages(jobs, project_id="other") == ["job_theirs"]
    assert len(all_pages(jobs)) == 24
    for job_id in ("job_theirs", "job_nope", ""):
        with pytest.raises(JobNotFoundError):
            jobs.entry(job_id, "default")
