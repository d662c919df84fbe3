"""Finds the characters of a text that no bundled font can draw."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from bulkvid_pipeline.rendering.pictures.scripts import han_variant, is_invisible, split_emoji
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.pictures.typefaces import EMOJI_FONT, font_for, shelf


def missing_glyphs(texts: Iterable[str], theme: Theme) -> tuple[str, ...]:
    """The grapheme clusters that would show as empty boxes, each once, in order of first appearance.

    Invisible characters (controls, joiners, variation selectors, direction marks, lone surrogates) are never missing.
    An emoji sequence that the emoji font lacks as a whole is shown as its parts and is not missing either.
    """
    missing: dict[str, None] = {}
    for text in texts:
        variant = han_variant(text)
        normal = unicodedata.normalize("NFC", text)
        for stretch, is_emoji in split_emoji(normal):
            for cluster in dict.fromkeys(stretch if stretch.isascii() else _clusters(stretch)):
                drawn = (is_emoji and _emoji_font_has(cluster)) or all(
                    is_invisible(char) or font_for(char, theme.display_family, variant) for char in cluster
                )
                if not drawn:
                    missing[cluster] = None
    return tuple(missing)


def _emoji_font_has(cluster: str) -> bool:
    face = shelf().typeface(EMOJI_FONT, 400, False)
    return all(is_invisible(char) or face.unicharToGlyph(ord(char)) for char in cluster)


def _clusters(text: str) -> Iterator[str]:
    """Grapheme clusters: base characters with marks, joiners and joined characters (a simple form of UAX #29)."""
    cluster = ""
    for char in text:
        attached = unicodedata.category(char) in ("Mn", "Me", "Mc", "Cf") or (is_invisible(char) and char != " ")
        if cluster and (attached or cluster.endswith("\u200d")):
            cluster += char
            continue
        if cluster:
            yield cluster
        cluster = char
    if cluster:
        yield cluster
