"""Finished files of both renderers."""

from __future__ import annotations

import io
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from bulkvid_pipeline.adapters.ffmpeg import Limits
from bulkvid_pipeline.core.errors import EncoderError, RenderCancelledError
from bulkvid_pipeline.core.options import AudioCodec, Container, Platform, Style, VideoCodec
from bulkvid_pipeline.rendering.encode import event
from bulkvid_pipeline.rendering.encode.bitstream import START_CODE
from bulkvid_pipeline.rendering.encode.container_boxes import is_faststart, top_level_boxes
from bulkvid_pipeline.rendering.encode.event import EventRenderer, scene_key
from bulkvid_pipeline.rendering.encode.graph import GraphRenderer, graph_arguments
from bulkvid_pipeline.rendering.encode.h264 import ParameterSets, idr_pic_id
from bulkvid_pipeline.rendering.encode.renderer import Programme, Renderer
from bulkvid_pipeline.rendering.encode.renderers import renderer_named
from bulkvid_pipeline.rendering.encode.scene import encode_scene
from bulkvid_pipeline.rendering.encode.sound import encode_sound
from bulkvid_pipeline.rendering.encode.tags import tag_text
from bulkvid_pipeline.rendering.model import (
    FPS,
    SAMPLES_PER_FRAME,
    Change,
    Cue,
    Film,
    Pcm,
    Scene,
    SceneKind,
    SpokenWord,
    TimedScene,
    VideoFormat,
)
from bulkvid_pipeline.rendering.pictures.film import scene_film
from bulkvid_pipeline.rendering.pictures.themes import THEMES
from bulkvid_pipeline.rendering.quality import Expected, verify
from bulkvid_pipeline_tests.rendering.encode.decoding import Picture, decode_file, decode_file_with, psnr, ssim
from bulkvid_pipeline_tests.rendering.encode.films import (
    FORMATS,
    MOV,
    MOV_HEVC,
    MP4,
    MP4_HEVC,
    WEBM,
    RectangleFilm,
    films_for,
    tone,
)
from bulkvid_pipeline_tests.rendering.encode.processes import child_processes

TAGS = {"title": 'Ten ways; to = "win" \\ Ünïcode 🎬', "artist": "Studio #1", "comment": "two\nlines"}
BOTH = ["event", "graph"]


def format_name(fmt: VideoFormat) -> str:
    return f"{fmt.container}-{fmt.video_codec}"


every_format = pytest.mark.parametrize("fmt", FORMATS, ids=format_name)
every_renderer = pytest.mark.parametrize("name", BOTH)


def total(films: list[RectangleFilm]) -> int:
    return sum(film.frames for film in films)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def rendered(folder: Path) -> dict[tuple[str, str], Path]:
    """The films of `films_for` in every format by both renderers."""
    files = {}
    for fmt in FORMATS:
        films = films_for(fmt)
        for name in BOTH:
            path = folder / f"{name}-{format_name(fmt)}.{fmt.container}"
            renderer_named(name).render(films, tone(total(films)), fmt, TAGS, path)
            files[name, format_name(fmt)] = path
    return files


@pytest.fixture(scope="module")
def decoded(rendered: dict[tuple[str, str], Path]) -> dict[tuple[str, str], tuple[list[Picture], list[float]]]:
    return {key: decode_file(path) for key, path in rendered.items()}


Rendered = dict[tuple[str, str], Path]
Decoded = dict[tuple[str, str], tuple[list[Picture], list[float]]]


@every_format
@every_renderer
def test_every_frame_shows_the_film(decoded: Decoded, name: str, fmt: VideoFormat) -> None:
    pictures, _ = decoded[name, format_name(fmt)]
    films = films_for(fmt)
    wanted = [planes for film in films for planes in film.pictures()]
    assert len(pictures) == total(films)
    quality = [psnr(picture[: fmt.height], planes.y) for picture, planes in zip(pictures, wanted, strict=True)]
    assert min(quality) > 42


@every_format
def test_both_renderers_show_the_same_at_the_same_time(decoded: Decoded, fmt: VideoFormat) -> None:
    event, event_times = decoded["event", format_name(fmt)]
    graph, graph_times = decoded["graph", format_name(fmt)]
    assert event_times == graph_times
    assert min(psnr(one, other) for one, other in zip(event, graph, strict=True)) > 42


def painted_films(fmt: VideoFormat) -> list[Film]:
    """A title card and a statement with captions, as the engine paints them."""
    said = ("Salt", "the", "water", "well")
    words = tuple(SpokenWord(word, 20 + 6 * at, 26 + 6 * at) for at, word in enumerate(said))
    statement = Scene(SceneKind.BODY, text="Salt the water well", heading="Salt the water 9 times")
    timed = [
        TimedScene(Scene(SceneKind.TITLE, heading="Five kitchen mistakes", subheading="That ruin your pasta"), 30),
        TimedScene(statement, 56, (Cue(words, 18, 50),)),
    ]
    return [scene_film(each, fmt, THEMES[Style.MODERN]) for each in timed]


@pytest.mark.parametrize("codec", [VideoCodec.H264, VideoCodec.H265])
def test_both_renderers_show_painted_cards_alike_frame_by_frame(folder: Path, codec: VideoCodec) -> None:
    fmt = VideoFormat(Platform.YOUTUBE, 640, 360, video_codec=codec)
    films = painted_films(fmt)
    frames = sum(film.frames for film in films)
    seen = []
    for name in BOTH:
        path = folder / f"painted-{name}-{codec}.mp4"
        renderer_named(name).render(films, tone(frames), fmt, TAGS, path)
        seen.append([picture[: fmt.height] for picture in decode_file(path)[0]])
    assert [len(pictures) for pictures in seen] == [frames, frames]
    alike = [ssim(one, other) for one, other in zip(*seen, strict=True)]
    assert min(alike) > 0.985
    moving = [ssim(before, after) for before, after in pairwise(seen[0][:18])]
    assert min(moving) < 0.97, "pictures a frame apart are less alike: a slip of one frame would be seen"


@pytest.mark.parametrize(
    ("fmt", "decoder"), [(MP4, "libopenh264"), (MP4_HEVC, "libde265"), (MOV_HEVC, "libde265"), (WEBM, "libvpx-vp9")]
)
def test_an_unrelated_decoder_sees_the_same_file(
    rendered: Rendered, decoded: Decoded, fmt: VideoFormat, decoder: str
) -> None:
    # Scenes of one frame are among them: key pictures in a row, numbered by encoders that know nothing of each other.
    pictures, _ = decoded["event", format_name(fmt)]
    others = decode_file_with(decoder, rendered["event", format_name(fmt)])
    assert len(others) == len(pictures)
    assert all(np.array_equal(one, other) for one, other in zip(pictures, others, strict=True))


def test_key_pictures_in_a_row_have_different_numbers(rendered: Rendered) -> None:
    # H.264 7.4.3: "the values of idr_pic_id of two consecutive IDR pictures shall differ".
    sets = ParameterSets.of(encode_scene(films_for(MP4)[0], MP4).head.parameter_sets)
    with av.open(str(rendered["event", format_name(MP4)])) as file:
        units = [START_CODE + bytes(packet)[4:] for packet in file.demux(video=0) if packet.size]
    numbers = [idr_pic_id(unit, sets) for unit in units]
    pairs = [(one, other) for one, other in pairwise(numbers) if one is not None and other is not None]
    assert len(pairs) == 2
    assert all(one != other for one, other in pairs)


@every_format
@every_renderer
def test_frames_are_evenly_spaced(decoded: Decoded, name: str, fmt: VideoFormat) -> None:
    _, times = decoded[name, format_name(fmt)]
    tolerance = 0.001 if fmt.container is Container.WEBM else 1e-9
    assert times == pytest.approx([number / FPS for number in range(len(times))], abs=tolerance)


@every_format
@every_renderer
def test_tags_are_read_back(rendered: Rendered, name: str, fmt: VideoFormat) -> None:
    with av.open(str(rendered[name, format_name(fmt)])) as file:
        tags = {key.lower(): value for key, value in file.metadata.items()}
    assert {key: tags.get(key) for key in TAGS} == TAGS


@pytest.mark.parametrize("fmt", [MP4, MOV, WEBM], ids=format_name)
@every_renderer
def test_hostile_and_odd_titles_are_read_back(folder: Path, name: str, fmt: VideoFormat) -> None:
    title = '\x00 =x;#\\"<b>&amp; a\r\nb\t\x07\x1b👩‍👩‍👧 عربى \ud800' + "ä" * 50_000
    path = folder / f"odd.{fmt.container}"
    film = RectangleFilm(fmt.width, fmt.height, frames=9)
    renderer_named(name).render([film], tone(9), fmt, {"title": title, "comment": ""}, path)
    with av.open(str(path)) as file:
        found = {key.lower(): value for key, value in file.metadata.items()}
    assert found["title"] == tag_text(title)
    assert found["title"].startswith(' =x;#\\"<b>&amp; a\nb\t👩‍👩‍👧 عربى ä')
    assert "comment" not in found
    assert verify(path, replace(Expected.of(fmt, 9, title), loudness_lufs=None)).faults == ()


@every_format
@every_renderer
def test_streams_are_described_for_players(rendered: Rendered, name: str, fmt: VideoFormat) -> None:
    with av.open(str(rendered[name, format_name(fmt)])) as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        context = video.codec_context
        assert (context.width, context.height, context.pix_fmt) == (fmt.width, fmt.height, "yuv420p")
        assert (context.color_range, context.colorspace) == (1, 1), "limited range, BT.709"
        assert video.average_rate == Fraction(FPS)
        assert (audio.codec_context.sample_rate, audio.codec_context.channels) == (48_000, 2)
        if fmt.video_codec is VideoCodec.H265:
            assert context.codec_tag == "hvc1"
        if fmt.container is not Container.WEBM:
            assert Fraction(video.duration or 0) * (video.time_base or 0) == Fraction(video.frames, FPS)
            assert audio.duration == video.frames * SAMPLES_PER_FRAME


@every_format
@every_renderer
def test_playing_can_start_before_all_is_loaded(rendered: Rendered, name: str, fmt: VideoFormat) -> None:
    path = rendered[name, format_name(fmt)]
    whole = path.read_bytes()
    with av.open(_Stream(whole[: len(whole) * 3 // 4]), "r") as file:
        shown = next(file.decode(file.streams.video[0]))
    assert (shown.width, shown.height) == (fmt.width, fmt.height)
    if fmt.container is not Container.WEBM:
        assert is_faststart(path)


class _Stream:
    """Bytes that come one after the other and cannot be asked for again, as over a line."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int) -> bytes:
        return self._data.read(size)


@every_format
@every_renderer
def test_scenes_begin_with_key_frames(rendered: Rendered, name: str, fmt: VideoFormat) -> None:
    with av.open(str(rendered[name, format_name(fmt)])) as file:
        video = file.streams.video[0]
        keys = {
            round(float(packet.pts * packet.time_base) * FPS)
            for packet in file.demux(video)
            if packet.pts is not None and packet.is_keyframe
        }
    starts = np.cumsum([0] + [film.frames for film in films_for(fmt)[:-1]])
    assert set(starts.tolist()) <= keys


@pytest.mark.parametrize("fmt", [MP4, WEBM], ids=format_name)
@every_renderer
def test_sound_and_picture_start_together(folder: Path, name: str, fmt: VideoFormat) -> None:
    # A click on the sample where the frame of a change begins.
    films = [RectangleFilm(fmt.width, fmt.height, frames=90, at=(0, 30))]
    sound = np.zeros_like(tone(90))
    click = np.concatenate([np.ones(48), -np.ones(48)]).astype(np.float32)
    sound[30 * SAMPLES_PER_FRAME : 30 * SAMPLES_PER_FRAME + 96] = 0.8 * click[:, None]
    path = folder / f"click-{name}.{fmt.container}"
    renderer_named(name).render(films, sound, fmt, {}, path)
    with av.open(str(path)) as file:
        frames = list(file.decode(file.streams.audio[0]))
        start = float(frames[0].time or 0)
        arrays = [frame.to_ndarray() for frame in frames]
    heard = np.concatenate([array[0] if len(array) == 2 else array[0, ::2] for array in arrays])
    found = int(np.correlate(heard, click, "valid").argmax()) + round(start * 48_000)
    assert abs(found - 30 * SAMPLES_PER_FRAME) <= 2
    pictures, times = decode_file(path)
    assert times[0] == 0
    assert [frame for frame in range(1, 90) if psnr(pictures[frame], pictures[frame - 1]) < 40] == [30]


@pytest.mark.heavy
@every_renderer
def test_full_size_portrait_renders_too(folder: Path, name: str) -> None:
    fmt = replace(MP4, width=1080, height=1920)
    films = [RectangleFilm(1080, 1920, frames=45, at=(0, 1, 2, 20))]
    path = folder / f"large-{name}.mp4"
    renderer_named(name).render(films, tone(45), fmt, {}, path)
    pictures, _ = decode_file(path)
    wanted = list(films[0].pictures())
    assert min(psnr(one[:1920], other.y) for one, other in zip(pictures, wanted, strict=True)) > 42


@pytest.mark.parametrize("fmt", [MP4, MP4_HEVC], ids=format_name)
def test_threads_do_not_change_the_file(folder: Path, fmt: VideoFormat) -> None:
    films = films_for(fmt)
    files = [folder / f"threads-{threads}.mp4" for threads in (1, 3)]
    for threads, path in zip((1, 3), files, strict=True):
        EventRenderer(threads=threads).render(films, tone(total(films)), fmt, TAGS, path)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="this machine has no ffmpeg of its own")
@pytest.mark.parametrize("fmt", [MP4, MP4_HEVC, WEBM], ids=format_name)
def test_the_graph_runs_on_the_machines_own_ffmpeg_too(folder: Path, fmt: VideoFormat) -> None:
    films = films_for(fmt)[:1]
    path = folder / f"system.{fmt.container}"
    found = shutil.which("ffmpeg")
    assert found is not None
    GraphRenderer(Path(found)).render(films, tone(170), fmt, TAGS, path)
    expected = replace(Expected.of(fmt, 170, TAGS["title"]), loudness_lufs=None)
    assert verify(path, expected).faults == ()
    pictures, _ = decode_file(path)
    assert min(psnr(one[:108], other.y) for one, other in zip(pictures, films[0].pictures(), strict=True)) > 42


@every_renderer
def test_progress_ends_at_the_last_frame_and_never_goes_back(folder: Path, name: str) -> None:
    told: list[tuple[int, int]] = []
    threads = set()

    def progress(done: int, frames: int) -> None:
        told.append((done, frames))
        threads.add(threading.current_thread())

    films = films_for(MP4)
    renderer_named(name).render(films, tone(total(films)), MP4, {}, folder / "p.mp4", progress=progress)
    assert told[-1] == (total(films), total(films))
    assert told == sorted(told)
    assert threads == {threading.current_thread()}


# Scenes that were encoded before


@dataclass
class MemoryStore:
    pieces: dict[str, bytes] = field(default_factory=dict)

    def get(self, key: str) -> bytes | None:
        return self.pieces.get(key)

    def put(self, key: str, piece: bytes) -> None:
        self.pieces[key] = piece


def test_a_scene_is_encoded_once_and_found_again(folder: Path) -> None:
    store = MemoryStore()
    first, again = films_for(MP4), films_for(MP4)
    EventRenderer(store).render(first, tone(total(first)), MP4, {}, folder / "first.mp4")
    EventRenderer(store).render(again, tone(total(again)), MP4, {}, folder / "again.mp4")
    assert all(film.painted for film in first)
    assert not any(film.painted for film in again)
    assert (folder / "first.mp4").read_bytes() == (folder / "again.mp4").read_bytes()


def test_only_the_scene_that_changed_is_encoded_anew(folder: Path) -> None:
    store = MemoryStore()
    films = films_for(MP4)
    EventRenderer(store).render(films, tone(total(films)), MP4, {}, folder / "before.mp4")
    films = films_for(MP4)
    films[1] = replace(films[1], seed=99, painted=[])
    EventRenderer(store).render(films, tone(total(films)), MP4, {}, folder / "after.mp4")
    assert [bool(film.painted) for film in films] == [False, True, False, False, False]


@pytest.mark.parametrize("damage", [lambda piece: piece[:-7], lambda _: b"", lambda piece: piece[::-1]])
def test_a_damaged_piece_is_no_hit_and_is_replaced(folder: Path, damage: object) -> None:
    assert callable(damage)
    store = MemoryStore()
    films = films_for(MP4)[:1]
    EventRenderer(store).render(films, tone(170), MP4, {}, folder / "whole.mp4")
    whole = dict(store.pieces)
    store.pieces = {key: damage(piece) for key, piece in whole.items()}
    films = films_for(MP4)[:1]
    EventRenderer(store).render(films, tone(170), MP4, {}, folder / "mended.mp4")
    assert films[0].painted
    assert store.pieces == whole


def test_keys_tell_films_sizes_and_codecs_apart() -> None:
    film, other = films_for(MP4)[:2]
    wide = replace(MP4, width=320)
    keys = [scene_key(film, MP4), scene_key(other, MP4), scene_key(film, MP4_HEVC), scene_key(film, wide)]
    assert len(set(keys)) == 4
    assert scene_key(film, MP4) == scene_key(films_for(MP4)[0], replace(MP4, container=Container.MOV))


def test_pieces_of_another_stream_are_not_joined(folder: Path) -> None:
    store = MemoryStore()
    films = films_for(MP4)[:2]
    EventRenderer(store).render(films[:1], tone(170), MP4, {}, folder / "a.mp4")
    large = replace(MP4, width=320, height=180)
    alien = RectangleFilm(320, 180, frames=410)
    EventRenderer(other := MemoryStore()).render([alien], tone(410), large, {}, folder / "b.mp4")
    store.pieces[scene_key(films[1], MP4)] = next(iter(other.pieces.values()))
    with pytest.raises(EncoderError, match="parameter sets differ"):
        EventRenderer(store).render(films, tone(580), MP4, {}, folder / "mixed.mp4")
    assert not (folder / "mixed.mp4").exists()


# What goes wrong


@dataclass(frozen=True)
class FailingFilm(RectangleFilm):
    def changes(self) -> Iterator[Change]:
        yield from list(super().changes())[:3]
        raise RuntimeError("the painter fell off the ladder")


def files_in(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.iterdir())


def encoders_running() -> list[int]:
    """Ids of our children that are an ffmpeg, or about to become one."""
    return [pid for pid in child_processes() if b"ffmpeg" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@every_renderer
def test_a_stop_leaves_no_file_and_no_process(tmp_path: Path, name: str) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    films: list[Film] = [RectangleFilm(640, 360, frames=3000, at=tuple(range(3000)))]
    fmt = replace(MP4, width=640, height=360)
    with pytest.raises(RenderCancelledError):
        renderer_named(name).render(films, tone(3000), fmt, {}, tmp_path / "x.mp4", cancelled=cancelled)
    assert files_in(tmp_path) == []
    assert encoders_running() == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("encode")]


@every_renderer
def test_a_painter_that_fails_is_heard_and_leaves_no_file(tmp_path: Path, name: str) -> None:
    films = [FailingFilm(192, 108, frames=90, at=tuple(range(90)))]
    with pytest.raises(RuntimeError, match="ladder"):
        renderer_named(name).render(films, tone(90), MP4, {}, tmp_path / "x.mp4")
    assert files_in(tmp_path) == []
    assert encoders_running() == []


@every_renderer
def test_sound_of_another_length_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(EncoderError, match="144000"):
        renderer_named(name).render([RectangleFilm(192, 108, frames=90)], tone(89), MP4, {}, tmp_path / "x.mp4")


@every_renderer
def test_a_film_without_scenes_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(EncoderError, match="no scenes"):
        renderer_named(name).render([], tone(0), MP4, {}, tmp_path / "x.mp4")


@every_renderer
def test_a_folder_that_is_not_there_is_an_encoder_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(EncoderError, match=r"x\.mp4"):
        renderer_named(name).render([RectangleFilm(192, 108, frames=9)], tone(9), MP4, {}, tmp_path / "no" / "x.mp4")


@every_renderer
def test_an_older_file_stays_until_the_new_one_is_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError):
        renderer_named(name).render([FailingFilm(192, 108, 90, tuple(range(90)))], tone(90), MP4, {}, path)
    assert path.read_bytes() == b"old"
    renderer_named(name).render([RectangleFilm(192, 108, frames=9)], tone(9), MP4, {}, path)
    assert [kind for kind, _ in top_level_boxes(path)][:2] == ["ftyp", "moov"]


def test_a_killed_encoder_is_an_encoder_error_and_leaves_no_file(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class KillingFilm(RectangleFilm):
        def changes(self) -> Iterator[Change]:
            for change in super().changes():
                if change.frame == 20:
                    for pid in encoders_running():
                        os.kill(pid, signal.SIGKILL)
                yield change

    films = [KillingFilm(192, 108, frames=900, at=tuple(range(900)))]
    with pytest.raises(EncoderError, match="SIGKILL"):
        GraphRenderer().render(films, tone(900), MP4, {}, tmp_path / "x.mp4")
    assert files_in(tmp_path) == []


def test_a_graph_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    waiting = threading.Event()

    @dataclass(frozen=True)
    class StuckFilm(RectangleFilm):
        def changes(self) -> Iterator[Change]:
            yield from super().changes()
            waiting.wait(20)

    with pytest.raises(EncoderError, match=r"longer than 0\.6 s"):
        GraphRenderer(limits=Limits(wall_s=0.6)).render(
            [StuckFilm(192, 108, frames=60)], tone(60), MP4, {}, tmp_path / "x.mp4"
        )
    waiting.set()
    assert files_in(tmp_path) == []
    assert encoders_running() == []


def test_no_text_of_users_stands_in_the_argument_list() -> None:
    films = films_for(MP4)
    programme = Programme(films, tone(total(films)), MP4, TAGS)
    arguments = graph_arguments(programme, Path("sound.wav"), Path("x.part"), threads=1)
    assert not any(value in argument for value in TAGS.values() for argument in arguments)
    assert arguments[arguments.index("-filter_complex") + 1].startswith("[0:v]fps=")


def test_there_are_two_renderers() -> None:
    made: list[Renderer] = [renderer_named("event", threads=2), renderer_named("graph")]
    assert [type(each) for each in made] == [EventRenderer, GraphRenderer]
    with pytest.raises(EncoderError, match="event or graph"):
        renderer_named("magic")


def test_platforms_of_one_row_share_one_encoding_of_their_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[int] = []
    real = encode_sound

    def counted(sound: Pcm, codec: AudioCodec, *, cancelled: Callable[[], bool]) -> bytes:
        encoded.append(len(sound))
        return real(sound, codec, cancelled=cancelled)

    monkeypatch.setattr(event, "encode_sound", counted)
    renderer, sound = EventRenderer(), tone(9)
    for name in ("wide.mp4", "tall.mp4"):
        renderer.render([RectangleFilm(192, 108, frames=9)], sound, MP4, {}, tmp_path / name)
    renderer.render([RectangleFilm(192, 108, frames=9)], tone(9), MP4, {}, tmp_path / "other.mp4")

    assert len(encoded) == 2
