from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.run_slots import RunSlots
from bulkvid_pipeline.core.errors import InvalidSettingsError
from bulkvid_pipeline.core.options import Priority
from bulkvid_pipeline.services.doctor import limits
from bulkvid_pipeline.settings import settings_now
from bulkvid_pipeline_tests.services.doctor.conftest import Look


def test_the_defaults_are_well(look: Look) -> None:
    for name in ("slots", "rates", "retention"):
        assert look(name).status == "ok", name


def test_more_workers_than_slots_and_more_slots_than_processors_are_warnings(look: Look) -> None:
    told = look("slots", BULKVID_WORKERS="8", BULKVID_RENDER_SLOTS="2")
    assert told.status == "warning"
    assert "6 workers" in told.found
    many = str(min(256, 3 * (os.cpu_count() or 1) + 1))
    assert "processors" in look("slots", BULKVID_WORKERS=many, BULKVID_RENDER_SLOTS=many).found
    assert look("slots").status == "warning"


def test_there_are_slots_for_all_machines_unless_it_is_said_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    cores = os.cpu_count() or 1
    assert settings_now().render_slots == cores
    monkeypatch.setenv("BULKVID_MAX_MACHINES", "5")
    assert settings_now().render_slots == min(1000, 5 * cores)
    monkeypatch.setenv("BULKVID_RENDER_SLOTS", "3")
    assert settings_now().render_slots == 3


def test_a_wrong_number_of_machines_is_told_and_nothing_that_follows_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULKVID_MAX_MACHINES", "0")
    with pytest.raises(InvalidSettingsError, match=r"^BULKVID_MAX_MACHINES is '0': [^;]* \(Correct"):
        settings_now()


def test_slots_of_several_machines_are_not_too_many_for_one(look: Look) -> None:
    told = look("slots", BULKVID_WORKERS="1", BULKVID_MAX_MACHINES="8")
    assert told.status == "ok"
    assert "8 machines" in told.found


def test_slots_of_the_instance_that_differ_are_told_with_the_command(look: Look, folder: Path, new_home: Path) -> None:
    shutil.copytree(new_home, folder / "home")
    with DagsterInstance.from_config(str(folder / "home")) as instance:
        RunSlots(instance, "run", user="u", job=Priority.NORMAL, job_id="j").ensure_pool(5)
    given = {"DAGSTER_HOME": str(folder / "home"), "BULKVID_WORKERS": "1", "BULKVID_RENDER_SLOTS": "1"}

    told = look("slots", **given)

    assert told.status == "warning"
    assert "keeps 5 slots" in told.found
    assert "concurrency set render 1" in str(told.mend)


def test_processors_of_a_container_count(folder: Path) -> None:
    (folder / "cpu.max").write_text("100000 100000\n")
    assert limits.processors(folder) == 1
    (folder / "cpu.max").write_text("max 100000\n")
    assert limits.processors(folder) == len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"BULKVID_LIMIT_PER_USER": "400"}, "BULKVID_LIMIT_PER_USER"),
        ({"BULKVID_API_LIMIT_PER_USER": "400"}, "BULKVID_API_LIMIT_PER_USER"),
        ({"BULKVID_LIMIT_REFILL_PER_S": "1"}, "BULKVID_LIMIT_REFILL_PER_S"),
        (
            {
                "BULKVID_LIMIT_PER_USER": "100",
                "BULKVID_LIMIT_PER_PROJECT": "600",
                "BULKVID_LIMIT_REFILL_PER_S": "10",
                "BULKVID_GOOGLE_API_KEY": "k",
            },
            "BULKVID_LIMIT_PER_PROJECT to 300",
        ),
    ],
)
def test_rates_that_contradict_each_other_or_google_are_warnings(
    look: Look, settings: dict[str, str], word: str
) -> None:
    told = look("rates", **settings)

    assert told.status == "warning"
    assert word in str(told.mend)


def test_links_that_outlive_their_jobs_are_a_warning(look: Look) -> None:
    told = look("retention", BULKVID_RETENTION_DAYS="1", BULKVID_LINK_LIFETIME_S="604800")

    assert told.status == "warning"
    assert "BULKVID_RETENTION_DAYS" in str(told.mend)
