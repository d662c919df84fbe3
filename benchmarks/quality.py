"""Similarity of a video to its source (SSIM, PSNR, VMAF), measured by ffmpeg's filters."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import av
import imageio_ffmpeg


@dataclass(frozen=True)
class Quality:
    """Means over all measured frames; `bytes` is the size of the video stream alone."""

    ssim: float
    psnr: float
    vmaf: float
    bytes: int


def quality_of(video: Path, source: Path, *, every: int) -> Quality:
    """Compare with the lossless source; VMAF only on every `every`-th frame, since it takes longest."""
    log = video.with_suffix(".vmaf.json")
    prepared = "setpts=N/30/TB,format=yuv420p"
    graph = (
        f"[0:v]{prepared},split=3[a][b][c];[1:v]{prepared},split=3[x][y][z];[a][x]ssim[p];[b][y]psnr[q];"
        f"[c][z]libvmaf=log_fmt=json:log_path={log.name}:n_subsample={every}:n_threads=1[r]"
    )
    outputs = [part for label in "pqr" for part in ("-map", f"[{label}]", "-f", "null", "-")]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-threads", "1", "-i", str(video.absolute())]
    command += ["-threads", "1", "-i", str(source.absolute()), "-filter_complex", graph, *outputs]
    done = subprocess.run(command, cwd=log.parent, capture_output=True, text=True, check=True)
    ssim = re.search(r"SSIM.*All:([\d.]+)", done.stderr)
    psnr = re.search(r"PSNR.*average:([\d.]+|inf)", done.stderr)
    assert ssim
    assert psnr
    vmaf = json.loads(log.read_text())["pooled_metrics"]["vmaf"]["mean"]
    return Quality(float(ssim[1]), float(psnr[1]), float(vmaf), _picture_bytes(video))


def _picture_bytes(video: Path) -> int:
    with av.open(str(video)) as file:
        return sum(packet.size for packet in file.demux(video=0))
