"""The hash of everything that decides a film's pictures."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from functools import cache, lru_cache

import av
import skia

from bulkvid_pipeline.rendering.model import TimedScene
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.pictures.typefaces import fonts_digest

PAINT_VERSION = 11
"""Raise it whenever the painter draws anything differently, so that cached pieces are made anew."""


@cache
def _engine() -> list[object]:
    return [PAINT_VERSION, skia.__version__, list(av.library_versions["libswscale"]), fonts_digest()]


def painter_version() -> str:
    """Changes whenever the same card would be painted differently: by another painter, library or font."""
    return json.dumps(_engine())


@lru_cache(maxsize=64)
def _theme(theme: Theme) -> str:
    described = asdict(theme)
    described["logo"] = theme.logo.digest if theme.logo else None
    return json.dumps(described, sort_keys=True, ensure_ascii=True)


def film_fingerprint(timed: TimedScene, stage: Stage, theme: Theme, variant: str | None) -> str:
    """Hex blake2b of the canonical JSON of engine, theme, frame, texts, caption frames and length.

    Only the platform's safe area counts, not its name, and times are relative to the scene, so equal pictures have
    equal fingerprints in every video.
    """
    safe = stage.safe
    parts = [
        _engine(),
        _theme(theme),
        [stage.width, stage.height, safe.left, safe.top, safe.right, safe.bottom],
        asdict(replace(timed.scene, continues=False)),
        [[cue.start, cue.end, [[word.text, word.start, word.end] for word in cue.words]] for cue in timed.cues],
        timed.frames,
        timed.entries,
        variant,
    ]
    return hashlib.blake2b(json.dumps(parts, sort_keys=True, ensure_ascii=True).encode(), digest_size=20).hexdigest()
