"""Rows that a program makes in the engine's place, in whole jobs over a real instance."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.launch.here import execute_here
from bulkvid_pipeline.services.batch.generation import Attempt
from bulkvid_pipeline.services.jobs.follow import JobWatch
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.jobs.run_config import new_job_id
from bulkvid_pipeline_tests.services.batch.programs import Program
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
