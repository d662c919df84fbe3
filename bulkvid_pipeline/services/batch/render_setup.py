"""With what the rows of a job are rendered: everything that is the same for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bulkvid_pipeline.adapters.cache import CachePlace
from bulkvid_pipeline.adapters.media import MediaPolicy
from bulkvid_pipeline.adapters.speech.providers import OFFLINE, SpeechChoice
from bulkvid_pipeline.rendering.process import RenderProcess


@dataclass(frozen=True)
class RenderSetup:
    """How many render workers a job has, and what they work with."""

    workers: int = 1
    renderer: str = "event"
    """event or graph."""
    work_dir: Path | None = None
    """Where rows are made; a folder for temporary files where None."""
    cache: CachePlace | None = None
    """Where narration, encoded scenes and media are kept for another time."""
    media: MediaPolicy = field(default_factory=MediaPolicy)
    """Where rows' media may come from."""
    speech: SpeechChoice = OFFLINE
    speech_key: str | None = field(default=None, repr=False)
    """Of the voice, where it is a paid one."""
    ffmpeg: Path | None = None
    """The ffmpeg of the render workers; the bundled one where None."""

    def start_process(self, on_warning: Callable[[str], None]) -> RenderProcess:
        """A render worker; `on_warning` is told what it warns about, apart from what concerns a row."""
        return RenderProcess(self.renderer, self.cache, on_warning, self.speech, self.speech_key, self.ffmpeg)
