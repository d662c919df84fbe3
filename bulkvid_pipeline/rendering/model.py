"""The values passed between the stages of the engine: script -> scenes -> narration -> films -> encoded file.

Picture times are whole frames at `FPS`, relative to the start of the scene. Sound is float32 mono at `SAMPLE_RATE`, and
a scene's sound is padded to whole frames (`SAMPLES_PER_FRAME` each). So nothing drifts, and a scene's content does not
depend on its position in the video.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.core.options import AudioCodec, Captions, Container, Platform, VideoCodec
from bulkvid_pipeline.rendering.script.text import Pause

FPS = 30
SAMPLE_RATE = 48_000
SAMPLES_PER_FRAME = SAMPLE_RATE // FPS

Pcm = NDArray[np.float32]
"""Sound in -1..1: shape (samples,) for mono, (samples, 2) for stereo, at SAMPLE_RATE."""


BULLET = "•"


class SceneKind(StrEnum):
    """The layout of a scene."""

    TITLE = "title"
    BODY = "body"
    LIST = "list"
    QUOTE = "quote"


@dataclass(frozen=True)
class Scene:
    """A part of the script that is shown as one card.

    `text` has the script's own words, as they are spoken and captioned; it is empty for the title card.
    """

    kind: SceneKind
    text: str = ""
    heading: str = ""
    """The large text of the card."""
    subheading: str = ""
    """The smaller text under it: description of a title card, source of a quote."""
    items: tuple[str, ...] = ()
    """Entries of a LIST scene: those that have been spoken when the scene ends, or the last of them."""
    number: int | None = None
    """Section number to show, 1-based."""
    emphasis: tuple[str, ...] = ()
    """Phrases of the heading to highlight, in the order of their occurrence."""
    item_numbers: tuple[int, ...] = ()
    """The entries' numbers; without them they count from 1."""
    item_signs: tuple[str, ...] = ()
    """What stands before the entries where it is no number: an emoji, a letter, BULLET; "" where it is one."""
    spoken_from: int = 0
    """Index of the first entry spoken in this scene; earlier entries are shown from the start."""
    detail: str = ""
    """What is said here about the last entry, after its first sentence."""
    standing: int = 0
    """Number of entries that stand on the card from the scene before; 0: the card is a new one."""
    room: tuple[int, ...] = ()
    """Display widths of the entries to reserve space for, roughly: the same in all scenes of a list, so that its
    entries keep their size and place. Empty: only for the current ones."""
    detail_room: tuple[int, ...] = ()
    """Display widths of the entries' explanations, likewise; 0 for an entry without one."""
    section: str = ""
    """The heading over the section that begins with this scene, or with the list that it belongs to."""
    continues: bool = False
    """Whether the scene continues a sentence of the scene before."""
    pauses: tuple[Pause, ...] = ()
    """Silences that the script asks for, by offset in `text`."""
    leaves: bool = False
    """Whether its card moves out at the end, before another one: not at the end of the video or within a list."""


@dataclass(frozen=True)
class SpokenWord:
    """One word as written in the script, with the frames in which it is spoken: start <= frame < end."""

    text: str
    start: int
    end: int
    gap: str | None = None
    """The text between this word and the next; a newline after an entry of a list. None: the usual separator of their
    scripts."""


@dataclass(frozen=True)
class Cue:
    """One caption: words shown together, visible for start <= frame < end."""

    words: tuple[SpokenWord, ...]
    start: int
    end: int
    lines: tuple[str, ...] = ()
    """Its text as it stands in caption files, at most two lines; () is one line of all words. What is painted breaks
    its lines itself, as the size of its type allows."""


@dataclass(frozen=True)
class TimedScene:
    """A scene with its length in frames and its captions."""

    scene: Scene
    frames: int
    cues: tuple[Cue, ...] = ()
    entries: tuple[int, ...] = ()
    """The frame at which each entry that is spoken in a LIST scene begins: it appears and is lit until the next one
    begins. Without them all are shown from the start, and the last one is lit."""


def shown_scenes(scenes: Sequence[TimedScene], captions: Captions) -> tuple[TimedScene, ...]:
    """The scenes with the captions that stand in the picture: none if they are only in files."""
    return tuple(scenes) if captions is Captions.BURNED else tuple(replace(scene, cues=()) for scene in scenes)


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

    The arrays are views of the painter's canvas: they are valid until the next frame is requested.
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
    """The picture changes at `frame`, and differs from the one before only inside `regions`."""

    frame: int
    regions: tuple[Region, ...]


@dataclass(frozen=True)
class Change:
    """`planes` is the picture from `frame` on, until the next change or the film's end."""

    frame: int
    planes: Planes


class Material(StrEnum):
    """The main content of a film's pictures; it decides how precisely they are coded."""

    DRAWN = "drawn"
    """Flat colours, gradients and text: every coding error is visible, and little changes."""
    PHOTO = "photo"
    """A still photograph."""
    CLIP = "clip"
    """A video: the whole picture changes many times a second."""


class Film(Protocol):
    """The pictures of one scene in one format, painted only where they change."""

    @property
    def frames(self) -> int:
        """Length of the scene in frames, at least 1."""
        ...

    @property
    def rest(self) -> int:
        """The last frame in which the card is complete and at rest; after it, the card may move out."""
        ...

    @property
    def material(self) -> Material:
        """The main content of its pictures."""
        ...

    @property
    def fingerprint(self) -> str:
        """Hash of everything that decides the pictures: text, timing, theme, fonts, size; no absolute time."""
        ...

    def redraws(self) -> Sequence[Redraw]:
        """The frame and regions of each item of `changes`, without painting anything."""
        ...

    def changes(self) -> Iterator[Change]:
        """The changes in order; the first is at frame 0, frames are strictly increasing and below `frames`."""
        ...

    def still(self, frame: int) -> NDArray[np.uint8]:
        """The picture at one frame as RGB, shape (height, width, 3); for posters and previews."""
        ...
