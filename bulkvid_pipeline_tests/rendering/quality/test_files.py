"""Certificates of good files, and of files with every fault that we know of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.packet import Packet

from bulkvid_pipeline.core.options import AudioCodec, Container, VideoCodec
from bulkvid_pipeline.rendering.encode.event import EventRenderer
from bulkvid_pipeline.rendering.encode.graph import GraphRenderer
from bulkvid_pipeline.rendering.encode.renderer import Renderer
from bulkvid_pipeline.rendering.model import Change, Pcm, Planes, Redraw, Region, VideoFormat
from bulkvid_pipeline.rendering.quality import Examination, Expected, verify
from bulkvid_pipeline.rendering.quality.captions import CaptionCue
from bulkvid_pipeline_tests.rendering.encode.films import FORMATS, MP4, MP4_HEVC, WEBM, RectangleFilm, films_for, tone

TITLE = "A title"
FRAMES = 170


@dataclass(frozen=True)
class DarkFilm(RectangleFilm):
    """Black from `lit_until` to `lit_from`."""

    lit_from: int = 1_000_000
    lit_until: int = 0

    def redraws(self) -> list[Redraw]:
        return [Redraw(frame, (Region(0, 0, self.width, self.height),)) for frame in self.at]

    def changes(self) -> Iterator[Change]:
        for change in super().changes():
            if self.lit_until <= change.frame < self.lit_from:
                change.planes.y[:] = 16
                change.planes.u[:] = change.planes.v[:] = 128
            yield change


def render(
    path: Path,
    fmt: VideoFormat = MP4,
    film: RectangleFilm | None = None,
    sound: Pcm | None = None,
    renderer: Renderer | None = None,
) -> Path:
    film = film or films_for(fmt)[0]
    sound = tone(film.frames, 1000, 10 ** (-14 / 20)) if sound is None else sound
    (renderer or EventRenderer()).render([film], sound, fmt, {"title": TITLE}, path)
    return path


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render(tmp_path_factory.mktemp("good") / "good.mp4")


EXPECTED = Expected.of(MP4, FRAMES, TITLE)


@pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: f"{fmt.container}-{fmt.video_codec}")
def test_a_good_file_passes_and_is_described(tmp_path: Path, fmt: VideoFormat) -> None:
    path = render(tmp_path / f"x.{fmt.container}", fmt)
    found = verify(path, Expected.of(fmt, FRAMES, TITLE))
    assert found.faults == ()
    assert found.passed
    assert (found.frames, found.width, found.height, found.size_bytes) == (FRAMES, 192, 108, path.stat().st_size)
    assert found.duration_s == pytest.approx(FRAMES / 30)
    assert found.integrated_lufs == pytest.approx(-14.0, abs=0.2)
    assert found.true_peak_dbtp == pytest.approx(-14.0, abs=0.6)
    assert (found.faststart, found.constant_frame_rate, found.silences) == (True, True, ())


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"frames": 171}, "170 frames instead of 171"),
        ({"width": 108, "height": 192}, "'192x108' instead of '108x192'"),
        ({"fps": 25}, "not evenly spaced at 25"),
        ({"container": Container.MOV}, "'mp4' instead of 'mov'"),
        ({"container": Container.WEBM}, "'mp4' instead of 'webm'"),
        ({"video_codec": VideoCodec.H265}, "'h264' instead of 'hevc'"),
        ({"audio_codec": AudioCodec.OPUS}, "'aac' instead of 'opus'"),
        ({"title": "Another"}, "'A title' instead of 'Another'"),
        ({"loudness_lufs": -20.0}, "-14.0 LUFS instead of -20.0"),
        ({"true_peak_dbtp": -20.0}, "over -20.0"),
    ],
)
def test_whatever_differs_is_named(good: Path, wrong: dict[str, object], fault: str) -> None:
    found = verify(good, replace(EXPECTED, **wrong))  # type: ignore[arg-type]
    assert any(fault in each for each in found.faults), found.faults
    assert not found.passed


def faults_of(path: Path, expected: Expected = EXPECTED) -> str:
    return " | ".join(verify(path, expected).faults)


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert "cannot be read" in faults_of(tmp_path / "missing.mp4")


@pytest.mark.parametrize("content", [b"", b"hello", b"\0" * 5000])
def test_a_file_that_is_no_video_is_a_fault(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(content)
    assert "cannot be read" in faults_of(path)


@pytest.mark.parametrize(
    ("fmt", "part"),
    # Of a WebM file without its very end only the seek index is gone, which players do without.
    [(MP4, 0.2), (MP4, 0.6), (MP4, 0.95), (MP4, 0.999), (WEBM, 0.2), (WEBM, 0.6), (WEBM, 0.95)],
)
def test_a_file_that_is_cut_off_is_a_fault(tmp_path: Path, fmt: VideoFormat, part: float) -> None:
    path = render(tmp_path / f"x.{fmt.container}", fmt)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    assert faults_of(path, Expected.of(fmt, FRAMES, TITLE))


def remux(source: Path, target: Path, change: Callable[[Packet[Any]], bool], **options: str) -> Path:
    """Copy a file packet by packet; `change` may alter a packet, and drops it with False."""
    with av.open(str(source)) as old, av.open(str(target), "w", options=options) as new:
        new.metadata.update(old.metadata)
        streams = {stream.index: new.add_stream_from_template(stream) for stream in old.streams}
        for packet in old.demux():
            if packet.dts is not None and change(packet):
                packet.stream = streams[packet.stream.index]
                new.mux(packet)
    return target


def test_an_index_behind_the_pictures_is_a_fault(good: Path, tmp_path: Path) -> None:
    path = remux(good, tmp_path / "x.mp4", lambda _: True)
    found = verify(path, EXPECTED)
    assert not found.faststart
    assert "index is at the end" in " ".join(found.faults)


def test_a_missing_frame_is_a_fault(good: Path, tmp_path: Path) -> None:
    def without_one(packet: Packet[Any]) -> bool:
        return not (packet.stream.type == "video" and packet.pts == 60 * 512)

    faults = faults_of(remux(good, tmp_path / "x.mp4", without_one, movflags="+faststart"))
    assert "169 frames instead of 170" in faults
    assert "not evenly spaced" in faults


def test_a_late_frame_is_a_fault(good: Path, tmp_path: Path) -> None:
    def late(packet: Packet[Any]) -> bool:
        if packet.stream.type == "video" and packet.pts == 60 * 512:
            packet.pts = packet.dts = 60 * 512 + 100
        return True

    found = verify(remux(good, tmp_path / "x.mp4", late, movflags="+faststart"), EXPECTED)
    assert not found.constant_frame_rate
    assert any("not evenly spaced" in fault for fault in found.faults)


def test_sound_that_ends_early_is_a_fault(good: Path, tmp_path: Path) -> None:
    def short(packet: Packet[Any]) -> bool:
        return packet.stream.type == "video" or (packet.pts or 0) * packet.time_base < 3

    assert "shorter than the picture" in faults_of(remux(good, tmp_path / "x.mp4", short, movflags="+faststart"))


def test_a_file_without_sound_is_a_fault(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    with av.open(str(good)) as old, av.open(str(path), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)
    assert "one video and one audio stream" in faults_of(path)


@pytest.mark.parametrize("fmt", [MP4, MP4_HEVC, WEBM], ids=["h264", "h265", "vp9"])
def test_a_black_picture_is_a_fault(tmp_path: Path, fmt: VideoFormat) -> None:
    path = tmp_path / f"x.{fmt.container}"
    dark = DarkFilm(192, 108, frames=90)
    render(path, fmt, dark)
    assert "black from 0.0 s" in faults_of(path, Expected.of(fmt, 90, TITLE))


def test_a_picture_that_comes_in_from_black_is_none(tmp_path: Path) -> None:
    entrance = DarkFilm(192, 108, frames=90, at=(0, 15), lit_from=15)
    path = render(tmp_path / "x.mp4", MP4, entrance)
    assert faults_of(path, Expected.of(MP4, 90, TITLE)) == ""


def test_a_silent_file_is_a_fault_unless_any_loudness_will_do(tmp_path: Path) -> None:
    path = render(tmp_path / "x.mp4", sound=np.zeros_like(tone(FRAMES)))
    assert "the sound is silent" in faults_of(path)
    assert faults_of(path, replace(EXPECTED, loudness_lufs=None)) == ""


def test_a_long_silence_is_noted_and_a_fault_where_it_is_too_long(tmp_path: Path) -> None:
    sound = tone(FRAMES, 1000, 10 ** (-14 / 20))
    sound[48_000 : 48_000 * 4] = 0
    path = render(tmp_path / "x.mp4", sound=sound)
    found = verify(path, EXPECTED)
    assert found.faults == ()
    # The codec smears the edges by one step of 0.1 s at most.
    assert [list(stretch) for stretch in found.silences] == [pytest.approx([1.0, 4.0], abs=0.11)]
    assert "silent from" in faults_of(path, replace(EXPECTED, longest_silence_s=2.0))


def test_a_damaged_key_frame_is_a_fault(good: Path, tmp_path: Path) -> None:
    with av.open(str(good)) as file:
        first = next(file.demux(video=0))
        assert first.pos is not None
        start, size = first.pos, first.size
    damaged = bytearray(good.read_bytes())
    damaged[start + 4 : start + size] = bytes(size - 4)
    path = tmp_path / "x.mp4"
    path.write_bytes(damaged)
    assert "key frame" in faults_of(path)


def test_key_frames_too_far_apart_are_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    with av.open(str(path), "w", options={"movflags": "+faststart", "video_track_timescale": "15360"}) as file:
        video = file.add_stream("libx264", rate=30, options={"g": "9999", "preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = file.add_stream("aac", rate=48_000, layout="stereo")
        for number in range(400):
            frame = av.VideoFrame.from_ndarray(np.full((72, 64), 90 + number % 9, np.uint8), "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            file.mux(video.encode(frame))
        file.mux(video.encode(None))
        samples = av.AudioFrame.from_ndarray(np.ascontiguousarray(tone(400).T), format="fltp", layout="stereo")
        samples.sample_rate = 48_000
        file.mux(audio.encode(samples))
        file.mux(audio.encode(None))
    assert "key frames are 13.3 s apart" in faults_of(path)


def test_certificates_of_good_files_compare_equal(good: Path) -> None:
    assert verify(good, EXPECTED) == verify(good, EXPECTED) != Examination()


CAPTIONS = tuple(CaptionCue(start, start + 0.8, f"Caption {start}") for start in (0.5, 2.0, 3.5, 5.0))
WITH_CAPTIONS = RectangleFilm(192, 108, frames=190, at=(0, 15, 60, 105, 150), seed=6)


def captioned(fmt: VideoFormat, frames: int = 190) -> Expected:
    return Expected.of(fmt, frames, TITLE, CAPTIONS)


@pytest.mark.parametrize("renderer", [EventRenderer, GraphRenderer])
@pytest.mark.parametrize("fmt", [MP4, MP4_HEVC, WEBM], ids=["h264", "h265", "vp9"])
def test_pictures_that_change_with_their_captions_pass(
    tmp_path: Path, fmt: VideoFormat, renderer: type[Renderer]
) -> None:
    path = render(tmp_path / f"x.{fmt.container}", fmt, WITH_CAPTIONS, renderer=renderer())
    assert faults_of(path, captioned(fmt)) == ""


@pytest.mark.parametrize("fmt", [MP4, MP4_HEVC, WEBM], ids=["h264", "h265", "vp9"])
def test_a_picture_that_stands_still_where_captions_come_up_is_a_fault(tmp_path: Path, fmt: VideoFormat) -> None:
    path = render(tmp_path / f"x.{fmt.container}", fmt, replace(WITH_CAPTIONS, at=(0, 15, 150)))
    found = verify(path, captioned(fmt))
    assert "the picture stands still from 0.5 to 5.0 s, where captions should come up" in found.faults
    assert {check.name: check.value for check in found.checks}["missed_changes"] == 2


@dataclass(frozen=True)
class StuckFilm(RectangleFilm):
    """Says that it changes, but shows the same picture again."""

    def changes(self) -> Iterator[Change]:
        first: Change | None = None
        for change in super().changes():
            first = first or Change(0, Planes(*(plane.copy() for plane in vars(change.planes).values())))
            yield Change(change.frame, first.planes)


def test_a_painter_that_is_stuck_is_seen_by_decoding(tmp_path: Path) -> None:
    film = StuckFilm(192, 108, frames=190, at=WITH_CAPTIONS.at, seed=6)
    path = render(tmp_path / "x.mp4", MP4, film, renderer=GraphRenderer())
    assert "stands still, where a caption should come up" in faults_of(path, captioned(MP4))


def test_captions_that_repeat_or_show_nothing_need_no_change(tmp_path: Path) -> None:
    cues = (CaptionCue(0.5, 2.0, "No."), CaptionCue(2.0, 3.5, "No."), CaptionCue(3.5, 5.0, "\u200b"), CAPTIONS[-1])
    path = render(tmp_path / "x.mp4", MP4, replace(WITH_CAPTIONS, at=(0, 15, 150)))
    assert faults_of(path, Expected.of(MP4, 190, TITLE, cues)) == ""


def test_a_picture_that_goes_black_between_key_frames_is_a_fault(tmp_path: Path) -> None:
    dark = DarkFilm(192, 108, frames=190, at=(0, 15, 60, 105, 150), seed=6, lit_until=45, lit_from=170)
    path = render(tmp_path / "x.mp4", MP4, dark)
    assert "black from 2.0 s" in faults_of(path, captioned(MP4))


def test_pictures_that_cannot_be_decoded_are_a_fault(tmp_path: Path) -> None:
    path = render(tmp_path / "x.mp4", MP4, WITH_CAPTIONS)
    with av.open(str(path)) as file:
        change = [packet for packet in file.demux(video=0) if packet.size][15]
        assert change.pos is not None
        start, size = change.pos, change.size
    damaged = bytearray(path.read_bytes())
    damaged[start + 4 : start + size] = b"\xff" * (size - 4)
    path.write_bytes(damaged)
    assert "cannot be decoded" in faults_of(path, captioned(MP4))


def test_silence_under_captions_is_a_fault_though_it_is_short(tmp_path: Path) -> None:
    sound = tone(190, 1000, 10 ** (-14 / 20))
    sound[96_000 : 96_000 + 3 * 48_000] = 0
    path = render(tmp_path / "x.mp4", MP4, WITH_CAPTIONS, sound)
    assert faults_of(path, Expected.of(MP4, 190, TITLE)) == ""
    talking = tuple(replace(cue, end=cue.start + 1.4) for cue in CAPTIONS)
    assert "while captions are shown" in faults_of(path, Expected.of(MP4, 190, TITLE, talking))


def test_sound_that_is_too_loud_or_clipped_is_a_fault(tmp_path: Path) -> None:
    loud = tone(FRAMES, 1000, 10 ** (-10 / 20))
    assert "-10.0 LUFS instead of -14.0" in faults_of(render(tmp_path / "loud.mp4", sound=loud))
    clipped = tone(FRAMES, 50, 10 ** (-14 / 20))
    clipped[48_000:48_400] = 1.2
    faults = faults_of(render(tmp_path / "clipped.mp4", sound=clipped))
    assert "samples are clipped" in faults
    assert "dBTP, over -1.0" in faults
