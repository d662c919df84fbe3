"""The closed vocabularies of sheets and job specs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ValidationLevel(StrEnum):
    """How strictly a sheet is validated."""

    STRICT = "strict"
    MODERATE = "moderate"
    PERMISSIVE = "permissive"


class Priority(StrEnum):
    """Order of rendering; `rank` 0 is the most urgent."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        return list(Priority).index(self)

    @property
    def in_queue(self) -> int:
        """Priority in Dagster's run queue (`dagster/priority`): the highest number starts first, other jobs have 0."""
        return {Priority.URGENT: 30, Priority.HIGH: 10, Priority.NORMAL: 0, Priority.LOW: -10}[self]


class Aspect(StrEnum):
    """Shape of the frame, width to height."""

    WIDE = "16:9"
    TALL = "9:16"
    SQUARE = "1:1"


class Platform(StrEnum):
    """Where a video is published; decides its aspect and safe area.

    To add one, add it here, to `_FEEDS`, to the table of names (core.vocabulary.platforms) and, where its overlays
    differ, to rendering.pictures.safe_area.
    """

    YOUTUBE = "youtube"
    TIKTOK = "tiktok"
    SHORTS = "shorts"
    REELS = "reels"
    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"
    LINKEDIN = "linkedin"
    X = "x"
    PINTEREST = "pinterest"
    STORY = "story"

    @property
    def aspect(self) -> Aspect:
        return _FEEDS[self][0]

    @property
    def label(self) -> str:
        """The platform's name in its own spelling."""
        return _FEEDS[self][1]


_FEEDS: dict[Platform, tuple[Aspect, str]] = {
    Platform.YOUTUBE: (Aspect.WIDE, "YouTube"),
    Platform.TIKTOK: (Aspect.TALL, "TikTok"),
    Platform.SHORTS: (Aspect.TALL, "Shorts"),
    Platform.REELS: (Aspect.TALL, "Reels"),
    Platform.INSTAGRAM: (Aspect.SQUARE, "Instagram"),
    Platform.FACEBOOK: (Aspect.SQUARE, "Facebook"),
    Platform.LINKEDIN: (Aspect.SQUARE, "LinkedIn"),
    Platform.X: (Aspect.WIDE, "X"),
    Platform.PINTEREST: (Aspect.TALL, "Pinterest"),
    Platform.STORY: (Aspect.TALL, "Story"),
}
"""The aspect in which each feed shows a video largest without cropping it: a feed read on a phone shows a square larger
than a wide frame, X plays in 16:9, pins and stories stand upright."""


class Voice(StrEnum):
    """Character of the narrating voice."""

    FEMALE = "female"
    MALE = "male"
    NEUTRAL = "neutral"


@dataclass(frozen=True)
class ProviderVoice:
    """A provider's own voice, by the provider's name for it; `character` is the nearest of our characters."""

    provider_name: str
    character: Voice


Speaker = Voice | ProviderVoice
"""The narrating voice: a character, for which the provider chooses a voice, or one named voice of a provider."""


def character_of(speaker: Speaker) -> Voice:
    """The character of a voice, for providers that do not have the voice itself."""
    return speaker.character if isinstance(speaker, ProviderVoice) else speaker


class Style(StrEnum):
    """The four visual styles."""

    MODERN = "modern"
    CLASSIC = "classic"
    MINIMAL = "minimal"
    CORPORATE = "corporate"


class Captions(StrEnum):
    """Whether the captions stand in the picture; the caption files are made in any case."""

    BURNED = "burned"
    OFF = "off"


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
"""The codecs allowed in each container, so that the file plays wherever its container does."""


def frame_size(aspect: Aspect, resolution: Resolution) -> tuple[int, int]:
    """Width and height in pixels; both are multiples of 4 (I420 views need it)."""
    short = resolution.short_side
    long = short * 16 // 9
    if aspect is Aspect.WIDE:
        return long, short
    return (short, long) if aspect is Aspect.TALL else (short, short)
