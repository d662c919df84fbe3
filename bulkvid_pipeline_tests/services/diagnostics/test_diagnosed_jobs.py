"""Whole jobs that are recorded while they run."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator

import pytest

from bulkvid_pipeline.core.diagnostics.exchange import Peer
from bulkvid_pipeline.core.diagnostics.patterns import Extent
from bulkvid_pipeline.core.diagnostics.summary import JobSummary
from bulkvid_pipeline.services.diagnostics.diagnostics import Diagnostics
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.media_files import encoded, flat
from bulkvid_pipeline_tests.peers.media_server import MediaServer
from bulkvid_pipeline_tests.peers.speech_server import SpeechServer
from bulkvid_pipeline_tests.workplace import Workplace, idea

pytestmark = pytest.mark.heavy

Run = Callable[[list[dict[str, str]]], JobSummary]


@pytest.fixture
def speech() -> Iterator[SpeechServer]:
    with SpeechServer("the-right-key") as server:
        yield server


@pytest.fixture
def recorded_run(workplace: Workplace, speech: SpeechServer, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a job over rows while diagnostics are on; returns its summary."""
    monkeypatch.setenv("BULKVID_SPEECH_PROVIDER", "openai")
    monkeypatch.setenv("BULKVID_SPEECH_BASE_URL", speech.base_url)
    monkeypatch.setenv("BULKVID_SPEECH_API_KEY", "the-right-key")
    monkeypatch.setenv("BULKVID_MEDIA_ALLOW_HTTP", "true")
    monkeypatch.setenv("BULKVID_MEDIA_ALLOW_PRIVATE", "true")
    settings.cache_clear()
    diagnostics = Diagnostics(workplace.instance, settings(), workplace.folder / "home")

    def run(rows: list[dict[str, str]]) -> JobSummary:
        diagnostics.enable()
        sheet = workplace.folder / "ideas.csv"
        with sheet.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        workplace.run(sheet)
        (log,) = diagnostics.status().recent_debug_files
        return diagnostics.summary_of(log.job_id)

    return run


def test_a_job_that_works_has_no_problems(recorded_run: Run) -> None:
    found = recorded_run([idea("Water"), idea("Tea", "Boil the water. Drink the tea.")])

    assert found.verdict.startswith("No problems: ")
    assert (found.failure_patterns, found.recommendations, found.success_rate) == ((), (), 100.0)
    assert {Peer.SPEECH, Peer.STORAGE} <= set(found.peers)


def test_one_row_with_a_bad_picture_is_told_from_the_others(recorded_run: Run) -> None:
    with MediaServer() as server:
        good = server.serve("/good.png", encoded(flat(64, 48)))
        rows = [idea("Water", image_url=good), idea("Tea", "Boil it.", image_url=server.url("/absent.png"))]
        found = recorded_run(rows)

    (pattern,) = found.failure_patterns
    assert (pattern.name, pattern.peer, pattern.extent, pattern.rows) == (
        "not_found",
        "media",
        Extent.ONE_ROW,
        ("tea",),
    )
