"""The renderers by name."""

from __future__ import annotations

from collections.abc import Callable

from bulkvid_pipeline.core.errors import EncoderError
from bulkvid_pipeline.rendering.encode.event import EventRenderer
from bulkvid_pipeline.rendering.encode.graph import GraphRenderer
from bulkvid_pipeline.rendering.encode.renderer import Renderer

_KNOWN: dict[str, Callable[..., Renderer]] = {"event": EventRenderer, "graph": GraphRenderer}


def renderer_named(name: str, **options: object) -> Renderer:
    """The renderer `event` or `graph`.

    Args:
        name: `event` or `graph`.
        options: arguments of its constructor: `threads`, `scene_store` (event), `binary`, `limits` (graph).

    Raises:
        EncoderError: there is no renderer with that name.
    """
    if name not in _KNOWN:
        raise EncoderError(f'There is no renderer "{name}"', fix="Use event or graph")
    return _KNOWN[name](**options)
