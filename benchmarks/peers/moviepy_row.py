"""The reference row with MoviePy 2: pictures, captions over them, fades, voice and music.

python moviepy_row.py WORK_FOLDER OUTPUT
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from moviepy import AudioFileClip, CompositeAudioClip, CompositeVideoClip, ImageClip, afx, concatenate_videoclips, vfx


def main(folder: Path, output: Path) -> None:
    """Write the video, one encoder thread."""
    work = json.loads((folder / "work.json").read_text())
    fps = work["fps"]
    scenes = []
    for scene in work["scenes"]:
        seconds = scene["frames"] / fps
        resting = ImageClip(folder / scene["picture"]).with_duration(seconds)
        layers = [resting.with_effects([vfx.FadeIn(work["entrance"] / fps)])]
        for caption in scene["captions"]:
            shown = ImageClip(folder / caption["picture"]).with_start(caption["start"] / fps)
            layers.append(shown.with_end(caption["end"] / fps).with_position((caption["x"], caption["y"])))
        scenes.append(CompositeVideoClip(layers, size=(work["width"], work["height"])).with_duration(seconds))
    video = concatenate_videoclips(scenes, method="chain")
    sounds = [
        AudioFileClip(str(folder / name)).with_effects([afx.MultiplyVolume(10 ** (work[gain] / 20))])
        for name, gain in (("voice.wav", "voice_db"), ("music.wav", "music_db"))
    ]
    video.with_audio(CompositeAudioClip(sounds)).write_videofile(
        str(output),
        fps=fps,
        codec="libx264",
        preset="superfast",
        audio_codec="aac",
        audio_fps=48000,
        ffmpeg_params=["-crf", "20"],
        threads=1,
        logger=None,
        temp_audiofile_path=str(folder),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
