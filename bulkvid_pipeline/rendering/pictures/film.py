"""Films: the pictures of one scene in one format, painted only where they change."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import skia
from numpy.typing import NDArray

from bulkvid_pipeline.core.colors import Rgb
from bulkvid_pipeline.rendering.model import Change, Cue, Material, Redraw, SceneKind, TimedScene, VideoFormat
from bulkvid_pipeline.rendering.pictures import scripts
from bulkvid_pipeline.rendering.pictures.backdrops import Ground, ground_for
from bulkvid_pipeline.rendering.pictures.backgrounds import background_for
from bulkvid_pipeline.rendering.pictures.canvas import Canvas, band_around, region_of
from bulkvid_pipeline.rendering.pictures.captions import Caption, captions_for, two_lines_height
from bulkvid_pipeline.rendering.pictures.card import parts_of, zones_of
from bulkvid_pipeline.rendering.pictures.composer import Part
from bulkvid_pipeline.rendering.pictures.fingerprints import film_fingerprint
from bulkvid_pipeline.rendering.pictures.geometry import Box, merged
from bulkvid_pipeline.rendering.pictures.insets import inset_part, with_inset
from bulkvid_pipeline.rendering.pictures.logo_plates import plate_behind
from bulkvid_pipeline.rendering.pictures.media import CLIP_STEP, NO_MEDIA, Clip, SceneMedia, fingerprint_with
from bulkvid_pipeline.rendering.pictures.motion import Pose, entrance_length, rest_of
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.theme import Theme


@dataclass(frozen=True)
class _State:
    """Everything that can differ between two frames of a film."""

    poses: tuple[Pose, ...]
    cue: int
    """Index of the caption shown; -1: no caption."""
    word: int
    """Index of the word marked in it; -1: no word."""
    ground: int = 0
    """Index of the moving background's picture; 0 for a still background."""


@dataclass(frozen=True)
class _Step:
    """A frame at which something changes, and the areas that change."""

    frame: int
    state: _State
    bands: tuple[Box, ...]


class SceneFilm:
    """The `Film` of a scene; it is composed when the first picture is needed, so the fingerprint is cheap."""

    def __init__(
        self, timed: TimedScene, stage: Stage, theme: Theme, script: str, media: SceneMedia = NO_MEDIA
    ) -> None:
        if timed.frames < 1:
            raise ValueError(f"A scene has at least one frame, not {timed.frames}")
        self._timed = timed
        self._stage = stage
        self._plain_theme = theme
        self._media = media
        texts = _texts(timed)
        self._variant = scripts.settled_variant(texts, scripts.han_variant(texts + script))

    @property
    def frames(self) -> int:
        return self._timed.frames

    @property
    def safe_area(self) -> Box:
        """The box that all texts should be inside, in pixels."""
        return self._stage.safe

    @property
    def rest(self) -> int:
        return rest_of(self.frames, leaves=self._timed.scene.leaves)

    @property
    def material(self) -> Material:
        if self._media.backdrop is None:
            return Material.DRAWN
        return Material.CLIP if self._moves else Material.PHOTO

    @cached_property
    def fingerprint(self) -> str:
        plain = film_fingerprint(self._timed, self._stage, self._plain_theme, self._variant)
        return fingerprint_with(plain, self._media)

    def redraws(self) -> Sequence[Redraw]:
        return [Redraw(step.frame, tuple(region_of(band) for band in step.bands)) for step in self._steps]

    def changes(self) -> Iterator[Change]:
        canvas = self._canvas()
        grounds = self._ground.pictures(self._media.start) if self._ground else iter(())
        shown = -1
        for step in self._steps:
            if self._moves and step.state.ground != shown:
                canvas.lay(next(grounds))
                shown = step.state.ground
            for band in step.bands:
                self._paint(canvas, band, step.state)
                canvas.publish(band)
            yield Change(step.frame, canvas.planes)

    def still(self, frame: int) -> NDArray[np.uint8]:
        if not 0 <= frame < self.frames:
            raise ValueError(f"The film has frames 0 to {self.frames - 1}, not {frame}")
        canvas = self._canvas(frame)
        self._paint(canvas, self._stage.frame, self._state(frame))
        return np.ascontiguousarray(canvas.pixels[..., :3])

    def text_boxes(self, frame: int) -> list[Box]:
        """Boxes of the texts at a frame, in pixels: the card's texts and figures, then the caption's text if shown."""
        state = self._state(frame)
        boxes = [box for part, pose in zip(self._parts, state.poses, strict=True) for box in part.text_boxes(pose)]
        caption = self._caption(state)
        return [*boxes, caption.text] if caption else boxes

    def spoken_box(self, frame: int) -> Box | None:
        """The box of the marked word in the caption at a frame; None if no word is marked."""
        state = self._state(frame)
        caption = self._caption(state)
        if caption is None or state.word < 0 or not caption.marks[state.word]:
            return None
        return caption.lit(state.word)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The card's parts from back to front, with the texts that were painted on them."""
        return self._parts

    @property
    def captions(self) -> Sequence[Caption | None]:
        """The painted caption of each cue; None for one with nothing to show. Empty if none are painted."""
        return self._captions

    @cached_property
    def _parts(self) -> tuple[Part, ...]:
        scene, theme, stage = self._timed.scene, self._theme, self._stage
        heights = [caption.box.height for caption in self._captions if caption]
        if heights and scene.kind is SceneKind.LIST:  # a list keeps its place, however long its captions are
            heights.append(two_lines_height(theme, stage))
        zones = zones_of(scene, theme, stage, max(heights, default=0.0))
        zones, inset = with_inset(scene, theme, stage, zones, self._media.image)
        plate = self._plate(zones.logo)
        parts = parts_of(scene, theme, stage, zones, self._variant, plate, self._timed.entries)
        return (inset_part(scene, theme, stage, zones, inset, self._variant), *parts) if inset else parts

    def _plate(self, logo: Box) -> Rgb | None:
        """The colour of the plate that the logo needs on the pixels that are behind it."""
        if self._theme.logo is None or logo.is_empty:
            return None
        if self._ground and self._moves:
            return plate_behind(self._theme.logo, self._ground.extremes_in(logo))
        top, left = int(logo.top), int(logo.left)
        pixels = self._canvas().pixels[top : top + int(logo.height), left : left + int(logo.width)]
        return plate_behind(self._theme.logo, pixels)

    @cached_property
    def _captions(self) -> list[Caption | None]:
        if not self._timed.cues:
            return []
        zones = zones_of(self._timed.scene, self._theme, self._stage, self._stage.caption_height)
        return captions_for(self._timed.cues, self._theme, self._stage, zones.captions, self._variant)

    @cached_property
    def _ground(self) -> Ground | None:
        """The row's own picture or video behind the card; None if the row has none."""
        backdrop = self._media.backdrop
        return ground_for(self._plain_theme, self._stage, self._is_title, backdrop) if backdrop else None

    @property
    def _theme(self) -> Theme:
        return self._ground.theme if self._ground else self._plain_theme

    @property
    def _moves(self) -> bool:
        return isinstance(self._media.backdrop, Clip)

    @property
    def _is_title(self) -> bool:
        return self._timed.scene.kind is SceneKind.TITLE

    def _canvas(self, frame: int = 0) -> Canvas:
        if self._ground:
            ground = self._ground.background(self._media.start + frame)
        else:
            ground = background_for(self._theme, self._stage, self._is_title)
        return Canvas(ground.pixels, ground.planes)

    @cached_property
    def _steps(self) -> tuple[_Step, ...]:
        steps: list[_Step] = []
        for frame in self._event_frames():
            state = self._state(frame)
            dirty = self._dirty(steps[-1].state if steps else None, state)
            if dirty or frame == 0:
                bands = merged(band_around(box, self._stage.width, self._stage.height) for box in dirty)
                steps.append(_Step(frame, state, tuple(bands)))
        return tuple(steps)

    def _event_frames(self) -> list[int]:
        """Frames at which something may change, in order; the first is 0."""
        frames = {*range(min(entrance_length(self.frames), self.frames)), *range(self.rest + 1, self.frames)}
        for part in self._parts:
            if part.since or part.until is not None:
                frames.update(part.events(self.frames))
        for cue in self._timed.cues:
            frames.update((cue.start, cue.end), (word.start for word in cue.words))
        frames.add(0)
        if self._moves:
            frames.update(range(-self._media.start % CLIP_STEP, self.frames, CLIP_STEP))
        return sorted(frame for frame in frames if 0 <= frame < self.frames)

    def _state(self, frame: int) -> _State:
        poses = tuple(part.pose(frame, self.frames) for part in self._parts)
        cue = self._cue_at(frame)
        ground = (self._media.start + frame) // CLIP_STEP if self._moves else 0
        return _State(poses, cue, -1 if cue < 0 else _spoken(self._timed.cues[cue], frame), ground)

    def _cue_at(self, frame: int) -> int:
        """The index of the cue shown; where cues overlap, of the latest one."""
        showing = [index for index, cue in enumerate(self._timed.cues) if cue.start <= frame < cue.end]
        return showing[-1] if showing else -1

    def _caption(self, state: _State) -> Caption | None:
        return self._captions[state.cue] if state.cue >= 0 else None

    def _dirty(self, old: _State | None, new: _State) -> list[Box]:
        """The boxes in which two states differ."""
        if old is not None and old.ground != new.ground:
            return [self._stage.frame]
        dirty: list[Box] = []
        for index, pose in enumerate(new.poses):
            before = old.poses[index] if old else None
            if pose != before:
                dirty += _touched(pose) + (_touched(before) if before else [])
        if old is None or old.cue != new.cue:
            dirty += [caption.box for caption in (self._caption(new), old and self._caption(old)) if caption]
        elif old.word != new.word and (caption := self._caption(new)):
            dirty += [caption.lit(word) for word in (old.word, new.word) if word >= 0]
        return [box for box in dirty if not box.is_empty]

    def _paint(self, canvas: Canvas, band: Box, state: _State) -> None:
        """Paint everything that overlaps a band of whole pixels."""
        canvas.clear(band)
        target = canvas.skia
        target.save()
        target.clipRect(skia.Rect.MakeXYWH(band.left, band.top, band.width, band.height))
        for part, pose in zip(self._parts, state.poses, strict=True):
            if not pose.is_hidden and pose.clip.overlaps(band):
                part.paint(target, pose)
        caption = self._caption(state)
        if caption and caption.box.overlaps(band):
            caption.paint(target, state.word)
        target.restore()


def scene_film(
    timed: TimedScene, fmt: VideoFormat, theme: Theme, *, script: str = "", media: SceneMedia = NO_MEDIA
) -> SceneFilm:
    """The film of a scene in one format.

    Args:
        script: the video's text, or a part that shows its language: Han characters are drawn in the regional shapes of
            that language, which cannot be inferred from a short title.
        media: the row's own picture and background, in the format's size.
    """
    return SceneFilm(timed, Stage.of(fmt), theme, script, media)


def _texts(timed: TimedScene) -> str:
    scene = timed.scene
    words = (word.text for cue in timed.cues for word in cue.words)
    return " ".join((scene.heading, scene.subheading, scene.text, *scene.items, scene.detail, scene.section, *words))


def _spoken(cue: Cue, frame: int) -> int:
    """The index of the last word that began at or before the frame: it stays marked until the next one begins."""
    return bisect_right([word.start for word in cue.words], frame) - 1


def _touched(pose: Pose) -> list[Box]:
    return [] if pose.is_hidden else [pose.clip]
