"""`bulkvid debug` as people and scripts use it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulkvid_pipeline.core.diagnostics.exchange import Fault, Peer
from bulkvid_pipeline.services.diagnostics.diagnostics import Diagnostics, open_diagnostics
from bulkvid_pipeline_tests.cli.conftest import Command
from bulkvid_pipeline_tests.core.diagnostics.exchanges import broken, healthy, speech_error
from bulkvid_pipeline_tests.services.diagnostics.recorded import known_job, recorded

JOB, OTHER = "job_d1a90001aaaa", "job_d1a90002bbbb"


@pytest.fixture
def diagnostics(folder: Path) -> Iterator[Diagnostics]:
    """Diagnostics with two jobs, nothing of which is left afterwards: the home is shared by all tests of commands."""
    assert folder.is_dir()
    with open_diagnostics() as found:
        for job_id in (JOB, OTHER):
            known_job(found.instance, job_id)
        yield found
        found.disable()
        found.clean_up(0)
        for run in found.instance.get_runs():
            found.instance.delete_run(run.run_id)


def test_they_are_turned_on_and_off(bulkvid: Command, diagnostics: Diagnostics) -> None:
    on = bulkvid("debug", "enable", "--minutes", "10")
    assert (on.code, on.err) == (0, "")
    assert on.out.startswith("Diagnostics are on for 10 minutes. They end at ")
    assert json.loads(bulkvid("debug", "enable", "--json").out)["message"] == "Diagnostics are on for 30 minutes."
    assert bulkvid("debug", "status").out.startswith("Diagnostics are on for 30 minutes. They end at ")

    assert bulkvid("debug", "disable").out == "Diagnostics are off.\n"
    assert json.loads(bulkvid("debug", "disable", "--json").out)["enabled"] is False
    assert not diagnostics.mode().enabled


def test_one_job_is_named_by_the_beginning_of_its_id(bulkvid: Command, diagnostics: Diagnostics) -> None:
    several = bulkvid("debug", "enable", "--job", "job_d1a9")
    assert (several.code, several.out) == (2, "")
    assert several.err.startswith("Error: Several jobs begin with 'job_d1a9'")

    assert json.loads(bulkvid("debug", "enable", "--job", JOB[:-2], "--json").out)["job_id"] == JOB
    assert diagnostics.mode().job_id == JOB


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("enable", "--minutes", "0"), "Error: Diagnostics cannot be on for 0 minutes"),
        (("enable", "--minutes", "1441"), "Error: Diagnostics cannot be on for 1441 minutes"),
        (("enable", "--minutes", "soon"), "Invalid value for '--minutes'"),
        (("enable", "--job", "job_nobody"), "Error: Job 'job_nobody' not found"),
        (("summary", "job_nobody"), "Error: Job 'job_nobody' not found"),
        (("summary", OTHER), f"Error: Nothing was recorded of job '{OTHER}'"),
        (("log", OTHER), f"Error: Nothing was recorded of job '{OTHER}'"),
        (("cleanup", "--days", "-1"), "Error: Logs cannot be older than -1 days"),
    ],
)
def test_what_cannot_be_done_is_said_with_code_2(
    bulkvid: Command, diagnostics: Diagnostics, arguments: tuple[str, ...], said: str
) -> None:
    result = bulkvid("debug", *arguments)

    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert not diagnostics.mode().enabled


def test_a_summary_says_what_is_wrong_and_what_to_do(bulkvid: Command, diagnostics: Diagnostics) -> None:
    wrong_key = speech_error(401, "Incorrect API key provided", row="row-1")
    recorded(diagnostics, JOB, *healthy(), wrong_key, broken(Peer.WEBHOOK, Fault.DNS, at=30))

    said = bulkvid("debug", "summary", JOB[:-3])

    assert said.code == 0
    assert said.out.startswith(f"{JOB}: The speech server does not accept the key: 29 requests, 2 failed.\n")
    assert "Requests     29, 2 failed; success rate 93.1 %" in said.out
    assert "401 Unauthorized 1x" in said.out
    assert "No answer    dns 1x" in said.out
    assert "The speech server does not accept the key (wrong_credentials, 1x)" in said.out
    assert "fix   Set BULKVID_SPEECH_API_KEY to a valid key" in said.out
    assert "hooks.example.com" in said.out


def test_a_job_that_works_has_no_problems(bulkvid: Command, diagnostics: Diagnostics) -> None:
    recorded(diagnostics, JOB, *healthy())

    said = bulkvid("debug", "summary", JOB).out
    assert said.startswith(f"{JOB}: No problems: 27 requests, none failed.\n")
    assert "Kept" not in said
    assert json.loads(bulkvid("debug", "summary", JOB, "--json").out) == diagnostics.summary_of(JOB).as_json()


def test_figures_of_a_part_of_the_requests_are_said_to_be_that(bulkvid: Command, diagnostics: Diagnostics) -> None:
    recorded(diagnostics, JOB, *healthy(), requests=3027, failed=0, left_out=3000)

    said = bulkvid("debug", "summary", JOB).out

    assert "Requests     3027, 0 failed" in said
    assert "Kept         27 requests; the figures below are of these alone" in said


def test_a_log_is_printed_or_saved(bulkvid: Command, diagnostics: Diagnostics, folder: Path) -> None:
    recorded(diagnostics, JOB, *healthy())

    printed = json.loads(bulkvid("debug", "log", JOB[:-1]).out)
    assert len(printed["logs"][0]["exchanges"]) == printed["summary"]["total_requests"] == 27

    assert bulkvid("debug", "log", JOB, "-o", "log.json").out == "log.json\n"
    assert json.loads((folder / "log.json").read_text())["logs"] == printed["logs"]
    (folder / "logs").mkdir()
    told = json.loads(bulkvid("debug", "log", JOB, "-o", "logs", "--json").out)
    assert told["file"].startswith(f"logs/job_{JOB}_2025")
    assert (folder / told["file"]).stat().st_size == told["bytes"]

    nowhere = bulkvid("debug", "log", JOB, "-o", "no/such/folder/log.json")
    assert (nowhere.code, nowhere.out) == (2, "")
    assert nowhere.err.startswith("Error: The log cannot be written to no/such/folder/log.json")


def test_logs_of_a_job_whose_runs_are_pruned_are_found_by_their_beginning(
    bulkvid: Command, diagnostics: Diagnostics
) -> None:
    recorded(diagnostics, "job_gone00000001", *healthy())

    assert bulkvid("debug", "summary", "job_gone").out.startswith("job_gone00000001: No problems")


def test_the_status_lists_logs_and_old_ones_are_removed(bulkvid: Command, diagnostics: Diagnostics) -> None:
    recorded(diagnostics, JOB, *healthy())

    status = bulkvid("debug", "status")
    assert "Logs:   1, " in status.out
    assert JOB in status.out
    told = json.loads(bulkvid("debug", "status", "--json").out)
    assert (told["files_total"], told["folder"]) == (1, str(diagnostics.folder))

    assert bulkvid("debug", "cleanup").out == "0 logs older than 7 days removed. 0B freed.\n"
    assert json.loads(bulkvid("debug", "cleanup", "--days", "0", "--json").out)["deleted_files"] == 1
