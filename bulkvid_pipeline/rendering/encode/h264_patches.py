"""H.264 pictures in which only patches are coded and all other macroblocks are skipped.

Highlighting a spoken word changes a hundredth of the picture. Such a change is coded by an encoder of the patch's size,
which makes each row of macroblocks an intra slice. Slices are independent of each other, so they can be placed anywhere
in a P picture of any size, between skipped slices (7.3.3; a picture may mix slice types), and decode to the same pixels
there. An encoder of the whole picture takes 20 times as long to find out that nothing else changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.encode.bitstream import join_nals
from bulkvid_pipeline.rendering.encode.codecs import EncoderSettings
from bulkvid_pipeline.rendering.encode.h264 import (
    P,
    ParameterSets,
    Slice,
    read_intra_slice,
    skipped,
    slices_of,
    write_slice,
)
from bulkvid_pipeline.rendering.encode.kept_encoders import KeptEncoders
from bulkvid_pipeline.rendering.model import Planes, Region

MACROBLOCK = 16
_WIDTH_STEP = 4
"""Patch widths are multiples of this, in macroblocks, so that few encoders are needed."""
_MOST_ENCODERS = 24


class PatchCoder:
    """Codes patches; keeps encoders open for the sizes used so far. For one thread at a time."""

    def __init__(self, settings: EncoderSettings) -> None:
        self._settings = settings
        self._encoders = KeptEncoders(_MOST_ENCODERS)

    def picture(self, planes: Planes, regions: Iterable[Region], frame_num: int, sets: ParameterSets) -> bytes:
        """An access unit that shows `planes`, which may differ from the picture before only in `regions`.

        Args:
            planes: the whole picture.
            regions: where the picture may differ, in pixels.
            frame_num: the picture's number (7.4.3).
            sets: parameter sets of the stream.

        Raises:
            ValueError: the encoder's output does not have the form that patches need.
            av.FFmpegError: the encoder failed.
        """
        slices: list[tuple[Slice, int]] = []
        for box in blocks_around(regions, sets.columns, sets.rows):
            slices += [(piece, box.width) for piece in self._coded(planes, box, sets)]
        return join_nals([write_slice(piece, frame_num, sets) for piece in _with_skips(slices, sets)])

    def _coded(self, planes: Planes, box: Region, sets: ParameterSets) -> Iterator[Slice]:
        """The slices of a patch, one for each of its rows, placed in the picture."""
        settings = self._settings.with_slices_of(box.width)
        encoder = self._encoders.encoder(settings, box.width * MACROBLOCK, box.height * MACROBLOCK)
        packet = encoder.encode(_cut_out(planes, box), key=True)
        own = ParameterSets.of(packet)
        if own.tools != sets.tools:
            raise ValueError("the H.264 patches are coded with other tools than the stream")
        rows = slices_of(packet)
        if len(rows) != box.height:
            raise ValueError(f"the H.264 patch of {box.height} rows has {len(rows)} slices")
        for row, nal in enumerate(rows):
            piece = read_intra_slice(nal, own)
            if piece.first != row * box.width:
                raise ValueError("the H.264 patch has a slice that is not one row")
            yield replace(piece, first=(box.top + row) * sets.columns + box.left)


def blocks_around(regions: Iterable[Region], columns: int, rows: int) -> list[Region]:
    """The regions rounded to macroblocks, merged where they overlap, with widths for which encoders are kept.

    Args:
        regions: in pixels.
        columns, rows: size of the picture in macroblocks.

    Returns:
        Regions in macroblocks.
    """
    apart: list[Region] = []
    for region in regions:
        box = _stepped(_in_blocks(region), columns, rows)
        while touching := [other for other in apart if _overlap(box, other)]:
            apart = [other for other in apart if other not in touching]
            for other in touching:
                box = _stepped(_union(box, other), columns, rows)
        apart.append(box)
    return apart


def _in_blocks(region: Region) -> Region:
    left, top = region.left // MACROBLOCK, region.top // MACROBLOCK
    right = -(-(region.left + region.width) // MACROBLOCK)
    bottom = -(-(region.top + region.height) // MACROBLOCK)
    return Region(left, top, right - left, bottom - top)


def _stepped(box: Region, columns: int, rows: int) -> Region:
    width = min(columns, -(-box.width // _WIDTH_STEP) * _WIDTH_STEP)
    return Region(min(box.left, columns - width), box.top, width, min(box.height, rows - box.top))


def _overlap(one: Region, other: Region) -> bool:
    return (
        one.left < other.left + other.width
        and other.left < one.left + one.width
        and one.top < other.top + other.height
        and other.top < one.top + one.height
    )


def _union(one: Region, other: Region) -> Region:
    left, top = min(one.left, other.left), min(one.top, other.top)
    right = max(one.left + one.width, other.left + other.width)
    bottom = max(one.top + one.height, other.top + other.height)
    return Region(left, top, right - left, bottom - top)


def _with_skips(slices: list[tuple[Slice, int]], sets: ParameterSets) -> Iterator[Slice]:
    """The coded slices in raster order, each given with its number of macroblocks, and skipped slices between them."""
    at = 0
    for piece, count in sorted(slices, key=lambda placed: placed[0].first):
        if piece.first > at:
            yield skipped(P, at, piece.first - at, sets)
        yield piece
        at = piece.first + count
    if at < sets.macroblocks:
        yield skipped(P, at, sets.macroblocks - at, sets)


def _cut_out(planes: Planes, box: Region) -> VideoFrame:
    """The patch as a picture of its own; beyond the picture's edge the last pixels are repeated, as x264 does."""
    frame = VideoFrame(box.width * MACROBLOCK, box.height * MACROBLOCK, "yuv420p")
    for target, source, size in zip(frame.planes, (planes.y, planes.u, planes.v), (16, 8, 8), strict=True):
        rows: NDArray[np.uint8] = np.frombuffer(memoryview(target), np.uint8).reshape(-1, target.line_size)
        top, left = box.top * size, box.left * size
        cut = source[top : top + box.height * size, left : left + box.width * size]
        height, width = cut.shape
        rows[:height, :width] = cut
        rows[:height, width : box.width * size] = cut[:, -1:]
        rows[height:, : box.width * size] = rows[height - 1, : box.width * size]
    return frame
