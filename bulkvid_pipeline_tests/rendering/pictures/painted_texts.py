"""What texts are painted where in which colours, and the picture without them: contrast as a viewer meets it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pytest
import skia
from numpy.typing import NDArray

from bulkvid_pipeline.core.colors import Rgb
from bulkvid_pipeline.rendering.model import TimedScene, VideoFormat
from bulkvid_pipeline.rendering.pictures import captions, typesetting
from bulkvid_pipeline.rendering.pictures.composer import Composer
from bulkvid_pipeline.rendering.pictures.film import scene_film
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.media import NO_MEDIA, SceneMedia
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.pictures.typesetting import SetText

LARGE = 48
"""Design units from which on a text is large (WCAG: 24 px)."""


@dataclass(frozen=True)
class PaintedText:
    """A text of one colour in its box; `size` is in design units, `contrast` that to the worst pixel behind it."""

    text: str
    size: float
    color: Rgb
    contrast: float

    @property
    def is_readable(self) -> bool:
        """Whether it has what WCAG asks for; converting to video levels may take a hundredth of it."""
        return self.contrast >= (3.0 if self.size >= LARGE else 4.5) * 0.985


def painted_texts(timed: TimedScene, fmt: VideoFormat, theme: Theme, media: SceneMedia = NO_MEDIA) -> list[PaintedText]:
    """All texts of a card but its caption, which has a box of its own."""
    unit = min(fmt.width, fmt.height) / 1080
    # Entries of a list as they look while they are spoken.
    spoken = replace(theme, dimmed=1.0)
    film = scene_film(TimedScene(timed.scene, timed.frames, ()), fmt, spoken, media=media)
    with _without_ink() as seen:
        picture = film.still(film.rest)
    found = []
    for box, colors, size, text in seen:
        area = box.rounded().intersection(Box(0, 0, fmt.width, fmt.height))
        behind = picture[int(area.top) : int(area.bottom), int(area.left) : int(area.right)]
        found += [PaintedText(text, size / unit, color, worst_contrast(color, behind)) for color in colors]
    return found


def worst_contrast(color: Rgb, pixels: NDArray[np.uint8]) -> float:
    """The colour's contrast to the pixel on which it is seen worst (WCAG 2.2, written anew)."""
    one, others = luminance(np.array(color, np.uint8)), luminance(pixels[..., :3].reshape(-1, 3))
    return float(((np.maximum(one, others) + 0.05) / (np.minimum(one, others) + 0.05)).min())


def luminance(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    values = pixels.astype(np.float64) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


_Seen = list[tuple[Box, set[Rgb], float, str]]


@contextmanager
def _without_ink() -> Iterator[_Seen]:
    """Texts are noted instead of painted."""
    seen: _Seen = []
    colors: dict[int, tuple[skia.textlayout.Paragraph, set[Rgb]]] = {}
    build, ordinal = typesetting.build, Composer.ordinal

    def noted(spans: list[typesetting.Span], *args: object, **named: object) -> skia.textlayout.Paragraph:
        paragraph = build(spans, *args, **named)  # type: ignore[arg-type]
        colors[id(paragraph)] = paragraph, {span.color for span in spans if span.text.strip()}
        return paragraph

    def paint(block: SetText, _canvas: skia.Canvas, left: float, top: float) -> None:
        seen.append((block.box(left, top), colors[id(block.paragraph)][1], block.look.size, block.text))

    def figure(
        c: Composer, _canvas: skia.Canvas, text: str, center: tuple[float, float], size: float, color: Rgb, weight: int
    ) -> Box:
        box = ordinal(c, skia.Surface(1, 1).getCanvas(), text, center, size, color, weight)
        seen.append((box, {color}, size, text))
        return box

    with pytest.MonkeyPatch.context() as patch:
        for module in (typesetting, captions):
            patch.setattr(module, "build", noted)
        patch.setattr(SetText, "paint", paint)
        patch.setattr(Composer, "ordinal", figure)
        yield seen
