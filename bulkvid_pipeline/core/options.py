"""The closed vocabularies of sheets and job specs."""

from __future__ import annotations

from enum import StrEnum


class ValidationLevel(StrEnum):
    """How strictly a sheet is judged."""

    STRICT = "strict"
    MODERATE = "moderate"
    PERMISSIVE = "permissive"


class Priority(StrEnum):
    """Who goes first; `rank` 0 is the most urgent."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        return list(Priority).index(self)

    @property
    def in_queue(self) -> int:
        """Place in Dagster's run queue (`dagster/priority`): the highest number is started first, others have 0."""
        return {Priority.URGENT: 30, Priority.HIGH: 10, Priority.NORMAL: 0, Priority.LOW: -10}[self]


class Aspect(StrEnum):
    """Shape of the frame, width to height."""

    WIDE = "16:9"
    TALL = "9:16"
    SQUARE = "1:1"


class Platform(StrEnum):
    """Where a video is published; decides its aspect and safe area."""

    YOUTUBE = "youtube"
    TIKTOK = "tiktok"
    SHORTS = "shorts"
    REELS = "reels"
    INSTAGRAM = "instagram"

    @property
    def aspect(self) -> Aspect:
        if self is Platform.YOUTUBE:
            return Aspect.WIDE
        return Aspect.SQUARE if self is Platform.INSTAGRAM else Aspect.TALL


class Voice(StrEnum):
    """Character of the narrating voice."""

    FEMALE = "female"
    MALE = "male"
    NEUTRAL = "neutral"


class Style(StrEnum):
    """The four looks."""

    MODERN = "modern"
    CLASSIC = "classic"
    MINIMAL = "minimal"
    CORPORATE = "corporate"


class Container(StrEnum):
    """File format of the video."""

    MP4 = "mp4"
    MOV = "mov"
    WEBM = "webm"


class VideoCodec(StrEnum):
    """Codec of the picture."""

    H264 = "h264"
    H265 = "h265"
    VP9 = "vp9"


class AudioCodec(StrEnum):
    """Codec of the sound."""

    AAC = "aac"
    OPUS = "opus"


class Resolution(StrEnum):
    """Named by the short side of the frame in pixels."""

    P720 = "720p"
    P1080 = "1080p"
    P2160 = "4k"

    @property
    def short_side(self) -> int:
        return {"720p": 720, "1080p": 1080, "4k": 2160}[self.value]


CONTAINER_CODECS: dict[Container, tuple[frozenset[VideoCodec], frozenset[AudioCodec]]] = {
    Container.MP4: (frozenset({VideoCodec.H264, VideoCodec.H265}), frozenset({AudioCodec.AAC})),
    Container.MOV: (frozenset({VideoCodec.H264, VideoCodec.H265}), frozenset({AudioCodec.AAC})),
    Container.WEBM: (frozenset({VideoCodec.VP9}), frozenset({AudioCodec.OPUS})),
}
"""What each container may hold, so that the file plays wherever its container does."""


def frame_size(aspect: Aspect, resolution: Resolution) -> tuple[int, int]:
    """Width and height in pixels; both are multiples of 4 (I420 views need it)."""
    short = resolution.short_side
    long = short * 16 // 9
    if aspect is Aspect.WIDE:
        return long, short
    return (short, long) if aspect is Aspect.TALL else (short, short)
