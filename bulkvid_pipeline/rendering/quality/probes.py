"""Reading a card back from a finished file: samples of its text's ink, and of the ground beside it.

The layout has been proved by `drawn_words`; a probe finds what goes wrong between the layout and the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import skia
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.pictures.composer import Part
from bulkvid_pipeline.rendering.pictures.inscriptions import Inscription
from bulkvid_pipeline.rendering.quality.ink import TextInk, ink_of
from bulkvid_pipeline.rendering.quality.written import legible, quoted, written

_POINTS = 240
"""Samples of the ink and as many of the ground."""
_OPAQUE = 245
_CLEAR = 5
"""Pixels around a sample of the ground in which there is no ink."""
_SAME_LUMA = 30
"""Largest difference in luma (16..235) after coding of what was the same before."""
_LEAST_SHOWN = 0.7
"""Least share of a word's samples that show its ink."""
_LEAST_GROUND = 0.8
"""Least share of the samples beside the ink that do not have its colour."""


@dataclass(frozen=True)
class Probe:
    """Where the ink of a text is, and where it is not, in a frame in which its card is at rest."""

    frame: int
    words: tuple[str, ...]
    ink: tuple[tuple[int, int, int, int], ...]
    """(row, column, luma, index of the word)."""
    ground: tuple[tuple[int, int, int], ...]
    """(row, column, luma of the ink near it)."""

    def moved(self, frames: int) -> Probe:
        """The same in a video in which its scene starts at that frame."""
        return Probe(self.frame + frames, self.words, self.ink, self.ground)

    def fault(self, luma: NDArray[np.uint8]) -> str:
        """What the picture (limited-range luma of the whole frame) does not show; empty if it shows the text."""
        rows, columns, wanted, word = np.array(self.ink, np.int32).T
        shown = np.abs(luma[rows, columns] - wanted) <= _SAME_LUMA
        counts = np.bincount(word, minlength=len(self.words))
        shares = np.bincount(word, weights=shown, minlength=len(self.words)) / np.maximum(1, counts)
        lost = [self.words[index] for index in np.flatnonzero((counts > 0) & (shares < _LEAST_SHOWN))]
        if lost:
            return f"the file's picture does not show {quoted(' '.join(lost))}"
        if self.ground:
            rows, columns, wanted = np.array(self.ground, np.int32).T
            if (np.abs(luma[rows, columns] - wanted) > _SAME_LUMA / 2).mean() < _LEAST_GROUND:
                return f"in the file's picture {quoted(' '.join(self.words))} cannot be told from its ground"
        return ""


def probe_of(parts: Sequence[Part], frame: int, width: int, height: int) -> Probe | None:
    """Samples of the card's largest text at a frame at which it rests; None if it has no text with solid ink."""
    shown = [part for part in parts if not part.since and (part.until is None or part.until > frame)]
    texts = [(part, each) for part in shown for each in part.inscriptions if each.block is not None]
    texts = sorted((text for text in texts if written(text[1].text)), key=lambda text: -_area(text[1]))
    inks = ((part, ink_of(text, may_reduce=False)) for part, text in texts)
    ink = next((ink for part, ink in inks if _is_opaque(part, ink)), None)
    if ink is None:
        return None
    inside = (ink.rows >= 0) & (ink.rows < height) & (ink.columns >= 0) & (ink.columns < width)
    solid = np.flatnonzero(ink.solid & inside & (ink.colors[:, 3] == 255))
    if not len(solid):
        return None
    chosen = solid[np.linspace(0, len(solid) - 1, min(_POINTS, len(solid))).astype(np.int64)]
    luma = _luma(ink.colors[chosen])
    words = tuple(legible(word) for word in ink.words)
    points = np.stack([ink.rows[chosen], ink.columns[chosen], luma, ink.word[chosen]], axis=1)
    return Probe(frame, words, tuple(map(tuple, points.tolist())), _ground(ink, chosen, luma, width, height))


def _is_opaque(part: Part, ink: TextInk) -> bool:
    """Whether a text is painted in its own colours: entries of a list that were spoken before are dimmed."""
    pixmap = skia.Pixmap()
    part.image.peekPixels(pixmap)
    alpha = np.asarray(pixmap)[..., 3]
    rows, columns = ink.rows[ink.solid] - int(part.box.top), ink.columns[ink.solid] - int(part.box.left)
    inside = (rows >= 0) & (rows < alpha.shape[0]) & (columns >= 0) & (columns < alpha.shape[1])
    return bool(inside.any()) and float(alpha[rows[inside], columns[inside]].mean()) > _OPAQUE


def _area(inscription: Inscription) -> float:
    return inscription.box.width * inscription.box.height


def _luma(colors: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Limited-range luma by BT.709 of opaque colours."""
    weights = np.array([0.2126, 0.7152, 0.0722], np.float32) * (219 / 255)
    return np.asarray(np.rint(16 + colors[:, :3] @ weights), np.int32)


def _ground(
    ink: TextInk, chosen: NDArray[np.int64], luma: NDArray[np.int32], width: int, height: int
) -> tuple[tuple[int, int, int], ...]:
    """Places beside the chosen pixels, nowhere near any ink."""
    box = ink.box
    taken = np.zeros((int(box.height) + 2 * _CLEAR, int(box.width) + 2 * _CLEAR), np.bool_)
    taken[ink.rows - int(box.top) + _CLEAR, ink.columns - int(box.left) + _CLEAR] = True
    ground: list[tuple[int, int, int]] = []
    for at, value in zip(chosen.tolist(), luma.tolist(), strict=True):
        row = int(ink.rows[at])
        for column in range(int(ink.columns[at]) + 2 * _CLEAR, min(width, int(box.right) - _CLEAR), _CLEAR):
            top, left = row - int(box.top), column - int(box.left)
            if not taken[top : top + 2 * _CLEAR + 1, left : left + 2 * _CLEAR + 1].any():
                if 0 <= row < height and column >= 0:
                    ground.append((row, column, value))
                break
    return tuple(ground)
