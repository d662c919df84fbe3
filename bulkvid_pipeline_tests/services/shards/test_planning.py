"""Which jobs are spread over several runs, over how many, and what is left to these."""

from __future__ import annotations

import pytest

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.adapters.code_version import code_version
from bulkvid_pipeline.adapters.dagster.row_claims import RowClaims
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.batch.own_generations import making_rows
from bulkvid_pipeline.services.plans.spreading import most_machines
from bulkvid_pipeline_tests.services.batch.programs import Program
from bulkvid_pipeline_tests.services.shards.hall import JOB, Hall
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, idea

pytestmark = ON_BOTH_DATABASES

ROWS = [idea(f"Row {n}") for n in range(4)]


def test_a_large_job_of_the_queue_leaves_its_rows_to_others(hall: Hall) -> None:
    plan_id = hall.plan(hall.workplace.spec(hall.workplace.sheet(ROWS)))

    told = hall.tags_of(plan_id)
    assert (told[tags.SHARDS], told[tags.OPEN], told[tags.CODE]) == ("2", "yes", code_version())
    assert hall.studio.rendered == []
    assert RowClaims(hall.instance, plan_id).left() == 4
    assert (hall.job.state, hall.job.items["pending"]) == (JobState.RUNNING, 4)


def test_rows_that_are_finished_are_left_to_nobody(hall: Hall) -> None:
    hall.plan(hall.workplace.spec(hall.workplace.sheet(ROWS[:1])))
    assert hall.studio.rendered == ["Row 0"]

    plan_id = hall.plan(hall.workplace.spec(hall.workplace.sheet(ROWS)))

    assert RowClaims(hall.instance, plan_id).left() == 3
    assert (hall.job.items["completed"], hall.job.items["pending"]) == (1, 3)


def test_there_are_never_more_machines_than_rows(hall: Hall) -> None:
    plan_id = hall.plan(hall.workplace.spec(hall.workplace.sheet(ROWS[:3]), max_machines=50))

    assert hall.tags_of(plan_id)[tags.SHARDS] == "3"


@pytest.mark.parametrize("why", ["small", "one machine", "by hand", "canary", "own generation"])
def test_other_jobs_stay_one_run(hall: Hall, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet, spec = hall.workplace.sheet(ROWS), hall.workplace.spec(hall.workplace.sheet(ROWS))
    match why:
        case "small":
            monkeypatch.setenv("BULKVID_MACHINE_WORTH_S", "10000")
            settings_module.settings.cache_clear()
            plan_id = hall.plan(spec)
        case "one machine":
            plan_id = hall.plan(hall.workplace.spec(sheet, max_machines=1))
        case "by hand":
            plan_id = hall.plan(spec, launched=False)
        case "canary":
            hall.plan(spec, launched=False)
            key = hall.report()[0]["row_key"]
            plan_id = hall.plan(hall.workplace.spec(hall.workplace.sheet(ROWS, "others.csv")), canary=[key])
        case _:
            with making_rows(JOB, Program()):
                plan_id = hall.plan(spec, told={tags.GENERATION: "some.module:Program"})

    assert not hall.tags_of(plan_id).get(tags.SHARDS)
    assert not hall.tags_of(plan_id).get(tags.OPEN)
    assert hall.wanted() == []


def test_the_spec_says_how_many_machines_before_the_settings_do(hall: Hall) -> None:
    spec = hall.workplace.spec(hall.workplace.sheet(ROWS))
    settings = settings_module.settings()

    assert most_machines(spec, settings) == 2
    assert most_machines(spec.model_copy(update={"max_machines": 7}), settings) == 7
