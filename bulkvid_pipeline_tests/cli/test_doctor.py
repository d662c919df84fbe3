"""`bulkvid doctor` as people type it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bulkvid_pipeline.core.service_wire import DoctorReport
from bulkvid_pipeline.services.doctor.registry import CHECKS
from bulkvid_pipeline_tests.cli.conftest import Command

PATIENT = ("--timeout", "300")


def doctor(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, by a user who has set nothing."""
    home = folder / "user"
    home.mkdir(exist_ok=True)
    (folder / "here").mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", "from bulkvid_pipeline.cli import main; main()", "doctor", *arguments],
        cwd=folder / "here",
        env={**kept, "HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


@pytest.mark.heavy
def test_somebody_new_in_an_empty_folder_is_told_that_all_is_well_and_nothing_is_left(tmp_path: Path) -> None:
    done = doctor(tmp_path, "--json", *PATIENT)

    report = DoctorReport.model_validate_json(done.stdout)
    bad = [check for check in report.checks if check.status in {"broken", "warning"} and check.group != "ports"]
    assert bad == []
    assert done.returncode == 0
    assert [check.name for check in report.checks] == [check.name for check in CHECKS]
    assert next(check for check in report.checks if check.name == "code").found.endswith("2 schedules")
    assert list((tmp_path / "here").iterdir()) == []
    assert list((tmp_path / "user").iterdir()) == []


def test_lines_tell_what_was_found_and_the_mend(bulkvid: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULKVID_WORKRES", "3")

    said = bulkvid("doctor", "--only", "variables", "--only", "settings", *PATIENT)

    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0].startswith("ok       settings")
    assert lines[1].startswith("warning  variables No setting has this name: BULKVID_WORKRES (")
    assert lines[2].strip() == "Fix: Write BULKVID_WORKERS in place of BULKVID_WORKRES."
    assert lines[3].startswith("Nothing is broken: 1 warning, 1 ok, 0 skipped, in ")


def test_something_broken_ends_with_1(bulkvid: Command, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULKVID_OUTPUT_URL", f"file://{folder}/blocked/videos")
    (folder / "blocked").write_text("")

    said = bulkvid("doctor", "--only", "storage", "--json", *PATIENT)

    assert said.code == 1
    document = json.loads(said.out)
    assert set(document) == {"status", "counts", "checks", "version", "timestamp", "duration_ms"}
    assert (document["status"], document["counts"]["broken"]) == ("broken", 1)
    assert set(document["checks"][0]) == {"name", "group", "status", "found", "mend", "duration_ms"}


def test_wrong_settings_are_a_finding_and_no_obstacle(bulkvid: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULKVID_WORKERS", "many")

    said = bulkvid("doctor", "--only", "settings", "--only", "rates", "--only", "time-zones", *PATIENT)

    assert said.code == 1
    assert "broken   settings" in said.out
    assert "BULKVID_WORKERS is 'many'" in said.out
    assert "skipped  rates" in said.out
    assert "ok       time-zones" in said.out


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--only", "storrage"], "storrage"),
        (["--timeout", "0"], "time limit"),
        (["--timeout", "nan"], "time limit"),
        (["https://example.com/sheet"], "link to a Google sheet"),
    ],
)
def test_wrong_input_ends_with_2(bulkvid: Command, arguments: list[str], word: str) -> None:
    said = bulkvid("doctor", *arguments)

    assert said.code == 2
    assert word in said.err
    assert "Fix:" in said.err


def test_a_sheet_is_looked_at_too(bulkvid: Command, folder: Path) -> None:
    (folder / "ideas.csv").write_text("title,script\nTea,Boil the water.\n")

    assert "can be read: 1 row" in bulkvid("doctor", "ideas.csv", "--only", "sheet", *PATIENT).out
    missing = bulkvid("doctor", "none.csv", "--only", "sheet", *PATIENT)
    assert missing.code == 1
    assert "not found" in missing.out


@pytest.mark.heavy
def test_a_peer_that_never_answers_does_not_hold_up_the_end(tmp_path: Path) -> None:
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        done = doctor(
            tmp_path,
            *("--only", "storage", "--only", "clock", "--only", "rates", "--timeout", "2", "--json"),
            BULKVID_OUTPUT_URL="s3://films",
            BULKVID_S3_ENDPOINT_URL=address,
            BULKVID_S3_KEY="k",
            BULKVID_S3_SECRET="hush-hush-1",
        )
        took_s = time.monotonic() - began

    told = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 1
    assert told["storage"]["status"] == "broken"
    assert "answer" in told["storage"]["found"]
    assert told["rates"]["status"] == "ok"
    assert took_s < 100
    assert "hush-hush-1" not in done.stdout + done.stderr


def test_an_env_file_that_is_no_text_is_told_by_doctor_and_by_every_command(bulkvid: Command, folder: Path) -> None:
    (folder / ".env").write_bytes(b"BULKVID_WORKERS=2\n\xff\n")

    said = bulkvid("doctor", "--only", "settings", *PATIENT)

    assert said.code == 1
    assert "The file .env in the current folder is not UTF-8" in said.out
    refused = bulkvid("jobs", "list")
    assert refused.code == 2
    assert "Save .env anew as UTF-8" in refused.err
