from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bulkvid_pipeline.adapters.cache import FolderCache
from bulkvid_pipeline_tests.services.doctor.conftest import Look


def test_a_cache_is_counted_and_none_is_made(look: Look, folder: Path) -> None:
    told = look("cache")
    assert told.status == "ok"
    assert "the first job makes this folder" in told.found
    assert not (folder / "cache").exists()

    FolderCache(folder / "cache", 10_000_000).put("scene-" + "0" * 32, b"x" * 1000)

    told = look("cache", BULKVID_CACHE_MAX_BYTES="5MB")
    assert told.status == "ok"
    assert "1 piece" in told.found
    assert "5.0MB" in told.found
    assert look("cache", BULKVID_CACHE="false").status == "skipped"
    assert look("shared-cache").status == "skipped"


def test_a_cache_that_cannot_be_written_or_does_not_fit_is_a_warning(
    look: Look, mounted: Callable[[str], Path]
) -> None:
    told = look("cache", BULKVID_CACHE_DIR=str(mounted("size=1m,ro")))
    assert told.status == "warning"
    assert "BULKVID_CACHE_DIR" in str(told.mend)
    told = look("cache", BULKVID_CACHE_DIR=str(mounted("size=2m")))
    assert told.status == "warning"
    assert "BULKVID_CACHE_MAX_BYTES" in str(told.mend)
