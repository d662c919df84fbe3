"""The lines of `docs/diagnostics.md`, one block after another, with a job whose speech server refuses the key."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bulkvid_pipeline_tests.client.served import COMMAND, Served
from bulkvid_pipeline_tests.peers.speech_server import SpeechServer
from bulkvid_pipeline_tests.waiting import PATIENCE_S

pytestmark = pytest.mark.heavy

DOCUMENT = (Path(__file__).parents[2] / "docs" / "diagnostics.md").read_text()
IDEAS = "idea_title,script_content\nWater,Turn off the tap. Save the water.\nTea,Boil the water. Drink it.\n"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.fixture
def speech() -> Iterator[SpeechServer]:
    with SpeechServer("the-right-key") as server:
        yield server


@pytest.fixture
def environment(tmp_path: Path, speech: SpeechServer) -> dict[str, str]:
    (tmp_path / "ideas.csv").write_text(IDEAS)
    return {
        **os.environ,
        "PATH": f"{COMMAND.parent}:{os.environ['PATH']}",
        "DAGSTER_HOME": str(tmp_path / "home"),
        "BULKVID_OUTPUT_URL": f"file://{tmp_path}/output",
        "BULKVID_CACHE_DIR": str(tmp_path / "cache"),
        "BULKVID_SPEECH_PROVIDER": "openai",
        "BULKVID_SPEECH_BASE_URL": speech.base_url,
        "BULKVID_SPEECH_API_KEY": "sk-a-wrong-key-of-ours",
    }


def ran(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def answers(printed: str) -> list[Any]:
    """The data of several answers, printed one behind the other."""
    decoder, found, rest = json.JSONDecoder(), [], printed.strip()
    while rest:
        answer, end = decoder.raw_decode(rest)
        assert answer["success"], answer
        found.append(answer["data"])
        rest = rest[end:].lstrip()
    return found


def test_the_lines_of_the_guide_find_the_wrong_key(tmp_path: Path, environment: dict[str, str]) -> None:
    turn_on, look, turn_off, over_api = blocks("bash")
    (script,) = blocks("python")

    status = ran(["bash", "-euc", turn_on], tmp_path, environment)
    assert "Diagnostics are on for 30 minutes." in status
    job_id = re.findall(r"  (job_\w+)  ", status)[0]
    known = f"job_id={job_id}\n"

    summary = ran(["bash", "-euc", known + look], tmp_path, environment)
    assert "The speech server does not accept the key" in summary
    assert "fix   Set BULKVID_SPEECH_API_KEY to a valid key" in summary
    assert "sk-a-wrong-key-of-ours" not in summary + (tmp_path / "log.json").read_text()

    told = ran([sys.executable, "-c", f"job_id = {job_id!r}\n{script}"], tmp_path, environment)
    assert told.startswith("Diagnostics are on for 30 minutes.\nThe speech server does not accept the key")
    assert "('BULKVID_SPEECH_API_KEY', 'BULKVID_SPEECH_BASE_URL')" in told

    with Served(tmp_path, environment) as served:
        lines = over_api.replace("http://127.0.0.1:8000", served.url)
        on, status_, found, cleaned, off = answers(ran(["bash", "-euc", known + lines], tmp_path, environment))
    assert (on["enabled"], status_["files_total"], cleaned["deleted_files"], off["enabled"]) == (True, 1, 0, False)
    assert found["failure_patterns"][0]["name"] == "wrong_credentials"
    (saved,) = tmp_path.glob(f"job_{job_id}_*.json")
    assert json.loads(saved.read_text())["summary"]["job_id"] == job_id

    assert "Diagnostics are off." in ran(["bash", "-euc", turn_off], tmp_path, environment)
