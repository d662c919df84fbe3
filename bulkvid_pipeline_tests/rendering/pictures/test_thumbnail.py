from __future__ import annotations

import numpy as np
import pytest
import skia

from bulkvid_pipeline.rendering.pictures.poster import poster_jpeg
from bulkvid_pipeline.rendering.pictures.thumbnail import MAX_BYTES, thumbnail_webp


def test_a_poster_becomes_a_small_webp_of_its_shape() -> None:
    poster = np.full((720, 1280, 3), 30, np.uint8)
    poster[200:400, 100:900] = 220

    made = thumbnail_webp(poster_jpeg(poster))

    assert 0 < len(made) <= MAX_BYTES
    picture = skia.Image.MakeFromEncoded(skia.Data.MakeWithCopy(made))
    assert (picture.width(), picture.height()) == (240, 135)


@pytest.mark.parametrize("shape", [(1920, 1080), (1080, 1080), (1080, 1920), (1280, 720), (3840, 2160), (97, 61)])
def test_every_size_has_a_thumbnail(shape: tuple[int, int]) -> None:
    made = thumbnail_webp(poster_jpeg(np.full((*shape, 3), 90, np.uint8)))

    picture = skia.Image.MakeFromEncoded(skia.Data.MakeWithCopy(made))
    assert picture.width() / picture.height() == pytest.approx(shape[1] / shape[0], rel=0.05)


def test_a_picture_of_noise_has_no_thumbnail() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (720, 720, 3), np.uint8)

    assert thumbnail_webp(poster_jpeg(noise), max_bytes=30) == b""


def test_what_is_no_jpeg_is_refused() -> None:
    with pytest.raises(ValueError, match="not a JPEG"):
        thumbnail_webp(b"not a picture")
