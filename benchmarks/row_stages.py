"""CPU time of each stage of the reference row; the stages run one after another in a process of their own.

.venv/bin/python benchmarks/row_stages.py
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

from reference_row import Result, reference_plan
from scene_cache import cpu_seconds

from bulkvid_pipeline.adapters.speech.contract import Speech
from bulkvid_pipeline.adapters.speech.providers import OFFLINE, open_speech
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.rendering.caption_files import vtt
from bulkvid_pipeline.rendering.encode.mux import write_file
from bulkvid_pipeline.rendering.encode.scene import SceneCoders, encode_scene
from bulkvid_pipeline.rendering.encode.sound import encode_sound
from bulkvid_pipeline.rendering.model import VideoFormat
from bulkvid_pipeline.rendering.narration import narrate
from bulkvid_pipeline.rendering.pictures.film import scene_film
from bulkvid_pipeline.rendering.pictures.poster import poster_jpeg
from bulkvid_pipeline.rendering.pictures.themes import theme_for
from bulkvid_pipeline.rendering.quality import Expected, verify
from bulkvid_pipeline.rendering.quality.captions import caption_cues
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline.rendering.sound.beds import load_bed
from bulkvid_pipeline.rendering.sound.mix import programme_sound


def stages(plan: VideoPlan, speech: Speech, coders: SceneCoders, folder: Path) -> dict[str, float]:
    """CPU seconds of each stage, including the voice's process."""
    spent: dict[str, float] = {}

    def take(name: str, call: Callable[[], Result]) -> Result:
        before = time.process_time() + cpu_seconds()
        result = call()
        spent[name] = time.process_time() + cpu_seconds() - before
        return result

    output = plan.outputs[0]
    fmt = VideoFormat(**vars(output))
    theme, _ = theme_for(plan.style)
    parts = split_scenes(plan.title, plan.description, plan.script, plan.target_seconds)
    programme = take("voice", lambda: narrate(parts, speech, plan.voice, target_seconds=plan.target_seconds))
    sound = take("sound", lambda: programme_sound(programme.voice, load_bed(plan.style)))
    shown = programme.for_aspect(fmt.platform.aspect)
    films = [scene_film(scene, fmt, theme, script=plan.script) for scene in shown]
    take("paint", lambda: [sum(1 for _ in film.changes()) for film in films])
    scenes = take("encode", lambda: [encode_scene(film, fmt, coders=coders) for film in films])
    spent["encode"] -= spent["paint"]
    coded = take("audio coder", lambda: encode_sound(sound, fmt.audio_codec))
    units = (unit for scene in scenes for unit in scene.access_units())
    video = folder / f"video.{fmt.container}"
    take("mux", lambda: write_file(video, fmt, scenes[0].head, units, coded, {"title": plan.title}))
    take("poster", lambda: poster_jpeg(films[0].still(films[0].rest)))
    *starts, frames = accumulate((timed.frames for timed in shown), initial=0)
    expected = Expected.of(fmt, frames, plan.title, caption_cues(vtt(shown)), starts)
    take("checks", lambda: verify(video, expected))
    return spent


def stages_in_a_process() -> dict[str, float]:
    """Medians of `stages`, measured in a new process."""
    done = subprocess.run([sys.executable, __file__], capture_output=True, text=True, check=True)
    spent: dict[str, float] = json.loads(done.stdout)
    return spent


def main(times: int = 3) -> None:
    """Print medians as JSON, after one warm-up round."""
    plan, coders = reference_plan(), SceneCoders()
    with tempfile.TemporaryDirectory() as folder, open_speech(OFFLINE, None, on_wait=lambda _: None) as speech:
        found = [stages(plan, speech, coders, Path(folder)) for _ in range(times + 1)][1:]
    print(json.dumps({name: statistics.median(each[name] for each in found) for name in found[0]}))


if __name__ == "__main__":
    main()
