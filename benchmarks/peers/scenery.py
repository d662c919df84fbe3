"""The reference row as material for other tools: pictures, captions, sound and times, so that all make the same video.

Voice, layout and text are ready made. What remains is the work of a video tool: show pictures at their times, animate
their entrances, put captions over them, mix sound, encode.
"""

from __future__ import annotations

import json
import shutil
import wave
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import justmytype_western_core
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from bulkvid_pipeline.adapters.speech.providers import OFFLINE, open_speech
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.rendering.model import FPS, SAMPLE_RATE, Pcm, TimedScene, VideoFormat
from bulkvid_pipeline.rendering.narration import narrate
from bulkvid_pipeline.rendering.pictures.film import SceneFilm, scene_film
from bulkvid_pipeline.rendering.pictures.themes import theme_for
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline.rendering.sound.beds import load_bed, looped
from bulkvid_pipeline.rendering.sound.loudness import integrated_lufs
from bulkvid_pipeline.rendering.sound.mix import programme_sound

ENTRANCE_FRAMES = 10
_UNDER_VOICE_DB = -12.0
_LOUDNESS = -14.0


def write_scenery(plan: VideoPlan, folder: Path) -> None:
    """Write `work.json`, the files that it names, and `frames.yuv`: each picture that differs from the one before."""
    output = plan.outputs[0]
    fmt = VideoFormat(**vars(output))
    with open_speech(OFFLINE, None, on_wait=lambda _: None) as speech:
        parts = split_scenes(plan.title, plan.description, plan.script, plan.target_seconds)
        programme = narrate(parts, speech, plan.voice, target_seconds=plan.target_seconds)
    theme, _ = theme_for(plan.style)
    scenes, changes, start = [], [], 0
    with (folder / "frames.yuv").open("wb") as frames:
        for timed in programme.for_aspect(output.platform.aspect):
            film = scene_film(timed, fmt, theme, script=plan.script)
            scenes.append(_scene(timed, film, folder, len(scenes), start))
            for change in film.changes():
                changes.append(start + change.frame)
                for plane in (change.planes.y, change.planes.u, change.planes.v):
                    frames.write(np.ascontiguousarray(plane).data)
            start += film.frames
    document = {
        "width": fmt.width,
        "height": fmt.height,
        "fps": FPS,
        "frames": start,
        "changes": changes,
        "entrance": ENTRANCE_FRAMES,
        "scenes": scenes,
        "fonts": str(Path(justmytype_western_core.__file__).parent / "fonts" / "ofl" / "inter"),
        **_sound(np.concatenate([timed.voice for timed in programme.scenes]), plan, folder),
    }
    (folder / "work.json").write_text(json.dumps(document))
    (folder / "captions.ass").write_text(_ass(document), encoding="utf-8")


def excerpt(whole: Path, seconds: float, folder: Path) -> None:
    """Write the first `seconds` of the material `whole` into a folder of its own."""
    work = json.loads((whole / "work.json").read_text())
    left = round(seconds * FPS)
    scenes = []
    for scene in work["scenes"]:
        frames = min(left, scene["frames"])
        shown = [caption for caption in scene["captions"] if caption["start"] < frames]
        captions = [{**caption, "end": min(caption["end"], frames)} for caption in shown]
        if frames:
            scenes.append({**scene, "frames": frames, "captions": captions})
        left -= frames
    shutil.copytree(whole, folder, ignore=shutil.ignore_patterns("*.wav", "*.yuv"))
    frames = round(seconds * FPS)
    for name in ("voice.wav", "music.wav"):
        with wave.open(str(whole / name)) as source, wave.open(str(folder / name), "wb") as target:
            target.setparams(source.getparams())
            target.writeframes(source.readframes(frames * SAMPLE_RATE // FPS))
    (folder / "work.json").write_text(json.dumps({**work, "scenes": scenes, "frames": frames}))


def _scene(timed: TimedScene, film: SceneFilm, folder: Path, number: int, start: int) -> dict[str, Any]:
    """A scene's final picture, and its captions as opaque image patches to lay over it."""
    first = timed.cues[0].start if timed.cues else film.frames
    resting = film.still(first - 1)
    picture = f"scene{number}.png"
    _write_png(folder / picture, resting)
    frames = sorted({word.start for cue in timed.cues for word in cue.words} | {cue.end for cue in timed.cues})
    frames = [frame for frame in frames if frame < film.frames]
    captions = []
    for frame, end in pairwise([*frames, film.frames]):
        crop = _difference(resting, film.still(frame))
        if crop is not None:
            left, top, pixels = crop
            name = f"caption{number}-{frame}.png"
            _write_png(folder / name, pixels)
            height, width = pixels.shape[:2]
            captions.append(
                {"picture": name, "x": left, "y": top, "width": width, "height": height, "start": frame, "end": end}
            )
    cues = [
        {"start": cue.start, "end": cue.end, "words": [[word.text, word.start] for word in cue.words]}
        for cue in timed.cues
    ]
    return {"picture": picture, "start": start, "frames": film.frames, "captions": captions, "cues": cues}


def _write_png(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write the picture without an alpha channel, so that tools do not blend opaque pixels."""
    with av.open(str(path), "w", format="image2", options={"update": "1"}) as file:
        stream = file.add_stream("png", rate=1)
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = pixels.shape[:2]
        stream.pix_fmt = "rgb24"
        file.mux(stream.encode(VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")))
        file.mux(stream.encode(None))


def _difference(resting: NDArray[np.uint8], shown: NDArray[np.uint8]) -> tuple[int, int, NDArray[np.uint8]] | None:
    """The box in which two pictures differ: left and top edge in pixels (even), and the second picture's pixels."""
    differs = (resting != shown).any(axis=2)
    if not differs.any():
        return None
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    top, left = int(rows[0]) // 2 * 2, int(columns[0]) // 2 * 2
    bottom, right = -(-int(rows[-1] + 1) // 2) * 2, -(-int(columns[-1] + 1) // 2) * 2
    return left, top, shown[top:bottom, left:right]


def _sound(voice: Pcm, plan: VideoPlan, folder: Path) -> dict[str, float]:
    """Write voice and music as files; returns the gains that bring their sum to the target loudness."""
    bed = looped(load_bed(plan.style), len(voice))
    _write_wav(folder / "voice.wav", voice[:, None])
    _write_wav(folder / "music.wav", bed)
    _write_wav(folder / "mix.wav", programme_sound(voice, bed))
    voice_lufs, music_lufs = integrated_lufs(np.repeat(voice[:, None], 2, axis=1)), integrated_lufs(bed)
    gain = _LOUDNESS - voice_lufs
    return {"voice_db": gain, "music_db": gain + voice_lufs - music_lufs + _UNDER_VOICE_DB}


def _write_wav(path: Path, sound: Pcm) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(sound.shape[1])
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


def _ass(document: dict[str, Any]) -> str:
    """ASS captions with the spoken word in another colour, one event for each word, as subtitle tools write them."""
    width, height = document["width"], document["height"]
    head = f"""[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, Bold, BorderStyle, Outline, Shadow, \
Alignment, MarginV
Style: Caption,Inter,{height // 20},&H00FFFFFF,&H90000000,&H90000000,1,3,12,0,2,{height // 12}

[Events]
Format: Layer, Start, End, Style, Text
"""
    lines = []
    for scene in document["scenes"]:
        for cue in scene["cues"]:
            starts = [start for _, start in cue["words"]]
            for index, (start, end) in enumerate(zip(starts, [*starts[1:], cue["end"]], strict=True)):
                words = [text for text, _ in cue["words"]]
                words[index] = rf"{{\c&H00D7FF&}}{words[index]}{{\c&HFFFFFF&}}"
                times = (_ass_time(scene["start"] + frame) for frame in (start, end))
                lines.append(f"Dialogue: 0,{','.join(times)},Caption,{' '.join(words)}")
    return head + "\n".join(lines) + "\n"


def _ass_time(frame: int) -> str:
    hundredths = round(frame / FPS * 100)
    return f"{hundredths // 360000}:{hundredths // 6000 % 60:02}:{hundredths // 100 % 60:02}.{hundredths % 100:02}"
