from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import pytest

from bulkvid_pipeline.core.options import VideoCodec
from bulkvid_pipeline.rendering import ingest
from bulkvid_pipeline.rendering.encode import codecs, graph
from bulkvid_pipeline.services.doctor.encoding import FILTERS
from bulkvid_pipeline_tests.services.doctor.conftest import Look


def program(folder: Path, script: str) -> str:
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def without(folder: Path, word: str) -> str:
    """The real ffmpeg, as if it had been built without something."""
    return program(folder, f'{imageio_ffmpeg.get_ffmpeg_exe()} "$@" | grep -v {word}')


def test_the_bundled_ffmpeg_has_all_that_is_in_use_and_encodes(look: Look) -> None:
    told = look("ffmpeg")

    assert told.status == "ok"
    assert imageio_ffmpeg.get_ffmpeg_exe() in told.found


@pytest.mark.parametrize("script", ["exit 1", "echo something else", "kill -9 $$"])
def test_a_program_that_is_no_ffmpeg_is_broken(look: Look, folder: Path, script: str) -> None:
    told = look("ffmpeg", BULKVID_FFMPEG=program(folder, script))

    assert told.status == "broken"
    assert told.mend


def test_false_and_nothing_are_no_ffmpeg(look: Look) -> None:
    assert look("ffmpeg", BULKVID_FFMPEG="/bin/false").status == "broken"
    assert look("ffmpeg", BULKVID_FFMPEG="/no/such/program").status == "broken"


def test_an_ffmpeg_without_libx264_is_broken(look: Look, folder: Path) -> None:
    told = look("ffmpeg", BULKVID_FFMPEG=without(folder, "libx264"))

    assert told.status == "broken"
    assert "lacks libx264" in told.found
    assert "BULKVID_FFMPEG" in str(told.mend)


def test_an_ffmpeg_without_a_filter_is_a_warning(look: Look, folder: Path) -> None:
    told = look("ffmpeg", BULKVID_FFMPEG=without(folder, "gblur"))

    assert told.status == "warning"
    assert "lacks gblur" in told.found


def test_an_ffmpeg_that_lists_everything_and_cannot_encode_is_broken(look: Look, folder: Path) -> None:
    real = imageio_ffmpeg.get_ffmpeg_exe()
    told = look("ffmpeg", BULKVID_FFMPEG=program(folder, f'case "$*" in *lavfi*) exit 69;; esac; exec {real} "$@"'))

    assert told.status == "broken"
    assert "69" in told.found


def test_every_filter_that_the_engine_names_is_looked_for() -> None:
    sources = [Path(str(module.__file__)).read_text() for module in (ingest, graph)]
    named = set(re.findall(r'\.filter\("(\w+)"', "".join(sources)))
    turns = {name for steps in ingest._TURNS.values() for name, _ in steps}

    assert named | turns == set(FILTERS)


def test_pyav_has_encoded_with_every_codec(look: Look) -> None:
    told = look("encoders")

    assert told.status == "ok"
    assert "h264" in told.found


def test_an_encoder_that_pyav_lacks_is_named(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = replace(codecs._OTHER_SETTINGS[VideoCodec.VP9], encoder="libvpx-none")
    monkeypatch.setitem(codecs._OTHER_SETTINGS, VideoCodec.VP9, missing)

    told = look("encoders")

    assert told.status == "warning"
    assert "vp9" in told.found
    monkeypatch.setattr(codecs, "_X264_SETTINGS", dict.fromkeys(codecs._X264_SETTINGS, missing))
    assert look("encoders").status == "broken"
