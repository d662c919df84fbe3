"""Media through the real ffmpeg: upright, undistorted, and nothing that a hostile file asks for."""

from __future__ import annotations

import itertools
import struct
from pathlib import Path

import numpy as np
import pytest

from bulkvid_pipeline.adapters.cache import CacheOfKind, FolderCache
from bulkvid_pipeline.adapters.media.library import medium_of
from bulkvid_pipeline.core.errors import MediumError
from bulkvid_pipeline.rendering.ingest import (
    MAX_CLIP_SECONDS,
    Ingest,
    Source,
    clip_arguments,
    picture_arguments,
)
from bulkvid_pipeline.rendering.pictures.media import CLIP_RATE, Clip, Picture
from bulkvid_pipeline_tests import media_files

Corner = tuple[int, int, int]
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "row;-%d'"
    path.mkdir()
    return path


def source(folder: Path, data: bytes, name: str = "image") -> Source:
    (folder / name).write_bytes(data)
    return Source(folder / name, medium_of(data, "it").digest, f"https://example.com/{name}?token=SECRET")


def corners(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> list[Corner]:
    """The corners' colours, rounded to black, full or in between: top left, top right, bottom left, bottom right."""
    found = [pixels[y, x, :3] for y in (4, -5) for x in (4, -5)]
    return [tuple(255 if value > 215 else 0 if value < 40 else 128 for value in corner) for corner in found]  # type: ignore[misc]


def backdrop_of(folder: Path, data: bytes, width: int, height: int) -> Picture:
    found = Ingest().backdrop(source(folder, data), width, height)
    assert isinstance(found, Picture)
    return found


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_picture_is_scaled_whole_and_never_enlarged(folder: Path, kind: str) -> None:
    data = media_files.encoded(media_files.quarters(400, 300), kind)
    smaller = Ingest().inset(source(folder, data), 200, 1000)
    assert (smaller.width, smaller.height) == (200, 150)
    assert smaller.pixels.shape == (150, 200, 4)
    assert corners(smaller.pixels) == [RED, GREEN, BLUE, WHITE]
    same = Ingest().inset(source(folder, data), 4000, 4000)
    assert (same.width, same.height) == (400, 300)


UPRIGHT = [RED, GREEN, BLUE, WHITE]
TURNED = {
    1: [RED, GREEN, BLUE, WHITE],
    2: [GREEN, RED, WHITE, BLUE],
    3: [WHITE, BLUE, GREEN, RED],
    4: [BLUE, WHITE, RED, GREEN],
    5: [RED, BLUE, GREEN, WHITE],
    6: [BLUE, RED, WHITE, GREEN],
    7: [WHITE, GREEN, BLUE, RED],
    8: [GREEN, WHITE, RED, BLUE],
}
"""What is seen where a camera's tag says so (JEITA CP-3451, table 6)."""


@pytest.mark.parametrize("orientation", TURNED)
def test_a_picture_stands_as_the_camera_was_held(folder: Path, orientation: int) -> None:
    data = media_files.with_orientation(media_files.encoded(media_files.quarters(400, 300), "jpeg"), orientation)
    found = Ingest().inset(source(folder, data), 400, 400)
    assert (found.width, found.height) == ((300, 400) if orientation >= 5 else (400, 300))
    assert corners(found.pixels) == TURNED[orientation]


@pytest.mark.parametrize(("width", "height"), [(640, 360), (360, 640), (360, 360)])
def test_a_background_fills_the_frame_from_its_middle_undistorted(folder: Path, width: int, height: int) -> None:
    disc = np.full((600, 900, 3), 255, np.uint8)
    y, x = np.mgrid[:600, :900]
    disc[np.hypot(x - 450, y - 300) < 150] = 0
    found = backdrop_of(folder, media_files.encoded(disc), width, height)
    assert (found.width, found.height) == (width, height)
    dark = found.pixels[..., 0] < 128
    across, down = dark.any(axis=0).sum(), dark.any(axis=1).sum()
    assert abs(int(across) - int(down)) <= 2, "a disc stays a disc"
    assert abs(np.flatnonzero(dark.any(axis=0)).mean() - (width - 1) / 2) <= 1
    assert abs(np.flatnonzero(dark.any(axis=1)).mean() - (height - 1) / 2) <= 1
    scale = max(width / 900, height / 600)
    assert abs(int(across) - 300 * scale) <= 3, "no more is cut off than the shape asks for"


@pytest.mark.parametrize("size", [(1, 1), (2000, 1), (1, 2000), (3, 5)])
def test_pictures_of_the_oddest_shapes_fill_the_frame_too(folder: Path, size: tuple[int, int]) -> None:
    found = backdrop_of(folder, media_files.encoded(media_files.flat(*size)), 320, 180)
    assert np.ptp(found.pixels[..., 0]) <= 2
    assert Ingest().inset(source(folder, media_files.encoded(media_files.flat(*size))), 320, 180).width >= 1


def test_edges_of_transparent_pictures_keep_their_colour(folder: Path) -> None:
    found = Ingest().inset(source(folder, media_files.encoded(media_files.disc(400))), 90, 90).pixels
    edge = found[(found[..., 3] > 60) & (found[..., 3] < 200)]
    assert len(edge) > 20
    assert edge[:, 0].min() > 200, "black that nobody sees darkens no edge"
    assert found[0, 0, 3] == 0


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".mov"])
def test_a_video_becomes_a_clip_of_the_frames_size_that_never_ends(folder: Path, tmp_path: Path, suffix: str) -> None:
    data = media_files.clip(tmp_path / f"a{suffix}", "testsrc2=size=320x240:rate=24", 1.0, "-an")
    clip = Ingest().backdrop(source(folder, data), 320, 180)
    assert isinstance(clip, Clip)
    assert clip.frames == CLIP_RATE
    pictures = clip.pictures(7)
    shown = [next(pictures) for _ in range(14)]
    assert all(picture.shape == (180, 320, 4) for picture in shown)
    np.testing.assert_array_equal(shown[0], shown[10])
    np.testing.assert_array_equal(shown[3], next(clip.pictures(0)))
    assert all((one != other).any() for one, other in itertools.pairwise(shown))


def test_a_video_keeps_its_shape_and_pixels_that_are_not_square(folder: Path, tmp_path: Path) -> None:
    box = "color=white:size=360x360:rate=10,drawbox=x=120:y=120:w=120:h=120:color=black:t=fill"
    # Stored half as wide, to be shown twice as wide: the square is 60 x 120 pixels in the file.
    data = media_files.clip(tmp_path / "a.mp4", f"{box},scale=180:360,setsar=2/1", 0.3)
    clip = Ingest().backdrop(source(folder, data), 640, 360)
    assert isinstance(clip, Clip)
    dark = next(clip.pictures(0))[..., 0] < 128
    assert abs(int(dark.any(axis=0).sum()) - int(dark.any(axis=1).sum())) <= 4
    assert abs(int(dark.any(axis=0).sum()) - 120 * 640 / 360) <= 4


def test_the_darkest_and_lightest_colours_of_a_video_are_known(folder: Path, tmp_path: Path) -> None:
    source_of_red = "color=red:size=64x64:rate=10,drawbox=x=20:y=20:w=20:h=20:color=0x402010:t=fill:enable='gte(n,2)'"
    clip = Ingest().backdrop(source(folder, media_files.clip(tmp_path / "a.mp4", source_of_red, 0.5)), 64, 64)
    assert isinstance(clip, Clip)
    pictures = np.stack([picture for picture, _ in zip(clip.pictures(0), range(clip.frames), strict=False)])
    assert clip.darkest == tuple(pictures.min(axis=(0, 1, 2))[:3])
    assert clip.lightest == tuple(pictures.max(axis=(0, 1, 2))[:3])
    assert clip.darkest[0] < 90
    assert clip.lightest[0] > 240
    assert clip.lightest[1] < 90


def test_a_long_video_is_cut(folder: Path, tmp_path: Path) -> None:
    data = media_files.clip(tmp_path / "a.mp4", "color=red:size=32x32:rate=2", MAX_CLIP_SECONDS + 20)
    clip = Ingest().backdrop(source(folder, data), 64, 64)
    assert isinstance(clip, Clip)
    assert clip.frames == MAX_CLIP_SECONDS * CLIP_RATE


def png_with_text(data: bytes) -> bytes:
    """The PNG with one byte of its picture damaged."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


PHOTO = media_files.scenery(640, 480)
HOSTILE = {
    "truncated jpeg": media_files.encoded(PHOTO, "jpeg")[:9000],
    "truncated png": media_files.encoded(PHOTO)[:90_000],
    "truncated webp": media_files.encoded(PHOTO, "webp")[:9000],
    "damaged png": png_with_text(media_files.encoded(PHOTO)),
    "bomb": media_files.png_claiming(7000, 7000, rows=2),
    "html behind a signature": b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 64, 64) + b"<html>" * 50,
    "video without a picture": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\x08moov",
    "playlist behind a brand": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\n#EXTM3U\nfile:///etc/passwd\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_damaged_or_lying_file_is_refused_without_its_secrets(folder: Path, name: str) -> None:
    with pytest.raises(MediumError) as caught:
        Ingest().backdrop(source(folder, HOSTILE[name]), 320, 180)
    assert "https://example.com/image?..." in caught.value.message
    assert "SECRET" not in str(caught.value)
    assert caught.value.fix
    assert [left.name for left in folder.iterdir()] == ["image"], "nothing half-made is left"


def reference_to(path: Path, video: bytes) -> bytes:
    """The MP4 with its data reference changed to an external file: `url ` whose self-contained flag is not set."""
    at = video.index(b"url \0\0\0\1")
    assert len(str(path)) < 200
    return video[:at] + b"url \0\0\0\0" + video[at + 8 :]


def test_an_external_reference_in_a_video_is_not_followed(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp4"
    video = media_files.clip(secret, "color=red:size=64x64:rate=10", 0.3)
    lying = reference_to(secret, video)
    try:
        clip = Ingest().backdrop(source(folder, lying), 64, 64)
    except MediumError:
        return  # refused: as good
    assert isinstance(clip, Clip)
    assert clip.frames <= 4, "its own samples at most"


def test_the_argument_lists_open_files_alone_with_the_demuxer_that_the_content_asks_for(folder: Path) -> None:
    picture = picture_arguments(
        source(folder, media_files.encoded(PHOTO)), folder / "out", 6, (100, 100), (64, 64), 2.0
    )
    video = clip_arguments(
        source(folder, media_files.clip(folder / "x.webm", seconds=0.1), "v"), folder / "out", 64, 36, 0.0
    )
    for arguments, demuxer in ((picture, "png_pipe"), (video, "matroska")):
        before = arguments[: arguments.index("-i")]
        assert before[before.index("-f") + 1] == demuxer
        assert before[before.index("-protocol_whitelist") + 1] == "file"
        assert "-max_pixels" in before
        assert "-xerror" in arguments


def test_what_was_prepared_is_kept_by_content_and_treatment(folder: Path, tmp_path: Path) -> None:
    kept = CacheOfKind(FolderCache(tmp_path / "cache", 10**8), "ingested", "1")
    prepare = Ingest(kept)
    given = source(folder, media_files.encoded(PHOTO))
    first = prepare.inset(given, 200, 200)
    given.path.write_bytes(HOSTILE["truncated png"])  # would fail if it were read again
    assert prepare.inset(given, 200, 200).data == first.data
    with pytest.raises(MediumError):
        prepare.inset(given, 201, 200)
    sharp, blurred = (
        Ingest().backdrop(source(folder, media_files.encoded(PHOTO)), 64, 64, blur) for blur in (0.0, 3.0)
    )
    assert sharp.digest != blurred.digest
