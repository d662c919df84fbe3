"""Files over real connections: cut and resumed, changed in midst, left by clients; and how much a page weighs."""

from __future__ import annotations

import gzip
import http.client
import io
import random
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import dagster as dg
import pytest
import uvicorn

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.dashboard.visits import SESSION_COOKIE
from bulkvid_pipeline.server.site import Site
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Caller
from bulkvid_pipeline.services.jobs.follow import FILES
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.adapters.test_exchanges import Kept
from bulkvid_pipeline_tests.dashboard.conftest import FAR_AWAY
from bulkvid_pipeline_tests.dashboard.filmed_job import SUFFIXES, FilmedJob
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import Workplace

pytestmark = pytest.mark.heavy

MANY = 2000


@dataclass(frozen=True)
class Served:
    """A dashboard on a port of its own, and the cookie of somebody who is logged in."""

    site: Site
    server: uvicorn.Server
    port: int
    cookie: str

    @property
    def is_sending(self) -> bool:
        """Whether any answer is not at its end."""
        return bool(self.server.server_state.tasks)

    def ask(self, path: str, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={"Cookie": self.cookie, **headers})
        return connection.getresponse()


@pytest.fixture
def served(workplace: Workplace) -> Iterator[Served]:
    settings.cache_clear()
    site = Site(settings(), workplace.folder / "home")
    server = uvicorn.Server(uvicorn.Config(site, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started, "the dashboard did not start")
    secret = site.services.sessions.begin(Caller("ana", "default", frozenset(DEFAULT_SCOPES), FAR_AWAY))
    yield Served(site, server, server.servers[0].sockets[0].getsockname()[1], f"{SESSION_COOKIE}={secret}")
    site.services.end_streams()
    server.should_exit = True
    thread.join(30)


@pytest.fixture
def job(workplace: Workplace) -> FilmedJob:
    """Twelve videos of three megabytes."""
    job = FilmedJob(workplace)
    for number in range(2, 14):
        job.finish(number, contents={"video": random.Random(number).randbytes(3_000_000)})
    return job


def test_an_archive_that_is_cut_again_and_again_is_whole_in_the_end(served: Served, job: FilmedJob) -> None:
    path, rng = f"/jobs/{job.job_id}/videos.zip", random.Random(1)
    first = served.ask(path)
    size, tag = int(first.headers["content-length"]), first.headers["etag"]
    content = first.read(rng.randrange(1, size // 4))
    first.close()
    cuts = 0
    while len(content) < size:
        rest = served.ask(path, Range=f"bytes={len(content)}-", **{"If-Range": tag})
        assert rest.status == 206
        assert rest.headers["content-range"] == f"bytes {len(content)}-{size - 1}/{size}"
        content += rest.read(rng.randrange(1, size // 3))
        rest.close()
        cuts += 1
    assert cuts > 3
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert sum(name.endswith(".mp4") for name in archive.namelist()) == 12


def test_a_file_that_changes_or_vanishes_ends_the_connection_before_the_announced_end(
    served: Served, job: FilmedJob
) -> None:
    path = f"/jobs/{job.job_id}/videos.zip"
    for change in ("replaced", "removed"):
        film = job.folder / "row-13" / f"youtube-{13:012x}" / "row-13-youtube.mp4"
        answer = served.ask(path)
        assert answer.status == 200
        answer.read(100_000)
        if change == "replaced":
            film.write_bytes(random.Random(99).randbytes(3_000_000))
        else:
            film.unlink()
        with pytest.raises(http.client.IncompleteRead):
            answer.read()
        answer.close()
    assert served.ask(path).status == 200, "the next one begins with what there is"


def test_nothing_more_is_read_for_a_client_that_has_gone(served: Served, workplace: Workplace) -> None:
    job = FilmedJob(workplace, "job_large")
    film = job.finish(2)["video"]
    with film.open("wb") as file:
        file.truncate(300_000_000)
    reads = Kept()
    exchanges.listen(reads)
    try:
        with socket.create_connection(("127.0.0.1", served.port)) as raw:
            request = f"GET {job.media(2, 'video')} HTTP/1.1\r\nHost: localhost\r\nCookie: {served.cookie}\r\n\r\n"
            raw.sendall(request.encode())
            assert raw.recv(1000).startswith(b"HTTP/1.1 200")
        wait_until(lambda: any(seen.operation == "read part" for seen in reads.all))
        wait_until(lambda: not served.is_sending, "the answer to a client that has gone goes on")
        read = sum(seen.response_bytes or 0 for seen in reads.all)
    finally:
        exchanges.ignore(reads)
    assert read < 60_000_000


def test_a_wall_of_two_thousand_videos_is_light_and_quick(served: Served, workplace: Workplace) -> None:
    job = FilmedJob(workplace, "job_many", title="Many")
    for number in range(2, MANY // len(Platform) + 2):
        files = []
        for platform in Platform:
            folder = f"job_many/row-{number}/{platform}-{number:012x}"
            keys = {kind: f"{folder}/film.{suffix}" for kind, suffix in SUFFIXES.items()}
            files.append({"platform": platform.value, **keys, "width": 1280, "height": 720, "duration_s": 30.0})
        title = f"A title as long as titles are, number {number}"
        job.run.finish(number, title=title, **{FILES: dg.MetadataValue.json(files)})
    served.ask(job.gallery).read()  # the events of a job are read once
    for path in (job.gallery, "/gallery", f"{job.gallery}?q=number+199", f"{job.gallery}/row-150/tiktok"):
        began = time.process_time()
        answer = served.ask(path, **{"Accept-Encoding": "gzip"})
        body = answer.read()
        spent = time.process_time() - began
        text = gzip.decompress(body).decode()
        weights = {path: len(body)}
        for address in _assets(text):
            weights[address] = len(served.ask(address, **{"Accept-Encoding": "gzip"}).read())
        assert answer.status == 200
        assert sum(weights.values()) < 100_000, weights
        assert spent < 2, "CPU seconds, of the server in this process"


def _assets(text: str) -> list[str]:
    """Scripts, style sheets and icons of a page."""
    parts = [part.partition('"')[0] for part in text.replace('href="', 'src="').split('src="')[1:]]
    return sorted({urlsplit(part).path for part in parts if part.startswith("/static/")})
