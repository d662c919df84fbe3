from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bulkvid_pipeline.adapters.cache import CachePlace
from bulkvid_pipeline.adapters.rate_limits import Budget, limiter_for
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.speech.contract import Speech
from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.adapters.speech.providers import (
    KEY_VARIABLE,
    OFFLINE,
    Provider,
    SpeechChoice,
    check_choice,
    open_speech,
)
from bulkvid_pipeline.adapters.speech.spending import Spending
from bulkvid_pipeline.core.errors import AuthenticationError, InvalidSpecError
from bulkvid_pipeline.core.options import Voice
from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.rows import read_idea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.rendering.narration import utterance_key
from bulkvid_pipeline.rendering.process import RenderProcess
from bulkvid_pipeline.rendering.row import RenderedRow
from bulkvid_pipeline.rendering.worker import CHOICES, RenderRequest
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.peers.speech_server import Fault, SpeechServer
from bulkvid_pipeline_tests.workplace import Workplace, idea

KEY = "sk-test-key"
TEXT = "Turn off the tap."


@pytest.fixture
def server() -> Iterator[SpeechServer]:
    with SpeechServer(KEY) as peer:
        yield peer


def remote(server: SpeechServer) -> SpeechChoice:
    return SpeechChoice(Provider.OPENAI, base_url=server.base_url, model="tts-1", price_per_million=15.0)


def small_plan(script: str) -> VideoPlan:
    idea = read_idea(2, {"row_key": "k", "idea_title": "Saving", "script_content": script, "voice_preference": "male"})
    plan = plan_video(idea, BulkJobSpec.for_input("x.csv"), BUILT_IN_TEMPLATES["default_template"])
    return replace(plan, outputs=tuple(replace(each, width=320, height=180) for each in plan.outputs))


def test_without_a_choice_the_offline_voice_speaks_and_costs_nothing(speech: EspeakSpeech) -> None:
    with open_speech(OFFLINE) as opened:
        provider: Speech = opened
        spoken = provider.speak(TEXT, Voice.MALE, "en-us")
        assert (opened.name, opened.version) == (speech.name, speech.version)
        assert opened.spent == Spending()
    assert np.array_equal(spoken.pcm, speech.speak(TEXT, Voice.MALE, "en-us").pcm)


def test_a_choice_reaches_a_worker_as_it_was_made_and_never_holds_the_key() -> None:
    choice = SpeechChoice(
        Provider.OPENAI, {Voice.MALE: "echo"}, base_url="http://127.0.0.1:1/v1", limits_at="postgresql://u:pass@h/d"
    )
    assert CHOICES.validate_json(CHOICES.dump_json(choice)) == choice
    assert "pass" not in repr(choice)


def test_voices_that_are_not_named_have_the_providers_usual_names(server: SpeechServer) -> None:
    server.voices["echo"] = Voice.MALE
    with open_speech(replace(remote(server), voices={Voice.MALE: "echo"}), KEY) as opened:
        for voice in Voice:
            opened.speak(TEXT, voice, "en-us")
    assert [heard.fields["voice"] for heard in server.heard] == ["nova", "echo", "alloy"]


def test_requests_are_counted_where_all_processes_count(server: SpeechServer, tmp_path: Path) -> None:
    choice = replace(remote(server), limits_at=str(tmp_path), user_id="ann", project_id="films")
    waits: list[float] = []
    server.fail(Fault("refuse", 500))
    policy = RetryPolicy(sleep=lambda _: None)
    with open_speech(choice, KEY, retry=policy, on_wait=waits.append) as opened:
        opened.speak(TEXT, Voice.MALE, "en-us")
        opened.speak(TEXT, Voice.FEMALE, "en-us")
    usage = limiter_for(tmp_path, budget=Budget.VOICE).usage("ann", "films")
    assert (usage.user_used, usage.project_used) == (3, 3)
    assert len(waits) == 1


def test_other_providers_models_and_voices_never_share_an_utterance(server: SpeechServer) -> None:
    server.models.add("tts-1-hd")
    choices = [
        OFFLINE,
        remote(server),
        replace(remote(server), model="tts-1-hd"),
        replace(remote(server), voices={Voice.MALE: "echo"}),
    ]
    keys = set()
    for choice in choices:
        with open_speech(choice, KEY) as opened:
            keys.add(utterance_key(opened, Voice.MALE, "en-us", 1.0, 0.0, TEXT))
    assert len(keys) == len(choices)


@pytest.mark.parametrize("address", ["", "ftp://voice/v1", "api.openai.com/v1", "http://user:pw@voice/v1", "http://"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(InvalidSpecError, match="BULKVID_SPEECH_BASE_URL"):
        SpeechChoice(Provider.OPENAI, base_url=address)


def test_openai_itself_is_not_asked_without_a_key() -> None:
    choice = SpeechChoice(Provider.OPENAI)
    with pytest.raises(InvalidSpecError, match="BULKVID_SPEECH_API_KEY"):
        check_choice(choice, None)
    check_choice(choice, KEY)
    check_choice(SpeechChoice(Provider.OPENAI, base_url="http://127.0.0.1:8880/v1"), None)


def test_piper_needs_a_model_and_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidSpecError, match="BULKVID_PIPER_MODEL"):
        SpeechChoice(Provider.PIPER)
    choice = SpeechChoice(Provider.PIPER, piper_model=str(tmp_path / "voice.onnx"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(InvalidSpecError, match=r"bulkvid-pipeline\[piper\]"):
        open_speech(choice)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())
    with pytest.raises(InvalidSpecError, match="no Piper model"):
        open_speech(choice)


class Worker:
    """A real render worker with the remote voice."""

    def __init__(self, server: SpeechServer, folder: Path, key: str | None = KEY) -> None:
        self.folder = folder
        self.stages: list[str] = []
        place = CachePlace(str(folder / "cache"), 10**9)
        self.process = RenderProcess("event", place, self.stages.append, remote(server), key)

    def render(self, script: str, stall_s: float = 300.0) -> RenderedRow:
        plan = small_plan(script)
        request = RenderRequest(plan, plan.outputs, str(self.folder / str(len(self.stages))))
        return self.process.render(request, lambda stage, _: self.stages.append(stage), stall_s)


@pytest.fixture
def worker(server: SpeechServer, tmp_path: Path) -> Iterator[Worker]:
    worker = Worker(server, tmp_path)
    yield worker
    worker.process.close()


def test_a_worker_speaks_with_the_chosen_voice_counts_its_cost_and_says_nothing_twice(
    server: SpeechServer, worker: Worker
) -> None:
    row = worker.render("The tap drips. Turn it off.")
    (output,) = row.outputs
    captions = (output.folder / output.srt).read_text()
    assert "Turn" in captions
    assert [heard.fields["input"] for heard in server.heard] == ["The tap drips.", "Turn it off."]
    assert {heard.fields["voice"] for heard in server.heard} == {"onyx"}
    assert (worker.process.spent.characters, worker.process.spent.requests) == (26, 2)
    assert worker.process.spent.cost == pytest.approx(26 * 15 / 1_000_000)
    worker.render("The tap drips. Turn it on.")
    assert [heard.fields["input"] for heard in server.heard[2:]] == ["Turn it on."]
    assert worker.process.spent.requests == 3


def test_what_a_row_cost_before_it_failed_is_counted(server: SpeechServer, worker: Worker) -> None:
    worker.render("Warm up.")
    server.key = "sk-another"
    with pytest.raises(AuthenticationError, match="BULKVID_SPEECH_API_KEY"):
        worker.render("This fails.")
    server.key = KEY
    worker.render("This works.")
    assert worker.process.spent.requests == 2


def test_pauses_are_shown_as_rate_limited(server: SpeechServer, worker: Worker) -> None:
    server.fail(Fault("refuse", 429, headers={"Retry-After": "0"}))
    worker.render("The tap drips.")
    assert "rate_limited" in worker.stages


@pytest.mark.heavy
def test_a_slow_server_does_not_use_up_a_rows_time(server: SpeechServer, worker: Worker) -> None:
    worker.render("Warm up.")
    server.fail(Fault("stall", seconds=2.5), Fault("stall", seconds=2.5))
    worker.render("The tap drips. Turn it off.", stall_s=4.0)


def test_the_key_is_in_the_workers_environment_alone(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "sk-of-the-parent")
    worker.render("The tap drips.")
    inner = worker.process._process
    assert inner is not None
    arguments = Path(f"/proc/{inner.pid}/cmdline").read_bytes()
    environment = Path(f"/proc/{inner.pid}/environ").read_bytes()
    assert KEY.encode() not in arguments
    assert f"{KEY_VARIABLE}={KEY}".encode() in environment
    assert b"sk-of-the-parent" not in environment


def test_an_offline_worker_does_not_get_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "sk-of-the-parent")
    process = RenderProcess()
    plan = small_plan("The tap drips.")
    process.render(RenderRequest(plan, plan.outputs, str(tmp_path)), lambda *_: None)
    assert process._process is not None
    assert b"sk-of-the-parent" not in Path(f"/proc/{process._process.pid}/environ").read_bytes()
    process.close()


@pytest.mark.heavy
def test_a_job_is_narrated_by_the_server_and_validated_without_it(
    server: SpeechServer, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULKVID_SPEECH_PROVIDER", "openai")
    monkeypatch.setenv("BULKVID_SPEECH_BASE_URL", server.base_url)
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    settings.cache_clear()
    rows = [idea("Too long", "The tap drips on. " * 60, duration_seconds="10"), idea("Taps", "Turn it off.")]
    assert workplace.run(workplace.sheet(rows[:1]), validation_level="strict").success is False
    assert not server.heard
    job = workplace.run(workplace.sheet(rows[1:]))
    assert job.rendered == ["Taps"]
    assert [heard.fields["input"] for heard in server.heard] == ["Turn it off."]
    usage = limiter_for(workplace.instance.root_directory, budget=Budget.VOICE).usage("local")
    assert usage.user_used == 1
    assert KEY not in "".join(str(event) for event in workplace.instance.all_logs(job.run.run_id)) + str(
        job.run.tags
    ) + str(job.run.run_config)


@pytest.mark.heavy
def test_a_job_with_a_wrong_key_stops_with_the_fix(
    server: SpeechServer, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULKVID_SPEECH_PROVIDER", "openai")
    monkeypatch.setenv("BULKVID_SPEECH_BASE_URL", server.base_url)
    monkeypatch.setenv(KEY_VARIABLE, "sk-wrong")
    monkeypatch.setenv("BULKVID_WORKERS", "1")
    settings.cache_clear()
    job = workplace.run(workplace.sheet([idea(f"Row {number}", f"Turn off tap {number}.") for number in range(4)]))
    assert not job.success
    assert len(server.heard) == 1
    failure = " ".join(event.message for event in workplace.instance.all_logs(job.run.run_id))
    assert "sk-wrong" not in failure
