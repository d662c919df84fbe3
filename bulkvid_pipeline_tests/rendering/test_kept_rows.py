"""Rows rendered again: only what changed is voiced, painted and encoded, and the file is as without a cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import pytest

from bulkvid_pipeline.adapters.cache import CacheOfKind, CachePlace, FolderCache
from bulkvid_pipeline.adapters.speech.contract import Utterance
from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.core.options import Speaker
from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.rows import read_idea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.rendering.encode.event import EventRenderer
from bulkvid_pipeline.rendering.process import RenderProcess
from bulkvid_pipeline.rendering.row import RenderedRow, render_row
from bulkvid_pipeline.rendering.worker import RenderRequest

MANY = 10**9
SENTENCES = tuple(
    f"{first} is what this part of the video talks about to whoever will listen to it now."
    for first in ("Water", "Soap", "Light", "Heat", "Paper", "Noise", "Travel")
)
SCRIPT = " ".join(SENTENCES)


@dataclass
class Heard:
    """The offline voice, with a list of what it was asked to say."""

    speech: EspeakSpeech
    said: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.speech.name

    @property
    def version(self) -> str:
        return self.speech.version

    def speak(self, text: str, voice: Speaker, language: str, rate: float = 1.0, pitch: float = 0.0) -> Utterance:
        self.said.append(text)
        return self.speech.speak(text, voice, language, rate, pitch)


@pytest.fixture(scope="module")
def espeak() -> Iterator[EspeakSpeech]:
    with EspeakSpeech() as speech:
        yield speech


@pytest.fixture
def voice(espeak: EspeakSpeech) -> Heard:
    return Heard(espeak)


def plan_of(script: str, **cells: str) -> VideoPlan:
    """A row in small pictures, which are quickly painted."""
    idea = read_idea(2, {"row_key": "k", "idea_title": "Saving", "script_content": script, **cells})
    plan = plan_video(idea, BulkJobSpec.for_input("x.csv"), BUILT_IN_TEMPLATES["default_template"])
    small = tuple(replace(output, width=output.width // 3, height=output.height // 3) for output in plan.outputs)
    return replace(plan, outputs=small)


def render(plan: VideoPlan, folder: Path, voice: Heard, cache: FolderCache | None) -> RenderedRow:
    renderer = EventRenderer(CacheOfKind(cache, "scene", "test") if cache else None)
    return render_row(
        plan, plan.outputs, folder, speech=voice, renderer=renderer, progress=lambda *_: None, cache=cache
    )


def misses(cache: FolderCache) -> dict[str, int]:
    return {name: kind.misses for name, kind in cache.statistics().kinds.items()}


def packets(row: RenderedRow, kind: str) -> list[tuple[int | None, int | None, bool, bytes]]:
    (output,) = row.outputs
    with av.open(str(output.folder / output.video)) as file:
        stream = next(stream for stream in file.streams if stream.type == kind)
        found = [(p.pts, p.dts, p.is_keyframe, bytes(p)) for p in file.demux(stream) if p.size]
    assert found
    return found


@dataclass(frozen=True)
class Edit:
    """A row, and the same row with one word changed, from the cache that the first one filled and without a cache."""

    cache: Path
    first_misses: dict[str, int]
    misses: dict[str, int]
    said: list[str]
    cached: RenderedRow
    uncached: RenderedRow


@pytest.fixture(scope="module")
def edit(tmp_path_factory: pytest.TempPathFactory, espeak: EspeakSpeech) -> Edit:
    folder = tmp_path_factory.mktemp("edit")
    voice = Heard(espeak)
    render(plan_of(SCRIPT), folder / "first", voice, first := FolderCache(folder / "cache", MANY))
    voice.said.clear()
    changed = plan_of(SCRIPT.replace("Heat", "Warmth"))
    cached = render(changed, folder / "cached", voice, second := FolderCache(folder / "cache", MANY))
    said = list(voice.said)
    uncached = render(changed, folder / "uncached", voice, None)
    return Edit(folder / "cache", misses(first), misses(second), said, cached, uncached)


def test_after_a_changed_word_only_its_scene_is_voiced_painted_and_encoded(edit: Edit) -> None:
    assert edit.first_misses["narration"] >= 7
    assert edit.first_misses["scene"] >= 8
    assert edit.misses == {"narration": 1, "picture": 1, "scene": 1}, (
        "the picture is where the texts of the scene stand"
    )
    (said,) = edit.said
    assert said.startswith("Warmth")


def test_a_row_from_the_cache_is_the_same_file_as_one_without(edit: Edit) -> None:
    for kind in ("video", "audio"):
        assert packets(edit.cached, kind) == packets(edit.uncached, kind)
    for name in ("poster.jpg", "captions.srt", "captions.vtt"):
        cached, uncached = ((row.outputs[0].folder / name).read_bytes() for row in (edit.cached, edit.uncached))
        assert cached == uncached


def test_scenes_are_shared_by_rows_that_have_them_at_the_same_place(tmp_path: Path, edit: Edit, voice: Heard) -> None:
    new = "This one is new, and it has a scene of its own in the video."
    other = plan_of(" ".join((*SENTENCES[:-1], new)), idea_title="Another title")
    render(other, tmp_path, voice, cache := FolderCache(edit.cache, MANY))
    assert voice.said == [new]
    assert misses(cache)["scene"] == 2, "the title card and the new one"


def test_sentences_are_shared_by_rows_that_have_them_anywhere(tmp_path: Path, edit: Edit, voice: Heard) -> None:
    other = plan_of(" ".join((SENTENCES[4], SENTENCES[0], "This one is new, and it has a scene of its own.")))
    render(other, tmp_path, voice, FolderCache(edit.cache, MANY))
    assert voice.said == ["This one is new, and it has a scene of its own."]


def test_damaged_pieces_are_made_again(tmp_path: Path, voice: Heard) -> None:
    folder = tmp_path / "cache"
    plan = plan_of(SENTENCES[0])
    whole = render(plan, tmp_path / "whole", voice, FolderCache(folder, MANY))
    damaged = [path for path in (folder / "pieces").rglob("*-*") if path.is_file()]
    for path in damaged:
        path.write_bytes(path.read_bytes()[:-1])
    mended = render(plan, tmp_path / "mended", voice, cache := FolderCache(folder, MANY))
    assert sum(misses(cache).values()) == len(damaged)
    assert packets(whole, "video") == packets(mended, "video")
    render(plan, tmp_path / "again", voice, cache := FolderCache(folder, MANY))
    assert sum(misses(cache).values()) == 0


@pytest.mark.parametrize(
    ("renderer", "kinds"), [("event", {"narration", "picture", "scene"}), ("graph", {"narration", "picture"})]
)
def test_workers_share_the_cache_they_are_told(tmp_path: Path, renderer: str, kinds: set[str]) -> None:
    plan = plan_of("A tap drips.")
    cache = tmp_path / "cache"
    for name in ("one", "other"):
        process = RenderProcess(renderer, CachePlace(str(cache), MANY))
        process.render(RenderRequest(plan, plan.outputs, str(tmp_path / name)), lambda *_: None)
        process.close()
        kept = FolderCache(cache, MANY).statistics()
        if name == "one":
            first = kept
    assert set(kept.kinds) == kinds
    assert kept == first


def test_a_cache_that_cannot_be_written_is_told_once_and_costs_no_row(tmp_path: Path) -> None:
    plan = plan_of("A tap drips.")
    (tmp_path / "file").write_text("in the way")
    told: list[str] = []
    process = RenderProcess("event", CachePlace(str(tmp_path / "file" / "cache"), MANY), told.append)
    for name in ("one", "other"):
        row = process.render(RenderRequest(plan, plan.outputs, str(tmp_path / name)), lambda *_: None)
        assert (row.outputs[0].folder / row.outputs[0].video).exists()
    process.close()
    (warning,) = told
    assert str(tmp_path / "file" / "cache") in warning
