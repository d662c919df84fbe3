"""The commands: what they offer, how their options reach the job, and that help answers at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bulkvid_pipeline.cli import running
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline_tests.cli.conftest import Command

Started = list[tuple[BulkJobSpec, dict[str, Any]]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """The jobs that `bulkvid run` starts, which are not run."""
    jobs: Started = []

    def run_job(spec: BulkJobSpec, **how: Any) -> int:
        jobs.append((spec, how))
        return 3

    monkeypatch.setattr(running, "run_job", run_job)
    return jobs


def test_every_option_of_run_reaches_the_job(bulkvid: Command, folder: Path, started: Started) -> None:
    (folder / "videos").mkdir()
    options = (
        "--output videos --level strict --range A1:J9 --layout positional --template modern --style classic "
        "--voice male --resolution 4k --format mov --video-codec h265 --priority urgent --title Spring --prefix may "
        "--plain --queue --max-machines 4 --column K:K=idea_title"
    )

    said = bulkvid("run", "ideas.csv", *options.split(), "--column", "Why = how?=ignore")

    ((spec, how),) = started
    assert said.code == 3
    assert how == {"plain": True, "queue": True}
    assert spec.model_dump(mode="json", exclude_defaults=True) == {
        "title": "Spring",
        "priority": "urgent",
        "max_machines": 4,
        "validation_level": "strict",
        "input_source": {
            "type": "file",
            "path": str(folder / "ideas.csv"),
            "range": "A1:J9",
            "format": "positional",
            "columns": {"K:K": "idea_title", "Why = how?": "ignore"},
        },
        "output": {
            "format": "mov",
            "video_codec": "h265",
            "audio_codec": "aac",
            "resolution": "4k",
            "output_bucket": f"file://{folder}/videos",
            "prefix": "may",
        },
        "template": {"template_id": "modern", "overrides": {"style": "classic", "voice": "male"}},
    }


def test_without_options_a_job_has_its_defaults_and_runs_here(bulkvid: Command, started: Started) -> None:
    bulkvid("run", "ideas.csv")

    ((spec, how),) = started
    assert how == {"plain": False, "queue": False}
    assert spec.model_dump(exclude_defaults=True).keys() == {"input_source"}


def test_machines_without_the_queue_and_too_many_are_wrong_input(bulkvid: Command, started: Started) -> None:
    alone = bulkvid("run", "ideas.csv", "--max-machines", "4")
    many = bulkvid("run", "ideas.csv", "--queue", "--max-machines", "201")

    assert (alone.code, many.code, started) == (2, 2, [])
    assert "--queue" in alone.err
    assert "max_machines" in many.err
    assert "200" in many.err
    assert bulkvid("run", "ideas.csv", "--max-machines", "1").code == 3


@pytest.mark.parametrize(("output", "bucket"), [("my-bucket", "my-bucket"), ("s3://films/x", "s3://films/x")])
def test_a_bucket_stays_a_bucket(bulkvid: Command, started: Started, output: str, bucket: str) -> None:
    bulkvid("run", "ideas.csv", "-o", output)

    assert started[0][0].output.output_bucket == bucket


@pytest.mark.parametrize("output", ["./new", "{folder}/new"])
def test_a_path_becomes_the_address_of_a_folder(bulkvid: Command, folder: Path, started: Started, output: str) -> None:
    bulkvid("run", "ideas.csv", "-o", output.format(folder=folder))

    assert started[0][0].output.output_bucket == f"file://{folder}/new"


GROUPS = ["", "jobs", "debug", "tokens", "cache", "templates", "dev"]
HEAVY = {"dagster", "pandas", "numpy", "sqlalchemy", "skia", "av", "fastapi", "rich"}


@pytest.mark.parametrize("group", GROUPS)
def test_help_says_what_there_is(bulkvid: Command, group: str) -> None:
    said = bulkvid(*group.split(), "-h")

    assert said.code == 0
    assert f"Usage: bulkvid {group}".rstrip() in said.out


def test_help_lists_every_group_with_what_it_says_of_itself(bulkvid: Command) -> None:
    whole = " ".join(bulkvid("-h").out.split())

    for group in filter(None, GROUPS):
        about = bulkvid(group, "-h").out.split("\n\n")[1].split()
        assert " ".join([group, *about]) in whole


@pytest.mark.parametrize("group", GROUPS)
def test_help_waits_for_no_heavy_module(group: str) -> None:
    program = f"import sys; sys.argv = {['bulkvid', *group.split(), '--help']}\n"
    program += "from bulkvid_pipeline.cli import main\n"
    heavy = HEAVY if group else {*HEAVY, "pydantic"}  # by which Typer itself reads the names of groups and commands
    program += f"try: main()\nexcept SystemExit: print('heavy:', *set(sys.modules).intersection({heavy}))"

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert said.stdout.splitlines()[-1] == "heavy:"
