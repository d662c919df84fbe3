"""Encoded scenes that wait on disk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.rendering.encode.scene import encode_scene
from bulkvid_pipeline.rendering.encode.spool import SceneSpool
from bulkvid_pipeline_tests.rendering.encode.films import MP4, films_for


def test_scenes_come_back_in_their_order_whenever_they_were_put(tmp_path: Path) -> None:
    scenes = [encode_scene(film, MP4) for film in films_for(MP4)]
    with SceneSpool(tmp_path / "x.mp4") as spool, ThreadPoolExecutor(4) as threads:
        list(threads.map(spool.put, *zip(*reversed(list(enumerate(scenes))), strict=True)))
        assert list(spool.scenes()) == scenes
        assert spool.heads == {(scenes[0].codec, scenes[0].head)}
        assert list(tmp_path.iterdir()) == [], "its file has no name that could be left behind"


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(BulkVideoError, match=r"scenes of x\.mp4"):
        SceneSpool(tmp_path / "gone" / "x.mp4")
