"""Templates as pictures: the four kinds of card in the three shapes of frame, on one sheet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.adapters.cache import Cache, CacheOfKind
from bulkvid_pipeline.adapters.one_at_a_time import OneAtATime
from bulkvid_pipeline.core.errors import RenderCancelledError
from bulkvid_pipeline.core.options import Aspect, Captions, Platform
from bulkvid_pipeline.core.templates import Template
from bulkvid_pipeline.rendering.captions import cues_for
from bulkvid_pipeline.rendering.model import Scene, SceneKind, SpokenWord, TimedScene, VideoFormat, shown_scenes
from bulkvid_pipeline.rendering.pictures.film import scene_film
from bulkvid_pipeline.rendering.pictures.fingerprints import painter_version
from bulkvid_pipeline.rendering.pictures.poster import picture_png, picture_webp, poster_jpeg
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.services.previews.contact_sheet import Picture, halved, tiled
from bulkvid_pipeline.services.templates.template_store import theme_of

# All of one height, so that the shapes stand side by side; painted at twice the size in which they are shown.
_FORMATS = (
    VideoFormat(Platform.YOUTUBE, 1712, 960),
    VideoFormat(Platform.INSTAGRAM, 960, 960),
    VideoFormat(Platform.TIKTOK, 540, 960),
)
_WORD_FRAMES = 10
_EDITING = OneAtATime("Painting previews", most_waiting=5)
_LISTING = OneAtATime("Painting thumbnails", most_waiting=15)
"""Apart, so that a list of many templates keeps nobody waiting who edits one; a browser asks for six at once."""

_SCENES = (
    Scene(SceneKind.TITLE, heading="How to plan a week in ten minutes", subheading="A habit that pays for itself"),
    Scene(
        SceneKind.BODY,
        text="Write down the three things that matter most, and give each of them a day.",
        heading="Three things that matter most",
        emphasis=("matter most",),
    ),
    Scene(
        SceneKind.LIST,
        text="Third, leave Friday afternoon free.",
        heading="Before Monday",
        items=("Pick three goals", "Give each a day", "Leave Friday free"),
        spoken_from=2,
        standing=2,
    ),
    Scene(
        SceneKind.QUOTE,
        text="Plans are nothing; planning is everything.",
        heading="Plans are nothing; planning is everything.",
        subheading="Dwight D. Eisenhower",
    ),
)


_TITLE, _BODY, _LIST, _QUOTE = _SCENES
_WIDE, _SQUARE, _TALL = _FORMATS


@dataclass(frozen=True)
class Sheet:
    """Which cards of a template are shown in which arrangement, and as what file."""

    name: str
    cards: tuple[tuple[tuple[Scene, VideoFormat], ...], ...]
    media_type: str
    encoded: Callable[[Picture], bytes]
    painting: OneAtATime
    halvings: int = 0
    """How often the picture is made half as large."""


_ALL_CARDS = tuple(tuple((scene, fmt) for fmt in _FORMATS) for scene in _SCENES)
WHOLE = Sheet("whole", _ALL_CARDS, "image/png", picture_png, _EDITING)
"""A row a kind of card, a column a shape of frame, without loss."""
EDITED = Sheet("edited", _ALL_CARDS, "image/webp", picture_webp, _EDITING)
"""The same, quicker made and sent, to be looked at while the template is changed."""
THUMBNAIL = Sheet("thumbnail", (((_TITLE, _WIDE), (_LIST, _TALL)),), "image/webp", picture_webp, _LISTING, halvings=1)
"""A wide and a tall card, for lists of templates."""


def preview_template(template: Template, folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Write `<template_id>.jpg` into the folder (made if missing): a row a card, a column a shape.

    Returns:
        The file, and warnings about what of the template could not be used as given.

    Raises:
        TemplateInvalidError: the logo cannot be used.
    """
    picture, warnings = template_picture(template)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{template.template_id}.jpg"
    path.write_bytes(poster_jpeg(picture))
    return path, warnings


def template_image(
    template: Template, cache: Cache | None, sheet: Sheet, is_wanted: Callable[[], bool] = lambda: True
) -> bytes:
    """The picture of a template as a file, kept in the cache by what it shows.

    Pictures are painted one after the other; those who wait for one that is painted meanwhile find it then.

    Args:
        is_wanted: asked when it is this picture's turn.

    Raises:
        RenderCancelledError: nobody wants it any more.
        TemplateInvalidError: the logo cannot be used.
        ServiceUnavailableError: too many wait for a picture.
    """
    name = image_name(template, sheet)
    kept = CacheOfKind(cache, "preview", "") if cache else None
    picture = kept.get(name) if kept else None
    if picture is not None:
        return picture
    with sheet.painting.turn():
        picture = kept.get(name) if kept else None
        if picture is None:
            if not is_wanted():
                raise RenderCancelledError("Nobody waits for the picture any more")
            picture = sheet.encoded(template_picture(template, sheet)[0])
            if kept:
                kept.put(name, picture)
    return picture


def image_name(template: Template, sheet: Sheet) -> str:
    """A name of a template's picture that changes with all that it shows."""
    look = template.settings.style
    shown = [look.model_dump(mode="json"), template.file_digests.get(look.logo or ""), painter_version(), sheet.name]
    return hashlib.blake2b(json.dumps(shown, sort_keys=True).encode(), digest_size=16).hexdigest()


def template_picture(template: Template, sheet: Sheet = WHOLE) -> tuple[Picture, tuple[str, ...]]:
    """Cards of a template on one sheet, and what could not be used as given.

    Raises:
        TemplateInvalidError: the logo cannot be used.
    """
    theme, warnings = theme_of(template, template.settings.style.base)
    captions = template.settings.style.captions
    pictures = [[_card(scene, fmt, theme, captions) for scene, fmt in row] for row in sheet.cards]
    for _ in range(sheet.halvings):
        pictures = [[halved(picture) for picture in row] for row in pictures]
    return tiled(pictures), warnings


def _card(scene: Scene, fmt: VideoFormat, theme: Theme, captions: Captions) -> NDArray[np.uint8]:
    """The card when all of it stands there, with the first caption of its text, if it shows captions."""
    (timed,) = shown_scenes([_timed(scene, fmt.platform.aspect)], captions)
    film = scene_film(timed, fmt, theme, script=scene.text)
    return halved(film.still(min(timed.cues[0].end - 1, film.rest) if timed.cues else film.rest))


def _timed(scene: Scene, aspect: Aspect) -> TimedScene:
    """The scene spoken at an even pace, after a lead in which everything comes in."""
    texts = scene.text.split()
    lead = 2 * _WORD_FRAMES
    words = tuple(
        SpokenWord(text, lead + at * _WORD_FRAMES, lead + (at + 1) * _WORD_FRAMES) for at, text in enumerate(texts)
    )
    frames = lead + (len(words) + 6) * _WORD_FRAMES
    return TimedScene(scene, frames, cues_for(words, aspect, frames))
