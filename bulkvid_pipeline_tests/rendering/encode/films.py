"""Small films made of rectangles, and sound to go with them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.core.options import AudioCodec, Container, Platform, VideoCodec
from bulkvid_pipeline.rendering.model import (
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    Change,
    Material,
    Pcm,
    Planes,
    Redraw,
    Region,
    VideoFormat,
)

MP4 = VideoFormat(Platform.YOUTUBE, 192, 108)
MP4_HEVC = VideoFormat(Platform.YOUTUBE, 192, 108, Container.MP4, VideoCodec.H265)
MOV = VideoFormat(Platform.YOUTUBE, 192, 108, Container.MOV)
MOV_HEVC = VideoFormat(Platform.YOUTUBE, 192, 108, Container.MOV, VideoCodec.H265)
WEBM = VideoFormat(Platform.YOUTUBE, 192, 108, Container.WEBM, VideoCodec.VP9, AudioCodec.OPUS)
FORMATS = (MP4, MP4_HEVC, MOV, MOV_HEVC, WEBM)


@dataclass(frozen=True)
class RectangleFilm:
    """A grainy gradient with coloured rectangles on it; one is added at each frame of `at`."""

    width: int
    height: int
    frames: int
    at: tuple[int, ...] = (0,)
    seed: int = 0
    brightness: int = 60
    material: Material = Material.DRAWN
    painted: list[int] = field(default_factory=list, compare=False)
    """The frames that were painted, in order, to see what a renderer asked for."""

    @property
    def fingerprint(self) -> str:
        """Hash of the fields that decide the pictures."""
        document = repr((self.width, self.height, self.frames, self.at, self.seed, self.brightness))
        return hashlib.blake2b(document.encode(), digest_size=16).hexdigest()

    @property
    def rest(self) -> int:
        """The last frame: nothing leaves."""
        return self.frames - 1

    def redraws(self) -> list[Redraw]:
        """Each change with its rectangle."""
        return [Redraw(frame, (box,)) for frame, (box, _) in zip(self.at, self._rectangles(), strict=True)]

    def changes(self) -> Iterator[Change]:
        """The same three planes every time, painted further, as a real painter does."""
        planes = self._background()
        for frame, (box, colour) in zip(self.at, self._rectangles(), strict=True):
            fill(planes, box, colour)
            self.painted.append(frame)
            yield Change(frame, planes)

    def still(self, frame: int) -> NDArray[np.uint8]:
        """Luma as grey RGB."""
        y = [planes.y.copy() for planes in self.pictures()][frame]
        return np.repeat(y[:, :, None], 3, axis=2)

    def pictures(self) -> Iterator[Planes]:
        """The picture of every frame, one by one: what a viewer should see."""
        ends = (*self.at[1:], self.frames)
        for change, end in zip(self.changes(), ends, strict=True):
            copy = Planes(change.planes.y.copy(), change.planes.u.copy(), change.planes.v.copy())
            for _ in range(change.frame, end):
                yield copy

    def _background(self) -> Planes:
        rng = np.random.default_rng(self.seed)
        ramp = np.linspace(0, 60, self.width)[None, :] + np.linspace(0, 30, self.height)[:, None]
        y = np.clip(self.brightness + ramp + rng.normal(0, 1.0, ramp.shape), 16, 235).astype(np.uint8)
        u = np.full((self.height // 2, self.width // 2), 120 + self.seed % 16, np.uint8)
        return Planes(y, u, np.full_like(u, 132))

    def _rectangles(self) -> list[tuple[Region, tuple[int, int, int]]]:
        """Where, and in which luma and chroma; even edges, a thirtieth of the frame or a little more."""
        rng = np.random.default_rng((self.seed, 1))
        size = (max(12, self.width // 5), max(8, self.height // 6))
        found = []
        for _ in self.at:
            left, top = (int(rng.integers(0, side * 3 // 4)) // 2 * 2 for side in (self.width, self.height))
            luma, blue, red = (int(value) for value in rng.integers(40, 220, 3))
            found.append((Region(left, top, *size), (luma, blue, red)))
        return found


def fill(planes: Planes, box: Region, colour: tuple[int, int, int]) -> None:
    """One colour over a part of the picture, as far as it reaches."""
    left, top, right, bottom = box.left, box.top, box.left + box.width, box.top + box.height
    planes.y[top:bottom, left:right] = colour[0]
    planes.u[top // 2 : bottom // 2, left // 2 : right // 2] = colour[1]
    planes.v[top // 2 : bottom // 2, left // 2 : right // 2] = colour[2]


def films_for(fmt: VideoFormat) -> list[RectangleFilm]:
    """Three scenes: with entrances and captions, with a hold longer than two key frame gaps, and of a single frame."""
    size = (fmt.width, fmt.height)
    return [
        RectangleFilm(*size, frames=170, at=(0, *range(1, 12), 30, 41, 55, 56, 90, 169), seed=1),
        RectangleFilm(*size, frames=410, at=(0, 5), seed=2),
        RectangleFilm(*size, frames=1, seed=3),
        RectangleFilm(*size, frames=1, seed=4),
        RectangleFilm(*size, frames=40, at=(0, 20), seed=5),
    ]


def tone(frames: int, hertz: float = 440.0, amplitude: float = 0.25) -> Pcm:
    """A stereo sine for so many frames."""
    seconds = np.arange(frames * SAMPLES_PER_FRAME) / SAMPLE_RATE
    wave = amplitude * np.sin(2 * np.pi * hertz * seconds)
    return np.stack([wave, wave], axis=1).astype(np.float32)
