"""The values that pass between the stages of the engine: script -> scenes -> narration -> films -> encoded file.

Time on the picture side is in whole frames at `FPS`, relative to the start of the scene; sound is float32 mono at
`SAMPLE_RATE`, and a scene's sound is padded to whole frames (`SAMPLES_PER_FRAME` each), so nothing drifts and a scene's
content does not depend on where in the video it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.core.options import AudioCodec, Container, Platform, VideoCodec
from bulkvid_pipeline.rendering.script.text import Pause

FPS = 30
SAMPLE_RATE = 48_000
SAMPLES_PER_FRAME = SAMPLE_RATE // FPS

Pcm = NDArray[np.float32]
"""Sound in -1..1: shape (samples,) for mono, (samples, 2) for stereo, at SAMPLE_RATE."""


BULLET = "•"


class SceneKind(StrEnum):
    """How a scene is set."""

    TITLE = "title"
    BODY = "body"
    LIST = "list"
    QUOTE = "quote"


@dataclass(frozen=True)
class Scene:
    """A stretch of the script that is shown as one picture.

    `text` holds the script's own words, as they are spoken and captioned; it is empty for the title card.
    """

    kind: SceneKind
    text: str = ""
    heading: str = ""
    """The large text of the card."""
    subheading: str = ""
    """The smaller text under it: description of a title card, source of a quote."""
    items: tuple[str, ...] = ()
    """Entries of a LIST scene: those that have been spoken when it ends, or the last of them."""
    number: int | None = None
    """Section number to show, 1-based."""
    emphasis: tuple[str, ...] = ()
    """Phrases of the heading to set off, in the order in which they stand in it."""
    item_numbers: tuple[int, ...] = ()
    """The entries' numbers; without them they count from 1."""
    item_signs: tuple[str, ...] = ()
    """What stands before the entries where it is no number: an emoji, a letter, BULLET; "" where it is one."""
    spoken_from: int = 0
    """Index of the first entry spoken in this scene; those before it stand there already."""
    detail: str = ""
    """What is said about the last entry."""
    room: int = 0
    """How many entries the list will show at most, so that they need not move as it grows; 0: only those it has."""
    continues: bool = False
    """Whether its first sentence began in the scene before."""
    pauses: tuple[Pause, ...] = ()
    """Silence that the script asks for, by places in `text`."""
    leaves: bool = False
    """Whether its card leaves at the end, to make room for another: not at the end of the video or within a list."""


@dataclass(frozen=True)
class SpokenWord:
    """One word as the script writes it, with the frames in which it is spoken: start <= frame < end."""

    text: str
    start: int
    end: int
    gap: str | None = None
    """What stands between it and the next word, a line's end after an entry of a list; None: what their scripts usually
    have there."""


@dataclass(frozen=True)
class Cue:
    """One caption: the words shown together; visible for start <= frame < end."""

    words: tuple[SpokenWord, ...]
    start: int
    end: int


@dataclass(frozen=True)
class TimedScene:
    """A scene with its length in frames and its captions."""

    scene: Scene
    frames: int
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True)
class VideoFormat:
    """One output file of a row."""

    platform: Platform
    width: int
    height: int
    container: Container = Container.MP4
    video_codec: VideoCodec = VideoCodec.H264
    audio_codec: AudioCodec = AudioCodec.AAC


@dataclass(frozen=True)
class Planes:
    """One frame as BT.709 limited-range 4:2:0: y (height, width), u and v (height/2, width/2), uint8.

    The arrays are views of the painter's canvas: they are valid until the next frame is asked for.
    """

    y: NDArray[np.uint8]
    u: NDArray[np.uint8]
    v: NDArray[np.uint8]


class Region(NamedTuple):
    """A rectangle of whole pixels, origin at the top left."""

    left: int
    top: int
    width: int
    height: int


class Redraw(NamedTuple):
    """At `frame` the picture changes, and differs from the one before only inside `regions`."""

    frame: int
    regions: tuple[Region, ...]


@dataclass(frozen=True)
class Change:
    """From `frame` on (until the next change or the film's end) the picture is `planes`."""

    frame: int
    planes: Planes


class Material(StrEnum):
    """What fills most of a film's pictures: it decides how finely they are coded."""

    DRAWN = "drawn"
    """Flat colours, gradients and lettering: every flaw shows, and nearly nothing changes."""
    PHOTO = "photo"
    """A photograph that stands still."""
    CLIP = "clip"
    """A video: all of the picture changes many times a second."""


class Film(Protocol):
    """The pictures of one scene in one format, painted only where they change."""

    @property
    def frames(self) -> int:
        """Length of the scene in frames, at least 1."""
        ...

    @property
    def rest(self) -> int:
        """The last frame that shows its card whole and at rest; after it, it may leave."""
        ...

    @property
    def material(self) -> Material:
        """What fills most of its pictures."""
        ...

    @property
    def fingerprint(self) -> str:
        """Hash of all that decides the pictures: text, timing, theme, fonts, size; no absolute time."""
        ...

    def redraws(self) -> Sequence[Redraw]:
        """When and where `changes` will change the picture, one for each change; nothing is painted for it."""
        ...

    def changes(self) -> Iterator[Change]:
        """The changes in order; the first has frame 0, frames increase strictly and stay below `frames`."""
        ...

    def still(self, frame: int) -> NDArray[np.uint8]:
        """The picture at one frame as RGB, shape (height, width, 3); for posters and previews."""
        ...
