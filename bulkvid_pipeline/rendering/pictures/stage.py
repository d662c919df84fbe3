"""The frame with its safe area, its shape and the sizes derived from them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bulkvid_pipeline.rendering.model import VideoFormat
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.safe_area import safe_area


class Shape(Enum):
    """The three layouts."""

    WIDE = "wide"
    TALL = "tall"
    SQUARE = "square"


@dataclass(frozen=True)
class Stage:
    """A frame of `width` x `height` pixels and its safe area."""

    width: int
    height: int
    safe: Box

    @classmethod
    def of(cls, fmt: VideoFormat) -> Stage:
        return cls(fmt.width, fmt.height, safe_area(fmt.platform, fmt.width, fmt.height))

    @property
    def shape(self) -> Shape:
        if self.width > self.height * 1.2:
            return Shape.WIDE
        return Shape.TALL if self.height > self.width * 1.2 else Shape.SQUARE

    @property
    def unit(self) -> float:
        """The design unit: 1/1080 of the short side, in pixels."""
        return min(self.width, self.height) / 1080

    @property
    def frame(self) -> Box:
        return Box(0, 0, self.width, self.height)

    @property
    def caption_size(self) -> float:
        """Font size of captions in pixels."""
        return {Shape.WIDE: 48, Shape.TALL: 58, Shape.SQUARE: 50}[self.shape] * self.unit

    @property
    def caption_lines(self) -> int:
        return 2 if self.shape is Shape.WIDE else 3

    @property
    def caption_height(self) -> float:
        """Height of the caption zone at the bottom of the safe area, in pixels."""
        return self.caption_size * 1.36 * self.caption_lines + 44 * self.unit
