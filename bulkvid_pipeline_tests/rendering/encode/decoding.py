"""Decoders for tests: streams and files into pictures."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.bitstream import BitStreamFilterContext
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from bulkvid_pipeline.adapters.ffmpeg import run
from bulkvid_pipeline.rendering.encode.scene import EncodedScene
from bulkvid_pipeline_tests.rendering.encode.libde265 import decode_hevc

Picture = NDArray[np.uint8]
"""Luma over chroma, as `VideoFrame.to_ndarray` gives 4:2:0: shape (height * 3 / 2, width)."""


def decode_stream(decoder: str, packets: Iterable[bytes]) -> list[Picture]:
    """Every picture that a decoder makes of the packets: one of PyAV's, `libopenh264` or `libde265`."""
    if decoder == "libde265":
        return decode_hevc(packets)
    if decoder == "libopenh264":
        return _decode_with_openh264(b"".join(packets))
    context = cast(VideoCodecContext, av.CodecContext.create(decoder, "r"))
    context.thread_count = 1
    frames: list[VideoFrame] = []
    for number, data in enumerate(packets):
        packet: Packet[Any] = Packet(data)
        packet.pts = packet.dts = number
        frames += context.decode(packet)
    frames += context.decode(None)
    return [_picture(frame) for frame in frames]


def _decode_with_openh264(stream: bytes) -> list[Picture]:
    """Cisco's decoder shares no code with libavcodec's own."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "in.h264")
        source.write_bytes(stream)
        return decode_file_with("libopenh264", source)


def decode_file_with(decoder: str, source: Path) -> list[Picture]:
    """All pictures of a file by a decoder of the ffmpeg program, or by `libde265`."""
    if decoder == "libde265":
        return decode_hevc(_annex_b(source))
    with tempfile.TemporaryDirectory() as folder, av.open(str(source), "r") as file:
        target = Path(folder, "out.yuv")
        # Nothing may be repeated or dropped on the way out: every frame as it comes.
        writing = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", str(target)]
        run(["-c:v", decoder, "-i", str(source), "-map", "0:v", *writing])
        width, height = file.streams.video[0].width, file.streams.video[0].height
        return list(np.fromfile(target, np.uint8).reshape(-1, height * 3 // 2, width))


def _annex_b(source: Path) -> list[bytes]:
    """The file's HEVC access units as a stream without a container has them."""
    with av.open(str(source), "r") as file:
        stream = file.streams.video[0]
        units = BitStreamFilterContext("hevc_mp4toannexb", stream)
        return [bytes(unit) for packet in file.demux(stream) if packet.size for unit in units.filter(packet)]


def _picture(frame: VideoFrame) -> Picture:
    return frame.to_ndarray().astype(np.uint8)


def stream_of(scene: EncodedScene) -> list[bytes]:
    """A scene's access units as a decoder without a container needs them: parameter sets in front."""
    units = [unit.data for unit in scene.access_units()]
    return [scene.head.parameter_sets + units[0], *units[1:]]


def decode_file(path: Path) -> tuple[list[Picture], list[float]]:
    """All pictures of a file, and when each is shown in seconds."""
    pictures, times = [], []
    with av.open(str(path), "r") as file:
        for frame in file.decode(file.streams.video[0]):
            pictures.append(_picture(frame))
            times.append(float(frame.time or 0.0))
    return pictures, times


def ssim(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Structural similarity of two planes: the mean over blocks of 8 x 8 pixels (Wang et al., 2004)."""
    rows, columns = one.shape[0] // 8, one.shape[1] // 8
    first, second = (
        plane[: rows * 8, : columns * 8].astype(np.float64).reshape(rows, 8, columns, 8).swapaxes(1, 2)
        for plane in (one, other)
    )
    means = [blocks.mean(axis=(2, 3)) for blocks in (first, second)]
    variances = [blocks.var(axis=(2, 3)) for blocks in (first, second)]
    covariance = (first * second).mean(axis=(2, 3)) - means[0] * means[1]
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    luminance = (2 * means[0] * means[1] + c1) / (means[0] ** 2 + means[1] ** 2 + c1)
    return float((luminance * (2 * covariance + c2) / (variances[0] + variances[1] + c2)).mean())


def psnr(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Peak signal to noise ratio in dB."""
    error = float(((one.astype(np.float64) - other) ** 2).mean())
    return 99.0 if error == 0 else 10 * float(np.log10(255**2 / error))
