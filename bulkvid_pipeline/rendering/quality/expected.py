"""What a file should be: what was ordered, never how it was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bulkvid_pipeline.core.options import AudioCodec, Container, VideoCodec
from bulkvid_pipeline.rendering.model import FPS, VideoFormat
from bulkvid_pipeline.rendering.quality.captions import CaptionCue


@dataclass(frozen=True)
class Expected:
    """What the file should be."""

    frames: int
    width: int
    height: int
    container: Container
    video_codec: VideoCodec
    audio_codec: AudioCodec
    title: str = ""
    """The title tag; not looked at if empty."""
    fps: int = FPS
    loudness_lufs: float | None = -14.0
    """Programme loudness; None: any, even silence."""
    loudness_tolerance_lu: float = 1.0
    true_peak_dbtp: float | None = -1.0
    """Limit of the sound before encoding; the codec may add a little. None: any."""
    longest_silence_s: float = 15.0
    captions: tuple[CaptionCue, ...] = ()
    """Captions that are burned into the pictures: the picture changes where one begins, and somebody speaks."""
    scene_starts: tuple[int, ...] = ()
    """Frames in which scenes begin; these can be jumped to, so they are key frames."""

    @classmethod
    def of(
        cls,
        fmt: VideoFormat,
        frames: int,
        title: str = "",
        captions: Sequence[CaptionCue] = (),
        scene_starts: Sequence[int] = (),
    ) -> Expected:
        """What a file of this format and length should be."""
        return cls(
            frames,
            fmt.width,
            fmt.height,
            fmt.container,
            fmt.video_codec,
            fmt.audio_codec,
            title,
            captions=tuple(captions),
            scene_starts=tuple(scene_starts),
        )
