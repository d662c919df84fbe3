"""From a scene to the parts of its card: cleans the texts, shares out the frame and asks the style to compose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import Scene, SceneKind
from bulkvid_pipeline.rendering.pictures import classic_cards, corporate_cards, minimal_cards, modern_cards, scripts
from bulkvid_pipeline.rendering.pictures.composer import Composer, Part
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.themes import Theme
from bulkvid_pipeline.rendering.pictures.zones import Zones, zones_for

_STYLES: dict[Style, ModuleType] = {
    Style.MODERN: modern_cards,
    Style.CLASSIC: classic_cards,
    Style.MINIMAL: minimal_cards,
    Style.CORPORATE: corporate_cards,
}


def zones_of(scene: Scene, theme: Theme, stage: Stage, caption_height: float) -> Zones:
    """How the scene's frame is shared out when its captions take `caption_height` pixels (0: it has none)."""
    return zones_for(
        theme,
        stage,
        title=scene.kind is SceneKind.TITLE,
        progress=_shows_progress(scene),
        caption_height=caption_height,
    )


def parts_of(
    scene: Scene, theme: Theme, stage: Stage, zones: Zones, variant: scripts.HanVariant | None
) -> tuple[Part, ...]:
    """Compose a scene's card in the theme's style: its parts from back to front."""
    scene = _cleaned(scene)
    composer = Composer(scene, theme, stage, zones, variant)
    style = _STYLES[theme.style]
    if _shows_progress(scene) and scene.number is not None and scene.count is not None:
        style.progress(composer, min(scene.number, scene.count), scene.count)
    composer.logo()
    composers: dict[SceneKind, Callable[[Composer], None]] = {
        SceneKind.TITLE: style.title,
        SceneKind.BODY: style.body,
        SceneKind.LIST: style.listing,
        SceneKind.QUOTE: style.quote,
    }
    if scene.heading or scene.text or scene.items or scene.subheading:
        composers[scene.kind](composer)
    return tuple(composer.parts)


def _shows_progress(scene: Scene) -> bool:
    if scene.kind is SceneKind.TITLE:
        return False
    return scene.number is not None and scene.count is not None and scene.count > 1 and scene.number > 0


def _cleaned(scene: Scene) -> Scene:
    items = tuple(filter(None, map(scripts.display_text, scene.items)))
    return replace(
        scene,
        text=scripts.display_text(scene.text),
        heading=scripts.display_text(scene.heading),
        subheading=scripts.display_text(scene.subheading),
        items=items,
    )
