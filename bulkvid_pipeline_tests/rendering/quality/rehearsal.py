"""A row that is spoken, captioned and composed as for a video, but not encoded; and its checks of words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.core.options import Platform, Style
from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.rows import read_idea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.rendering.caption_files import srt, vtt
from bulkvid_pipeline.rendering.model import TimedScene, VideoFormat
from bulkvid_pipeline.rendering.narration import NarratedScene, Programme
from bulkvid_pipeline.rendering.pictures.film import SceneFilm, scene_film
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.pictures.themes import THEMES
from bulkvid_pipeline.rendering.quality.drawn_words import drawn_faults
from bulkvid_pipeline.rendering.quality.script_words import expected_cards
from bulkvid_pipeline.rendering.quality.text_checks import text_checks
from bulkvid_pipeline.rendering.soundtrack import Soundtrack

WIDE = VideoFormat(Platform.YOUTUBE, 1280, 720)
TALL = VideoFormat(Platform.TIKTOK, 720, 1280)


@lru_cache(maxsize=1)
def speech() -> EspeakSpeech:
    """The real voice, in one process for all tests."""
    return EspeakSpeech()


@dataclass
class Rehearsal:
    """What a video would be made of. Tests change one thing and look at the faults."""

    plan: VideoPlan
    fmt: VideoFormat = WIDE
    theme: Theme | None = None
    narrated: tuple[NarratedScene, ...] = ()
    timed: tuple[TimedScene, ...] = ()
    srt: str = ""
    vtt: str = ""
    compose: Callable[[TimedScene], SceneFilm] = field(init=False)

    def __post_init__(self) -> None:
        self.compose = self._film

    def faults(self) -> dict[str, str]:
        """The failed checks of words and what they say."""
        cards = expected_cards(self.plan.script, [scene.scene for scene in self.timed])
        seen = [drawn_faults(self.compose(timed), timed, card) for timed, card in zip(self.timed, cards, strict=True)]
        checks = text_checks(self.plan, self.narrated, self.timed, self.srt, self.vtt, seen)
        return {check.name: check.said for check in checks if check.said}

    def _film(self, timed: TimedScene) -> SceneFilm:
        theme = self.theme or THEMES[self.plan.style]
        return scene_film(timed, self.fmt, theme, script=self.plan.script)

    def with_scenes(self, change: Callable[[Sequence[NarratedScene]], Sequence[NarratedScene]]) -> None:
        """Change what is narrated; captions follow it."""
        self.narrated = tuple(change(self.narrated))
        self._captioned()

    def with_timed(self, change: Callable[[TimedScene], TimedScene]) -> None:
        """Change the captions of every scene; their files follow them."""
        self.timed = tuple(map(change, self.timed))
        self._write()

    def _captioned(self) -> None:
        programme = replace(_programme(self.plan), scenes=self.narrated)
        self.timed = programme.for_aspect(self.fmt.platform.aspect)
        self._write()

    def _write(self) -> None:
        self.srt, self.vtt = srt(self.timed), vtt(self.timed)


def rehearsal(
    script: str,
    *,
    title: str = "Tea",
    description: str = "",
    style: Style = Style.MODERN,
    fmt: VideoFormat = WIDE,
    theme: Theme | None = None,
) -> Rehearsal:
    """A row spoken by the real voice and composed in its style."""
    plan = plan_of(script, title, description, style)
    found = Rehearsal(plan, fmt, theme)
    narrated = _programme(plan).scenes
    found.with_scenes(lambda _: narrated)
    return found


@lru_cache(maxsize=100)
def plan_of(script: str, title: str = "Tea", description: str = "", style: Style = Style.MODERN) -> VideoPlan:
    cells = {"row_key": "k", "idea_title": title, "description": description, "script_content": script}
    idea = read_idea(7, {**cells, "style_override": style.value})
    return plan_video(idea, BulkJobSpec.for_input("x.csv"), BUILT_IN_TEMPLATES["default_template"])


_SPOKEN: dict[tuple[str, str, str], Soundtrack] = {}


def _programme(plan: VideoPlan) -> Programme:
    key = (plan.title, plan.description, plan.script)
    if key not in _SPOKEN:
        _SPOKEN[key] = Soundtrack(plan, speech(), None, "")
        _SPOKEN[key].record()
    return _SPOKEN[key].programme
