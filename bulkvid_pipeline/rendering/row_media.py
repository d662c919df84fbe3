"""The media of a row in one format: read from the row's folder, prepared, and distributed to its scenes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bulkvid_pipeline.adapters.cache import Cache, CacheOfKind
from bulkvid_pipeline.core.media import PlannedMedium
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.rendering import ingest
from bulkvid_pipeline.rendering.ingest import Ingest, Source
from bulkvid_pipeline.rendering.model import TimedScene, VideoFormat
from bulkvid_pipeline.rendering.pictures.media import NO_MEDIA, SceneMedia
from bulkvid_pipeline.rendering.pictures.styles import STYLES

FOLDER = "media"
"""Subfolder of a row's folder with one file for each of the row's media, named after its use."""


def media_path(folder: Path, use: str) -> Path:
    """Path of the content of a row's medium; `use` is `image` or `background`."""
    return folder / FOLDER / use


@dataclass(frozen=True)
class RowMedia:
    """Prepares the media of a row, whose contents are in `folder`, once for each format."""

    plan: VideoPlan
    folder: Path
    cache: Cache | None = None

    def for_scenes(self, scenes: Sequence[TimedScene], fmt: VideoFormat) -> Iterator[SceneMedia]:
        """The media of each scene; a background video continues through all scenes.

        Raises:
            MediumError: a medium is damaged, or of another kind than expected.
        """
        media = self._prepared(fmt)
        start = 0
        for timed in scenes:
            yield replace(media, start=start) if media.backdrop else media
            start += timed.frames

    def _prepared(self, fmt: VideoFormat) -> SceneMedia:
        if not self.plan.media:
            return NO_MEDIA
        kept = CacheOfKind(self.cache, "ingested", ingest.VERSION) if self.cache else None
        prepare = Ingest(kept)
        image, background = self.plan.image, self.plan.background
        blur = STYLES[self.plan.style].theme.ground.blur * min(fmt.width, fmt.height) / 1080
        return SceneMedia(
            prepare.inset(self._source(image, "image"), fmt.width, fmt.height) if image else None,
            prepare.backdrop(self._source(background, "background"), fmt.width, fmt.height, blur)
            if background
            else None,
        )

    def _source(self, medium: PlannedMedium, use: str) -> Source:
        return Source(media_path(self.folder, use), medium.digest, medium.source)
