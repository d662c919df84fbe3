"""Whole jobs over Google, S3, a voice and a receiver of callbacks, all with their faults, and what their logs say."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.core.diagnostics.exchange import Exchange, Fault, JobLog, Peer
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.launch.here import execute_here
from bulkvid_pipeline.services.diagnostics.files import debug_folder, logs_of
from bulkvid_pipeline.services.diagnostics.switch import enable
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.peers.google import GooglePeer, KeyFile
from bulkvid_pipeline_tests.peers.hook_receiver import HookReceiver, Reply
from bulkvid_pipeline_tests.peers.s3 import OWNER, READER, REGION, SwiftS3
from bulkvid_pipeline_tests.peers.speech_server import Fault as SpeechFault
from bulkvid_pipeline_tests.peers.speech_server import SpeechServer
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace, idea

pytestmark = pytest.mark.heavy

SPEECH_KEY = "sk-planted-speech-key"
HOOK_SECRET = "whsec_cGxhbnRlZC13ZWJob29rLXNlY3JldC1vZi10aGlydHk="
TOKEN = "planted-token-of-the-callback"


@dataclass
class World:
    workplace: Workplace
    google: GooglePeer
    account: KeyFile
    s3: SwiftS3
    voice: SpeechServer
    receiver: HookReceiver

    def share(self, *rows: dict[str, str]) -> str:
        cells = [list(COLUMNS), *([row.get(column, "") for column in COLUMNS] for row in rows)]
        return self.google.add_sheet(cells, shared_with=[self.account.email])

    def run(self, sheet_id: str, job_id: str) -> bool:
        spec = BulkJobSpec.for_input(
            sheet_id,
            output={"resolution": "720p", "output_bucket": "films"},
            callback_url=self.receiver.url(f"/hook?token={TOKEN}"),
        )
        return execute_here(spec, self.workplace.instance, job_id)

    def log(self, job_id: str) -> JobLog:
        (log,) = logs_of(self.folder, job_id)
        return log

    @property
    def folder(self) -> Path:
        return debug_folder(settings(), Path(self.workplace.instance.root_directory))

    def texts(self) -> str:
        return "\n".join(path.read_text() for path in self.folder.iterdir())


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[GooglePeer, SwiftS3]]:
    with GooglePeer() as google, SwiftS3() as s3:
        s3.create_bucket("films", readable_by=READER)
        yield google, s3


@pytest.fixture
def world(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, servers: tuple[GooglePeer, SwiftS3]
) -> Iterator[World]:
    google, s3 = servers
    google.recover()
    account = google.service_account()
    with ExitStack() as stack:
        voice = stack.enter_context(SpeechServer(SPEECH_KEY))
        receiver = stack.enter_context(HookReceiver())
        for name, value in {
            **google.env,
            "BULKVID_GOOGLE_CREDENTIALS": str(account.path),
            "BULKVID_S3_ENDPOINT_URL": s3.endpoint_url,
            "BULKVID_S3_KEY": OWNER.key,
            "BULKVID_S3_SECRET": OWNER.secret,
            "BULKVID_S3_REGION": REGION,
            "BULKVID_SPEECH_PROVIDER": "openai",
            "BULKVID_SPEECH_BASE_URL": voice.base_url,
            "BULKVID_SPEECH_API_KEY": SPEECH_KEY,
            "BULKVID_WEBHOOK_SECRET": HOOK_SECRET,
            "BULKVID_WEBHOOK_ALLOW_PRIVATE": "true",
            "BULKVID_CACHE": "false",
        }.items():
            monkeypatch.setenv(name, value)
        settings_module.settings.cache_clear()
        yield World(workplace, google, account, s3, voice, receiver)


def of(log: JobLog, peer: Peer) -> list[Exchange]:
    return [seen for seen in log.exchanges if seen.peer is peer]


@ON_BOTH_DATABASES
def test_every_peer_of_a_job_is_in_its_log_with_attempts_statuses_and_faults_and_without_any_secret(
    world: World,
) -> None:
    world.google.fail_next(429, times=1)
    world.voice.fail(SpeechFault("refuse", 503), SpeechFault("reset"))
    world.receiver.will(Reply(500, {}, f"no: {TOKEN}".encode()), Reply())
    enable(world.workplace.instance, 30)

    assert world.run(world.share(idea("One")), "job_1")

    log = world.log("job_1")
    sheet, voice, hooks = of(log, Peer.SHEET), of(log, Peer.SPEECH), of(log, Peer.WEBHOOK)
    reads = [(seen.attempt, seen.status, seen.succeeded) for seen in sheet if seen.operation == "values.get"]
    assert reads == [(1, 429, False), (2, 200, True)]
    assert any(seen.operation == "token" and seen.status == 200 for seen in sheet)
    quota = next(seen for seen in sheet if seen.status == 429)
    assert quota.error is not None
    assert quota.error.code == "RATE_LIMITED"
    assert "uota" in quota.response_body

    first, second, third = voice[:3]
    assert [seen.attempt for seen in (first, second, third)] == [1, 2, 3]
    assert (first.status, third.status) == (503, 200)
    assert second.error is not None
    assert second.error.fault is Fault.DROPPED
    assert {seen.row for seen in voice} == {"one"}
    assert third.response_body.startswith("[audio/wav")

    assert (hooks[0].status, hooks[0].succeeded) == (500, False)
    storage = of(log, Peer.STORAGE)
    assert {"PutObject", "CopyObject", "HeadObject", "GetObject", "ListObjectsV2"} <= {s.operation for s in storage}
    assert all(seen.succeeded for seen in storage)
    assert {"new", "reused"} <= {seen.connection for seen in storage}
    assert log.ended_at is not None
    assert log.failed == sum(not seen.succeeded for seen in log.exchanges)

    key = json.loads(world.account.path.read_text())
    for secret in (SPEECH_KEY, HOOK_SECRET, HOOK_SECRET[6:], OWNER.secret, OWNER.key, TOKEN, key["private_key"][40:90]):
        assert secret not in world.texts(), secret
    assert "ya29" not in world.texts()
    assert "eyJ" not in world.texts()


def test_wrong_keys_gone_sheets_and_stores_that_cannot_be_reached_are_told_apart(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    enable(world.workplace.instance, 30)
    sheet_id = world.share(idea("One"))

    world.google.remove_sheet(sheet_id)
    assert not world.run(sheet_id, "job_gone")
    gone = next(seen for seen in world.log("job_gone").exchanges if seen.operation == "values.get")
    assert (gone.status, gone.error and gone.error.code) == (404, "SHEET_NOT_FOUND")

    sheet_id = world.share(idea("One"))
    monkeypatch.setenv("BULKVID_S3_SECRET", "not-the-planted-secret")
    settings_module.settings.cache_clear()
    assert not world.run(sheet_id, "job_key")
    refused = next(seen for seen in of(world.log("job_key"), Peer.STORAGE) if not seen.succeeded)
    assert (refused.status, refused.error and refused.error.code) == (403, "STORAGE_ACCESS_DENIED")

    monkeypatch.setenv("BULKVID_S3_ENDPOINT_URL", "http://nobody-has-this-name.invalid")
    settings_module.settings.cache_clear()
    monkeypatch.setattr("bulkvid_pipeline.services.wiring.rendering.RetryPolicy", _hasty)
    assert not world.run(sheet_id, "job_dns")
    unknown = of(world.log("job_dns"), Peer.STORAGE)
    assert [(seen.attempt, seen.error and seen.error.fault) for seen in unknown[:2]] == [(1, Fault.DNS), (2, Fault.DNS)]
    assert "not-the-planted-secret" not in world.texts()


def _hasty(**options: object) -> object:
    return RetryPolicy(tries=2, first_delay_s=0.01, **options)  # type: ignore[arg-type]


def test_diagnostics_that_are_turned_on_in_the_midst_of_a_row_see_the_rest_of_it(world: World) -> None:
    world.voice.fail(SpeechFault("stall", seconds=6.0))
    stalled = world.voice.faults[0]

    def turn_on() -> None:
        wait_until(lambda: stalled not in world.voice.faults)  # the worker waits for this answer
        enable(world.workplace.instance, 30)

    turning_on = threading.Thread(target=turn_on, daemon=True)
    turning_on.start()
    world.run(world.share(idea("One", "First sentence. Second sentence. Third one. A fourth one.")), "job_1")
    turning_on.join()
    log = world.log("job_1")
    assert of(log, Peer.SPEECH), "the worker has not heard of it while it rendered the row"
    assert not of(log, Peer.SHEET)
