"""What a paid voice asks is told wherever people look: beside the videos, in Dagster and of the job."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from dagster import AssetKey

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline_tests.peers.speech_server import SpeechServer
from bulkvid_pipeline_tests.workplace import Workplace, idea

PRICE = 15.0
ONE, TWO = "Turn off the tap.", "Save the water, every drop."


@pytest.fixture
def paid(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workplace]:
    """A workplace whose voice costs 15 a million characters."""
    with SpeechServer("a key") as server:
        monkeypatch.setenv("BULKVID_SPEECH_PROVIDER", "openai")
        monkeypatch.setenv("BULKVID_SPEECH_BASE_URL", server.base_url)
        monkeypatch.setenv("BULKVID_SPEECH_API_KEY", "a key")
        monkeypatch.setenv("BULKVID_SPEECH_PRICE", str(PRICE))
        settings_module.settings.cache_clear()
        yield workplace


def test_the_cost_of_a_row_is_told_with_its_videos_and_stays_when_it_is_kept(paid: Workplace) -> None:
    sheet = paid.sheet([idea("One", ONE, platform_preferences="youtube,tiktok"), idea("Two", TWO)])
    first = paid.run(sheet)
    assert first.success
    job = find_job(paid.instance, first.run.tags[tags.JOB_ID])
    rows = {row["title"]: row for row in paid.manifest()["rows"]}

    assert rows["One"]["cost"] >= len(ONE) * PRICE / 1e6
    assert sum(output["cost"] for output in rows["One"]["outputs"]) == pytest.approx(rows["One"]["cost"], abs=2e-6)
    spent = rows["One"]["cost"] + rows["Two"]["cost"]
    assert paid.manifest()["totals"]["cost"] == pytest.approx(spent, abs=2e-6)
    assert job.cost == job.view().cost == pytest.approx(spent, abs=3e-6)
    assert csv_costs(paid) == pytest.approx(spent, abs=3e-6)
    assert page_of(paid).count("asked by the paid voice") == 1
    events = paid.instance.fetch_materializations(AssetKey(tags.VIDEO_ASSET), limit=10).records
    told = [float(str(e.asset_materialization.metadata["cost"].value)) for e in events if e.asset_materialization]
    assert sum(told) == pytest.approx(spent, abs=3e-6)

    second = paid.run(sheet)

    assert second.rendered == []
    assert paid.manifest()["totals"]["cost"] == pytest.approx(spent, abs=2e-6)
    assert find_job(paid.instance, second.run.tags[tags.JOB_ID]).cost == 0.0


def test_a_voice_that_costs_nothing_is_not_mentioned(workplace: Workplace) -> None:
    assert workplace.run(workplace.sheet([idea("One")])).success

    assert workplace.manifest()["totals"]["cost"] == 0.0
    assert "paid voice" not in page_of(workplace)


def csv_costs(workplace: Workplace) -> float:
    (path,) = (workplace.folder / "output").rglob("results.csv")
    return sum(float(line["cost"]) for line in csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def page_of(workplace: Workplace) -> str:
    (path,) = (workplace.folder / "output").rglob("report.html")
    return path.read_text()
