"""Encodes films and sound into a finished file.

The entry point is `renderers.renderer_named("event" | "graph")`. The event renderer encodes scenes (`scene.py`, with a
module for each codec's repeats), encodes the sound once (`sound.py`) and puts both into a container (`mux.py`); the
graph renderer leaves all that to an ffmpeg process. `container_boxes.py` reads the structure of finished files.
"""
