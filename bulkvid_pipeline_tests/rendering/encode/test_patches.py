"""Pictures of which only patches are coded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkvid_pipeline.core.errors import EncoderError
from bulkvid_pipeline.core.options import VideoCodec
from bulkvid_pipeline.rendering.encode.codecs import encode_picture, event_settings, frame_of, open_encoder
from bulkvid_pipeline.rendering.encode.h264 import ParameterSets, nal_type, slices_of
from bulkvid_pipeline.rendering.encode.h264_patches import MACROBLOCK, PatchCoder, blocks_around
from bulkvid_pipeline.rendering.encode.scene import EncodedScene, encode_scene
from bulkvid_pipeline.rendering.model import Change, Planes, Redraw, Region
from bulkvid_pipeline_tests.rendering.encode.decoding import Picture, decode_stream, psnr, stream_of
from bulkvid_pipeline_tests.rendering.encode.films import MP4, RectangleFilm, fill

WHOLE = event_settings(VideoCodec.H264)
assert WHOLE.patches
PATCHES = WHOLE.patches
DECODERS = ("h264", "libopenh264")


class BoxesFilm(RectangleFilm):
    """Boxes of any place and size, several at a time."""

    boxes: tuple[tuple[Region, ...], ...] = ()

    @classmethod
    def of(cls, boxes: tuple[tuple[Region, ...], ...], *, width: int = 192, height: int = 108) -> BoxesFilm:
        film = cls(width, height, frames=3 * len(boxes) + 5, at=(0, *range(2, 2 + 3 * len(boxes), 3)))
        object.__setattr__(film, "boxes", ((), *boxes))
        return film

    def redraws(self) -> list[Redraw]:
        return [Redraw(frame, boxes) for frame, boxes in zip(self.at, self.boxes, strict=True)]

    def changes(self) -> Iterator[Change]:
        planes = self._background()
        for number, (frame, boxes) in enumerate(zip(self.at, self.boxes, strict=True)):
            for box in boxes:
                fill(planes, box, (40 + number * 37 % 180, 90, 150))
            yield Change(frame, planes)


def even_regions(width: int, height: int) -> st.SearchStrategy[Region]:
    """Boxes with even edges somewhere in a frame."""

    def box(left: int, top: int, across: int, down: int) -> Region:
        return Region(left * 2, top * 2, min(across * 2, width - left * 2), min(down * 2, height - top * 2))

    return st.builds(
        box, *(st.integers(0, side // 2 - 1) for side in (width, height)), st.integers(1, 20), st.integers(1, 8)
    )


def patched(scene: EncodedScene) -> list[int]:
    """Frames of the scene's pictures that have more than one slice."""
    return [picture.frame for picture in scene.pictures if len(slices_of(picture.data)) > 1]


@pytest.mark.parametrize("decoder", DECODERS)
def test_a_patch_shows_exactly_what_its_small_picture_shows_and_nothing_else_moves(decoder: str) -> None:
    film = RectangleFilm(192, 108, frames=30, at=(0, 9, 20))
    shown = list(film.pictures())
    encoder = open_encoder(WHOLE, 192, 108)
    expected = decode_stream("h264", [encode_picture(encoder, frame_of(shown[0]), 0, key=True)])[0]
    scene = encode_scene(film, MP4)
    decoded = decode_stream(decoder, stream_of(scene))

    assert patched(scene) == [9, 20]
    for redraw, end in zip(film.redraws()[1:], (20, 30), strict=True):
        for box in blocks_around(redraw.regions, 12, 7):
            expected = with_patch(expected, shown[redraw.frame], box)
        assert all(np.array_equal(decoded[frame], expected) for frame in range(redraw.frame, end))


def with_patch(picture: Picture, shown: Planes, box: Region) -> Picture:
    """The picture with a patch in it, as a decoder makes it of the small encoder's own stream."""
    size = box.width * MACROBLOCK, box.height * MACROBLOCK
    padded = [
        np.pad(plane, ((0, -plane.shape[0] % block), (0, -plane.shape[1] % block)), "edge")
        for plane, block in ((shown.y, 16), (shown.u, 8), (shown.v, 8))
    ]
    cut = [
        plane[box.top * block :, box.left * block :][: box.height * block, : box.width * block]
        for plane, block in zip(padded, (16, 8, 8), strict=True)
    ]
    small = open_encoder(PATCHES.with_slices_of(box.width), *size)
    (patch,) = decode_stream("h264", [encode_picture(small, frame_of(Planes(*cut)), 0, key=True)])
    y, u, v = planes_of(picture.copy(), 108)
    for target, source, block in zip((y, u, v), planes_of(patch, size[1]), (16, 8, 8), strict=True):
        part = target[box.top * block :, box.left * block :][: box.height * block, : box.width * block]
        part[:] = source[: part.shape[0], : part.shape[1]]
    return np.concatenate([y.reshape(-1), u.reshape(-1), v.reshape(-1)]).reshape(picture.shape)


def planes_of(picture: Picture, height: int) -> tuple[Picture, Picture, Picture]:
    width = picture.shape[1]
    chroma = picture[height:].reshape(2, height // 2, width // 2)
    return picture[:height].copy(), chroma[0].copy(), chroma[1].copy()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(even_regions(132, 76), min_size=1, max_size=3).map(tuple), min_size=1, max_size=6).map(tuple))
def test_any_boxes_anywhere_come_out_as_painted_in_both_decoders(boxes: tuple[tuple[Region, ...], ...]) -> None:
    film = BoxesFilm.of(boxes, width=132, height=76)
    stream = stream_of(encode_scene(film, replace(MP4, width=132, height=76)))
    one, other = (decode_stream(decoder, stream) for decoder in DECODERS)
    assert all(np.array_equal(*pair) for pair in zip(one, other, strict=True))
    quality = [psnr(picture[:76], planes.y) for picture, planes in zip(one, film.pictures(), strict=True)]
    assert min(quality) > 38


def test_a_film_with_large_and_small_changes_comes_out_as_painted() -> None:
    small, large = Region(20, 40, 30, 10), Region(0, 0, 180, 90)
    film = BoxesFilm.of(((small,), (large,), (large,), (small,), (small,), (large,), (small, Region(100, 90, 60, 18))))
    scene = encode_scene(film, MP4)
    one, other = (decode_stream(decoder, stream_of(scene)) for decoder in DECODERS)
    assert all(np.array_equal(*pair) for pair in zip(one, other, strict=True))
    assert min(psnr(seen[:108], planes.y) for seen, planes in zip(one, film.pictures(), strict=True)) > 38
    assert {len(slices_of(picture.data)) > 1 for picture in scene.pictures} == {True, False}


def test_a_movement_after_patches_begins_with_a_key_picture() -> None:
    small, large = Region(20, 40, 30, 10), Region(0, 0, 180, 90)
    film = BoxesFilm.of(((large,), *[(small,)] * 6, (large,), (large,), (large,)))
    scene = encode_scene(film, MP4)
    one, other = (decode_stream(decoder, stream_of(scene)) for decoder in DECODERS)
    assert all(np.array_equal(*pair) for pair in zip(one, other, strict=True))
    assert min(psnr(seen[:108], planes.y) for seen, planes in zip(one, film.pictures(), strict=True)) > 38
    assert [picture.frame for picture in scene.pictures if picture.key] == [0, film.at[-3]]


def test_frames_between_patches_repeat_them() -> None:
    film = BoxesFilm.of(((Region(176, 92, 16, 16),), (Region(0, 0, 2, 2),)))
    decoded = decode_stream("libopenh264", stream_of(encode_scene(film, MP4)))
    differs = [not np.array_equal(one, other) for one, other in pairwise(decoded)]
    assert [frame + 1 for frame, changed in enumerate(differs) if changed] == [2, 5]


def test_a_patch_costs_a_few_hundred_bytes_not_a_picture() -> None:
    film = BoxesFilm.of(((Region(64, 64, 32, 16),),), width=1920, height=1080)
    scene = encode_scene(film, replace(MP4, width=1920, height=1080))
    key, patch = scene.pictures
    assert len(patch.data) < 700 < len(key.data)


def test_the_same_patch_is_the_same_bytes_whatever_was_coded_before() -> None:
    film = BoxesFilm.of(((Region(64, 64, 32, 16),), (Region(8, 8, 100, 40),), (Region(64, 64, 32, 16),)))
    sets = ParameterSets.of(encode_scene(film, MP4).head.parameter_sets)
    used, planes = PatchCoder(PATCHES), next(film.changes()).planes

    def code(coder: PatchCoder, *regions: Region) -> bytes:
        return coder.picture(planes, regions, 3, sets)

    first = code(used, Region(64, 64, 32, 16))
    code(used, Region(0, 0, 60, 30))
    code(used, Region(20, 20, 64, 16))
    assert first == code(used, Region(64, 64, 32, 16)) == code(PatchCoder(PATCHES), Region(64, 64, 32, 16))


def test_boxes_are_whole_blocks_that_do_not_overlap() -> None:
    assert blocks_around([Region(17, 0, 10, 10)], 40, 20) == [Region(1, 0, 4, 1)]
    assert blocks_around([Region(620, 310, 20, 10)], 40, 20) == [Region(36, 19, 4, 1)]
    assert blocks_around([Region(0, 0, 16, 16), Region(32, 0, 16, 16), Region(320, 0, 1, 17)], 40, 20) == [
        Region(0, 0, 8, 1),
        Region(20, 0, 4, 2),
    ]


def test_a_picture_of_patches_is_no_key_picture() -> None:
    scene = encode_scene(BoxesFilm.of(((Region(64, 64, 32, 16),),)), MP4)
    assert [nal_type(nal) for nal in slices_of(scene.pictures[1].data)] == [1] * 3


def test_patches_coded_with_other_tools_than_the_stream_are_an_error() -> None:
    constrained = replace(
        PATCHES,
        options=tuple(
            (key, value + ":constrained-intra=1" if key == "x264-params" else value) for key, value in PATCHES.options
        ),
    )
    with pytest.raises(EncoderError, match="other tools"):
        encode_scene(BoxesFilm.of(((Region(64, 64, 32, 16),),)), MP4, settings=replace(WHOLE, patches=constrained))
