"""Scenes encoded by their changes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bulkvid_pipeline.core.errors import EncoderError, RenderCancelledError
from bulkvid_pipeline.core.options import VideoCodec
from bulkvid_pipeline.rendering.encode import h264
from bulkvid_pipeline.rendering.encode.bitstream import split_nals
from bulkvid_pipeline.rendering.encode.codecs import (
    EncoderSettings,
    encode_picture,
    event_settings,
    frame_of,
    open_encoder,
)
from bulkvid_pipeline.rendering.encode.h264 import ParameterSets
from bulkvid_pipeline.rendering.encode.picture_plan import KEY_GAP_MAX, KEY_GAP_MIN
from bulkvid_pipeline.rendering.encode.scene import EncodedScene, SceneCoders, encode_scene
from bulkvid_pipeline.rendering.model import Material, VideoFormat
from bulkvid_pipeline_tests.rendering.encode.decoding import decode_stream, psnr, stream_of
from bulkvid_pipeline_tests.rendering.encode.films import MP4, MP4_HEVC, WEBM, RectangleFilm, films_for

# Each codec with two decoders that share no code.
DECODERS = [
    (MP4, "h264"),
    (MP4, "libopenh264"),
    (MP4_HEVC, "hevc"),
    (MP4_HEVC, "libde265"),
    (WEBM, "vp9"),
    (WEBM, "libvpx-vp9"),
]
CODECS = [MP4, MP4_HEVC, WEBM]


def plain_packets(film: RectangleFilm, fmt: VideoFormat, scene: EncodedScene) -> list[bytes]:
    """The encoder's own stream of the scene's coded pictures, all of them whole, without any repeat."""
    encoder = open_encoder(event_settings(fmt.video_codec), fmt.width, fmt.height)
    shown = list(film.pictures())
    return [
        encode_picture(encoder, frame_of(shown[picture.frame]), number, key=picture.key)
        for number, picture in enumerate(scene.pictures)
    ]


def without_patches(fmt: VideoFormat) -> EncoderSettings:
    return replace(event_settings(fmt.video_codec), patches=None)


@pytest.mark.parametrize(("fmt", "decoder"), DECODERS)
@pytest.mark.parametrize("which", [0, 1], ids=["changes", "long hold"])
def test_repeats_show_exactly_the_picture_before_them(fmt: VideoFormat, decoder: str, which: int) -> None:
    film = films_for(fmt)[which]
    scene = encode_scene(film, fmt, settings=without_patches(fmt))
    plain = decode_stream(decoder, plain_packets(film, fmt, scene))
    ends = [picture.frame for picture in scene.pictures[1:]] + [film.frames]
    expected = [plain[number] for number, end in enumerate(ends) for _ in range(scene.pictures[number].frame, end)]

    decoded = decode_stream(decoder, stream_of(scene))

    assert len(plain) == len(scene.pictures)
    assert len(decoded) == film.frames
    assert all(np.array_equal(one, other) for one, other in zip(decoded, expected, strict=True))


@pytest.mark.parametrize(("fmt", "decoder"), DECODERS)
def test_every_frame_looks_like_the_film(fmt: VideoFormat, decoder: str) -> None:
    film = films_for(fmt)[0]
    decoded = decode_stream(decoder, stream_of(encode_scene(film, fmt)))
    quality = [psnr(picture[: fmt.height], planes.y) for picture, planes in zip(decoded, film.pictures(), strict=True)]
    assert min(quality) > 42


@pytest.mark.parametrize("width_height", [(320, 180), (180, 320), (240, 240), (132, 76)])
@pytest.mark.parametrize("fmt", CODECS)
def test_frames_that_are_no_whole_blocks_repeat_exactly_too(fmt: VideoFormat, width_height: tuple[int, int]) -> None:
    width, height = width_height
    film = RectangleFilm(width, height, frames=12, at=(0, 4, 5))
    scene = encode_scene(film, replace(fmt, width=width, height=height))
    decoder = {VideoCodec.H264: "libopenh264", VideoCodec.H265: "libde265", VideoCodec.VP9: "vp9"}[fmt.video_codec]
    decoded = decode_stream(decoder, stream_of(scene))
    differs = [not np.array_equal(one, other) for one, other in pairwise(decoded)]
    assert [frame + 1 for frame, changed in enumerate(differs) if changed] == [4, 5]


@pytest.mark.parametrize("fmt", CODECS)
def test_only_changes_reach_the_encoder(fmt: VideoFormat) -> None:
    film = films_for(fmt)[0]
    scene = encode_scene(film, fmt)
    assert [picture.frame for picture in scene.pictures] == list(film.at)
    assert film.painted == list(film.at)


@pytest.mark.parametrize(("fmt", "size"), [(MP4, 14), (MP4_HEVC, 64), (WEBM, 1)])
def test_a_repeat_is_a_few_bytes(fmt: VideoFormat, size: int) -> None:
    units = [unit.data for unit in encode_scene(RectangleFilm(192, 108, frames=40), fmt).access_units()]
    assert max(len(unit) for unit in units[1:]) <= size


@pytest.mark.parametrize("fmt", CODECS)
@pytest.mark.parametrize(
    "at",
    [(0,), (0, 5), tuple(range(0, 900, 7)), (0, 149, 150, 151, 299, 300, 301, 600), (0, 299), (0, 899)],
)
def test_key_frames_stand_at_the_start_and_at_most_ten_seconds_apart(fmt: VideoFormat, at: tuple[int, ...]) -> None:
    film = RectangleFilm(64, 48, frames=900, at=at)
    keys = [
        frame
        for frame, unit in enumerate(encode_scene(film, replace(fmt, width=64, height=48)).access_units())
        if unit.key
    ]
    gaps = [later - earlier for earlier, later in pairwise([*keys, film.frames])]
    assert keys[0] == 0
    assert max(gaps) <= KEY_GAP_MAX
    assert all(gap >= KEY_GAP_MIN for gap in gaps[:-1])


def test_a_scene_survives_being_stored() -> None:
    for fmt in CODECS:
        scene = encode_scene(films_for(fmt)[0], fmt)
        assert EncodedScene.from_bytes(scene.to_bytes()) == scene


def test_a_truncated_or_damaged_scene_is_refused() -> None:
    piece = encode_scene(RectangleFilm(192, 108, frames=9), MP4).to_bytes()
    flipped = bytearray(piece)
    flipped[len(piece) // 2] ^= 1
    for damaged in (b"", piece[:10], piece[:-1], piece[: len(piece) // 2], piece + b"x", bytes(flipped), b"\0" * 500):
        with pytest.raises(ValueError, match="truncated"):
            EncodedScene.from_bytes(damaged)


def test_equal_films_give_equal_bytes() -> None:
    for fmt in CODECS:
        pieces = {encode_scene(films_for(fmt)[0], fmt).to_bytes() for _ in range(2)}
        assert len(pieces) == 1


@pytest.mark.parametrize("fmt", CODECS)
def test_a_scene_is_the_same_bytes_whatever_its_encoders_coded_before(fmt: VideoFormat) -> None:
    coders = SceneCoders()
    one, other, *_ = films_for(fmt)
    used = [encode_scene(film, fmt, coders=coders).to_bytes() for film in (one, other, other, one, other)]
    assert used[0] == used[3] == encode_scene(one, fmt).to_bytes()
    assert used[1] == used[2] == used[4] == encode_scene(other, fmt).to_bytes()


def test_all_scenes_of_a_format_share_their_parameter_sets() -> None:
    for fmt in CODECS:
        assert len({encode_scene(film, fmt).head for film in films_for(fmt)}) == 1


def test_scenes_of_all_materials_can_stand_in_one_file() -> None:
    films = [RectangleFilm(192, 108, frames=9, at=(0, 4), material=material) for material in Material]
    scenes = [encode_scene(film, MP4) for film in films]
    assert len({scene.head for scene in scenes}) == 1
    sizes = [len(scene.pictures[0].data) for scene in scenes]
    assert sizes == sorted(sizes, reverse=True), "drawn pictures are coded finest, clips coarsest"


def test_settings_have_fingerprints_of_their_own() -> None:
    settings = event_settings(VideoCodec.H264)
    finer = replace(settings, options=tuple((key, "12" if key == "qp" else value) for key, value in settings.options))
    prints = {each.fingerprint for each in (*map(event_settings, VideoCodec), finer)}
    assert len(prints) == 4
    assert settings.fingerprint == replace(settings).fingerprint


def test_idr_pictures_can_be_renumbered() -> None:
    scene = encode_scene(RectangleFilm(192, 108, frames=3, at=(0, 1)), MP4)
    key, *others = stream_of(scene)
    sets = ParameterSets.of(scene.head.parameter_sets)
    assert h264.idr_pic_id(scene.pictures[0].data, sets) == 0
    for number in (1, 5, 300):
        renumbered = h264.with_idr_pic_id(scene.pictures[0].data, sets, number)
        assert h264.idr_pic_id(renumbered, sets) == number
        for decoder in ("h264", "libopenh264"):
            one = decode_stream(decoder, [key, *others])
            other = decode_stream(decoder, [scene.head.parameter_sets + renumbered, *others])
            assert np.array_equal(one, other)
    assert h264.idr_pic_id(others[0], sets) is None


def test_level_and_colour_are_written_as_players_expect_them() -> None:
    nals = list(split_nals(encode_scene(RectangleFilm(192, 108, frames=2), MP4).head.parameter_sets))
    assert [h264.nal_type(nal) for nal in nals] == [7, 8]
    assert nals[0][1] == 100
    assert nals[0][3] <= 11, "a small picture has a low level"


def test_a_stop_is_heard_between_pictures() -> None:
    film = RectangleFilm(192, 108, frames=50, at=tuple(range(50)))
    with pytest.raises(RenderCancelledError):
        encode_scene(film, MP4, cancelled=lambda: len(film.painted) >= 10)
    assert len(film.painted) == 10


def test_progress_counts_frames_of_the_scene() -> None:
    told: list[int] = []
    encode_scene(RectangleFilm(192, 108, frames=50, at=(0, 20, 30)), MP4, progress=told.append)
    assert told == [20, 30, 50]


@pytest.mark.parametrize("at", [(), (3,), (0, 5, 5), (0, 9, 4), (0, 10)])
def test_a_film_that_breaks_its_contract_is_refused(at: tuple[int, ...]) -> None:
    with pytest.raises(EncoderError, match="film"):
        encode_scene(RectangleFilm(192, 108, frames=10, at=at), MP4)


def test_a_film_of_another_size_is_refused() -> None:
    with pytest.raises(EncoderError, match="192x108"):
        encode_scene(RectangleFilm(192, 112, frames=10), MP4)


def test_an_encoder_that_cannot_do_what_repeats_need_is_an_error() -> None:
    settings = event_settings(VideoCodec.H264)
    with_b_frames = replace(settings, options=(("preset", "superfast"), ("crf", "20")))
    with pytest.raises(EncoderError, match="graph"):
        encode_scene(RectangleFilm(192, 108, frames=10), MP4, settings=with_b_frames)
