"""Pictures and videos made for tests, good ones and hostile ones."""

from __future__ import annotations

import struct
import subprocess
import zlib
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import skia
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_ENCODINGS = {"png": skia.kPNG, "jpeg": skia.kJPEG, "webp": skia.kWEBP}


def encoded(pixels: Pixels, kind: str = "png", quality: int = 95) -> bytes:
    """RGB or RGBA pixels (height, width, 3 or 4) as a file."""
    rgba = np.full((*pixels.shape[:2], 4), 255, np.uint8)
    rgba[..., : pixels.shape[2]] = pixels
    image = skia.Image.fromarray(rgba, colorType=skia.kRGBA_8888_ColorType)
    return bytes(image.encodeToData(_ENCODINGS[kind], quality))


def quarters(width: int, height: int) -> Pixels:
    """Red, green / blue, white: tells every turn and mirroring from every other."""
    pixels = np.zeros((height, width, 3), np.uint8)
    top, left = height // 2, width // 2
    pixels[:top, :left] = (255, 0, 0)
    pixels[:top, left:] = (0, 255, 0)
    pixels[top:, :left] = (0, 0, 255)
    pixels[top:, left:] = (255, 255, 255)
    return pixels


def flat(width: int, height: int, color: tuple[int, ...] = (200, 120, 40)) -> Pixels:
    return np.full((height, width, len(color)), color, np.uint8)


def disc(side: int, color: tuple[int, int, int] = (220, 30, 30)) -> Pixels:
    """A disc on nothing: RGBA."""
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    pixels = np.zeros((side, side, 4), np.uint8)
    pixels[np.hypot(x, y) < side * 0.45] = (*color, 255)
    return pixels


def scenery(width: int, height: int, seed: int = 3) -> Pixels:
    """Something like a photo: a bright sky, dark hills, fine grain; from near white to near black."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    y, x = y / height, x / width
    sky = np.stack([255 - 120 * y, 250 - 80 * y, 255 - 30 * y], axis=-1)
    hills = 0.55 + 0.12 * np.sin(x * 7 + 1) + 0.05 * np.sin(x * 23)
    ground = np.stack([20 + 60 * y, 50 + 70 * y, 18 + 20 * y], axis=-1)
    pixels = np.where((y > hills)[..., None], ground, sky)
    sun = np.hypot(x - 0.72, (y - 0.2) * height / width) < 0.06
    pixels[sun] = 255
    return np.clip(pixels + random.normal(0, 6, pixels.shape), 0, 255).astype(np.uint8)


def with_orientation(jpeg: bytes, orientation: int) -> bytes:
    """The JPEG with an EXIF segment that says how it is to be turned."""
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHH", 1, 0x0112, 3, 1, orientation, 0) + b"\0\0\0\0"
    segment = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]


def png_claiming(width: int, height: int, rows: int = 0) -> bytes:
    """A PNG whose header claims a size, with `rows` rows of black behind it: a decompression bomb in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    packer = zlib.compressobj(9)
    line = bytes(1 + 4 * width)
    body = b"".join(packer.compress(line) for _ in range(rows)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def clip(path: Path, source: str = "testsrc2=size=320x180:rate=25", seconds: float = 1.0, *options: str) -> bytes:
    """A video made by ffmpeg from one of its test sources; the path's suffix decides the container."""
    codec = (
        ["-c:v", "libvpx-vp9", "-cpu-used", "8"]
        if path.suffix == ".webm"
        else ["-c:v", "libx264", "-preset", "ultrafast"]
    )
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi", "-i", source, "-t", str(seconds)]
    subprocess.run([*command, *codec, "-pix_fmt", "yuv420p", *options, str(path)], check=True, stdin=subprocess.DEVNULL)
    return path.read_bytes()
