"""Colours of pictures: many at once, and as skia takes them."""

from __future__ import annotations

import numpy as np
import skia
from numpy.typing import NDArray

from bulkvid_pipeline.core.colors import LINEAR, LUMINANCE_WEIGHTS, Rgb

_LINEAR = np.array(LINEAR)
_WEIGHTS = np.array(LUMINANCE_WEIGHTS)


def luminances(colors: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Relative luminance 0..1 of each colour, shape (..., 3)."""
    return np.asarray(_LINEAR[colors] @ _WEIGHTS)


def argb(color: Rgb, alpha: float = 1.0) -> int:
    """The colour as skia's 32-bit ARGB number."""
    return int(skia.Color(*color, round(255 * alpha)))
