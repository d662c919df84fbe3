"""The best plain ffmpeg graph: pictures decoded and converted once, repeated by `loop`, captions by libass.

    python ffmpeg_graph.py WORK_FOLDER OUTPUT FFMPEG

One thread, which costs the least CPU. Loudness gains are precomputed constants, and entrances are fades.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def arguments(folder: Path, output: Path) -> list[str]:
    """ffmpeg's argument list."""
    work = json.loads((folder / "work.json").read_text())
    fps, scenes = work["fps"], work["scenes"]
    inputs, filters = [], []
    for number, scene in enumerate(scenes):
        inputs += ["-framerate", str(fps), "-i", scene["picture"]]
        filters.append(
            f"[{number}:v]scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,loop=loop=-1:size=1,"
            f"trim=end_frame={scene['frames']},setpts=N/{fps}/TB,fade=t=in:s=0:n={work['entrance']}[v{number}]"
        )
    joined = "".join(f"[v{number}]" for number in range(len(scenes)))
    colour = "range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
    filters.append(
        f"{joined}concat=n={len(scenes)},ass=captions.ass:fontsdir={work['fonts']},format=yuv420p,setparams={colour}[v]"
    )
    voice, music = len(scenes), len(scenes) + 1
    filters += [
        f"[{voice}:a]volume={work['voice_db']}dB,aformat=channel_layouts=stereo,asplit[voice][key]",
        f"[{music}:a]volume={work['music_db']}dB[music]",
        "[music][key]sidechaincompress=threshold=0.05:ratio=6:attack=50:release=500[under]",
        "[voice][under]amix=inputs=2:normalize=0,alimiter=limit=0.89:level=0[a]",
    ]
    return [
        *("-hide_banner", "-loglevel", "error", "-y", "-filter_complex_threads", "1"),
        *inputs,
        *("-i", "voice.wav", "-i", "music.wav", "-filter_complex", ";".join(filters), "-map", "[v]", "-map", "[a]"),
        *("-r", str(fps), "-c:v", "libx264", "-preset", "superfast", "-crf", "20", "-threads", "1"),
        *("-c:a", "aac", "-aac_coder", "fast", "-b:a", "160k", "-frames:v", str(work["frames"])),
        *("-movflags", "+faststart", str(output)),
    ]


if __name__ == "__main__":
    work_folder, target, ffmpeg = sys.argv[1:]
    subprocess.run([ffmpeg, *arguments(Path(work_folder), Path(target).absolute())], cwd=work_folder, check=True)
