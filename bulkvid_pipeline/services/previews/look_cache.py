"""Looks in a folder of this machine that its processes share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bulkvid_pipeline.adapters.cache import CacheOfKind, FolderCache
from bulkvid_pipeline.services.previews.row_look import RowLook, look_of, piece_of
from bulkvid_pipeline.settings import Settings

OWN_BYTES = 200_000_000
"""Of the folder in an installation without a cache."""


@dataclass(frozen=True)
class LookPlace:
    """A folder and its bound in bytes."""

    folder: Path
    max_bytes: int

    @classmethod
    def of(cls, settings: Settings, home: Path) -> LookPlace:
        """The cache of the settings; where there is none, a small folder of the instance in `home`."""
        if settings.cache and settings.cache_dir is not None and settings.cache_max_bytes > OWN_BYTES:
            return cls(settings.cache_dir.expanduser().absolute(), settings.cache_max_bytes)
        return cls(home.absolute() / "previews", OWN_BYTES)


class Looks:
    """The looks that are kept, by their names."""

    def __init__(self, cache: FolderCache) -> None:
        self._pieces = CacheOfKind(cache, "look", "")

    def has(self, name: str) -> bool:
        """Whether there is a look of this name."""
        return self.get(name) is not None

    def get(self, name: str) -> RowLook | None:
        """The look; None if there is none (any more)."""
        piece = self._pieces.get(name)
        return None if piece is None else look_of(piece)

    def put(self, name: str, look: RowLook) -> None:
        """Keep the look as long as there is room."""
        self._pieces.put(name, piece_of(look))
