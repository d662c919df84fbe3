"""Burned-in captions: the words of a cue in a box, with the word being spoken marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import skia

from bulkvid_pipeline.core.colors import Rgb
from bulkvid_pipeline.rendering.model import Cue
from bulkvid_pipeline.rendering.pictures import scripts
from bulkvid_pipeline.rendering.pictures.composer import fill, painted, rounded_rect, stroke
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.inscriptions import Inscription, noted
from bulkvid_pipeline.rendering.pictures.stage import Shape, Stage
from bulkvid_pipeline.rendering.pictures.theme import CaptionLook, SpokenMark, Theme
from bulkvid_pipeline.rendering.pictures.typefaces import Cut
from bulkvid_pipeline.rendering.pictures.typesetting import (
    LINE_END,
    SetText,
    Span,
    TextLook,
    build,
    line_height_px,
    set_text,
)
from bulkvid_pipeline.rendering.script.words import display_text
from bulkvid_pipeline.rendering.script.writing_direction import (
    LEFT_TO_RIGHT_MARK,
    RIGHT_TO_LEFT_MARK,
    directed,
    is_mainly_right_to_left,
)

_CODE = 15
"""Words are distinguished by this many shades of red times as many of green."""
_UNSPACED = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
"""Characters of Chinese and Japanese. Thai, Lao, Khmer and Burmese are broken at words by the line breaker itself, and
nothing may be inserted between their letters, or they would not be shaped."""
_BLANKS = f" \u00a0{LINE_END}"
_INSERTED = f"-\u2060{LINE_END}{LEFT_TO_RIGHT_MARK}{RIGHT_TO_LEFT_MARK}"
"""Characters that the layout may have inserted."""
_LONGEST_GLUED = 12
"""Largest number of letters of a word, in a script without blanks, that is kept on one line."""
_APART = 2
"""Factor of the line height at which words are located: signs of Tamil and others hang into the line below."""
_PAD_Y = 16
"""Padding above and below a caption's text, in design units."""
_COMMON_SHARE = 0.8
"""Captions of a scene have one common size, except one that would need less than this share of the full size."""


@dataclass(frozen=True)
class Caption:
    """One cue, laid out. All boxes are in pixels of the frame."""

    box: Box
    """The area that it may paint, including its shadow, in whole pixels."""
    text: Box
    marks: tuple[tuple[Box, ...], ...]
    """The areas that change when each word is marked, in whole pixels: a box for each line of the word."""
    image: skia.Image
    """The caption without a marked word; as large as `box`."""
    spans: tuple[tuple[str, int], ...]
    """The laid-out text as runs, each with the index of its word, or -1."""
    block: SetText
    look: CaptionLook
    unit: float
    inscriptions: tuple[Inscription, ...] = ()
    """The texts that were painted on `image`."""

    def paint(self, canvas: skia.Canvas, word: int) -> None:
        """Paint the caption with a word marked; -1 marks none."""
        canvas.drawImage(self.image, self.box.left, self.box.top)
        if word < 0 or not self.marks[word]:
            return
        canvas.save()
        area = skia.Path()
        for mark in self.marks[word]:
            area.addRect(skia.Rect.MakeXYWH(mark.left, mark.top, mark.width, mark.height))
        canvas.clipPath(area)
        for mark in self.marks[word]:
            self._mark(canvas, mark)
        _paragraph(self.spans, self.block, self.look.text, {word: self.look.spoken}).paint(
            canvas, self.text.left, self.text.top
        )
        canvas.restore()

    def lit(self, word: int) -> Box:
        """The area that changes when a word is marked, as one box."""
        lit = Box(0, 0, 0, 0)
        for mark in self.marks[word]:
            lit = lit.union(mark)
        return lit

    def _mark(self, canvas: skia.Canvas, mark: Box) -> None:
        kind = self.look.mark_kind
        if kind in (SpokenMark.PILL, SpokenMark.BLOCK):
            radius = mark.height * 0.24 if kind is SpokenMark.PILL else 6 * self.unit
            rounded_rect(canvas, mark, radius, fill(self.look.mark))
            return
        # Here the word only changes its colour, so its old ink is erased first.
        canvas.drawRect(skia.Rect.MakeXYWH(mark.left, mark.top, mark.width, mark.height), fill(self.look.box))
        if kind is SpokenMark.UNDERLINE:
            bar = 5 * self.unit
            canvas.drawRect(skia.Rect.MakeXYWH(mark.left, mark.bottom - bar, mark.width, bar), fill(self.look.mark))


def captions_for(
    cues: Sequence[Cue], theme: Theme, stage: Stage, zone: Box, variant: scripts.HanVariant | None
) -> list[Caption | None]:
    """The painted caption of each cue; None for a cue with nothing to show."""
    texts = [[_whole(scripts.display_text(word.text)) for word in cue.words] for cue in cues]
    right_to_left = is_mainly_right_to_left(" ".join(word for words in texts for word in words))
    pad_x, pad_y = 30 * stage.unit, _PAD_Y * stage.unit
    width, height = zone.width - 2 * pad_x, zone.height - 2 * pad_y
    look = _text_look(theme, stage)
    sizes: list[float] = []
    for words, cue in zip(texts, cues, strict=True):
        whole = _joined(words, cue, right_to_left)
        sizes.append(_set(whole, look, width, height, stage, variant).look.size if whole else look.size)
    common = max(min(sizes, default=look.size), _COMMON_SHARE * look.size)
    captions: list[Caption | None] = []
    for words, cue, size in zip(texts, cues, sizes, strict=True):
        whole = _joined(words, cue, right_to_left)
        if not whole:
            captions.append(None)
            continue
        block = _set(whole, replace(look, size=min(size, common)), width, height, stage, variant)
        captions.append(_painted_caption(words, block, theme, stage, zone, (pad_x, pad_y)))
    return captions


def two_lines_height(theme: Theme, stage: Stage) -> float:
    """Height of the box of a caption of two lines, with its shadow, in pixels."""
    lines = 2 * line_height_px(_text_look(theme, stage), "x")
    return lines + 2 * (_PAD_Y * stage.unit + _lift(theme.captions, stage.unit))


def _lift(look: CaptionLook, unit: float) -> float:
    """Room for the shadow, in pixels."""
    return 16 * unit if look.shadow else 0.0


def _painted_caption(
    words: Sequence[str], block: SetText, theme: Theme, stage: Stage, zone: Box, pad: tuple[float, float]
) -> Caption:
    look, unit = theme.captions, stage.unit
    lift = _lift(look, unit)
    width = block.width + 2 * pad[0]
    # Centred in the picture as far as the zone allows; beside a panel, centred in the zone.
    middle = zone.center_x if stage.shape is Shape.WIDE else stage.width / 2
    frame = Box(
        min(max(middle - width / 2, zone.left), zone.right - width),
        zone.bottom - lift - block.height - 2 * pad[1],
        width,
        block.height + 2 * pad[1],
    ).rounded()
    text = Box(round(frame.center_x - block.width / 2), round(frame.top + pad[1]), block.width, block.height)
    outer = frame.inset(-lift, -lift).rounded().intersection(stage.safe)
    spans = _spans(block.text, words)
    plain = replace(block, paragraph=_paragraph(spans, block, look.text, {}))

    def draw(canvas: skia.Canvas) -> None:
        _draw_box(canvas, frame, look, unit)
        plain.paint(canvas, text.left, text.top)

    inks = _word_inks(spans, block, len(words))
    marks = tuple(tuple(_mark_box(*ink, text, block, look, unit).intersection(frame) for ink in word) for word in inks)
    with noted() as inscriptions:
        image = painted(outer, draw)
    return Caption(outer, text, marks, image, spans, block, look, unit, tuple(inscriptions))


def _draw_box(canvas: skia.Canvas, frame: Box, look: CaptionLook, unit: float) -> None:
    radius = min(look.radius * unit, frame.height / 2)
    if look.shadow:
        shadow = fill((0, 0, 0), 0.16)
        shadow.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 5 * unit))
        rounded_rect(canvas, frame.shifted(0, 3 * unit), radius, shadow)
    rounded_rect(canvas, frame, radius, fill(look.box, look.box_alpha))
    if look.border is not None:
        rounded_rect(canvas, frame.inset(unit, unit), max(0.0, radius - unit), stroke(look.border, 2 * unit))


def _paragraph(
    spans: Sequence[tuple[str, int]], block: SetText, color: Rgb, lit: dict[int, Rgb], *, mask: bool = False
) -> skia.textlayout.Paragraph:
    """The caption's text, laid out as `block` is, with some words in a colour of their own."""
    colored = [Span(text, lit.get(word, color), mask) for text, word in spans]
    paragraph = build(colored, block.look, right_to_left=block.right_to_left, variant=block.variant)
    paragraph.layout(block.width)
    return paragraph


def _spans(text: str, words: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """The laid-out text, in which hyphens may be inserted or the end cut off, divided among the words."""
    spans: list[tuple[str, int]] = []
    at = 0
    for index, word in enumerate(words):
        start = at
        for char in word:
            while at < len(text) and text[at] != char and text[at] in _INSERTED:
                at += 1
            at += 1
        if text[start:at]:
            spans.append((text[start:at], index))
        blanks = at
        while at < len(text) and text[at] in _BLANKS:
            at += 1
        if text[blanks:at]:
            spans.append((text[blanks:at], -1))
    if text[at:]:
        spans.append((text[at:], -1))
    return tuple(spans)


def _word_inks(spans: Sequence[tuple[str, int]], block: SetText, count: int) -> list[list[tuple[int, Box]]]:
    """The position of each word's ink in the laid-out text: (line, box) for each line of the word.

    skia's Python bindings do not report word positions, in particular not in text of mixed direction. So the text is
    painted once with a colour per word (emoji too, through a colour filter), and the colours are located.
    """
    margin = round(block.look.size * 0.3)
    apart = 1 if block.lines == 1 or block.text.isascii() else _APART
    frame = Box(-margin, -margin, block.width + 2 * margin, apart * block.height + 2 * margin).rounded()
    known = min(count, _CODE * _CODE)
    codes = {word: ((word % _CODE + 1) * 16, (word // _CODE + 1) * 16, 0) for word in range(known)}
    paragraph = _paragraph(spans, _with_lines_apart(block, apart), (0, 0, 255), codes, mask=True)
    pixels = np.zeros((int(frame.height), int(frame.width), 4), np.uint8)
    info = skia.ImageInfo.Make(pixels.shape[1], pixels.shape[0], skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)
    surface = skia.Surface.MakeRasterDirect(info, pixels, pixels.shape[1] * 4)
    paragraph.paint(surface.getCanvas(), margin, margin)
    rows, columns = np.nonzero(pixels[..., 3] >= 128)
    ink = pixels[rows, columns].astype(np.int32)
    low, high = ((ink[:, band] * 255 // ink[:, 3] + 8) // 16 - 1 for band in (0, 1))
    word_of = np.where((low >= 0) & (high >= 0), high * _CODE + low, -1)
    line_of = np.clip((rows - margin) // (apart * block.line_height), 0, block.lines - 1).astype(np.int32)
    inks: list[list[tuple[int, Box]]] = [[] for _ in range(count)]
    for word in range(known):
        mine = np.flatnonzero(word_of == word)
        for line in np.unique(line_of[mine]):
            here = mine[line_of[mine] == line]
            y, x = rows[here], columns[here]
            found = Box.of_edges(int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1)
            inks[word].append((int(line), found.shifted(-margin, -margin)))
    return inks


def _with_lines_apart(block: SetText, apart: int) -> SetText:
    """The block with `apart` times the height of its lines, so that ink below one line is not taken for the next."""
    if apart == 1:
        return block
    return replace(block, look=replace(block.look, line_height=apart * block.line_height / block.look.size))


def _mark_box(line: int, ink: Box, text: Box, block: SetText, look: CaptionLook, unit: float) -> Box:
    """The area that changes when a word is marked on one line: its ink and the shape behind it, as high as the line."""
    high = block.line_height
    # The shape behind a word that touches its neighbours is no wider than the word.
    loose = " " in block.text and look.mark_kind in (SpokenMark.PILL, SpokenMark.BLOCK)
    pad = high * 0.16 if loose else 2 * unit
    left = text.left + ink.left - pad
    return Box(left, text.top + line * high, ink.width + 2 * pad, high).inset(0, high * 0.03).rounded()


def _text_look(theme: Theme, stage: Stage) -> TextLook:
    marked = theme.captions.mark_kind in (SpokenMark.PILL, SpokenMark.BLOCK)
    return TextLook(
        cut=Cut(theme.text_family, theme.captions.weight, display=False),
        color=theme.captions.text,
        size=stage.caption_size,
        least_size=stage.caption_size * 0.55,
        line_height=1.34,
        word_spacing=0.14 if marked else 0.02,
        align="center",
        steady=True,
    )


def _set(
    whole: str, look: TextLook, width: float, height: float, stage: Stage, variant: scripts.HanVariant | None
) -> SetText:
    return set_text(whole, look, width, height, max_lines=stage.caption_lines, variant=variant)


def _joined(words: Sequence[str], cue: Cue, right_to_left: bool) -> str:
    text = display_text(words, [word.gap for word in cue.words]).strip()
    return directed(text, right_to_left=right_to_left) if text else ""


def _whole(word: str) -> str:
    return scripts.glued(word) if len(word) <= _LONGEST_GLUED and all(map(_UNSPACED.match, word)) else word
