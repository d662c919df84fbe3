"""Films that keep their painted parts in memory only while they are shown: a long video has hundreds of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.model import Change, Redraw
from bulkvid_pipeline.rendering.pictures.film import SceneFilm
from bulkvid_pipeline.rendering.quality.sightings import Sighting


class LazyFilm:
    """The `Film` of a scene, composed at first use and released after its last change was read.

    Args:
        make: composes the film; called again if the film is used after it was released.
        look: examines its texts while it is composed.
    """

    def __init__(self, make: Callable[[], SceneFilm], look: Callable[[SceneFilm], Sighting]) -> None:
        self._make = make
        self._look = look
        self._film: SceneFilm | None = make()
        self.frames = self._film.frames
        self.rest = self._film.rest
        self.material = self._film.material
        self.fingerprint = self._film.fingerprint
        self._seen: Sighting | None = None

    def redraws(self) -> Sequence[Redraw]:
        return self._composed().redraws()

    def changes(self) -> Iterator[Change]:
        film = self._composed()
        yield from film.changes()
        self._seen = self._seen or self._look(film)
        self._film = None

    def still(self, frame: int) -> NDArray[np.uint8]:
        return self._composed().still(frame)

    @property
    def seen(self) -> Sighting:
        """What was seen of its texts."""
        if self._seen is None:
            self._seen = self._look(self._film or self._make())
        return self._seen

    def _composed(self) -> SceneFilm:
        self._film = self._film or self._make()
        return self._film
