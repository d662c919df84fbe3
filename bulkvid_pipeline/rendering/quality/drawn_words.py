"""Proof that words are drawn: the ink of each, as the layout paints it, is in the picture whole and in one piece.

Every text that was painted is painted again, unclipped, on a surface of its own (`ink`). Its pixels must be those of
the part of the picture that it was painted on, with its colours; nothing that is painted later may cover them; and the
part must stand still and uncut where it rests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
import skia
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.model import TimedScene
from bulkvid_pipeline.rendering.pictures.captions import Caption
from bulkvid_pipeline.rendering.pictures.composer import Part
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.inscriptions import Inscription
from bulkvid_pipeline.rendering.pictures.motion import Motion
from bulkvid_pipeline.rendering.pictures.scripts import EMOJI
from bulkvid_pipeline.rendering.quality.card_words import card_faults
from bulkvid_pipeline.rendering.quality.ink import TextInk, ink_of
from bulkvid_pipeline.rendering.quality.script_words import ExpectedCard
from bulkvid_pipeline.rendering.quality.written import (
    TextFault,
    legible,
    letters,
    quoted,
    readings,
    written,
)
from bulkvid_pipeline.rendering.script.words import display_text

_LOST_SHARE, _LOST_PIXELS = 0.02, 3
"""What of a word's pixels may be missing: a share, and so many besides; they are single pixels of its edge."""
_SAME_COLOR = 12
"""Largest difference in one channel (0..255) of colours that count as the same."""
_LEAST_OPACITY = 0.35
"""Least opacity of a text that is dimmed."""
_COVERED = 40
"""Opacity from which on something hides what is under it."""
_STRANGE_WORD, _STRANGE_TEXT = 0.015, 0.002
"""Shares of ink that differ only by rounding; another glyph differs more."""
_TWO_COLORS = 0.03
"""Share of a word's solid pixels that may have another colour than most of them."""
_INSIDE_FIGURES = frozenset("0123456789.,:/'’")
_LONGEST_FIGURE = 20
"""In characters; longer ones may be divided."""


class DrawnFilm(Protocol):
    """A film that shows what it painted."""

    @property
    def rest(self) -> int:
        """A frame in which the card is at rest."""
        ...

    @property
    def frames(self) -> int:
        """Length in frames."""
        ...

    @property
    def parts(self) -> Sequence[Part]:
        """The card's parts from back to front."""
        ...

    @property
    def captions(self) -> Sequence[Caption | None]:
        """The caption of each cue; empty if none are painted."""
        ...


class _Layer:
    """One painted picture with its place in the frame."""

    def __init__(self, image: skia.Image, box: Box) -> None:
        self.box = box
        self._image = image  # owns the pixels
        pixmap = skia.Pixmap()
        image.peekPixels(pixmap)
        self._pixels: NDArray[np.uint8] = np.asarray(pixmap)
        """Premultiplied RGBA: shape (height, width, 4)."""

    def at(self, ink: TextInk) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Its colours at the pixels of a text, and at which of them it has any pixel at all."""
        rows, columns = ink.rows - int(self.box.top), ink.columns - int(self.box.left)
        height, width = self._pixels.shape[:2]
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        if inside.all():
            return self._pixels[rows, columns], inside
        colors = np.zeros((len(rows), 4), np.uint8)
        colors[inside] = self._pixels[rows[inside], columns[inside]]
        return colors, inside


def drawn_faults(film: DrawnFilm, timed: TimedScene, card: ExpectedCard) -> list[TextFault]:
    """What of a scene's words its pictures do not show; frames are those of the scene."""
    return [*_card_faults(film, timed, card), *_caption_faults(film, timed)]


def _card_faults(film: DrawnFilm, timed: TimedScene, card: ExpectedCard) -> Iterator[TextFault]:
    rest = film.rest
    there = [part for part in film.parts if not part.pose(rest, film.frames).is_hidden]
    for fault in card_faults([each for part in there for each in part.inscriptions], card, timed.scene.number):
        yield TextFault(fault.check, fault.said, frame=rest)
    for index, part in enumerate(film.parts):
        if not part.inscriptions:
            continue
        rest = _rest_of(part, film)
        pose = part.pose(rest, film.frames)
        # An entry of a list that is lit for a moment is followed by its dimmed picture, which is at rest.
        may_move = part.until is not None and part.motion is not Motion.NONE
        if not (may_move or pose.is_at_rest_in(part.box)):
            said = f"the text {quoted(part.inscriptions[0].text)} does not come to rest in its place"
            yield TextFault("words_drawn_whole", said, frame=rest)
        layer = _Layer(part.image, part.box)
        later = [each for each in film.parts[index + 1 :] if not each.pose(rest, film.frames).is_hidden]
        above = [_Layer(each.image, each.box) for each in later]
        above += [_Layer(caption.image, caption.box) for caption in film.captions if caption]
        for inscription in part.inscriptions:
            for said in _text_faults(inscription, layer, above, card.emphasis):
                yield TextFault("words_drawn_whole", f"on the card {said}", frame=rest)


def _rest_of(part: Part, film: DrawnFilm) -> int:
    """The last frame in which a part is at rest: the card's, or before something else takes its place."""
    return film.rest if part.until is None else max(part.since, min(film.rest, part.until - 1))


def _caption_faults(film: DrawnFilm, timed: TimedScene) -> Iterator[TextFault]:
    if not film.captions:
        return
    for cue, caption in zip(timed.cues, film.captions, strict=True):
        frame = (cue.start + cue.end) // 2
        text = display_text([word.text for word in cue.words], [word.gap for word in cue.words])
        inscriptions = caption.inscriptions if caption else ()
        shown = "".join(each.text for each in inscriptions)
        words = "".join(each.block.words for each in inscriptions if each.block)
        if written(text) not in map(written, readings(shown, words)):
            said = f"the caption in the picture is {quoted(legible(shown))} and not {quoted(text)}"
            yield TextFault("words_drawn", said, frame=frame)
        for inscription in inscriptions:
            layer = _Layer(caption.image, caption.box)  # type: ignore[union-attr]
            for said in _text_faults(inscription, layer, [], None):
                yield TextFault("words_drawn_whole", f"in the caption {said}", frame=frame)


def _text_faults(
    inscription: Inscription,
    layer: _Layer,
    above: Sequence[_Layer],
    emphasis: Sequence[str] | None,
) -> Iterator[str]:
    if inscription.block is None:
        if not layer.box.contains(inscription.box, 2.0):
            yield f"the number {quoted(inscription.text)} is cut off"
        return
    for figure in divided_figures(inscription.block.line_texts, inscription.block.words):
        yield f"the figure {quoted(figure)} is divided over two lines"
    ink = ink_of(inscription, emphasis or ())
    yield from _shaping_faults(ink, inscription.text)
    solid = ink.solid
    lost = _lost(ink, layer, solid)
    if lost:
        yield f"{lost} is cut off or has other colours than it was given"
    box = ink.box
    covers = [cover.at(ink)[0][:, 3] >= _COVERED for cover in above if cover.box.overlaps(box)]
    hidden = _listed(ink, np.any([_too_many(ink, cover) for cover in covers], axis=0)) if covers else ""
    if hidden:
        yield f"{hidden} is covered by something else"
    yield from _color_faults(inscription, ink, solid, emphasis)


def _shaping_faults(ink: TextInk, text: str) -> Iterator[str]:
    visible = np.array(
        [bool(written(word)) and index not in ink.faint for index, word in enumerate(ink.words)], np.bool_
    )
    blank = _listed(ink, visible & (ink.pixels == 0))
    if blank:
        yield f"{blank} has no ink"
    other = _listed(ink, ink.shares(ink.lacking) > _STRANGE_WORD)
    if other:
        yield f"{other} is drawn with other glyphs, or in another place of the text"
    elif ink.strange_share > _STRANGE_TEXT:
        yield f"there is ink that is none of {quoted(legible(text))}"


def divided_figures(lines: Sequence[str], words: str) -> Iterator[str]:
    """The figures inside which a line ends. One that is longer than any line has to end somewhere.

    Args:
        lines: a text as it is laid out.
        words: the text itself: at a line's end it has a blank or none.
    """
    for line, following in pairwise(lines):
        before, after = line.rpartition(" ")[2], following.partition(" ")[0]
        inside = before[-1:] in _INSIDE_FIGURES and after[:1].isdecimal() and any(map(str.isdecimal, before))
        if inside and before + after in words and len(before + after) <= _LONGEST_FIGURE:
            yield before + after


def _lost(ink: TextInk, layer: _Layer, solid: NDArray[np.bool_]) -> str:
    """The words of which the layer does not have all ink."""
    colors, inside = layer.at(ink)
    if not len(colors):
        return ""
    dim = max(_LEAST_OPACITY, float(np.median(colors[:, 3][solid] if solid.any() else colors[:, 3])) / 255)
    wanted = ink.colors.astype(np.float32) * np.float32(dim)
    differs = np.abs(colors - wanted).max(axis=1) > _SAME_COLOR
    return _listed(ink, _too_many(ink, differs & solid, solid) | _too_many(ink, ~inside))


def _too_many(ink: TextInk, found: NDArray[np.bool_], among: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Which words have found more of their pixels than chance explains."""
    counted = np.bincount(ink.word[found], minlength=len(ink.words))
    return np.asarray((ink.shares(found, among) > _LOST_SHARE) & (counted > _LOST_PIXELS))


def _color_faults(
    inscription: Inscription, ink: TextInk, solid: NDArray[np.bool_], emphasis: Sequence[str] | None
) -> Iterator[str]:
    """Units in two colours, and words that stand out though they are not stressed."""
    whole = ink.colors.view(np.uint32).ravel()[solid & (ink.colors[:, 3] == 255)]
    if len(whole) and (whole == whole[0]).all():
        return
    text = inscription.text
    pictures = [match.span() for match in EMOJI.finditer(text)]
    plain = np.array(
        [
            not any(first < start + len(word) and start < last for first, last in pictures)
            for start, word in zip(ink.starts, ink.words, strict=True)
        ],
        np.bool_,
    )
    counted = solid & plain[ink.word]
    if not counted.any():
        return
    own = _own_colors(ink)
    differs = np.abs(ink.colors[:, :3] - own[ink.word]).max(axis=1) > _SAME_COLOR
    parted = ink.shares(differs, counted) > _TWO_COLORS
    if parted.any():
        yield f"{_listed(ink, parted)} is in two colours"
    if emphasis is None:
        return
    usual = np.array(inscription.block.look.color, np.float32) if inscription.block else own[0]
    out = (np.abs(own - usual).max(axis=1) > _SAME_COLOR) & (ink.pixels > 0) & plain & ~parted
    wrong = [run for run in _runs(ink, text, out) if not _is_stressed(run, emphasis)]
    if wrong:
        yield f"{quoted(legible(' '.join(wrong)))} stands out, which is not stressed in the script"


def _own_colors(ink: TextInk) -> NDArray[np.float32]:
    """The colour of each word: that of one of its most opaque pixels."""
    order = np.argsort(ink.colors[:, 3], kind="stable")
    own = np.zeros((len(ink.words), 3), np.float32)
    own[ink.word[order]] = ink.colors[order, :3] * (np.float32(255) / np.maximum(1, ink.colors[order, 3:]))
    return own


def _runs(ink: TextInk, text: str, out: NDArray[np.bool_]) -> Iterator[str]:
    """The stretches of words that stand out, each as in the text."""
    start: int | None = None
    for index, is_out in enumerate([*out, False]):
        if is_out and start is None:
            start = index
        elif not is_out and start is not None:
            yield text[ink.starts[start] : ink.starts[index - 1] + len(ink.words[index - 1])]
            start = None


def _is_stressed(run: str, phrases: Sequence[str]) -> bool:
    """Whether what stands out is one or several stressed phrases, whole."""
    rest = letters(run)
    for phrase in sorted(phrases, key=len, reverse=True):  # "5" may also be a part of "15"
        rest = rest.replace(letters(phrase), "", 1)
    return not rest


def _listed(ink: TextInk, chosen: NDArray[np.bool_]) -> str:
    """The chosen words in quotation marks; empty if there are none."""
    words = [word for word, is_chosen in zip(ink.words, chosen, strict=True) if is_chosen]
    return quoted(legible(" ".join(words))) if words else ""
