"""Jobs whose videos a script makes, gone on with by all doors of `bulkvid serve`: none of them ever falls back to the
engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bulkvid_pipeline.core import tags
from bulkvid_pipeline_tests.defs.web_server import BACKFILL, WebServer
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.server.served import Served
from bulkvid_pipeline_tests.waiting import wait_until

pytestmark = pytest.mark.heavy

SCRIPT = '''
import asyncio
from pathlib import Path
from bulkvid_pipeline.batch_processor import BatchProcessor

HERE = Path(__file__).parent


class Studio(BatchProcessor):
    """Makes the videos that somebody has laid a file for."""

    async def _execute_video_generation(self, video_job):
        title = video_job.idea_data["title"]
        if not (HERE / title).exists():
            raise ValueError("The actors are late")
        return {"output_url": f"https://studio.example/{title}.mp4"}


async def main():
    async with Studio(db_path=HERE / "home") as processor:
        job_id = processor.create_bulk_job(HERE / "ideas.csv", "user")
        await processor.process_sheet_ideas(job_id)
        while processor.get_bulk_job_status(job_id)["status"] not in ("completed", "failed"):
            await asyncio.sleep(0.05)
        print(job_id)


if __name__ == "__main__":
    asyncio.run(main())
'''


NEWEST = """query($t: [ExecutionTag!]) {
  runsOrError(filter: {tags: $t}, limit: 1) { ... on Runs { results { runId } } } }"""

PARTITIONS = '{ assetNodeOrError(assetKey: {path: ["video"]}) { ... on AssetNode { partitionKeys } } }'


@dataclass(frozen=True)
class Doors:
    """What is served over the database of a script that has ended, with its job, of which only one video is made."""

    folder: Path
    served: Served
    token: str
    job_id: str

    @property
    def web(self) -> WebServer:
        return WebServer(self.served.dagster_port)

    @property
    def job(self) -> dict[str, Any]:
        """As the REST API tells it."""
        _, answer = self.served.get(f"/api/bulk-jobs/{self.job_id}", self.token)
        found: dict[str, Any] = answer["data"]
        return found

    def retry(self) -> None:
        request = urllib.request.Request(f"{self.served.url}/api/bulk-jobs/{self.job_id}/retry", b"", method="POST")
        request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert json.load(answer)["success"]

    def newest_run(self) -> str:
        (run,) = self.web.ask(NEWEST, t=[{"key": tags.JOB_ID, "value": self.job_id}])["results"]
        return str(run["runId"])

    def lay(self, title: str) -> None:
        """Let the script make that video from now on."""
        (self.folder / title).touch()

    def ended(self, run_id: str) -> str:
        """How the run of Dagster's has ended."""
        wait_until(lambda: self.web.status(run_id) in {"SUCCESS", "FAILURE", "CANCELED"})
        return self.web.status(run_id)

    def urls(self) -> set[str]:
        """Names of the script's videos, and addresses of others, once no run of the job is at work."""
        wait_until(lambda: self.job["state"] in {"completed", "failed"})
        _, answer = self.served.get(f"/api/bulk-jobs/{self.job_id}/results", self.token)
        found = {item["video_url"] for item in answer["data"]["items"]} - {None}
        return {url.removeprefix("https://studio.example/") for url in found}


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    place = Installation(tmp_path)
    (tmp_path / "ideas.csv").write_text("idea_title,script_content\nOne,Hello.\nTwo,Hello.\nThree,Hello.\n")
    (tmp_path / "One").touch()
    path = tmp_path / "studio.py"
    path.write_text(SCRIPT)
    environment = {**os.environ, **place.environment, "PYTHONWARNINGS": "ignore"}
    script = subprocess.run([sys.executable, str(path)], env=environment, cwd="/", capture_output=True, text=True)
    assert script.returncode == 0, script.stderr
    with Served(place) as served:
        served.wait_for_line()
        yield Doors(tmp_path, served, served.command("token").stdout.strip(), script.stdout.strip())


def test_every_door_has_the_script_make_its_videos_or_says_that_it_is_gone(doors: Doors) -> None:
    _, listed = doors.served.get("/api/bulk-jobs", doors.token)
    assert [job["id"] for job in listed["data"]["items"]] == [doors.job_id]
    assert doors.urls() == {"One.mp4"}

    doors.lay("Two")
    before = doors.newest_run()
    doors.retry()
    wait_until(lambda: doors.newest_run() != before)
    assert doors.ended(doors.newest_run()) == "FAILURE"
    assert doors.urls() == {"One.mp4", "Two.mp4"}

    (doors.folder / "studio.py").rename(doors.folder / "gone.py")
    assert doors.ended(doors.web.execute_again(doors.newest_run(), "ALL_STEPS")) == "FAILURE"
    _, events = doors.served.get(f"/api/bulk-jobs/{doors.job_id}/events?level=ERROR", doors.token)
    told = " ".join(event["message"] for event in events["data"]["items"])
    assert "studio.py:Studio, which cannot be loaded here: there is no file" in told
    assert doors.urls() == {"One.mp4", "Two.mp4"}
    (doors.folder / "gone.py").rename(doors.folder / "studio.py")

    doors.lay("Three")
    keys = doors.web.ask(PARTITIONS)["partitionKeys"]
    (row,) = (key for key in keys if "three" in key)
    before = doors.newest_run()
    doors.web.ask(BACKFILL, b={"assetSelection": [{"path": ["video"]}], "partitionNames": [row], "tags": []})
    wait_until(lambda: doors.newest_run() != before)
    assert doors.ended(doors.newest_run()) == "SUCCESS"
    assert doors.urls() == {"One.mp4", "Two.mp4", "Three.mp4"}
    assert not list(doors.folder.rglob("*.mp4"))
