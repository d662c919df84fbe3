"""The analytics page: figures, charts, their tables, the jobs behind them."""

from __future__ import annotations

import csv
import io
import re
import time
from datetime import UTC, datetime, timedelta

import pytest

from bulkvid_pipeline.dashboard import analytics_figures
from bulkvid_pipeline.dashboard.analytics_figures import MOST_BARS
from bulkvid_pipeline_tests.dashboard.conftest import Visitor, Visitors, words
from bulkvid_pipeline_tests.dashboard.told_jobs import add_runs, told_job, told_run
from bulkvid_pipeline_tests.workplace import Workplace

EVIL = "<script>alert('x')</script>\"'=1+1"


def test_the_page_is_there_at_once_and_the_figures_come_as_a_part(
    visitor: Visitor, visitors: Visitors, workplace: Workplace
) -> None:
    told_job(workplace.instance, "job_1", 4, 1)

    page = visitor.get("/analytics")
    (part,) = re.findall(r'hx-get="(/analytics/figures[^"]*)"', page.text)
    figures = visitor.part(part.replace("&amp;", "&"))

    assert page.status_code == figures.status_code == 200
    assert "Adding up the figures" in words(page)
    assert "<noscript><meta http-equiv" in page.text
    assert "No jobs in this time" in words(visitors(project="empty").part("/analytics/figures?period=all"))
    assert "<html" not in figures.text
    assert "80 %" in words(figures)
    assert "1.25" in words(figures)


def test_without_script_the_figures_are_part_of_the_page(visitor: Visitor, workplace: Workplace) -> None:
    told_job(workplace.instance, "job_1")

    (path,) = re.findall(r'content="0; url=([^"]*)"', visitor.get("/analytics?period=all").text)
    page = visitor.get(path.replace("&amp;", "&"))

    assert 'hx-get="/analytics/figures' not in page.text
    assert "Videos made" in words(page)


def test_the_figures_are_those_of_the_api(visitor: Visitor, workplace: Workplace) -> None:
    for number in range(3):
        told_job(workplace.instance, f"job_{number}", number + 1, 1, style="minimal" if number else "modern")
    told_job(workplace.instance, "job_theirs", project="other")

    for by in ("template_id", "style", "user", "platform", "day", "provider"):
        figures = visitor.part(f"/analytics/figures?period=all&group_by={by}")
        answer = visitor.get(f"/analytics/figures.csv?period=all&group_by={by}")
        table = list(csv.reader(io.StringIO(answer.text)))

        assert answer.headers["Content-Disposition"] == f'attachment; filename="analytics-by-{by}.csv"'
        assert table[0][0].removeprefix("\ufeff") == by
        assert table[-1][:3] == ["total", "3", "9"]
        for line in table[1:-1]:
            assert line[0] in words(figures)
        assert "In all 3 6 3 66.7 %" in words(figures)


def test_every_chart_has_a_name_and_its_figures_as_a_table(visitor: Visitor, workplace: Workplace) -> None:
    told_job(workplace.instance, "job_1", 4, 1)
    figures = visitor.part("/analytics/figures?period=7").text

    assert figures.count("<figure") == figures.count("<figcaption") == 5
    for figure in re.findall(r"<figure.*?</figure>", figures, re.DOTALL):
        assert 'role="img"' in figure
        assert "<title" in figure
        assert "<desc" in figure
        assert "<caption>" in figure
        assert 'scope="row"' in figure
    assert "style=" not in figures
    assert len(re.findall(r"<tr>", re.findall(r'id="videos-over-time".*?</figure>', figures, re.DOTALL)[0])) == 8


def test_names_of_anybody_are_text_everywhere(visitor: Visitor, visitors: Visitors, workplace: Workplace) -> None:
    told_job(workplace.instance, "job_1", title=EVIL, user=EVIL, template=EVIL, style=EVIL, platform=EVIL)
    told_job(workplace.instance, "job_2", project="evil", user="=HYPERLINK(1)")

    for by in ("template_id", "style", "user", "platform"):
        figures = visitor.part(f"/analytics/figures?period=all&group_by={by}").text
        (link,) = re.findall(r'<th scope="row"><a href="(/analytics/jobs[^"]*group=[^"]*)"', figures)
        jobs = visitor.get(link.replace("&amp;", "&")).text
        assert "<script>alert" not in figures + jobs
        assert "&lt;script&gt;alert" in figures
        assert "/jobs/job_1" in jobs
        table = visitor.get(f"/analytics/figures.csv?period=all&group_by={by}").text
        assert "alert" in table
    assert "'=HYPERLINK" in visitors(project="evil").get("/analytics/figures.csv?period=all&group_by=user").text


def test_the_jobs_behind_a_figure_are_those_that_made_it(
    visitor: Visitor, visitors: Visitors, workplace: Workplace
) -> None:
    told_job(workplace.instance, "job_a", 3, 0, style="minimal", title="Calm")
    told_job(workplace.instance, "job_b", 2, 0, style="modern", title="Loud")
    told_job(workplace.instance, "job_c", 2, 0, style="minimal", title="Foreign", project="other")
    told_job(workplace.instance, "job_d", template="", project="quiet", title="Nobody's")
    told_job(workplace.instance, "job_e", project="quiet", title="Eve's")

    minimal = words(visitor.get("/analytics/jobs?period=all&group_by=style&group=minimal"))
    everything = words(visitor.get("/analytics/jobs?period=all"))

    assert "1 job," in minimal
    assert "Calm" in minimal
    assert "Loud" not in minimal
    assert "2 jobs," in everything
    assert "Foreign" not in everything
    quiet = visitors(project="quiet")
    figures = quiet.part("/analytics/figures?period=all").text
    (link,) = re.findall(r'<a href="([^"]*group=)"', figures)
    assert "Eve" not in quiet.get(link.replace("&amp;", "&")).text
    assert "Nobody has created such a job" in words(visitor.get("/analytics/jobs?group_by=style&group=none"))


def test_days_are_those_of_the_time_zone_that_is_named(visitor: Visitor, workplace: Workplace) -> None:
    told_job(workplace.instance, "job_late", created=datetime(2025, 10, 1, 23, 30, tzinfo=UTC))
    query = "group_by=day&start_date=2025-10-01&end_date=2025-10-31"

    utc = visitor.get(f"/analytics/figures.csv?{query}").text
    berlin = visitor.get(f"/analytics/figures.csv?{query}&time_zone=Europe/Berlin").text
    outside = visitor.part("/analytics/figures?start_date=2025-10-02&end_date=2025-10-02").text

    assert "2025-10-01,1" in utc
    assert "2025-10-02,1" in berlin
    assert "No jobs in this time" in outside
    shown = visitor.part(f"/analytics/figures?{query}&time_zone=Europe/Berlin")
    assert "days of the time zone Europe/Berlin" in words(shown)


def test_what_cannot_be_asked_is_told_at_its_field_and_nothing_else_is_lost(visitor: Visitor) -> None:
    for query, said in (
        ("start_date=yesterday", "is not a date"),
        ("start_date=2025-10-02&end_date=2025-10-01", "lies before"),
        ("group_by=weather", "no such groups"),
        ("time_zone=Mars/Base", "no time zone"),
        ("period=9", "no such period"),
    ):
        page = visitor.get(f"/analytics?{query}")

        assert page.status_code == 400
        assert said in words(page)
        assert "<form" in page.text
        assert "Mars" not in query or 'value="Mars/Base"' in page.text
        assert visitor.part(f"/analytics/figures?{query}").status_code == 400


def test_of_many_groups_the_chart_shows_the_largest_and_the_table_all(visitor: Visitor, workplace: Workplace) -> None:
    for number in range(MOST_BARS + 3):
        told_job(workplace.instance, f"job_{number}", number + 1, 0, user=f"user {number:02}")

    text = visitor.part("/analytics/figures?period=all&group_by=user").text

    assert f"the {MOST_BARS} largest of {MOST_BARS + 3}" in text
    assert text.count('href="/analytics/jobs?period=all&amp;group_by=user&amp;group=') == MOST_BARS + 3


def test_many_groups_are_told_page_after_page(
    visitor: Visitor, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analytics_figures, "GROUPS_A_PAGE", 2)
    for number in range(5):
        told_job(workplace.instance, f"job_{number}", user=f"user {number}")

    def named(page: str) -> list[str]:
        return re.findall(r"<bdi>(user \d)</bdi>", page.rpartition('id="groups-title"')[2])

    path, pages = "/analytics/figures?period=all&group_by=user", []
    while path:
        page = visitor.get(path)
        assert "25 " in words(page), "the sum is that of all groups"
        pages.append(named(page.text))
        (path,) = re.findall(r'href="([^"#]*)#groups-title" rel="next"', page.text) or [""]
        path = path.replace("&amp;", "&")

    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({name for page in pages for name in page}) == 5
    assert named(visitor.get("/analytics?period=all&group_by=user&here=yes&page=99").text)[-1:] == pages[-1]


@pytest.mark.heavy
def test_two_thousand_jobs_are_added_up_quickly(visitor: Visitor, workplace: Workplace) -> None:
    now = datetime.now(UTC)
    add_runs(
        workplace.instance,
        [
            told_run(f"job_{number}", 3, 1, created=now - timedelta(hours=number), user=f"u{number % 9}")
            for number in range(2000)
        ],
    )
    assert "Adding up" in words(visitor.get("/analytics"))
    visitor.part("/analytics/figures?period=365")

    began = time.process_time()
    for by in ("template_id", "user", "day", "style"):
        assert visitor.part(f"/analytics/figures?period=365&group_by={by}").status_code == 200
    assert (time.process_time() - began) / 4 < 0.5
    assert len(visitor.get("/analytics/jobs?period=all").content) < 100_000
