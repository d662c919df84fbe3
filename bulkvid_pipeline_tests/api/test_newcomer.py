"""The whole way of somebody new: the requests of `docs/api.md` with curl, one after another, on `bulkvid serve`."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import pytest

from bulkvid_pipeline_tests.client.served import COMMAND, Served
from bulkvid_pipeline_tests.waiting import PATIENCE_S

pytestmark = pytest.mark.heavy

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"
IDEAS = """idea_title,platform_preferences,script_content
Water,youtube,Turn off the tap. Save the water.
Bread,tiktok,Bake the bread. Eat it warm.
"""


def blocks() -> list[str]:
    return re.findall(r"```bash\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


@dataclass
class Shell:
    """Runs blocks of the document in one folder, with the variables that a reader would have filled in."""

    folder: Path
    api: str
    environment: dict[str, str]
    known: dict[str, str] = field(default_factory=dict)

    def run(self, block: str) -> str:
        lines = ["set -eu", *(f"{name}='{value}'" for name, value in self.known.items())]
        if "auth" in self.known:
            lines.append(f"API='{self.api}'")
        text = block.replace("http://127.0.0.1:8000", self.api)
        finished = subprocess.run(
            ["bash", "-c", "\n".join([*lines, text])],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    (tmp_path / "ideas.csv").write_text(IDEAS)
    with Served(tmp_path, {}) as served:
        environment = {
            **os.environ,
            "PATH": f"{COMMAND.parent}:{os.environ['PATH']}",
            "DAGSTER_HOME": str(tmp_path / "home"),
        }
        yield Shell(tmp_path, served.url, environment, {"auth": f"Authorization: Bearer {served.token()}"})


def data_of(printed: str) -> Any:
    answer = json.loads(printed)
    assert answer["success"], printed
    return answer["data"]


def answers_in(printed: str) -> list[dict[str, Any]]:
    """The JSON answers that several requests have printed one behind the other."""
    decoder, found = json.JSONDecoder(), []
    while printed.strip():
        answer, end = decoder.raw_decode(printed.lstrip())
        found.append(answer)
        printed = printed.lstrip()[end:]
    return found


def test_the_requests_of_the_document_lead_from_a_sheet_to_videos(shell: Shell) -> None:
    upload, create, watch, steer, collect = blocks()

    shell.known["upload_id"] = data_of(shell.run(upload))["id"]
    job = data_of(shell.run(create))
    shell.known["job_id"] = job["id"]
    assert (job["state"], job["items_total"], job["items_pending"]) == ("pending", 2, 2)
    assert data_of(shell.run(create))["id"] == job["id"], "the idempotency key makes no second job"

    watched = shell.run(watch)
    assert re.findall(r"^event: (\w+)$", watched, re.MULTILINE)[-1] == "end"
    items = [json.loads(item) for item in re.findall(r"event: item\ndata: (.*)", watched)]
    assert sorted(item["title"] for item in items if item["state"] == "completed") == ["Bread", "Water"], watched
    assert '"percent_complete":100.0' in watched

    refused = answers_in(shell.run(steer))
    assert [answer["error"]["code"] for answer in refused] == ["ACTION_NOT_ALLOWED"] * 4
    assert {answer["error"]["details"]["state"] for answer in refused} == {"completed"}

    listing, results = collect.split("\n")[0], collect.split("\n")[1]
    assert [found["id"] for found in data_of(shell.run(listing))["items"]] == [job["id"]]
    shell.run(results)
    rows = list(csv.DictReader((shell.folder / "results.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["platform"] for row in rows] == ["youtube", "tiktok"]
    shell.known["video_url"] = rows[0]["video_url"]
    shell.run(collect.split("\n")[2])
    with av.open(str(shell.folder / "water-youtube.mp4")) as video:
        assert video.streams.video[0].height == 720
