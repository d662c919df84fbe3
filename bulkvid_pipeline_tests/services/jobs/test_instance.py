"""Opening the Dagster instance of an installation."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRun

from bulkvid_pipeline.core.errors import InvalidSettingsError
from bulkvid_pipeline.services.jobs.instance import open_instance


def runs_in(home: Path) -> list[str]:
    with open_instance(home) as instance:
        return [run.run_id for run in instance.get_runs()]


def test_the_environment_is_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    before = dict(os.environ)

    open_instance(tmp_path / "home").dispose()

    assert dict(os.environ) == before


def test_two_instances_are_open_at_once_and_neither_is_the_one_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "of_the_environment"))
    with open_instance(tmp_path / "first") as first, open_instance(tmp_path / "second") as second:
        first.run_storage.add_run(DagsterRun(job_name="a", run_id="11111111-1111-1111-1111-111111111111"))
        second.run_storage.add_run(DagsterRun(job_name="b", run_id="22222222-2222-2222-2222-222222222222"))

    assert runs_in(tmp_path / "first") == ["11111111-1111-1111-1111-111111111111"]
    assert runs_in(tmp_path / "second") == ["22222222-2222-2222-2222-222222222222"]
    assert not (tmp_path / "of_the_environment").exists()


def test_a_process_that_is_passed_the_instance_opens_the_same_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    with open_instance(tmp_path / "home") as instance:
        instance.run_storage.add_run(DagsterRun(job_name="a", run_id="11111111-1111-1111-1111-111111111111"))
        passed = instance.get_ref()

    with DagsterInstance.from_ref(passed) as instance:
        assert len(instance.get_runs()) == 1


def test_dagsters_own_commands_find_it_by_dagster_home(tmp_path: Path) -> None:
    with open_instance(tmp_path / "home") as instance:
        instance.run_storage.add_run(DagsterRun(job_name="a", run_id="11111111-1111-1111-1111-111111111111"))
    child = "from dagster import DagsterInstance\nprint(len(DagsterInstance.get().get_runs()))"

    said = subprocess.run(
        [sys.executable, "-c", child],
        env={**os.environ, "DAGSTER_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.strip() == "1"


def test_a_storage_that_the_user_has_named_in_dagster_yaml_is_kept(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text(
        f"telemetry: {{enabled: false}}\nstorage: {{sqlite: {{base_dir: {tmp_path / 'elsewhere'}}}}}\n"
    )

    open_instance(tmp_path).dispose()

    assert (tmp_path / "elsewhere" / "history" / "runs.db").exists()


def test_a_home_that_is_a_file_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "home").touch()

    with pytest.raises(InvalidSettingsError, match="is no folder that can be written"):
        open_instance(tmp_path / "home")
