"""The installation of docker-compose.yml at work: what people reach, a job, and the loss of each part."""

from __future__ import annotations

import base64
import csv
import io
import json
import shutil
from typing import Any
from urllib.parse import urlsplit

import pytest

from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline_tests.deploy.stand import SITE_HOST, Stand
from bulkvid_pipeline_tests.deploy.visitor import Visitor
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import idea

SITE, DAGSTER, FILES = f"https://{SITE_HOST}", f"https://dagster.{SITE_HOST}", f"https://files.{SITE_HOST}"


class Team:
    """Who uses the installation: with a token, through the proxy."""

    def __init__(self, stand: Stand) -> None:
        self.visitor = Visitor(stand.proxy_address, stand.authority)
        self._token = stand.run_in("api", "bulkvid", "token").stdout.strip()
        assert self._token
        self._door = {"Authorization": f"Bearer {self._token}"}

    def launch(self, *titles: str) -> str:
        """Upload a sheet and start a job over it; returns its id."""
        upload = self._upload([idea(title) for title in titles])
        spec = {"input_source": {"path": upload}, "output": {"resolution": "720p"}}
        job_id: str = self.visitor.ask_json(f"{SITE}/api/bulk-jobs", self._token, "POST", spec)["id"]
        return job_id

    def job(self, job_id: str) -> Any:
        """What the API says of it."""
        return self.visitor.ask_json(f"{SITE}/api/bulk-jobs/{job_id}", self._token)

    def wait_for(self, job_id: str) -> None:
        """Until all its rows are finished: its stream ends with it, or when a server wants another connection."""
        stream = f"{SITE}/api/bulk-jobs/{job_id}/stream"
        ended = b"event: end"
        wait_until(lambda: ended in self.visitor.ask(stream, headers=self._door)[1], f"{job_id} never ended")
        assert self.job(job_id)["state"] == "completed", self.job(job_id)

    def videos(self, job_id: str) -> list[str]:
        """Links to its videos."""
        results = self.visitor.ask_json(f"{SITE}/api/bulk-jobs/{job_id}/results", self._token)
        return [item["video_url"] for item in results["items"]]

    def is_well(self) -> bool:
        """Whether the installation says that all its parts are well."""
        return self.visitor.ask(f"{SITE}/api/v1/health")[0] == 200

    def _upload(self, rows: list[dict[str, str]]) -> str:
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
        disposition = 'Content-Disposition: form-data; name="file"; filename="ideas.csv"'
        body = f"--part\r\n{disposition}\r\nContent-Type: text/csv\r\n\r\n{text.getvalue()}\r\n--part--\r\n".encode()
        headers = {**self._door, "Content-Type": "multipart/form-data; boundary=part"}
        status, answer = self.visitor.ask(f"{SITE}/api/sheets", "POST", body, headers)
        assert status == 201, answer
        return str(json.loads(answer)["data"]["id"])


@pytest.mark.faults
def test_a_job_runs_through_the_proxy_and_the_loss_of_each_part_is_made_good() -> None:
    with Stand() as stand:
        team = Team(stand)
        wait_until(team.is_well, "it never was well", seconds=120)
        nothing_opens_without_a_login(stand, team.visitor)

        first = team.launch("Before")
        team.wait_for(first)
        its_videos_open_by_their_links_alone(team, first)

        restore_bucket(stand)
        for name in ("s3", "broker", "postgres", "code", "dagster", "daemon", "api", "proxy", "worker-1"):
            lose(stand, name)
        wait_until(team.is_well, "it did not become well again", seconds=120)

        second = team.launch("After")
        team.wait_for(second)
        its_videos_open_by_their_links_alone(team, second)
        its_videos_open_by_their_links_alone(team, first)
    assert stand.survivors() == []


def nothing_opens_without_a_login(stand: Stand, visitor: Visitor) -> None:
    for url, status in (
        (f"{SITE}/api/bulk-jobs", 401),
        (f"{SITE}/api/v1/metrics", 401),
        (f"{SITE}/jobs", 303),
        (f"{DAGSTER}/graphql", 401),
        (f"{FILES}/", 403),
        (f"{FILES}/bulkvid/videos/report.html", 403),
        (f"{FILES}/bulkvid/videos/report.html?X-Amz-Signature=0", 403),
    ):
        assert visitor.ask(url)[0] == status, url
    password = base64.b64encode(f"admin:{stand.secrets['DAGSTER_PASSWORD']}".encode()).decode()
    assert visitor.ask(f"{DAGSTER}/server_info", headers={"Authorization": f"Basic {password}"})[0] == 200


def its_videos_open_by_their_links_alone(team: Team, job_id: str) -> None:
    (link,) = team.videos(job_id)
    status, video = team.visitor.ask(link)
    assert (status, video[4:8]) == (200, b"ftyp")
    assert urlsplit(link).netloc == f"files.{SITE_HOST}"
    assert team.visitor.ask(link.replace("X-Amz-Expires=3600", "X-Amz-Expires=360000"))[0] == 403
    assert team.visitor.ask(link, "DELETE")[0] == 403


def restore_bucket(stand: Stand) -> None:
    """Copy the bucket's volume, lose it, and put the copy in its place."""
    stand.stop("s3")
    volume = stand.containers["s3"].volumes["/data"]
    copy = shutil.make_archive(str(stand.folder / "s3"), "gztar", volume)
    shutil.rmtree(volume)
    shutil.unpack_archive(copy, volume)
    stand.start("s3")
    stand.wait_until_healthy("s3")


def lose(stand: Stand, name: str) -> None:
    """Kill a part, and start it again as Docker does; it is well again by its own check."""
    if name == "postgres":
        stand.postgres.restart(crash=True)
        return
    stand.kill(name)
    stand.start(name)
    stand.wait_until_healthy(name)
