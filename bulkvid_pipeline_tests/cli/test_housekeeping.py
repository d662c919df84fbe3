"""`bulkvid cache` and `bulkvid prune` where nothing has happened yet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bulkvid_pipeline_tests.cli.conftest import Command


def test_an_empty_cache_says_where_it_is(bulkvid: Command, folder: Path) -> None:
    said = bulkvid("cache", "show")

    assert said.code == 0
    assert f"Folder: {folder}/cache" in said.out
    assert "0 pieces" in said.out


def test_programs_get_the_caches_figures(bulkvid: Command, folder: Path) -> None:
    shown = json.loads(bulkvid("cache", "show", "--json").out)

    assert shown["folder"] == f"{folder}/cache"
    assert (shown["pieces"], shown["bytes"], shown["kinds"]) == (0, 0, {})


def test_a_cache_that_is_switched_off_says_so(bulkvid: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULKVID_CACHE", "false")

    assert "switched off by BULKVID_CACHE" in bulkvid("cache", "show").out


def test_pruning_nothing_frees_nothing(bulkvid: Command) -> None:
    assert bulkvid("cache", "prune").out == "0 pieces removed, 0B freed\n"

    said = bulkvid("prune", "--dry-run")

    assert said.code == 0
    assert "would be freed" in said.out


def test_programs_get_what_was_pruned(bulkvid: Command) -> None:
    report = json.loads(bulkvid("prune", "--older-than", "2w", "--json").out)

    assert report["bytes"] == 0
    assert report["faults"] == []
