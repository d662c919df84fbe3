from __future__ import annotations

import weakref

import numpy as np

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.lazy_film import LazyFilm
from bulkvid_pipeline.rendering.model import Film
from bulkvid_pipeline.rendering.pictures.film import SceneFilm, scene_film
from bulkvid_pipeline.rendering.pictures.themes import THEMES
from bulkvid_pipeline.rendering.quality.sightings import Sighting
from bulkvid_pipeline.rendering.quality.texts import Overrun
from bulkvid_pipeline_tests.rendering.pictures import scenes

TIMED = scenes.KINDS["body"]


class Made:
    """Makes films, and keeps none of them alive."""

    def __init__(self) -> None:
        self.films: list[weakref.ref[SceneFilm]] = []

    def __call__(self) -> SceneFilm:
        film = scene_film(TIMED, scenes.SMALL, THEMES[Style.MODERN])
        self.films.append(weakref.ref(film))
        return film

    @property
    def alive(self) -> int:
        return sum(film() is not None for film in self.films)


def test_a_passing_film_shows_what_the_film_shows() -> None:
    plain = scene_film(TIMED, scenes.SMALL, THEMES[Style.MODERN])
    film: Film = LazyFilm(Made(), lambda _: Sighting())  # the type checker proves the protocol
    assert (film.frames, film.fingerprint, film.redraws()) == (plain.frames, plain.fingerprint, plain.redraws())
    assert film.material is plain.material
    for ours, theirs in zip(film.changes(), plain.changes(), strict=True):
        assert ours.frame == theirs.frame
        np.testing.assert_array_equal(ours.planes.y, theirs.planes.y)
    np.testing.assert_array_equal(film.still(3), plain.still(3))


def test_it_is_let_go_once_it_was_shown_and_looked_at() -> None:
    made = Made()
    looked_at: list[int] = []

    def look(composed: SceneFilm) -> Sighting:
        looked_at.append(composed.frames)
        return Sighting(Overrun(3.0, 2))

    film = LazyFilm(made, look)
    film.redraws()
    assert made.alive == 1
    for _ in film.changes():
        assert made.alive == 1
    assert made.alive == 0
    assert film.seen.overrun == Overrun(3.0, 2)
    assert (looked_at, len(made.films)) == ([TIMED.frames], 1)


def test_a_film_that_was_never_shown_is_looked_at_when_it_is_asked() -> None:
    film = LazyFilm(Made(), lambda _: Sighting(Overrun(1.5, 0)))
    assert film.seen.overrun == Overrun(1.5, 0)
