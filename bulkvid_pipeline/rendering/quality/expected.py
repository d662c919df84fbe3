"""The expected properties of a file, independent of how it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bulkvid_pipeline.core.options import AudioCodec, Container, VideoCodec
from bulkvid_pipeline.rendering.model import FPS, VideoFormat
from bulkvid_pipeline.rendering.quality.captions import CaptionCue
from bulkvid_pipeline.rendering.quality.probes import Probe


@dataclass(frozen=True)
class Expected:
    """The expected properties of a file."""

    frames: int
    width: int
    height: int
    container: Container
    video_codec: VideoCodec
    audio_codec: AudioCodec
    title: str = ""
    """The title tag; not checked if empty."""
    fps: int = FPS
    loudness_lufs: float | None = -14.0
    """Integrated loudness in LUFS; None: not checked, even silence is allowed."""
    loudness_tolerance_lu: float = 1.0
    true_peak_dbtp: float | None = -1.0
    """True-peak limit of the sound before encoding, in dBTP; the codec may add a little. None: not checked."""
    longest_silence_s: float = 15.0
    captions: tuple[CaptionCue, ...] = ()
    """The captions: where one begins, speech must be heard, and the picture must change if it shows them."""
    captions_shown: bool = True
    """Whether the pictures show the captions."""
    scene_starts: tuple[int, ...] = ()
    """First frames of the scenes; they must be key frames, so that players can seek to them."""
    probes: tuple[Probe, ...] = ()
    """Texts to find again in the pictures."""

    @classmethod
    def of(
        cls,
        fmt: VideoFormat,
        frames: int,
        title: str = "",
        captions: Sequence[CaptionCue] = (),
        scene_starts: Sequence[int] = (),
        probes: Sequence[Probe] = (),
    ) -> Expected:
        """The expected properties of a file with this format and length.

        Args:
            fmt: size, container and codecs.
            frames: length of the video in frames.
            title: the title tag; "" if it is not checked.
            captions: see the field.
            scene_starts: see the field.
            probes: see the field.
        """
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
            probes=tuple(probes),
        )
