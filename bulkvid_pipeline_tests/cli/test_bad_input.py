"""Wrong input ends with exit code 2 and says what was wrong, where, and what to do; nothing is begun."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.cli.conftest import Command

GOOD = "idea_title,script_content\nOne,Turn off the tap. Save the water.\n"


@pytest.fixture
def bad_things(folder: Path) -> Path:
    (folder / "a.csv").write_text(GOOD)
    (folder / "empty.csv").touch()
    (folder / "folder.csv").mkdir()
    (folder / "damaged.xlsx").write_bytes(b"\xff\xfe\x00")
    (folder / "bad.json").write_text("{\n")
    (folder / "bad.yaml").write_text("title: [\n")
    (folder / "list.yaml").write_text("- 1\n")
    (folder / "typo.yaml").write_text("input_source: {path: a.csv}\nprioritty: low\n")
    return folder


CASES = [
    ("run missing.csv", "missing.csv' not found", "Check the path"),
    ("run missing.csv --queue", "missing.csv' not found", "Check the path"),
    ("validate missing.csv", "missing.csv' not found", "Check the path"),
    ("preview missing.csv --row 2", "missing.csv' not found", "Check the path"),
    ("run missing.yaml", "missing.yaml cannot be read", "Check the path"),
    ("validate empty.csv", "'empty.csv' is empty", "Save the sheet again"),
    ("validate folder.csv", "is a directory", "Give the path"),
    ("validate damaged.xlsx", "damaged.xlsx", "Save it again"),
    ("run a.csv --range ZZ", "Invalid range format: 'ZZ'", "A1:Z100"),
    ("validate a.csv --range Tab!A1:B2", "'Tab'", "Leave the sheet's name out"),
    (
        "plan a.csv --column Hook=idea_title",
        "names the column 'Hook', which the sheet does not have",
        "Name one of them",
    ),
    ("run a.csv --column Hook=banana", "There is no column 'banana'", "Use one of idea_title"),
    (
        "validate a.csv --column Hook",
        "'Hook' does not say which column is which",
        "Write --column 'Hook line=idea_title'",
    ),
    ("run a.csv --template nope", "Template 'nope' not found", "default_template"),
    ("validate a.csv --template nope", "Template 'nope' not found", "default_template"),
    ("validate https://example.com/ideas.csv", "neither a file nor a link to a Google sheet", "Download the sheet"),
    ("run s3://bucket/ideas.csv", "neither a file nor a link to a Google sheet", "Download the sheet"),
    ("run a.csv -r 8k", "output.resolution: Input should be '720p', '1080p' or '4k' (given: '8k')", "Correct"),
    ("run a.csv --style pop", "template.overrides.style", "Correct"),
    ("run a.csv --priority asap", "priority: Input should be 'urgent', 'high', 'normal' or 'low'", "Correct"),
    ("run a.csv --format webm --video-codec h264", "webm cannot hold h264", "Use vp9"),
    ("run a.csv -o Not_A_Bucket", "not a valid bucket name", "file:///folder"),
    ("run a.csv -o https://ana:s3cret@host/x", "holds a password", "Leave it out"),
    ("validate a.csv --level hard", "'strict', 'moderate' or 'permissive' (given: 'hard')", "Correct"),
    ("validate bad.json", "bad.json is not JSON: line 2, column 1", "Correct the file"),
    ("validate bad.yaml", "bad.yaml is not YAML: line 2, column 1", "Correct the file"),
    ("validate list.yaml", "list.yaml holds no fields", "Begin with"),
    ("validate typo.yaml", "prioritty", "Correct"),
    ("preview a.csv --row 99", "no idea in row 99", "Choose one of its rows: 2"),
    ("preview a.csv --row 2 -p vimeo", "no platform 'vimeo'", "youtube"),
    ("templates check nope.json", "Template file nope.json not found", "Check the path"),
    ("templates check nope", "Template 'nope' not found", "default_template"),
    ("templates preview nope", "Template 'nope' not found", "default_template"),
    ("jobs show nope", "Job 'nope' not found", "bulkvid jobs list"),
    ("jobs pause nope", "Job 'nope' not found", "bulkvid jobs list"),
    ("jobs cancel nope", "Job 'nope' not found", "bulkvid jobs list"),
    ("jobs resume nope --queue", "Job 'nope' not found", "bulkvid jobs list"),
    ("jobs retry nope", "Job 'nope' not found", "bulkvid jobs list"),
    ("jobs watch nope", "Job 'nope' not found", "bulkvid jobs list"),
    ("jobs write-back nope", "Job 'nope' not found", "bulkvid jobs list"),
    ("jobs events nope", "Job 'nope' not found", "bulkvid jobs list"),
    ("jobs events nope --level LOUD", "'LOUD' is no level", "DEBUG"),
    ("prune --older-than soon", "'soon' is not a valid age", "30d"),
    ("cache prune --to lots", "'lots' is no size", "500MB"),
]


@pytest.mark.parametrize(("words", "problem", "fix"), CASES, ids=[case[0] for case in CASES])
def test_wrong_input_is_named_with_what_to_do(
    bulkvid: Command, bad_things: Path, words: str, problem: str, fix: str
) -> None:
    said = bulkvid(*words.split())

    assert said.code == 2
    error, _, advice = said.err.partition("\nFix:")
    assert error.startswith("Error: ")
    assert problem in error
    assert fix in advice
    assert len(said.err.splitlines()) == 2
    assert "s3cret" not in said.out + said.err
    assert not (bad_things / "output").exists()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("run", "Missing argument"),
        ("nosuch", "No such command"),
        ("validate a.csv --frobnicate", "No such option"),
        ("preview a.csv", "Missing option '--row'"),
        ("preview a.csv --row 0", "'--row'"),
        ("jobs list --state asleep", "'asleep' is no state; use one of pending, running"),
    ],
)
def test_what_no_command_takes_is_named(bulkvid: Command, words: str, problem: str) -> None:
    said = bulkvid(*words.split())

    assert said.code == 2
    assert problem in said.err


def test_a_mistyped_file_makes_no_job(bulkvid: Command) -> None:
    bulkvid("run", "missing.csv")

    assert bulkvid("jobs", "list").out == "No jobs.\n"


def test_without_a_web_server_a_queued_job_is_not_made(
    bulkvid: Command, bad_things: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULKVID_DAGSTER_URL", "http://127.0.0.1:9")

    said = bulkvid("run", str(bad_things / "a.csv"), "--queue")

    assert said.code == 2
    assert "Processing service unavailable: the Dagster web server at http://127.0.0.1:9" in said.err
    assert "bulkvid ui" in said.err
    assert bulkvid("jobs", "list").out == "No jobs.\n"


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("LONGEST_VIDEO_S", "abc", "BULKVID_LONGEST_VIDEO_S is 'abc': Input should be a valid number"),
        ("WORKERS", "0", "BULKVID_WORKERS is '0': Input should be greater than or equal to 1"),
    ],
)
def test_a_wrong_setting_is_named(
    bulkvid: Command, bad_things: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    monkeypatch.setenv(f"BULKVID_{name}", value)
    settings.cache_clear()

    said = bulkvid("validate", str(bad_things / "a.csv"))

    assert said.code == 2
    assert problem in said.err
    assert "Fix:" in said.err
