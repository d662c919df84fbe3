from __future__ import annotations

import json
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import skia
from numpy.typing import NDArray

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.adapters.storage import open_storage
from bulkvid_pipeline.core.errors import TemplateInvalidError, TemplateNotFoundError
from bulkvid_pipeline.core.options import Style, Voice
from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.rows import read_idea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES, Template
from bulkvid_pipeline.rendering.encode.event import EventRenderer
from bulkvid_pipeline.rendering.row import RenderedRow, render_row
from bulkvid_pipeline.services.batch.render_setup import RenderSetup
from bulkvid_pipeline.services.batch.row_loop import RowLoop
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome
from bulkvid_pipeline.services.outputs.output_store import OutputStore
from bulkvid_pipeline.services.templates.template_store import TemplateStore, theme_of

MAGENTA = (255, 0, 255)
PAPER = (255, 243, 214)
ACCENT = (11, 110, 79)
MUSIC_HZ = 3000

BRAND: dict[str, Any] = {
    "template_id": "brand",
    "name": "Brand",
    "description": "The brand's own look",
    "settings": {
        "style": {
            "base": "minimal",
            "colors": ["#0B6E4F", "#7A1FA2", "#FFF3D6"],
            "font_family": "Comic Sans",
            "logo": "logo.png",
            "logo_position": "top_left",
        },
        "audio": {
            "background_music": "track.wav",
            "voice_settings": {"speed": 1.0, "pitch": 0.0},
        },
    },
}


def write_logo(path: Path, color: tuple[int, int, int]) -> None:
    """A plain square, which is easily found in a picture."""
    pixels = np.full((64, 64, 4), (*color, 255), np.uint8)
    skia.Image.fromarray(pixels, colorType=skia.kRGBA_8888_ColorType).save(str(path), skia.kPNG)


def write_tone(path: Path) -> None:
    """Three seconds of one tone that neither voice nor beds hold."""
    samples = np.sin(2 * np.pi * MUSIC_HZ * np.arange(3 * 48_000) / 48_000)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((samples * 16_000).astype("<i2").tobytes())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A templates folder with the two forms of a template, and the files of the full one."""
    templates = tmp_path / "templates"
    templates.mkdir()
    write_document(templates, "brand", BRAND)
    write_document(templates, "short", {"style": "classic", "voice": "male"})
    write_logo(templates / "logo.png", MAGENTA)
    write_tone(templates / "track.wav")
    return templates


def write_document(folder: Path, template_id: str, document: object) -> None:
    (folder / f"{template_id}.json").write_text(json.dumps(document), encoding="utf-8")


def changed(part: str, **settings: object) -> dict[str, Any]:
    """The brand's document with other settings in one part of it."""
    parts = BRAND["settings"]
    return {**BRAND, "settings": {**parts, part: {**parts[part], **settings}}}


def refusal(folder: Path, template_id: str) -> str:
    with pytest.raises(TemplateInvalidError) as refused:
        TemplateStore(folder).load(template_id)
    return str(refused.value)


def plan_with(template: Template) -> VideoPlan:
    idea = read_idea(2, {"row_key": "tap", "idea_title": "The tap", "script_content": "Turn off the tap."})
    return plan_video(idea, BulkJobSpec.for_input("x.csv", output={"resolution": "720p"}), template)


def test_the_folder_s_templates_are_listed_after_the_built_in_ones(folder: Path) -> None:
    assert TemplateStore(folder).ids() == (*BUILT_IN_TEMPLATES, "brand", "short")


def test_without_a_folder_there_are_the_built_in_ones(tmp_path: Path) -> None:
    assert TemplateStore(tmp_path / "none").ids() == tuple(BUILT_IN_TEMPLATES)


def test_the_short_form_gives_style_and_voice(folder: Path) -> None:
    plan = plan_with(TemplateStore(folder).load("short"))
    assert (plan.style, plan.voice) == (Style.CLASSIC, Voice.MALE)


def test_a_template_of_the_folder_wins_over_a_built_in_one_of_its_name(folder: Path) -> None:
    write_document(folder, "modern", {"style": "corporate"})
    assert plan_with(TemplateStore(folder).load("modern")).style is Style.CORPORATE


def test_an_unknown_id_names_those_that_there_are(folder: Path) -> None:
    with pytest.raises(TemplateNotFoundError, match="brand, short"):
        TemplateStore(folder).load("brnd")


def test_an_id_leads_nowhere_but_into_the_folder(folder: Path) -> None:
    write_document(folder.parent, "secret", {"style": "modern"})
    with pytest.raises(TemplateNotFoundError):
        TemplateStore(folder).load("../secret")


def test_a_template_is_found_again_from_another_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    template = TemplateStore(Path("templates")).load("brand")
    monkeypatch.chdir("/")
    theme, _ = theme_of(template, Style.MINIMAL)
    assert theme.logo is not None


def test_an_unknown_key_is_named(folder: Path) -> None:
    write_document(folder, "brand", changed("style", colour="#FFFFFF"))
    assert "settings.style.colour: unknown key" in refusal(folder, "brand")


@pytest.mark.parametrize("name", ["../logo.png", "/etc/hostname", "..\\logo.png"])
def test_the_name_of_a_file_outside_the_folder_is_refused(folder: Path, name: str) -> None:
    write_document(folder, "brand", changed("style", logo=name))
    assert "is not the name of a file beside the template" in refusal(folder, "brand")


def test_a_link_out_of_the_folder_is_refused(folder: Path) -> None:
    write_logo(folder.parent / "elsewhere.png", MAGENTA)
    (folder / "logo.png").unlink()
    (folder / "logo.png").symlink_to(folder.parent / "elsewhere.png")
    assert "'logo.png', which is not in the templates folder" in refusal(folder, "brand")


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "track.wav").unlink()
    assert "'track.wav', which is not in the templates folder" in refusal(folder, "brand")


@pytest.mark.parametrize("text", ["{", "[1]", "\xff", "[" * 100_000])
def test_what_is_no_json_object_is_refused(folder: Path, text: str) -> None:
    (folder / "brand.json").write_text(text, encoding="latin-1")
    assert "brand" in refusal(folder, "brand")


def test_a_check_tells_all_problems_at_once(folder: Path) -> None:
    document = changed("style", colors=["#FFF0D0", "#7A1FA2", "#FFF3D6"])
    write_document(folder, "brand", document)
    (folder / "logo.png").write_text("no picture")
    (folder / "track.wav").write_text("no sound")
    found = TemplateStore(folder).check("brand")
    assert len(found.errors) == 2
    assert "logo.png is not a PNG" in found.errors[0]
    assert "'track.wav' cannot be used" in found.errors[1]
    assert any("accent #FFF0D0 is too light" in warning for warning in found.warnings)
    assert any("'Comic Sans' is not bundled" in warning for warning in found.warnings)


def test_a_check_names_every_wrong_key(folder: Path) -> None:
    write_document(folder, "brand", {"nmae": "Brand", "settings": {"style": {"colors": ["red"]}, "sound": {}}})
    (error,) = TemplateStore(folder).check("brand").errors
    for part in ("nmae: unknown key", "settings.sound: unknown key", "'red' is not a colour"):
        assert part in error


@pytest.mark.parametrize("template_id", BUILT_IN_TEMPLATES)
def test_built_in_templates_have_no_problems(folder: Path, template_id: str) -> None:
    found = TemplateStore(folder).check(template_id)
    assert not found.errors
    assert not found.warnings


def decoded(video: Path) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The last picture as RGB, and the sound as mono."""
    with av.open(str(video)) as file:
        for picture in file.decode(video=0):
            last = picture
    with av.open(str(video)) as file:
        blocks = [frame.to_ndarray().mean(axis=0) for frame in file.decode(audio=0)]
    pixels = np.asarray(last.to_ndarray(format="rgb24"), np.uint8)
    return pixels, np.concatenate(blocks).astype(np.float32)


def where(picture: NDArray[np.uint8], color: Sequence[int]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the pixels that are nearly of a colour; coding moves it a little."""
    near = np.abs(picture.astype(int) - np.array(color)).max(axis=2) <= 14
    rows, columns = np.nonzero(near)
    return rows, columns


def tone_share(sound: NDArray[np.float32]) -> float:
    """How much of the power lies within 30 Hz of the music's tone."""
    power = np.abs(np.fft.rfft(sound * np.hanning(sound.size))) ** 2
    hertz = np.fft.rfftfreq(sound.size, 1 / 48_000)
    return float(power[np.abs(hertz - MUSIC_HZ) < 30].sum() / power.sum())


def rendered(template: Template, folder: Path) -> tuple[RenderedRow, NDArray[np.uint8], NDArray[np.float32]]:
    plan = plan_with(template)
    with EspeakSpeech() as speech:
        row = render_row(plan, plan.outputs, folder, speech=speech, renderer=EventRenderer(), progress=lambda *_: None)
    (output,) = row.outputs
    return row, *decoded(output.folder / output.video)


def test_a_row_is_rendered_with_the_brand_s_logo_colours_and_music(folder: Path, tmp_path: Path) -> None:
    row, picture, sound = rendered(TemplateStore(folder).load("brand"), tmp_path)
    height, width, _ = picture.shape
    assert (width, height) == (1280, 720)

    rows, columns = where(picture, MAGENTA)
    assert rows.size > 1500
    assert rows.max() < height / 4
    assert columns.max() < width / 4

    assert where(picture[:20, :20], PAPER)[0].size == 400
    assert where(picture, ACCENT)[0].size > 100

    title_card = sound[: round(1.5 * 48_000)]
    assert tone_share(title_card) > 0.95

    (font,) = row.warnings
    assert "'Comic Sans' is not bundled" in font


def test_without_a_track_the_style_s_bed_is_heard(folder: Path, tmp_path: Path) -> None:
    write_document(folder, "brand", changed("audio", background_music=None))
    _, _, sound = rendered(TemplateStore(folder).load("brand"), tmp_path)
    title_card = sound[: round(1.5 * 48_000)]
    assert np.abs(title_card).max() > 1e-3
    assert tone_share(title_card) < 0.05


def test_a_changed_logo_renders_the_row_again_and_nothing_else_does(folder: Path, tmp_path: Path) -> None:
    store = OutputStore(open_storage(f"file://{tmp_path}/output"), "", "ideas", RetryPolicy())

    def run() -> RowOutcome:
        plans = [plan_with(TemplateStore(folder).load("brand"))]
        (outcome,) = RowLoop(plans, store, RenderSetup(work_dir=tmp_path / "work")).run()
        assert outcome.failure is None
        return outcome

    first, again = run(), run()
    write_logo(folder / "logo.png", (0, 90, 255))
    after = run()
    assert (first.rendered, again.rendered, after.rendered) == (True, False, True)
    assert first.fingerprint == again.fingerprint != after.fingerprint


def test_changed_music_is_another_fingerprint_and_another_name_is_not(folder: Path) -> None:
    def fingerprint() -> str:
        return plan_with(TemplateStore(folder).load("brand")).fingerprint("engine")

    before = fingerprint()
    write_document(folder, "brand", {**BRAND, "name": "Renamed"})
    assert fingerprint() == before
    with (folder / "track.wav").open("ab") as file:
        file.write(b"\0\0")
    assert fingerprint() != before
