"""The painter: scenes become films (`film.scene_film`), painted with skia and only where they change."""
