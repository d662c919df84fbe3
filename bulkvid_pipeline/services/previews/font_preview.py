"""Fonts as pictures: what each looks like in Latin, Arabic, Chinese and emoji."""

from __future__ import annotations

from functools import lru_cache

from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline.core.findings import shortened


def font_png(family: str) -> bytes:
    """A sample of a bundled family as PNG.

    Raises:
        NotFoundError: no such family can be chosen.
    """
    from bulkvid_pipeline.rendering.pictures.font_choices import font_choices

    if family not in {font.family for font in font_choices()}:
        raise NotFoundError(f"There is no font '{shortened(family)}'", fix="Choose one of the fonts in the list")
    return _sample(family)


@lru_cache
def _sample(family: str) -> bytes:
    from bulkvid_pipeline.rendering.pictures.font_choices import font_sample
    from bulkvid_pipeline.rendering.pictures.poster import picture_png

    return picture_png(font_sample(family))
