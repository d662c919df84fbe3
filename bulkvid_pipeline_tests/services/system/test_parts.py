from __future__ import annotations

import os
from pathlib import Path

import pytest
from dagster import DagsterInstance
from pydantic import SecretStr

from bulkvid_pipeline.adapters.dagster.run_slots import RunSlots
from bulkvid_pipeline.core.service_wire import DetailedHealth
from bulkvid_pipeline.services.system import parts
from bulkvid_pipeline.services.system.health import HealthWatch
from bulkvid_pipeline.services.system.load import slots_of, workers_of
from bulkvid_pipeline.services.system.machine import Machine
from bulkvid_pipeline.services.system.parts import watched_parts
from bulkvid_pipeline.settings import Settings, settings
from bulkvid_pipeline_tests.launch.fake_dagster import FakeDagster
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace


def watch_of(instance: DagsterInstance, chosen: Settings) -> HealthWatch:
    return HealthWatch(watched_parts(lambda: instance, chosen), version="1", limit_s=60.0, fresh_s=0.0)


def health_of(workplace: Workplace, **changed: object) -> DetailedHealth:
    return watch_of(workplace.instance, settings().model_copy(update=changed)).health().result(60)


@ON_BOTH_DATABASES
def test_all_parts_are_looked_at(workplace: Workplace, database_url: str) -> None:
    found = health_of(workplace).services

    assert set(found) == {
        *("database", "queue", "workers", "daemon", "storage", "web_server", "ffmpeg", "work_disk"),
    }
    for name in ("database", "queue", "workers", "storage", "work_disk"):
        assert (found[name].status, found[name].problem) == ("healthy", None)
    assert found["ffmpeg"].status == "available"
    assert found["ffmpeg"].version
    assert found["database"].kind == ("postgresql" if database_url else "sqlite")
    assert (found["database"].active_connections or 0) >= (1 if database_url else 0)
    assert found["queue"].queue_depth == 0


def test_parts_that_do_not_run_are_named_with_what_starts_them(workplace: Workplace) -> None:
    found = health_of(workplace).services

    assert "No daemon" in str(found["daemon"].problem)
    assert "bulkvid serve" in str(found["daemon"].fix)
    assert "cannot be reached" in str(found["web_server"].problem)
    assert found["web_server"].fix


def test_without_its_database_nothing_else_of_it_is_asked(workplace: Workplace) -> None:
    watch = watch_of(workplace.instance, settings())
    (database,) = (workplace.folder / "home").rglob("runs.db")
    hidden = database.with_suffix(".hidden")
    database.rename(hidden)
    database.mkdir()

    found = watch.health().result(60).services

    database.rmdir()
    hidden.rename(database)
    assert found["database"].status == "unhealthy"
    assert "did not answer" in str(found["database"].problem)
    for name in ("queue", "workers", "daemon"):
        assert found[name].problem == "Nothing is known of it while the database does not answer"
    assert watch.health().result(60).services["database"].status == "healthy"


def test_a_folder_that_cannot_be_written_is_a_broken_storage(workplace: Workplace) -> None:
    blocked = workplace.folder / "file"
    blocked.write_text("")

    found = health_of(workplace, output_url=f"file://{blocked}/output").services["storage"]

    assert found.status == "unhealthy"
    assert found.fix


def test_the_storage_s_address_is_told_without_secrets(workplace: Workplace) -> None:
    found = health_of(workplace, output_url=f"file://{workplace.folder}/output").services["storage"]

    assert found.url == f"file://{workplace.folder}/output"
    assert found.free_bytes


def test_a_program_that_is_not_ffmpeg_is_not_available(workplace: Workplace) -> None:
    program = workplace.folder / "ffmpeg"
    program.write_text("#!/bin/sh\necho something else\n")
    program.chmod(0o755)

    found = health_of(workplace, ffmpeg=str(program)).services["ffmpeg"]

    assert found.status == "unavailable"
    assert "is not ffmpeg" in str(found.problem)


def test_ffmpeg_is_asked_again_only_if_it_has_changed(workplace: Workplace) -> None:
    program, count = workplace.folder / "ffmpeg", workplace.folder / "count"
    program.write_text(f"#!/bin/sh\necho asked >> {count}\necho ffmpeg version 7.0.2 by us\n")
    program.chmod(0o755)
    watch = watch_of(workplace.instance, settings().model_copy(update={"ffmpeg": str(program)}))

    for _ in range(3):
        assert watch.health().result(60).services["ffmpeg"].version == "7.0.2"
    assert count.read_text().count("asked") == 1
    os.utime(program, (1, 1))
    watch.health().result(60)
    assert count.read_text().count("asked") == 2


def test_a_full_work_disk_is_broken(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LEAST_FREE_BYTES", 1 << 62)

    found = health_of(workplace).services["work_disk"]

    assert found.status == "unhealthy"
    assert "MiB left" in str(found.problem)


def test_a_web_server_tells_its_version(workplace: Workplace) -> None:
    with FakeDagster(body='{"data": {"version": "1.13.27"}}') as server:
        found = health_of(workplace, dagster_url=SecretStr(server.url)).services["web_server"]

    assert (found.status, found.version, found.url) == ("healthy", "1.13.27", server.url)


def test_something_else_in_the_web_server_s_place_is_named(workplace: Workplace) -> None:
    with FakeDagster(body="<html>Welcome!</html>") as server:
        found = health_of(workplace, dagster_url=SecretStr(server.url)).services["web_server"]

    assert found.status == "unhealthy"
    assert "not as Dagster does" in str(found.problem)


def test_slots_are_workers(workplace: Workplace) -> None:
    before = slots_of(workplace.instance, settings())
    slots = RunSlots(workplace.instance, "run")
    slots.ensure_pool(3)
    slots.claim("row")

    after = slots_of(workplace.instance, settings())

    assert (before.used, before.total) == (0, settings().render_slots)
    assert (after.used, after.total) == (1, 3)
    assert workers_of(after).model_dump() == {"active": 3, "busy": 1, "idle": 2}


def test_a_machine_at_work_uses_its_processors() -> None:
    machine = Machine()

    sum(range(5_000_000))

    assert 0.0 < machine.cpu_usage() <= 1.0
    assert 0.0 < machine.memory_usage() < 1.0


def test_a_folder_that_is_not_made_yet_is_no_fault(workplace: Workplace, tmp_path: Path) -> None:
    assert health_of(workplace, work_dir=tmp_path / "not" / "yet").services["work_disk"].status == "healthy"
