"""The row's picture beside or above the card's text: its place, and its frame in the style."""

from __future__ import annotations

from dataclasses import replace

from bulkvid_pipeline.rendering.model import Scene, SceneKind
from bulkvid_pipeline.rendering.pictures import scripts
from bulkvid_pipeline.rendering.pictures.composer import Composer, Part
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.inset_frames import Inset
from bulkvid_pipeline.rendering.pictures.media import Picture
from bulkvid_pipeline.rendering.pictures.motion import Motion
from bulkvid_pipeline.rendering.pictures.stage import Shape, Stage
from bulkvid_pipeline.rendering.pictures.styles import look_of
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.pictures.zones import Zones, around_logo

_LEAST_SIDE = 110
"""In design units: a picture that would be smaller is not shown, and the text gets the space."""
_BESIDE = {SceneKind.TITLE: 0.42, SceneKind.BODY: 0.42, SceneKind.QUOTE: 0.36, SceneKind.LIST: 0.34}
_ABOVE = {SceneKind.TITLE: 0.44, SceneKind.BODY: 0.44, SceneKind.QUOTE: 0.36, SceneKind.LIST: 0.30}
"""Shares of the content's width or height."""
_LANDSCAPE = 1.15


def with_inset(
    scene: Scene, theme: Theme, stage: Stage, zones: Zones, picture: Picture | None
) -> tuple[Zones, Inset | None]:
    """The zones, with the content reduced by a picture's share, and the picture's place; None if space is too small."""
    if picture is None:
        return zones, None
    mirrored = scripts.is_right_to_left(scene.heading or scene.text or scene.subheading)
    free = _beside_title(scene, theme, stage)
    if free is not None:
        inset = _fitted(picture, free, theme, stage, 0.5, 0.5)
        return zones, inset
    content, gap = zones.content, 56 * stage.unit
    if stage.shape is Shape.WIDE or (stage.shape is Shape.SQUARE and picture.width < picture.height * _LANDSCAPE):
        width = content.width * _BESIDE[scene.kind]
        left = content.left if mirrored else content.right - width
        inset = _fitted(picture, Box(left, content.top, width, content.height), theme, stage, not mirrored, 0.5)
        if inset is None:
            return zones, None
        rest = (
            Box.of_edges(inset.frame.right + gap, content.top, content.right, content.bottom)
            if mirrored
            else Box.of_edges(content.left, content.top, inset.frame.left - gap, content.bottom)
        )
        return replace(zones, content=rest), inset
    height = content.height * _ABOVE[scene.kind]
    own = look_of(theme).inset_at
    at = own if own is not None else 1.0 if mirrored else 0.0
    inset = _fitted(picture, Box(content.left, content.top, content.width, height), theme, stage, at, 0.0)
    if inset is None:
        return zones, None
    rest = Box.of_edges(content.left, inset.frame.bottom + gap * 0.8, content.right, content.bottom)
    return replace(zones, content=rest), inset


def _beside_title(scene: Scene, theme: Theme, stage: Stage) -> Box | None:
    """The area beside a wide title in styles that have a place for a picture there; else None."""
    free = look_of(theme).beside_title
    if free is None or scene.kind is not SceneKind.TITLE or stage.shape is not Shape.WIDE:
        return None
    room, logo = free(stage), around_logo(theme, stage, look_of(theme).page(stage, True)[0])
    if not room.overlaps(logo):
        return room
    above = logo.top > room.center_y
    top, bottom = (room.top, logo.top) if above else (logo.bottom, room.bottom)
    return Box.of_edges(room.left, top, room.right, bottom)


def _fitted(picture: Picture, room: Box, theme: Theme, stage: Stage, across: float, down: float) -> Inset | None:
    """The picture as large as the room allows, at most twice its size; `across` and `down` 0..1 are its alignment."""
    look = look_of(theme).frame
    mat, outside = look.mat * stage.unit, look.outside * stage.unit
    room = room.inset(outside, outside)
    width, height = room.width - 2 * mat, room.height - 2 * mat
    if width <= 0 or height <= 0:
        return None
    scale = min(width / picture.width, height / picture.height, max(2.0, 2 * stage.unit))
    width, height = picture.width * scale, picture.height * scale
    if min(width, height) < _LEAST_SIDE * stage.unit and max(width, height) < 3 * _LEAST_SIDE * stage.unit:
        return None
    left = round(room.left + (room.width - width - 2 * mat) * across)
    top = round(room.top + (room.height - height - 2 * mat) * down)
    inner = Box(round(left + mat), round(top + mat), max(1, round(width)), max(1, round(height)))
    return Inset(picture, inner.inset(-round(mat), -round(mat)), inner)


def inset_part(
    scene: Scene, theme: Theme, stage: Stage, zones: Zones, inset: Inset, variant: scripts.HanVariant | None
) -> Part:
    """The framed picture, painted before the card's texts. It enters with the title and then stays in place."""
    composer = Composer(scene, theme, stage, zones, variant)
    outside = look_of(theme).frame.outside * stage.unit
    box = inset.frame.inset(-outside, -outside).intersection(stage.safe)
    motion = Motion.FADE if scene.kind is SceneKind.TITLE else Motion.NONE
    composer.shape(box, lambda canvas: look_of(theme).paint_frame(composer, canvas, inset), 2, motion)
    return composer.parts[0]
