"""Makes the parts of a scene's card: cleans the texts, divides the frame and lets the style compose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bulkvid_pipeline.core.colors import Rgb
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import Scene, SceneKind
from bulkvid_pipeline.rendering.pictures import scripts
from bulkvid_pipeline.rendering.pictures.composer import Composer, Part
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.motion import Motion
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.styles import look_of
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.pictures.zones import Zones, zones_for


def zones_of(scene: Scene, theme: Theme, stage: Stage, caption_height: float) -> Zones:
    """The zones of the scene's frame when its captions take `caption_height` pixels (0: no captions)."""
    is_title = scene.kind is SceneKind.TITLE
    return zones_for(
        theme,
        stage,
        look_of(theme).page(stage, is_title),
        marked=not is_title and scene.number is not None,
        caption_height=caption_height,
    )


def parts_of(
    scene: Scene,
    theme: Theme,
    stage: Stage,
    zones: Zones,
    variant: scripts.HanVariant | None,
    plate: Rgb | None = None,
    entry_starts: tuple[int, ...] = (),
) -> tuple[Part, ...]:
    """Compose a scene's card in the theme's style: its parts from back to front.

    Args:
        plate: the colour behind the logo; None: it needs none.
        entry_starts: the frame at which each entry that is spoken in a LIST scene begins.
    """
    scene = _cleaned(scene)
    composer = Composer(scene, theme, stage, zones, variant)
    composer.entry_starts = entry_starts
    style = look_of(theme)
    if scene.kind is not SceneKind.TITLE:
        style.header(composer)
    composer.logo(plate)
    _section(composer)
    composer.page = False
    composers: dict[SceneKind, Callable[[Composer], None]] = {
        SceneKind.TITLE: style.title,
        SceneKind.BODY: style.body,
        SceneKind.LIST: style.listing,
        SceneKind.QUOTE: style.quote,
    }
    if scene.heading or scene.text or scene.items or scene.subheading:
        composers[scene.kind](composer)
    return tuple(composer.parts)


_SECTION_LINES, _SECTION_SHARE = 2, 0.2
"""Most lines of a section's heading, and the largest share of the content's height that it takes."""


def _section(c: Composer) -> None:
    """Put the section's heading over the card's content, where the section begins."""
    zone = c.zones.content
    if not c.scene.section:
        return
    align = "center" if c.theme.style is Style.CLASSIC else "start"
    look = c.look(c.by_shape(46, 52, 46), c.theme.muted, 600, line_height=1.2, align=align, least=26 * c.unit)
    block = c.set(c.scene.section, look, zone.width, zone.height * _SECTION_SHARE, _SECTION_LINES)
    left = zone.center_x - block.width / 2 if align == "center" else c.start(zone, block.width)
    c.text(block, left, zone.top, 0, Motion.FADE)
    below = zone.top + block.height + 32 * c.unit
    c.zones = replace(c.zones, content=Box.of_edges(zone.left, below, zone.right, zone.bottom))


def _cleaned(scene: Scene) -> Scene:
    numbers = scene.item_numbers or range(1, len(scene.items) + 1)
    signs = scene.item_signs or [""] * len(scene.items)
    shown = [
        (scripts.display_text(item), number, scripts.display_text(sign))
        for item, number, sign in zip(scene.items, numbers, signs, strict=True)
    ]
    kept = [entry for entry in shown if entry[0]]
    earlier = sum(bool(item) for item, *_ in shown[: scene.spoken_from])
    standing = sum(bool(item) for item, *_ in shown[: scene.standing])
    return replace(
        scene,
        text=scripts.display_text(scene.text),
        heading="\n".join(filter(None, map(scripts.display_text, scene.heading.split("\n")))),
        subheading=scripts.display_text(scene.subheading),
        emphasis=tuple(map(scripts.display_text, scene.emphasis)),
        items=tuple(item for item, _, _ in kept),
        item_numbers=tuple(number for _, number, _ in kept),
        item_signs=tuple(sign for _, _, sign in kept),
        spoken_from=earlier,
        standing=standing,
        detail=scripts.display_text(scene.detail),
        section=scripts.display_text(scene.section),
    )
