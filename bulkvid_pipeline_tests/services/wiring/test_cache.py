"""The cache of an installation: where it is, what jobs keep in it, `bulkvid cache`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.adapters.cache import FolderCache
from bulkvid_pipeline.cli.app import app
from bulkvid_pipeline.core.errors import InvalidRequestError, InvalidSpecError
from bulkvid_pipeline.services.wiring.cache import cache_place, local_cache
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.workplace import Workplace, idea

MANY = 10**9


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that says nothing about caches, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("BULKVID_CACHE", "BULKVID_CACHE_DIR", "BULKVID_CACHE_MAX_BYTES", "BULKVID_CACHE_BUCKET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    return monkeypatch


def folder_of(settings: Settings) -> str | None:
    place = cache_place(settings)
    return place.folder if place else None


def test_the_cache_is_where_programs_keep_caches(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("HOME", "/home/ann")
    assert folder_of(Settings()) == "/home/ann/.cache/bulkvid"
    bare.setenv("XDG_CACHE_HOME", "/var/cache/ann")
    assert folder_of(Settings()) == "/var/cache/ann/bulkvid"
    bare.setenv("XDG_CACHE_HOME", "relative/is/to/be/ignored")
    assert folder_of(Settings()) == "/home/ann/.cache/bulkvid"
    bare.setenv("BULKVID_CACHE_DIR", "~/videos")
    assert folder_of(Settings()) == "/home/ann/videos"


def test_sizes_are_written_as_people_write_them(bare: pytest.MonkeyPatch) -> None:
    assert cache_place(Settings()).max_bytes == 5_000_000_000  # type: ignore[union-attr]
    bare.setenv("BULKVID_CACHE_MAX_BYTES", "20GB")
    assert cache_place(Settings()).max_bytes == 20_000_000_000  # type: ignore[union-attr]


def test_a_cache_switched_off_is_no_place(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("BULKVID_CACHE", "false")
    assert cache_place(Settings()) is None
    assert local_cache(Settings()) is not None, "what it holds can still be shown and removed"


def test_secrets_of_the_bucket_are_not_shown(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("BULKVID_CACHE_BUCKET", "our-cache/videos")
    bare.setenv("BULKVID_S3_KEY", "AKIA")
    bare.setenv("BULKVID_S3_SECRET", "hush")
    place = cache_place(Settings())
    assert place is not None
    assert (place.bucket, place.secret) == ("our-cache/videos", "hush")
    assert "hush" not in repr(place)


def test_a_bucket_that_is_none_is_refused_before_any_row(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("BULKVID_CACHE_BUCKET", "No Bucket!")
    with pytest.raises(InvalidSpecError):
        cache_place(Settings())


def test_a_changed_word_in_a_job_reuses_what_an_earlier_job_kept(workplace: Workplace) -> None:
    script = "Turn off the tap while you brush your teeth in the morning. {} saves ten litres of water in a single day."
    workplace.run(workplace.sheet([idea("One", script.format("That"))]))
    cache = FolderCache(workplace.folder / "cache", MANY)
    before = cache.statistics().kinds

    job = workplace.run(workplace.sheet([idea("One", script.format("This"))]))

    assert job.rendered == ["One"]
    after = cache.statistics().kinds
    assert set(before) == {"narration", "picture", "scene"}
    assert after["narration"].pieces == before["narration"].pieces + 1
    assert after["picture"].pieces == before["picture"].pieces + 1, "where the changed scene's texts stand"
    assert before["scene"].pieces >= 2
    assert after["scene"].pieces == before["scene"].pieces + 1


def test_a_job_keeps_nothing_where_the_cache_is_off(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULKVID_CACHE", "false")
    settings_module.settings.cache_clear()
    assert workplace.run(workplace.sheet([idea("One")])).rendered == ["One"]
    assert not (workplace.folder / "cache").exists()


def test_the_command_shows_and_prunes(workplace: Workplace) -> None:
    cache = FolderCache(workplace.folder / "cache", MANY)
    for number in range(4):
        cache.put(f"scene-{number:032x}", bytes(1000))
    held = cache.statistics().bytes

    shown = CliRunner().invoke(app, ["cache", "show", "--json"])
    document = json.loads(shown.stdout)
    assert (document["pieces"], document["bytes"], document["max_bytes"]) == (4, held, 5_000_000_000)
    assert document["kinds"] == {"scene": {"pieces": 4, "bytes": held}}
    assert "4 pieces" in CliRunner().invoke(app, ["cache", "show"]).stdout

    assert CliRunner().invoke(app, ["cache", "prune", "--to", "2.2KB"]).stdout.startswith("2 pieces removed")
    assert CliRunner().invoke(app, ["cache", "prune"]).stdout.startswith("2 pieces removed")
    assert cache.statistics().pieces == 0


def test_a_size_that_is_none_is_refused(workplace: Workplace) -> None:
    result = CliRunner().invoke(app, ["cache", "prune", "--to", "lots"])
    assert isinstance(result.exception, InvalidRequestError)
    assert "500MB" in result.exception.fix
    del workplace
