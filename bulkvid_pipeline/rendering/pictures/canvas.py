"""The picture being painted: RGBA for the painter and BT.709 planes for the encoder, synchronised band by band."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict

import av
import numpy as np
import skia
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.model import Planes, Region
from bulkvid_pipeline.rendering.pictures.geometry import Box

Pixels = NDArray[np.uint8]

_AREA_EXACT = Interpolation.AREA | Interpolation.BITEXACT
"""Chroma is the mean of 2x2 pixels (within 0.51 of the exact value), so a band converts as in the whole picture."""


_WIDTH_STEP = 64
"""Widths of converted bands are multiples of this, so that few sizes occur: libswscale initialises itself for each
new size, which takes longer than converting a word."""
_MOST_SIZES = 20
"""Number of prepared converters; each takes half a megabyte."""


class PlaneConverter(threading.local):
    """RGBA to BT.709 limited-range 4:2:0 through libswscale (2.7 ms for 1920x1080).

    Keeps libswscale's contexts for the sizes used last, separately for each thread.
    """

    def __init__(self) -> None:
        self._reformatters: OrderedDict[tuple[int, int], VideoReformatter] = OrderedDict()

    def convert(self, pixels: Pixels, into: Planes, left: int, top: int) -> None:
        """Convert `pixels` (height, width, 4; both even) into the planes at (left, top), both even."""
        height, width = pixels.shape[:2]
        source = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(pixels), format="rgba")
        frame = self._reformatter(width, height).reformat(
            source,
            format="yuv420p",
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            interpolation=_AREA_EXACT,
            threads=1,
        )
        for plane, target, half in zip(frame.planes, (into.y, into.u, into.v), (1, 2, 2), strict=True):
            rows, columns = height // half, width // half
            values = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[:rows, :columns]
            target[top // half : top // half + rows, left // half : left // half + columns] = values

    def _reformatter(self, width: int, height: int) -> VideoReformatter:
        found = self._reformatters.pop((width, height), None) or VideoReformatter()
        self._reformatters[width, height] = found
        if len(self._reformatters) > _MOST_SIZES:
            self._reformatters.popitem(last=False)
        return found


_CONVERTER = PlaneConverter()


def converted(pixels: Pixels) -> Planes:
    """A whole RGBA picture as new planes."""
    height, width = pixels.shape[:2]
    planes = empty_planes(width, height)
    _CONVERTER.convert(pixels, planes, 0, 0)
    return planes


def empty_planes(width: int, height: int) -> Planes:
    return Planes(
        np.empty((height, width), np.uint8),
        np.empty((height // 2, width // 2), np.uint8),
        np.empty((height // 2, width // 2), np.uint8),
    )


class Canvas:
    """RGBA pixels that start as a background and are repainted in bands.

    `pixels` has shape (height, width, 4); `publish` updates `planes` from it.
    """

    def __init__(self, background: Pixels, background_planes: Planes) -> None:
        self._background = background
        self.height, self.width = background.shape[:2]
        self.pixels: Pixels = background.copy()
        self.planes = Planes(background_planes.y.copy(), background_planes.u.copy(), background_planes.v.copy())
        self._surface = skia.Surface(self.pixels)
        self.skia: skia.Canvas = self._surface.getCanvas()

    def lay(self, background: Pixels) -> None:
        """Set another background of the same size; it appears in bands that are cleared from now on."""
        self._background = background

    def clear(self, band: Box) -> None:
        """Restore the background in a band of whole pixels."""
        rows, columns = _slices(band)
        self.pixels[rows, columns] = self._background[rows, columns]

    def publish(self, band: Box) -> None:
        """Update the planes in a band returned by `band_around`."""
        wider = min(-(-band.width // _WIDTH_STEP) * _WIDTH_STEP, self.width)
        left = min(band.left, (self.width - wider) // 16 * 16)
        whole = Box.of_edges(left, band.top, max(left + wider, band.right), band.bottom)
        rows, columns = _slices(whole)
        _CONVERTER.convert(self.pixels[rows, columns], self.planes, int(whole.left), int(whole.top))


def band_around(box: Box, width: int, height: int) -> Box:
    """The box grown to multiples of 16 columns and 8 rows, and cut to a frame of `width` x `height` pixels.

    Bands of 2 rows would be wrong: libswscale treats them differently from the whole picture.
    """
    left = int(box.left) // 16 * 16
    top = int(box.top) // 8 * 8
    right = -(-math.ceil(box.right) // 16) * 16
    bottom = -(-math.ceil(box.bottom) // 8) * 8
    return Box.of_edges(max(0, left), max(0, top), min(width, right), min(height, bottom))


def region_of(band: Box) -> Region:
    """A band of whole pixels as the encoder's `Region`."""
    return Region(int(band.left), int(band.top), int(band.width), int(band.height))


def _slices(box: Box) -> tuple[slice, slice]:
    return slice(int(box.top), int(box.bottom)), slice(int(box.left), int(box.right))
