"""Many pictures as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""RGB, shape (height, width, 3)."""

_GROUND = (112, 112, 118)
"""Neither the light styles nor the dark ones fade into it."""
_GAP = 12


def halved(picture: Picture) -> Picture:
    """The picture at half its size, each pixel the mean of four; both sides must be even."""
    rows = picture[0::2].astype(np.uint16) + picture[1::2]
    small: Picture = ((rows[:, 0::2] + rows[:, 1::2] + 2) >> 2).astype(np.uint8)
    return small


def wrapped(pictures: Iterable[Picture], width: int = 1500) -> list[list[Picture]]:
    """Pictures in bands of at most `width` pixels, in order; a wider picture has a band to itself."""
    bands: list[list[Picture]] = []
    room = 0
    for picture in pictures:
        if not bands or picture.shape[1] > room:
            bands.append([])
            room = width
        bands[-1].append(picture)
        room -= picture.shape[1] + _GAP
    return bands


def tiled(bands: Sequence[Sequence[Picture]]) -> Picture:
    """Bands of pictures one under the other on a grey ground."""
    if not any(bands):
        raise ValueError("A contact sheet needs at least one picture")
    heights = [max(picture.shape[0] for picture in band) for band in bands]
    widths = [sum(picture.shape[1] + _GAP for picture in band) for band in bands]
    sheet = np.empty((sum(heights) + _GAP * (len(bands) + 1), max(widths) + _GAP, 3), np.uint8)
    sheet[:] = _GROUND
    top = _GAP
    for band, height in zip(bands, heights, strict=True):
        left = _GAP
        for picture in band:
            sheet[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
            left += picture.shape[1] + _GAP
        top += height + _GAP
    return sheet
