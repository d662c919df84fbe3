"""Rows that a program makes in the engine's place, in whole jobs over a real instance."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from bulkvid_pipeline.adapters.dagster.run_log import RunLog
from bulkvid_pipeline.core.errors import NetworkError
from bulkvid_pipeline.core.states import ItemState, JobState
from bulkvid_pipeline.launch.here import execute_here
from bulkvid_pipeline.services.batch.generation import Attempt
from bulkvid_pipeline.services.jobs.events import job_events
from bulkvid_pipeline.services.jobs.follow import JobWatch
from bulkvid_pipeline.services.jobs.items import ItemQuery, Items
from bulkvid_pipeline.services.jobs.job_rows import RowReader
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.jobs.results import ResultQuery, Results
from bulkvid_pipeline.services.jobs.run_config import new_job_id
from bulkvid_pipeline.services.outputs.links import Links
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.services.batch.programs import Program, video_of
from bulkvid_pipeline_tests.workplace import Workplace, idea


@dataclass(frozen=True)
class Ended:
    job_id: str
    success: bool
    watch: JobWatch

    @property
    def reasons(self) -> dict[str, str]:
        return {row.title: row.reason for row in self.watch.rows if not row.completed}


def run(workplace: Workplace, program: Program, *titles: str, job_id: str = "", **fields: Any) -> Ended:
    job_id = job_id or new_job_id()
    sheet = workplace.sheet([idea(title) for title in titles])
    success = execute_here(workplace.spec(sheet, **fields), workplace.instance, job_id, generation=program)
    watch = JobWatch(workplace.instance, job_id)
    watch.poll()
    return Ended(job_id, success, watch)


def documents(workplace: Workplace) -> list[dict[str, Any]]:
    found = sorted((workplace.folder / "output").rglob("video.json"))
    return [json.loads(path.read_text()) for path in found]


def test_rows_are_made_by_the_program_and_found_done_the_second_time(workplace: Workplace) -> None:
    program = Program()

    first = run(workplace, program, "One", "Two")
    second = run(workplace, program, "One", "Two")

    assert (first.success, second.success) == (True, True)
    assert sorted(program.made) == ["One", "Two"]
    assert [row.rendered for row in second.watch.rows] == [False, False]
    told = documents(workplace)
    assert sorted(each["url"] for each in told) == ["https://videos.example/2.mp4", "https://videos.example/3.mp4"]
    assert {(each["cost"], each["duration_s"], each["engine"]) for each in told} == {
        (0.25, 12.5, "generation-test:Program")
    }
    assert workplace.videos() == []
    assert find_job(workplace.instance, first.job_id).cost == 0.5


def test_another_program_and_the_engine_make_other_videos(workplace: Workplace) -> None:
    program = Program()
    run(workplace, program, "One")

    other = run(workplace, Program(name="test:Other"), "One")

    assert [row.rendered for row in other.watch.rows] == [True]
    assert len(documents(workplace)) == 2


def test_a_file_on_this_machine_is_published_as_our_own_are(workplace: Workplace) -> None:
    def make(attempt: Attempt) -> object:
        path = workplace.folder / f"made {attempt.plan.sheet_row}.MP4"
        path.write_bytes(b"film")
        return {"output_url": str(path)}

    run(workplace, Program(make), "One")

    (video,) = workplace.videos()
    assert video.read_bytes() == b"film"
    (told,) = documents(workplace)
    assert (told["size_bytes"], told["video"].rsplit("/", 1)[-1]) == (4, video.name)
    assert told["url"] == video.as_uri()


class Odd:
    def __repr__(self) -> str:
        raise RuntimeError("no repr either")


NONSENSE: list[tuple[object, str]] = [
    (None, "returned None; expected: a mapping"),
    ("https://videos.example/1.mp4", "returned 'https://videos.example/1.mp4'; expected: a mapping"),
    (["https://videos.example/1.mp4"], "expected: a mapping"),
    (Odd(), "expected: a mapping"),
    ({}, "without output_url"),
    ({"output_url": None}, "returned output_url None"),
    ({"output_url": 7}, "returned output_url 7"),
    ({"output_url": "  "}, "returned output_url '  '"),
    ({"output_url": "ftp://videos.example/1.mp4"}, "expected: an http(s) URL"),
    ({"output_url": "https:///1.mp4"}, "expected: an http(s) URL"),
    ({"output_url": "javascript:alert(1)"}, "where there is no file"),
    ({"output_url": "/no/such/file.mp4"}, "where there is no file (/no/such/file.mp4)"),
    ({"output_url": "/"}, "which is a folder"),
    ({"output_url": "https://v.example/1", "cost": float("nan")}, "returned cost nan"),
    ({"output_url": "https://v.example/1", "cost": -1}, "returned cost -1"),
    ({"output_url": "https://v.example/1", "cost": "0.25"}, "returned cost '0.25'"),
    ({"output_url": "https://v.example/1", "cost": True}, "returned cost True"),
    ({"output_url": "https://v.example/1", "duration": "a while"}, "returned duration 'a while'"),
    ({"output_url": "https://v.example/1", "duration": float("inf")}, "returned duration inf"),
]


def test_nonsense_fails_its_row_alone_and_says_what_was_returned(workplace: Workplace) -> None:
    answers = {f"Row {n}": answer for n, (answer, _) in enumerate(NONSENSE)}
    program = Program(lambda attempt: answers.get(attempt.plan.title, {"output_url": "https://v.example/good"}))

    ended = run(workplace, program, *answers, "Good")

    assert sorted(ended.reasons) == sorted(answers)
    for n, (_, told) in enumerate(NONSENSE):
        assert told in ended.reasons[f"Row {n}"]
    job = find_job(workplace.instance, ended.job_id)
    assert (job.state, job.items["completed"], job.items["failed"]) == (JobState.COMPLETED, 1, len(NONSENSE))


def test_a_video_elsewhere_is_told_by_its_url_everywhere(workplace: Workplace) -> None:
    ended = run(workplace, Program(), "One")
    job = find_job(workplace.instance, ended.job_id)
    url = "https://videos.example/2.mp4"
    links = Links(settings(), b"x" * 32)
    log = RunLog(workplace.instance)
    with closing(log):
        reader = RowReader(log)
        (item,) = Items(reader, links).page(job, ItemQuery(job.job_id), "http://api").items
        detail = Items(reader, links).detail(job, item.row_key, "http://api")
        (result,) = Results(reader, links).page(job, ResultQuery(job.job_id), "http://api").items
        table = "".join(Results(reader, links).as_csv(job, frozenset(ItemState), "http://api"))

    assert (item.url, item.links_expire_at, item.duration_s, item.cost) == (url, None, 12.5, 0.25)
    (output,) = detail.outputs
    assert (output.video_url, output.poster_url, output.size_bytes, output.checks) == (url, None, 0, ())
    assert (output.quality, output.links_expire_at) == ("not checked: made elsewhere", None)
    assert (result.video_url, result.vtt_url, result.size_bytes) == (url, None, 0)
    assert url in table

    (row,) = workplace.manifest()["rows"]
    (told,) = row["outputs"]
    assert (told["video"], told["url"], told["size_bytes"], told["loudness_lufs"]) == (None, url, 0, None)
    (page,) = (workplace.folder / "output").rglob("report.html")
    html = page.read_text()
    assert f'href="{url}" target="_blank" rel="noopener noreferrer"' in html
    assert 'href="./"' not in html
    assert "0×0" not in html
    (line,) = list(csv.DictReader(page.with_name("results.csv").read_text("utf-8-sig").splitlines()))
    assert (line["video"], line["poster"]) == (url, "")


def test_the_report_of_before_is_read_again_with_videos_elsewhere(workplace: Workplace) -> None:
    answers = {"One": {"output_url": "https://v.example/1"}, "Two": {}}
    run(workplace, Program(lambda attempt: answers[attempt.plan.title]), "One", "Two")

    run(workplace, Program(lambda _: {}), "One", "Two")

    told = {
        row["title"]: (row["state"], [each["url"] for each in row["outputs"]]) for row in workplace.manifest()["rows"]
    }
    assert told == {"One": ("completed", ["https://v.example/1"]), "Two": ("failed", [])}


def test_extras_that_are_no_json_are_left_out_and_told(workplace: Workplace) -> None:
    answer = {
        "output_url": "https://v.example/1",
        "quality": {"score": 0.9, "notes": ("sharp", None)},
        "object": Odd(),
        "odd": float("nan"),
        7: "seven",
        "half": "\ud800",
        "long": "x" * 70_000,
    }
    ended = run(workplace, Program(lambda _: answer), "One")

    (told,) = documents(workplace)
    assert told["details"] == {"output_url": "https://v.example/1", "quality": {"score": 0.9, "notes": ["sharp", None]}}
    (row,) = ended.watch.rows
    assert len(row.warnings) == 5
    assert all(text.startswith("Left out of what the generation returned: ") for text in row.warnings)


def test_tries_are_told_in_events_and_items(workplace: Workplace) -> None:
    def make(attempt: Attempt) -> object:
        if attempt.number == 1:
            raise NetworkError("dropped")
        return video_of(attempt)

    ended = run(workplace, Program(make, lambda _attempt, _error: "retry"), "One")

    told = [event for event in job_events(workplace.instance, ended.job_id) if "Try" in event.message]
    assert [(event.level, event.message) for event in told] == [
        ("WARNING", "Try 1 failed, the row is made again: dropped")
    ]
    job = find_job(workplace.instance, ended.job_id)
    log = RunLog(workplace.instance)
    with closing(log):
        (row,) = RowReader(log).rows(job).rows
    assert (row.state, row.end and row.end.attempts) == (ItemState.COMPLETED, 2)


def test_the_programs_own_limiter_holds_its_rows(workplace: Workplace) -> None:
    @dataclass
    class Limiter:
        asked: list[tuple[str, str]]

        def can_proceed(self, user_id: str, project_id: str) -> bool:
            self.asked.append((user_id, project_id))
            return len(self.asked) > 2

    limiter = Limiter([])
    ended = run(workplace, Program(limiter=limiter), "One", user_id="anna", project_id="spring")

    assert ended.success
    assert limiter.asked == [("anna", "spring")] * 3
    assert find_job(workplace.instance, ended.job_id).runs[0].progress.waited_ms > 0
