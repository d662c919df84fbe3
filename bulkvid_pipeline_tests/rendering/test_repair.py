"""Rows whose files are faulty once, or always: repaired in the open, or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import numpy as np
import pytest

from bulkvid_pipeline.adapters.cache import CacheOfKind, FolderCache
from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.core.errors import GlyphsMissingError, QualityError
from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.rows import read_idea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.rendering.encode.event import EventRenderer
from bulkvid_pipeline.rendering.encode.graph import GraphRenderer
from bulkvid_pipeline.rendering.encode.renderer import Progress, Renderer
from bulkvid_pipeline.rendering.encode.sound import Sound
from bulkvid_pipeline.rendering.model import Film, VideoFormat
from bulkvid_pipeline.rendering.quality import Examination, Outcome, QualityReport, Subject
from bulkvid_pipeline.rendering.quality import sightings as sightings_module
from bulkvid_pipeline.rendering.quality.checks import check
from bulkvid_pipeline.rendering.quality.texts import Overrun
from bulkvid_pipeline.rendering.repair import remedy_for
from bulkvid_pipeline.rendering.row import ENGINE_VERSION, RenderedRow, render_row

SCRIPT = "Turn off the tap while you brush your teeth. Every drop counts in a dry summer."


@pytest.fixture(scope="module")
def espeak() -> Iterator[EspeakSpeech]:
    with EspeakSpeech() as speech:
        yield speech


def plan_of(script: str = SCRIPT, **cells: str) -> VideoPlan:
    idea = read_idea(7, {"row_key": "k", "idea_title": "Saving", "script_content": script, **cells})
    plan = plan_video(idea, BulkJobSpec.for_input("x.csv"), BUILT_IN_TEMPLATES["default_template"])
    small = tuple(replace(output, width=output.width // 3, height=output.height // 3) for output in plan.outputs)
    return replace(plan, outputs=small)


Spoil = Callable[[Path], None]


@dataclass
class Spoiling(EventRenderer):
    """Spoils its files after they were verified and published, as a fault of the disk or of a library would."""

    spoil: Spoil
    times: int = 1
    renders: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        super().__init__()

    def render(
        self,
        films: Sequence[Film],
        sound: Sound,
        fmt: VideoFormat,
        metadata: Mapping[str, str],
        destination: Path,
        *,
        progress: Progress = lambda _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        super().render(films, sound, fmt, metadata, destination, progress=progress, cancelled=cancelled)
        self.renders += 1
        if self.renders <= self.times:
            self.spoil(destination)


@dataclass
class Loud(Spoiling):
    """Gets its sound from a mixing desk that is turned up."""

    gain: float = 1.0

    def render(
        self,
        films: Sequence[Film],
        sound: Sound,
        fmt: VideoFormat,
        metadata: Mapping[str, str],
        destination: Path,
        *,
        progress: Progress = lambda _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        if self.renders < self.times:
            sound = np.asarray(sound[: len(sound)]) * np.float32(self.gain)
        super().render(films, sound, fmt, metadata, destination, progress=progress, cancelled=cancelled)


def without_a_frame(path: Path) -> None:
    whole = path.rename(path.with_name("whole.mp4"))
    with av.open(str(whole)) as old, av.open(str(path), "w", options={"movflags": "+faststart"}) as new:
        new.metadata.update(old.metadata)
        streams = {stream.index: new.add_stream_from_template(stream) for stream in old.streams}
        for number, packet in enumerate(packet for packet in old.demux() if packet.dts is not None):
            if not (packet.stream.type == "video" and number == 40):
                packet.stream = streams[packet.stream.index]
                new.mux(packet)
    whole.unlink()


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5000])


def unspoilt(_path: Path) -> None:
    pass


def render(
    plan: VideoPlan,
    folder: Path,
    espeak: EspeakSpeech,
    renderer: Renderer,
    second: Callable[[], Renderer] = GraphRenderer,
    cache: FolderCache | None = None,
) -> RenderedRow:
    return render_row(
        plan,
        plan.outputs,
        folder,
        speech=espeak,
        renderer=renderer,
        progress=lambda *_: None,
        cache=cache,
        second_renderer=second,
    )


def test_a_good_row_is_certified_at_once(tmp_path: Path, espeak: EspeakSpeech) -> None:
    renderer = Spoiling(unspoilt)
    (output,) = render(plan_of(), tmp_path, espeak, renderer).outputs
    assert renderer.renders == 1
    assert output.quality.outcome is Outcome.PASSED
    assert output.quality.warnings == ()
    names = [check.name for check in output.quality.checks]
    assert len(names) == len(set(names)) >= 30
    assert {
        *("frames", "duration_s", "frame_size", "picture_codec", "faststart", "loudness_lufs", "true_peak_dbtp"),
        *("black_s", "missed_changes", "longest_silence_s", "caption_characters_per_second", "outside_safe_area_px"),
        *("missing_glyphs", "sound_minus_picture_s"),
    } <= set(names)


@pytest.mark.parametrize(("spoil", "fault"), [(without_a_frame, "frames instead of"), (truncated, "cannot be read")])
def test_a_file_that_is_spoilt_once_is_rendered_by_other_means_and_says_so(
    tmp_path: Path, espeak: EspeakSpeech, spoil: Spoil, fault: str
) -> None:
    renderer = Spoiling(spoil)
    (output,) = render(plan_of(), tmp_path, espeak, renderer).outputs
    assert renderer.renders == 1, "the second file is the other renderer's"
    (repaired,) = output.quality.repaired
    assert fault in repaired
    assert "rendered again with the graph renderer" in repaired
    assert output.quality.outcome is Outcome.WARNING
    assert output.quality.warnings == (repaired,)
    assert output.quality.faults == ()
    assert output.quality.summary.endswith("checks passed; repaired once")
    with av.open(str(output.folder / output.video)) as file:
        assert sum(1 for _ in file.decode(video=0)) == output.frames


def test_a_file_that_is_spoilt_twice_fails_the_row_with_both_reasons(tmp_path: Path, espeak: EspeakSpeech) -> None:
    with pytest.raises(QualityError) as failed:
        render(plan_of(), tmp_path, espeak, Spoiling(without_a_frame), lambda: Spoiling(truncated))
    assert "cannot be read" in failed.value.message
    assert "frames instead of" in failed.value.message
    assert "rendered again with the graph renderer" in failed.value.message
    assert "Retry the row" in failed.value.fix
    assert list(tmp_path.rglob("video.*")) == []


def test_sound_that_is_too_loud_once_is_mastered_again(tmp_path: Path, espeak: EspeakSpeech) -> None:
    renderer = Loud(unspoilt, gain=2.0)
    (output,) = render(plan_of(), tmp_path, espeak, renderer).outputs
    assert renderer.renders == 2, "the pictures were good, so their renderer is"
    (repaired,) = output.quality.repaired
    assert "LUFS instead of -14.0; the true peak is" in repaired
    assert "mastered again with its peaks" in repaired
    assert "graph" not in repaired
    assert output.loudness_lufs == pytest.approx(-14.0, abs=0.5)
    assert output.true_peak_dbtp < -1.5


def test_sound_that_falls_silent_once_is_spoken_again(tmp_path: Path, espeak: EspeakSpeech) -> None:
    cache = FolderCache(tmp_path / "cache", 10**9)
    render(plan_of(), tmp_path / "first", espeak, EventRenderer(), cache=cache)
    (output,) = render(plan_of(), tmp_path / "mute", espeak, Loud(unspoilt, gain=0.0), cache=cache).outputs
    (repaired,) = output.quality.repaired
    assert "the sound is silent" in repaired
    assert "the narration was spoken again and the sound was mastered again" in repaired


def test_sound_that_is_always_too_loud_fails_the_row(tmp_path: Path, espeak: EspeakSpeech) -> None:
    with pytest.raises(QualityError, match=r"LUFS instead of -14\.0"):
        render(plan_of(), tmp_path, espeak, Loud(unspoilt, times=9, gain=2.0))


@dataclass
class Recording:
    """A store that remembers what it was asked for."""

    store: CacheOfKind
    keys: list[str] = field(default_factory=list)

    def get(self, key: str) -> bytes | None:
        self.keys.append(key)
        return self.store.get(key)

    def put(self, key: str, piece: bytes) -> None:
        self.store.put(key, piece)

    def swap(self, one: str, other: str) -> None:
        """Give two pieces each other's content: whole by their checksums, but wrong."""
        first, second = self.store.get(one), self.store.get(other)
        assert first
        assert second
        self.store.put(one, second)
        self.store.put(other, first)


def test_a_wrong_kept_scene_costs_one_render_and_is_forgotten(tmp_path: Path, espeak: EspeakSpeech) -> None:
    cache = FolderCache(tmp_path / "cache", 10**9)
    store = Recording(CacheOfKind(cache, "scene", ENGINE_VERSION))

    def rendered(name: str) -> QualityReport:
        return render(plan_of(), tmp_path / name, espeak, EventRenderer(store), cache=cache).outputs[0].quality

    assert rendered("first").outcome is Outcome.PASSED
    store.swap(store.keys[1], store.keys[2])
    (repaired,) = rendered("second").repaired
    assert "no scene begins at" in repaired
    assert "without cached scenes" in repaired
    assert rendered("third").outcome is Outcome.PASSED


def test_text_that_overruns_is_refused_without_another_render(
    tmp_path: Path, espeak: EspeakSpeech, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sightings_module, "overrun", lambda *_: Overrun(40.0, 12))
    renderer = Spoiling(unspoilt)
    with pytest.raises(QualityError, match="40 pixels beyond the platform's safe area") as failed:
        render(plan_of(), tmp_path, espeak, renderer)
    assert renderer.renders == 1
    assert "Shorten the row's texts" in failed.value.fix


def test_a_character_without_a_glyph_is_named_with_its_cell(tmp_path: Path, espeak: EspeakSpeech) -> None:
    with pytest.raises(GlyphsMissingError) as failed:
        render(plan_of("A sign \U00012000."), tmp_path, espeak, Spoiling(unspoilt))
    assert failed.value.message == ("No font has \U00012000 (U+12000 CUNEIFORM SIGN A) in script_content of row 7")


FOUND = Examination(integrated_lufs=-14.0, true_peak_dbtp=0.7)


@pytest.mark.parametrize(
    ("name", "subject", "done"),
    [
        ("frames", Subject.FILE, "the pictures were rendered again with the graph renderer and without cached scenes"),
        (
            "black_s",
            Subject.PICTURE,
            "the pictures were rendered again with the graph renderer and without cached scenes",
        ),
        ("loudness_lufs", Subject.SOUND, "the sound was mastered again"),
        ("true_peak_dbtp", Subject.SOUND, "the sound was mastered again with its peaks 1.2 dB lower"),
        ("longest_silence_s", Subject.SOUND, "the narration was spoken again and the sound was mastered again"),
    ],
)
def test_every_fault_has_its_remedy(name: str, subject: Subject, done: str) -> None:
    assert str(remedy_for([check(name, subject, 1, "0", "wrong")], FOUND, -1.0)) == done


def test_faults_of_text_have_none() -> None:
    assert remedy_for([check("missing_glyphs", Subject.TEXT, 1, "0", "wrong")], FOUND, -1.0) is None
