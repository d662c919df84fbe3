"""The API's real process over an instance with one finished job, for tests that send it what they like."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from dagster import DagsterInstance

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline.services.access.tokens import mint
from bulkvid_pipeline.services.jobs.instance import INSTANCE_CONFIG
from bulkvid_pipeline_tests.api.raw_http import Reply, exchange, head
from bulkvid_pipeline_tests.api.server import ApiServer
from bulkvid_pipeline_tests.launch.instance_dagster import InstanceDagster
from bulkvid_pipeline_tests.peers.google import GooglePeer
from bulkvid_pipeline_tests.peers.postgres import PostgresServer
from bulkvid_pipeline_tests.workplace import Workplace, idea

JOBS = "/api/bulk-jobs"
JSON = "Content-Type: application/json"
SHEET = b"idea_title,script_content\nOne,Turn off the tap.\n"


@dataclass(frozen=True)
class Target:
    """A server with one finished job, and a token for it."""

    server: ApiServer
    bearer: str
    job_id: str

    def send(self, *parts: bytes) -> Reply:
        return exchange(self.server.port, *parts)

    def get(self, path: str, *headers: str) -> Reply:
        return self.send(head("GET", path, self.bearer, *headers))

    def post(self, path: str, body: bytes, *headers: str, method: str = "POST", kind: str = JSON) -> Reply:
        return self.send(head(method, path, self.bearer, kind, f"Content-Length: {len(body)}", *headers) + body)

    def upload(self) -> str:
        answer = self.post("/api/sheets?name=ideas.csv", SHEET, kind="Content-Type: text/csv")
        return str(answer.data["id"])

    @property
    def job(self) -> str:
        return f"{JOBS}/{self.job_id}"

    def link(self) -> str:
        """The path of a link to the job's video."""
        return urlsplit(str(self.get(f"{self.job}/results").data["items"][0]["video_url"])).path


@pytest.fixture(scope="module")
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """On SQLite, unless the test says "postgres"; Google's servers are a peer on loopback."""
    folder = tmp_path_factory.mktemp("abused")
    home = folder / "home"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("DAGSTER_HOME", str(home))
        patch.setenv("BULKVID_OUTPUT_URL", f"file://{folder}/output")
        patch.setenv("BULKVID_WORK_DIR", str(folder / "work"))
        patch.setenv("BULKVID_CACHE_DIR", str(folder / "cache"))
        if getattr(request, "param", "") == "postgres":
            database = request.getfixturevalue("postgres_server")
            assert isinstance(database, PostgresServer)
            patch.setenv("BULKVID_POSTGRES_URL", database.create_database())
            shutil.copyfile(INSTANCE_CONFIG, home / "dagster.yaml")
        else:
            (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        settings_module.settings.cache_clear()
        with DagsterInstance.from_config(str(home)) as instance, InstanceDagster(instance=instance) as dagster:
            workplace = Workplace(folder, instance)
            run = workplace.run(workplace.sheet([idea("Short")])).run
            patch.setenv("BULKVID_DAGSTER_URL", dagster.url)
            settings_module.settings.cache_clear()
            token = mint(
                settings_module.settings(),
                home,
                user_id="ana",
                project_id="default",
                scopes=list(Scope),
                lifetime_s=3600,
            )
            with GooglePeer() as google, ApiServer(workplace, **google.env) as server:
                yield Target(server, f"Authorization: Bearer {token}", run.tags[tags.JOB_ID])
        settings_module.settings.cache_clear()
