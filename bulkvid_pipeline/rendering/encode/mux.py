"""Encoded pictures and sound into the file that users get."""

from __future__ import annotations

import heapq
import io
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from bulkvid_pipeline.adapters.work_disk import disk_fault
from bulkvid_pipeline.core.errors import EncoderError
from bulkvid_pipeline.core.options import Container, VideoCodec
from bulkvid_pipeline.rendering.encode.repeats import StreamHead
from bulkvid_pipeline.rendering.encode.scene import AccessUnit
from bulkvid_pipeline.rendering.model import FPS, SAMPLE_RATE, VideoFormat

_TICKS_PER_FRAME = 512
_HVC1 = "hvc1"
"""The codec tag that Apple's players require for HEVC; it means parameter sets in the header only, as written here."""


def write_file(
    path: Path,
    fmt: VideoFormat,
    head: StreamHead,
    units: Iterable[AccessUnit],
    sound: bytes,
    metadata: Mapping[str, str],
) -> None:
    """Write a file of constant frame rate; mp4 and mov have their index at the start (faststart).

    Args:
        path: where to write; an existing file is replaced.
        fmt: container and codecs.
        head: parameter sets of the pictures.
        units: one access unit for each frame, the first a key frame.
        sound: a file returned by `encode_sound`.
        metadata: tags returned by `clean_tags`.

    Raises:
        EncoderError: the container cannot be written.
        StorageQuotaExceededError: the work disk is full.
    """
    units = iter(units)
    first = next(units)
    try:
        with ExitStack() as files:
            pictures = files.enter_context(_open_pictures(fmt, head, first))
            voice = files.enter_context(av.open(io.BytesIO(sound), "r"))
            target = files.enter_context(_open_target(path, fmt))
            target.metadata.update(metadata)
            _interleave(target, pictures, voice, chain([first], units), fmt)
    except OSError as error:
        raise disk_fault(f"Writing {path.name}", error) from error
    except av.FFmpegError as error:
        raise EncoderError(f"Writing {path.name} failed: {error}", fix="Report the row; see the log") from error


def _open_target(path: Path, fmt: VideoFormat) -> OutputContainer:
    if fmt.container is Container.WEBM:
        return av.open(str(path), "w", format="webm")
    options = {
        "movflags": "+faststart",
        "video_track_timescale": str(FPS * _TICKS_PER_FRAME),
        # The track's start and end are stored in this time scale: whole samples, so that sound is trimmed exactly.
        "movie_timescale": str(SAMPLE_RATE),
    }
    return av.open(str(path), "w", format=fmt.container.value, options=options)


def _open_pictures(fmt: VideoFormat, head: StreamHead, first: AccessUnit) -> InputContainer:
    """The first picture as an input file, from which the stream's parameters are copied."""
    if fmt.video_codec is VideoCodec.VP9:
        ivf = struct.pack("<4sHH4sHHIIII", b"DKIF", 0, 32, b"VP90", fmt.width, fmt.height, FPS, 1, 1, 0)
        return av.open(io.BytesIO(ivf + struct.pack("<IQ", len(first.data), 0) + first.data), "r", format="ivf")
    demuxer = "h264" if fmt.video_codec is VideoCodec.H264 else "hevc"
    head_and_first = io.BytesIO(head.parameter_sets + first.data)
    return av.open(head_and_first, "r", format=demuxer, options={"framerate": str(FPS)})


def _interleave(
    target: OutputContainer,
    pictures: InputContainer,
    voice: InputContainer,
    units: Iterable[AccessUnit],
    fmt: VideoFormat,
) -> None:
    video = target.add_stream_from_template(pictures.streams.video[0])
    audio = target.add_stream_from_template(voice.streams.audio[0])
    video.time_base = Fraction(1, FPS * _TICKS_PER_FRAME)
    video.codec_context.framerate = Fraction(FPS)
    if fmt.video_codec is VideoCodec.H265:
        video.codec_context.codec_tag = _HVC1
    shown = (_picture_packet(unit, number, video) for number, unit in enumerate(units))
    for packet in heapq.merge(shown, _sound_packets(voice, audio), key=_decoding_time):
        target.mux_one(packet)


def _picture_packet(unit: AccessUnit, number: int, stream: VideoStream) -> Packet[Any]:
    packet: Packet[Any] = Packet(unit.data)
    packet.stream, packet.time_base = stream, Fraction(1, FPS)
    packet.pts = packet.dts = number
    packet.duration = 1
    packet.is_keyframe = unit.key
    return packet


def _sound_packets(voice: InputContainer, stream: AudioStream) -> Iterator[Packet[Any]]:
    for packet in voice.demux(voice.streams.audio[0]):
        if packet.dts is not None:
            packet.stream = stream
            yield packet


def _decoding_time(packet: Packet[Any]) -> Fraction:
    return (packet.dts or 0) * packet.time_base
