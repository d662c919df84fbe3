"""The graph renderer: an ordinary ffmpeg filter graph, in which ffmpeg itself repeats the frames.

It is the reference for the event renderer, and the alternative for players that do not accept synthesised frames. Each
changed picture is sent through a pipe once, as raw video with time stamps; the sound is read from a file beside the
destination. Works with ffmpeg 5.1 to 9.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import IO

import av
import ffmpeg
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from bulkvid_pipeline.adapters.ffmpeg import FfmpegProgress, Limits, run
from bulkvid_pipeline.adapters.work_disk import disk_fault, full_disk, said_to_be_full
from bulkvid_pipeline.core.errors import EncoderError
from bulkvid_pipeline.core.options import AudioCodec, Container, VideoCodec
from bulkvid_pipeline.rendering.encode.codecs import frame_of
from bulkvid_pipeline.rendering.encode.picture_plan import KEY_GAP_MAX
from bulkvid_pipeline.rendering.encode.renderer import Programme, Progress, Renderer
from bulkvid_pipeline.rendering.encode.sound import Sound
from bulkvid_pipeline.rendering.model import FPS, SAMPLE_RATE

_COLOUR = {"range": "tv", "color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709"}
_VIDEO: dict[VideoCodec, dict[str, str | int]] = {
    VideoCodec.H264: {"c:v": "libx264", "preset": "superfast", "crf": 20, "forced-idr": 1},
    VideoCodec.H265: {
        "c:v": "libx265",
        "preset": "superfast",
        "crf": 20,
        "forced-idr": 1,
        "tag:v": "hvc1",
        "x265-params": "log-level=error",
    },
    VideoCodec.VP9: {"c:v": "libvpx-vp9", "deadline": "realtime", "cpu-used": 8, "crf": 24, "b:v": 0},
}
_AUDIO: dict[AudioCodec, dict[str, str | int]] = {
    AudioCodec.AAC: {"c:a": "aac", "aac_coder": "fast", "b:a": "160k"},
    AudioCodec.OPUS: {"c:a": "libopus", "b:a": "128k"},
}
_IEEE_FLOAT = 3


class GraphRenderer(Renderer):
    """Feeds one ffmpeg process.

    Args:
        binary: the ffmpeg to use; the one of imageio-ffmpeg if None.
        limits: resource limits of one ffmpeg run.
        threads: threads of the encoder.
    """

    def __init__(self, binary: Path | None = None, limits: Limits | None = None, *, threads: int = 1) -> None:
        self._binary = binary
        self._limits = limits
        self._threads = max(1, threads)

    def _write(self, programme: Programme, part: Path, progress: Progress, cancelled: Callable[[], bool]) -> None:
        sound = part.with_name(part.name + ".wav")

        def report(reported: FfmpegProgress) -> None:
            progress(min(reported.frame, programme.frames), programme.frames)

        try:
            _write_wav(sound, programme.sound)
            run(
                graph_arguments(programme, sound, part, threads=self._threads),
                binary=self._binary,
                limits=self._limits,
                feed=lambda pipe: _feed(pipe, programme),
                progress=report,
                cancelled=cancelled,
            )
        except OSError as error:
            raise disk_fault(f"Writing {part.name}", error) from error
        except EncoderError as error:
            full = said_to_be_full(error.message)
            if full:
                raise full_disk(f"Writing {part.name}", full) from error
            raise
        finally:
            with suppress(FileNotFoundError):
                sound.unlink()


def graph_arguments(programme: Programme, sound: Path, part: Path, *, threads: int) -> list[str]:
    """ffmpeg's argument list: pictures from stdin as NUT (tags included), sound from a wav file."""
    fmt = programme.fmt
    pictures = ffmpeg.input("pipe:0", format="nut", protocol_whitelist="pipe")
    voice = ffmpeg.input(str(sound), format="wav", protocol_whitelist="file")
    shown = pictures.video.filter("fps", fps=FPS, start_time=0).filter("setparams", **_COLOUR)
    options: dict[str, str | int] = {
        **_VIDEO[fmt.video_codec],
        **_AUDIO[fmt.audio_codec],
        "pix_fmt": "yuv420p",
        "g": KEY_GAP_MAX,
        # Half a frame early, so that rounding cannot push a key frame behind the scene's first frame.
        "force_key_frames": ",".join(f"{max(0.0, start - 0.5) / FPS:.6f}" for start in _scene_starts(programme)),
        "threads": threads,
        "format": fmt.container.value,
    }
    if fmt.container is not Container.WEBM:
        options |= {"movflags": "+faststart", "video_track_timescale": FPS * 512, "movie_timescale": SAMPLE_RATE}
    arguments: list[str] = ffmpeg.get_args(ffmpeg.output(shown, voice.audio, str(part), **options).overwrite_output())
    return arguments


def _scene_starts(programme: Programme) -> list[int]:
    starts = [0]
    for film in programme.films[:-1]:
        starts.append(starts[-1] + film.frames)
    return starts


def _feed(pipe: IO[bytes], programme: Programme) -> None:
    try:
        _write_pictures(pipe, programme)
    except av.FFmpegError as error:
        # libav gives no details of a failed write; ffmpeg's exit code has the cause.
        raise BrokenPipeError("ffmpeg does not read its input") from error


def _write_pictures(pipe: IO[bytes], programme: Programme) -> None:
    """Write each changed picture once, and the last one again at the last frame, so that ffmpeg knows the length."""
    with av.open(pipe, "w", format="nut") as file:
        # NUT carries the tags with the pictures, so users' text is never part of an argument list.
        file.metadata.update(programme.metadata)
        stream = file.add_stream("rawvideo", rate=FPS)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = programme.fmt.width, programme.fmt.height, "yuv420p"
        held: VideoFrame | None = None
        last = -1
        for film, start in zip(programme.films, _scene_starts(programme), strict=True):
            for change in film.changes():
                held, last = frame_of(change.planes), start + change.frame
                _write_picture(file, stream, held, last)
        if held is not None and last < programme.frames - 1:
            _write_picture(file, stream, held, programme.frames - 1)
        file.mux(stream.encode(None))


def _write_picture(file: OutputContainer, stream: VideoStream, picture: VideoFrame, frame: int) -> None:
    picture.pts, picture.time_base = frame, Fraction(1, FPS)
    file.mux(stream.encode(picture))


def _write_wav(path: Path, sound: Sound) -> None:
    """Write the sound as a RIFF file of 32-bit floats."""
    samples, channels = sound.shape
    frame = channels * sound.dtype.itemsize
    head = struct.pack("<HHIIHH", _IEEE_FLOAT, channels, SAMPLE_RATE, SAMPLE_RATE * frame, frame, frame // channels * 8)
    with path.open("wb") as file:
        file.write(struct.pack("<4sI4s4sI", b"RIFF", 36 + samples * frame, b"WAVE", b"fmt ", len(head)) + head)
        file.write(struct.pack("<4sI", b"data", samples * frame))
        for start in range(0, samples, SAMPLE_RATE):
            file.write(np.ascontiguousarray(sound[start : start + SAMPLE_RATE], dtype="<f4").data)
