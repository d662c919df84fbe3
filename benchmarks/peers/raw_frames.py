"""x264 encoding every raw frame, ready in memory: the cost of encoding when painting is free.

    python raw_frames.py WORK_FOLDER OUTPUT superfast|lossless

Prints the CPU seconds of encoding alone; pictures are loaded before the measurement starts.
"""

from __future__ import annotations

import json
import sys
import time
from bisect import bisect_right
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

OPTIONS = {
    "superfast": {"preset": "superfast", "crf": "20"},
    "lossless": {"preset": "ultrafast", "qp": "0"},
}


def pictures(folder: Path, width: int, height: int) -> list[VideoFrame]:
    """All distinct pictures of the film."""
    raw = np.memmap(folder / "frames.yuv", np.uint8, "r").reshape(-1, height * 3 // 2, width)
    return [VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="yuv420p") for picture in raw]


def encode(folder: Path, output: Path, kind: str) -> float:
    """Write the file; returns the CPU seconds that it took."""
    work = json.loads((folder / "work.json").read_text())
    ready = pictures(folder, work["width"], work["height"])
    began = time.process_time()
    with av.open(str(output), "w") as file:
        stream = file.add_stream("libx264", rate=work["fps"], options=OPTIONS[kind])
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = work["width"], work["height"], "yuv420p"
        context = stream.codec_context
        context.thread_count = 1
        context.color_range = context.color_primaries = context.color_trc = context.colorspace = 1
        for number in range(work["frames"]):
            frame = ready[bisect_right(work["changes"], number) - 1]
            frame.pts, frame.time_base, frame.pict_type = number, Fraction(1, work["fps"]), PictureType.NONE
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return time.process_time() - began


if __name__ == "__main__":
    print(encode(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
