"""Checks of the pictures: that they are not black, and that they change where they should.

Decoding every frame would cost half as much as rendering. So key frames throughout the file are decoded, and after them
the pictures up to a caption that follows soon. Of all other frames only the packet size is checked, which shows whether
they can be more than a repeat of the picture before.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.quality.checks import Check, Subject, check
from bulkvid_pipeline.rendering.quality.expected import Expected

_KEY_FRAMES_LOOKED_AT = 24
_BLACK_LUMA = 24
"""Limited-range luma is 16 for black; a picture with almost nothing brighter than this looks black."""
_BLACK_SHARE = 0.9995
_BLACK_LIMIT_S = 1.0
_RUN_FRAMES, _LONG_RUN_FRAMES = 30, 60
"""Largest number of frames in a run of decoded pictures, and in the first run of a file."""
_RUN_SHARE = 1 / 30
"""Largest share of the file's frames that runs decode."""
_SEEN_LUMA = 16
"""Pictures with a larger difference than this in any luma sample look different."""
_NEAR_FRAMES = 5
"""Tolerance, in frames, of the position of a change: encoders with lookahead may code it with a neighbouring frame."""
_REPEAT_FACTOR, _REPEAT_BYTES = 1.5, 16
"""A repeat has at most this factor times the 25th percentile of packet sizes, plus this many bytes; ..."""
_SHARE_OF_KEY, _LEAST_CHANGE_BYTES = 0.01, 64
"""... or at most this share of the smallest key frame, plus this many bytes, if that is less."""


class PictureWatch:
    """Reads the packets of a video stream, and decodes some of them."""

    def __init__(self, video: VideoStream, expected: Expected) -> None:
        self.ticks = array("q")
        """Time stamps of all frames in the stream's time base, in file order."""
        self.keys: list[int] = []
        """Time stamps of key frames."""
        self._sizes = array("q")
        video.codec_context.thread_count = 1
        self._video = video
        self._expected = expected
        self._tick = video.time_base or Fraction(1, 1000)
        self._wanted = _changes(expected)
        self._damage = ""
        self._black: list[int] = []
        self._still = ""
        self._looked_at = 0
        self._next_look = 0
        self._run: _Run | None = None
        self._had_run = False
        self._probes = {probe.frame: probe for probe in expected.probes}
        self._unread = set(self._probes)
        self._unlike: list[str] = []
        """What probes did not find."""
        self._allowance = max(_LONG_RUN_FRAMES, round(_RUN_SHARE * expected.frames))
        """Number of frames that runs may still decode."""

    def see(self, packet: Packet[Any]) -> None:
        """Process the next packet of the video stream."""
        if packet.pts is None:
            self._damage = self._damage or f"frame {len(self.ticks)} has no time stamp"
        tick = packet.pts or 0
        frame = round(tick * self._tick * self._expected.fps) if packet.is_keyframe or self._run else 0
        self.ticks.append(tick)
        self._sizes.append(packet.size)
        if packet.is_keyframe:
            self._end_run()
            self.keys.append(tick)
            if frame >= self._next_look or self._probed_from(frame):
                self._next_look = frame + max(1, self._expected.frames // _KEY_FRAMES_LOOKED_AT)
                end = max([self._run_end(frame), *self._probed_from(frame)])
                self._run = _Run(self._video, tick, frame, end, self._probe)
        if self._run is not None:
            self._run.feed(packet)
            # Encoders with B frames store pictures in another order; none before this time is still to come.
            decoded = packet.dts if packet.dts is not None else tick
            if round(decoded * self._tick * self._expected.fps) >= self._run.end:
                self._end_run()

    def _probed_from(self, frame: int) -> list[int]:
        """Frames with probes that are decoded from a key frame on."""
        return [at for at in self._unread if frame <= at <= frame + _RUN_FRAMES]

    def _probe(self, picture: VideoFrame) -> None:
        """Look for a text in a decoded picture, if it should be read there."""
        frame = round((picture.pts or 0) * self._tick * self._expected.fps)
        if frame in self._unread:
            self._unread.remove(frame)
            said = self._probes[frame].fault(_whole_luma(picture))
            if said:
                self._unlike.append(f"at {frame / self._expected.fps:.1f} s {said}")

    def _run_end(self, frame: int) -> int:
        """The last frame of a run that starts at a key frame: the start of the next caption, or the key frame itself.

        The first run of a file continues through further captions.
        """
        reach = frame + min(_RUN_FRAMES if self._had_run else _LONG_RUN_FRAMES, self._allowance)
        within = [wanted for wanted in self._wanted if frame < wanted <= reach]
        if not within or within[0] > frame + _RUN_FRAMES:
            return frame
        last = within[0] if self._had_run else within[-1]
        self._had_run = True
        self._allowance -= last - frame
        return last

    def _end_run(self) -> None:
        run, self._run = self._run, None
        if run is None:
            return
        run.close()
        self._looked_at += 1
        at = f"{float(run.tick * self._tick):.1f} s"
        if run.error or run.decoded != run.fed:
            what = f"the key frame at {at}" if run.fed == 1 else f"a picture after the key frame at {at}"
            self._damage = self._damage or f"{what} cannot be decoded{run.error and f': {run.error}'}"
        else:
            self._black += run.black
        if run.end > run.start and run.decoded == run.fed and not run.changes:
            self._still = self._still or f"the picture at {at} stands still, where a caption should come up"

    def checks(self, path: Path) -> Iterator[Check]:
        """The checks of all packets read. `path` is the file, to decode stretches again that may be black."""
        self._end_run()
        none = "" if self._looked_at else "there is no key frame"
        yield check("pictures_decode", Subject.PICTURE, self._looked_at, "all tested pictures", self._damage or none)
        still, missed = self._stands_still()
        stretches = [float(tick * self._tick) for tick in self._black]
        stretches += [still[0]] if still else []
        black = next((start for start in stretches if _stays_black(path, start)), None)
        said = (
            f"the picture is black from {black:.1f} s on for more than {_BLACK_LIMIT_S:g} s"
            if black is not None
            else ""
        )
        yield check(
            "black_s", Subject.PICTURE, 0 if black is None else _BLACK_LIMIT_S, f"at most {_BLACK_LIMIT_S:g}", said
        )
        said = self._still
        if still:
            said = f"the picture stands still from {still[0]:.1f} to {still[1]:.1f} s, where captions should come up"
        yield check("missed_changes", Subject.PICTURE, missed, f"0 of {len(self._wanted)}", said)
        if self._probes:
            unread = [f"the text at {at / self._expected.fps:.1f} s could not be read back" for at in self._unread]
            lost = [*self._unlike, *unread]
            found = f"{len(self._probes) - len(lost)} of {len(self._probes)}"
            yield check("words_in_file", Subject.PICTURE, found, "all texts that were looked for", "; ".join(lost))

    def _stands_still(self) -> tuple[tuple[float, float] | None, int]:
        """The longest interval without a change in which a caption begins, as (start, end) in seconds, and the number
        of captions that begin in any such interval."""
        if not self.keys:
            return None, 0
        order = np.argsort(np.frombuffer(self.ticks, np.int64), kind="stable")
        ticks, sizes = (np.frombuffer(values, np.int64)[order] for values in (self.ticks, self._sizes))
        keys = np.isin(ticks, self.keys)
        limit = min(
            _REPEAT_FACTOR * float(np.percentile(sizes, 25)) + _REPEAT_BYTES,
            _SHARE_OF_KEY * float(sizes[keys].min()) + _LEAST_CHANGE_BYTES,
        )
        changes = np.flatnonzero(keys | (sizes > limit))
        missed = []
        for wanted in self._wanted:
            before, after = np.searchsorted(changes, (wanted - _NEAR_FRAMES, wanted + _NEAR_FRAMES + 1))
            if before == after:
                start = changes[before - 1] if before else 0
                end = changes[after] if after < len(changes) else len(ticks)
                missed.append((int(end - start), int(start), int(end)))
        if not missed:
            return None, 0
        _, start, end = max(missed)
        return (start / self._expected.fps, end / self._expected.fps), len(missed)


class _Run:
    """Pictures decoded from a key frame on; the first and the last are inspected."""

    def __init__(self, video: VideoStream, tick: int, start: int, end: int, look: Callable[[VideoFrame], None]) -> None:
        self.tick = tick
        """Time stamp of the key frame."""
        self.start, self.end = start, end
        """First and last frame."""
        self.fed = self.decoded = 0
        self.error = ""
        self.black: list[int] = []
        """Time stamps of the first and last picture, if they are black."""
        self.changes = False
        self._context = video.codec_context
        self._look = look
        self._first: NDArray[np.uint8] | None = None
        self._last: VideoFrame | None = None

    def feed(self, packet: Packet[Any] | None) -> None:
        """Decode the next packet; None marks the end."""
        if self.error:
            return
        self.fed += packet is not None
        try:
            pictures = self._context.decode(packet)
        except av.FFmpegError as error:
            self.error = str(error)
            return
        for picture in pictures:
            self.decoded += 1
            self._look(picture)
            self._last = picture
            if self._first is None:
                self._first = self._looked_at(picture)

    def close(self) -> None:
        """Get the pictures that the decoder has buffered, and inspect the last one."""
        self.feed(None)
        self._context.flush_buffers()
        if self.fed > 1 and self._first is not None and self._last is not None:
            last = self._looked_at(self._last)
            difference = np.maximum(self._first, last) - np.minimum(self._first, last)
            self.changes = bool(difference.max() > _SEEN_LUMA)
        self._first = self._last = None

    def _looked_at(self, picture: VideoFrame) -> NDArray[np.uint8]:
        luma = _luma(picture)
        if _is_black(luma):
            self.black.append(picture.pts or 0)
        return luma


def _changes(expected: Expected) -> list[int]:
    """The frames at which the captions in the pictures change, ascending."""
    frames = []
    before = None
    for cue in expected.captions if expected.captions_shown else ():
        goes_on = before is not None and cue.text == before.text and cue.start <= before.end
        if cue.is_visible and not goes_on:
            frames.append(round(cue.start * expected.fps))
        before = cue
    return frames


def _luma(picture: VideoFrame) -> NDArray[np.uint8]:
    """The luma plane, subsampled to every other sample of every other row."""
    return _whole_luma(picture)[::2, ::2].copy()


def _whole_luma(picture: VideoFrame) -> NDArray[np.uint8]:
    """The luma plane, as a view."""
    plane = picture.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]


def _is_black(luma: NDArray[np.uint8]) -> bool:
    return float((luma <= _BLACK_LUMA).mean()) >= _BLACK_SHARE


def _stays_black(path: Path, start: float) -> bool:
    """Whether the picture stays black for longer than an entrance may take."""
    with av.open(str(path), "r") as file:
        video = file.streams.video[0]
        assert video.time_base is not None
        file.seek(int(start / video.time_base), stream=video)
        for picture in file.decode(video):
            time = float((picture.pts or 0) * video.time_base)
            if time >= start and not _is_black(_luma(picture)):
                return False
            if time > start + _BLACK_LIMIT_S:
                return True
    return True
