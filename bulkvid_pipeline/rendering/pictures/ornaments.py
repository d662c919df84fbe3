"""Marks that are drawn without a font: quotation marks, diamonds, emblems; and Roman numerals."""

from __future__ import annotations

import skia

from bulkvid_pipeline.rendering.pictures.geometry import Box

_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
    (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def roman(number: int) -> str:
    """The number in Roman numerals, which end at 3999; larger numbers in digits."""
    if not 0 < number < 4000:
        return str(number)
    numeral = ""
    for value, letters in _ROMAN:
        while number >= value:
            numeral += letters
            number -= value
    return numeral


def quotation_marks(canvas: skia.Canvas, box: Box, paint: skia.Paint) -> None:
    """Opening quotation marks: two drops with tails that rise to the right, filling the box."""
    radius = box.width * 0.21
    low = box.bottom - radius
    for left in (box.left, box.left + box.width * 0.54):
        path = skia.Path()
        path.addCircle(left + radius, low, radius)
        path.moveTo(left, low)
        path.cubicTo(
            left, box.top + box.height * 0.3, left + radius, box.top + box.height * 0.06, left + radius * 1.85, box.top
        )
        path.lineTo(left + radius * 1.95, box.top + box.height * 0.16)
        path.cubicTo(
            left + radius * 1.3, box.top + box.height * 0.27,
            left + radius, box.top + box.height * 0.4,
            left + radius, low,
        )  # fmt: skip
        path.close()
        canvas.drawPath(path, paint)


def diamond(canvas: skia.Canvas, x: float, y: float, radius: float, paint: skia.Paint) -> None:
    """A square on its corner around a point."""
    path = skia.Path()
    path.addPoly(
        [skia.Point(x, y - radius), skia.Point(x + radius, y), skia.Point(x, y + radius), skia.Point(x - radius, y)],
        True,
    )
    canvas.drawPath(path, paint)


def rising_columns(canvas: skia.Canvas, box: Box, paint: skia.Paint) -> None:
    """Four columns that grow to the right, filling the box; the last one is solid, the others are pale."""
    width = box.width / 5.2
    pale = skia.Paint(paint)
    pale.setAlpha(round(paint.getAlpha() * 0.36))
    for index, share in enumerate((0.34, 0.58, 0.48, 1.0)):
        high = box.height * share
        bar = skia.Rect.MakeXYWH(box.left + index * width * 1.4, box.bottom - high, width, high)
        canvas.drawRect(bar, paint if share == 1.0 else pale)


def list_lines(canvas: skia.Canvas, box: Box, paint: skia.Paint) -> None:
    """Three lines with squares before them, filling the box."""
    pale = skia.Paint(paint)
    pale.setAlpha(round(paint.getAlpha() * 0.36))
    side = box.height * 0.22
    for index, share in enumerate((0.62, 0.5, 0.56)):
        top = box.top + index * (box.height - side) / 2
        canvas.drawRect(skia.Rect.MakeXYWH(box.left, top, side, side), paint)
        line = skia.Rect.MakeXYWH(box.left + side * 1.7, top + side * 0.22, box.width * share, side * 0.56)
        canvas.drawRect(line, pale)
