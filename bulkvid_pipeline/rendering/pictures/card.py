"""From a scene to the parts of its card: cleans the texts, shares out the frame and asks the style to compose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class Card:
    """A composed scene: its parts from back to front, and the zones of its frame."""

    parts: tuple[Part, ...]
    zones: Zones


def card_for(scene: Scene, theme: Theme, stage: Stage, *, captions: bool, variant: scripts.HanVariant | None) -> Card:
    """Compose a scene's card in the theme's style."""
    scene = _cleaned(scene)
    progress = scene.number is not None and scene.count is not None and scene.count > 1
    is_title = scene.kind is SceneKind.TITLE
    zones = zones_for(theme, stage, title=is_title, progress=progress, captions=captions)
    composer = Composer(scene, theme, stage, zones, variant)
    style = _STYLES[theme.style]
    if progress and scene.number is not None and scene.count is not None:
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
    return Card(tuple(composer.parts), zones)


def _cleaned(scene: Scene) -> Scene:
    items = tuple(filter(None, map(scripts.display_text, scene.items)))
    return replace(
        scene,
        text=scripts.display_text(scene.text),
        heading=scripts.display_text(scene.heading),
        subheading=scripts.display_text(scene.subheading),
        items=items,
    )
