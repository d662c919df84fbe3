from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.batch_processor import RateLimiter
from bulkvid_pipeline.batch_processor.installation import DB_PATH, MAX_WORKERS, Installation
from bulkvid_pipeline.core.errors import InvalidSettingsError


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    settings_module.settings.cache_clear()
    yield
    settings_module.settings.cache_clear()


def test_the_environment_gives_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "GOOGLE_SHEETS_CREDENTIALS_PATH": "/path/to/credentials.json",
        "BATCH_PROCESSOR_DB_URL": "postgresql://user:pass@localhost/batch_db",
        "BATCH_PROCESSOR_MAX_WORKERS": "8",
        "BATCH_PROCESSOR_RATE_LIMIT_USER": "7",
        "BATCH_PROCESSOR_RATE_LIMIT_PROJECT": "70",
    }.items():
        monkeypatch.setenv(name, value)

    place = Installation.of(None, DB_PATH, MAX_WORKERS)
    of_jobs = place.settings_for(
        place.max_workers, RateLimiter(place.base.limit_per_user, place.base.limit_per_project)
    )

    assert (place.max_workers, place.db_path) == (8, "postgresql://user:pass@localhost/batch_db")
    assert of_jobs.google_credentials == Path("/path/to/credentials.json")
    assert (of_jobs.limit_per_user, of_jobs.limit_per_project, of_jobs.workers) == (7, 70, 8)


def test_what_a_processor_is_given_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BATCH_PROCESSOR_MAX_WORKERS", "8")
    monkeypatch.setenv("GOOGLE_SHEETS_CREDENTIALS_PATH", "/other.json")

    place = Installation.of("creds.json", tmp_path / "jobs.db", 4, debug_mode=True)
    of_jobs = place.settings_for(4, RateLimiter(5, 50, 2.0))

    assert (place.max_workers, of_jobs.google_credentials, of_jobs.batch_debug) == (4, Path("creds.json"), True)
    assert (of_jobs.limit_per_user, of_jobs.limit_per_project, of_jobs.limit_refill_per_s) == (5, 50, 2.0)
    assert of_jobs.render_slots >= 4


def test_a_wrong_variable_is_named_as_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCH_PROCESSOR_MAX_WORKERS", "many")

    with pytest.raises(InvalidSettingsError, match="BATCH_PROCESSOR_MAX_WORKERS is 'many'"):
        Installation.of(None, DB_PATH, MAX_WORKERS)


@pytest.mark.parametrize("db_path", ["jobs.db", "~/jobs.db", "sqlite:///jobs.db"])
def test_the_path_that_is_told_can_be_opened_from_anywhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, db_path: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    assert Installation.of(None, db_path, 4).db_path == str(tmp_path / "jobs.db")
