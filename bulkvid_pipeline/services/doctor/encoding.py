"""What encodes videos: the ffmpeg program, and the encoders of PyAV."""

from __future__ import annotations

from pathlib import Path

from bulkvid_pipeline.core.errors import EncoderError
from bulkvid_pipeline.core.options import AudioCodec, VideoCodec
from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, broken, grouped, ok, warning

ENCODERS = ("libx264", "libx265", "libvpx-vp9", "aac", "libopus", "png")
FILTERS = (
    *("format", "premultiply", "unpremultiply", "crop", "scale", "setsar", "gblur", "fps", "setparams"),
    *("transpose", "hflip", "vflip"),
)
"""What `rendering.ingest` and `rendering.encode.graph` ask of ffmpeg."""
_MEND = "Install imageio-ffmpeg, and unset BULKVID_FFMPEG or let it name such an ffmpeg"
_REINSTALL = "Install PyAV again: `pip install --force-reinstall av`"
_ENGINE = "bulkvid_pipeline.rendering.encode"
_FRAMES = 3
_SIZE = 64


def _ffmpeg(site: Site) -> Finding:
    from bulkvid_pipeline.adapters import ffmpeg

    named = site.settings.ffmpeg
    binary = ffmpeg.locate(Path(named).expanduser() if named else None)
    version = ffmpeg.version_of(binary, site.limit_s)
    abilities = ffmpeg.abilities_of(binary, site.limit_s)
    lacking = [name for name in (*ENCODERS, *FILTERS) if name not in abilities]
    if "libx264" in lacking:
        return broken(f"ffmpeg {version} at {binary} lacks {', '.join(lacking)}", _MEND)
    ffmpeg.run(_encoding(), binary=binary, limits=ffmpeg.Limits(wall_s=0.9 * site.limit_s, cpu_s=60, file_mib=1))
    if lacking:
        return warning(f"ffmpeg {version} at {binary} lacks {', '.join(lacking)}", _MEND)
    return ok(f"ffmpeg {version} at {binary}, with all {len(ENCODERS)} encoders and {len(FILTERS)} filters in use")


def _encoding() -> tuple[str, ...]:
    """Arguments that encode a few pictures and throw them away."""
    picture = f"color=c=gray:s={_SIZE}x{_SIZE}:r=10:d=0.{_FRAMES}"
    return ("-f", "lavfi", "-i", picture, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-f", "null", "-")


def _encoders(_site: Site) -> Finding:
    import av

    faults = {}
    for codec in VideoCodec:
        try:
            _encode_pictures(codec)
        except (av.FFmpegError, av.codec.codec.UnknownCodecError, ValueError) as error:
            faults[codec.value] = str(error)
    faults |= _faults_of_sound()
    told = "; ".join(f"{name}: {fault}" for name, fault in faults.items())
    if VideoCodec.H264 in faults or "aac" in faults:
        return broken(f"PyAV {av.__version__} cannot encode {told}", _REINSTALL)
    if faults:
        return warning(f"PyAV {av.__version__} cannot encode {told}", _REINSTALL)
    return ok(f"PyAV {av.__version__} has encoded h264, h265, vp9, aac and opus")


def _encode_pictures(codec: VideoCodec) -> None:
    from bulkvid_pipeline.rendering.encode.codecs import (
        encode_picture,
        event_settings,
        flat_planes,
        frame_of,
        open_encoder,
    )

    context = open_encoder(event_settings(codec), _SIZE, _SIZE)
    for number in range(_FRAMES):
        encode_picture(context, frame_of(flat_planes(_SIZE, _SIZE)), number, key=number == 0)


def _faults_of_sound() -> dict[str, str]:
    import numpy as np

    from bulkvid_pipeline.rendering.encode.sound import encode_sound

    faults = {}
    for codec in AudioCodec:
        try:
            encode_sound(np.zeros((4800, 2), np.float32), codec)
        except (EncoderError, ValueError) as error:
            faults[codec.value] = str(error)
    return faults


CHECKS = grouped(
    "ffmpeg",
    Check("ffmpeg", _ffmpeg, _MEND, loads=lambda _: ("bulkvid_pipeline.adapters.ffmpeg",)),
    Check(
        "encoders",
        _encoders,
        _REINSTALL,
        needs_settings=False,
        loads=lambda _: (f"{_ENGINE}.codecs", f"{_ENGINE}.sound"),
    ),
)
