"""From films and sound to a finished file.

`renderers.py` is the door: `renderer_named("event" | "graph")`. The event renderer encodes scenes (`scene.py`, with a
module for each codec's repeats), encodes the sound once (`sound.py`) and puts both into a container (`mux.py`); the
graph renderer leaves all that to an ffmpeg process. `loudness.py` and `container_boxes.py` measure what came out.
"""
