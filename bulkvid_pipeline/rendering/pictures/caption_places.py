"""Where players show the captions of a file: where the picture has room for them."""

from __future__ import annotations

from bulkvid_pipeline.rendering.caption_files import CuePlace
from bulkvid_pipeline.rendering.model import Scene
from bulkvid_pipeline.rendering.pictures.card import zones_of
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.theme import Theme


def caption_place(scene: Scene, theme: Theme, stage: Stage) -> CuePlace:
    """The place of a scene's captions in its picture: below the card, clear of the platform's own buttons and texts.

    A player that shows the file over burned captions covers these alone, with the same words.
    """
    zone = zones_of(scene, theme, stage, stage.caption_height).captions
    return CuePlace(
        line=round(100 * zone.top / stage.height),
        position=round(100 * zone.center_x / stage.width),
        size=int(100 * zone.width / stage.width),
    )
