from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
import skia
from numpy.typing import NDArray

from bulkvid_pipeline.cli.previewing import check_template, list_templates, preview_sheet_row, preview_templates
from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.core.errors import (
    InvalidRequestError,
    InvalidSpecError,
    TemplateNotFoundError,
    ValidationFailedError,
)
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.previews.contact_sheet import halved, tiled, wrapped
from bulkvid_pipeline.services.previews.row_preview import RowPreview, preview_row, row_ranges
from bulkvid_pipeline.settings import Settings, settings

SCRIPT = "Turn off the tap while you brush. It saves twelve litres. Then tell a friend about it."
GOOD = {"idea_title": "Save water", "description": "At home", "script_content": SCRIPT}


def sheet(folder: Path, *rows: Mapping[str, str]) -> Path:
    """A CSV of all columns; the first row has number 2."""
    path = folder / "ideas.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def previewed(
    folder: Path, *rows: Mapping[str, str], row: int = 2, platform: Platform | None = None, level: str = "moderate"
) -> RowPreview:
    spec = BulkJobSpec.for_input(str(sheet(folder, *rows)), validation_level=level)
    installed = Settings(templates_folder=folder / "templates")
    return preview_row(spec, installed, row, folder / "preview", platform=platform)


def size(path: Path) -> tuple[int, int]:
    picture = skia.Image.open(str(path))
    return picture.width(), picture.height()


def test_every_scene_has_a_still_on_every_platform_in_its_shape(tmp_path: Path) -> None:
    made = previewed(tmp_path, {**GOOD, "platform_preferences": "youtube,tiktok,instagram"})
    names = [path.name for path in made.stills]
    scenes = len(names) // 3
    assert scenes >= 3
    assert names == [
        f"row-2-{platform}-{number:02}.jpg"
        for platform in ("youtube", "tiktok", "instagram")
        for number in range(1, scenes + 1)
    ]
    assert [size(path) for path in made.stills[::scenes]] == [(960, 540), (540, 960), (540, 540)]


def test_the_contact_sheet_holds_all_stills(tmp_path: Path) -> None:
    made = previewed(tmp_path, {**GOOD, "platform_preferences": "youtube,tiktok"})
    width, height = size(made.contact_sheet)
    shown = sum(w * h // 4 for w, h in map(size, made.stills))
    assert shown < width * height < 3 * shown


def test_the_draft_has_five_seconds_of_voice_and_moving_captions(tmp_path: Path) -> None:
    made = previewed(tmp_path, GOOD)
    with av.open(str(made.draft)) as file:
        pictures = [frame.to_ndarray(format="gray") for frame in file.decode(video=0)]
    with av.open(str(made.draft)) as file:
        blocks = [frame.to_ndarray().mean(axis=0) for frame in file.decode(audio=0)]
    assert len(pictures) == 150
    assert pictures[0].shape == (540, 960)
    sound = np.concatenate(blocks)
    assert np.abs(sound[48_000 : 4 * 48_000]).max() > 0.1
    captions = [picture[430:530, 200:760] for picture in pictures[60:120:10]]
    assert any(np.abs(before.astype(int) - after).max() > 60 for before, after in pairwise(captions))


def test_a_row_shorter_than_the_draft_gives_all_it_has(tmp_path: Path) -> None:
    made = previewed(tmp_path, {"idea_title": "Hello", "script_content": "Good morning."})
    with av.open(str(made.draft)) as file:
        frames = sum(1 for _ in file.decode(video=0))
    assert 0 < frames < 150


def test_only_the_platform_asked_for_is_shown(tmp_path: Path) -> None:
    made = previewed(tmp_path, {**GOOD, "platform_preferences": "youtube"}, platform=Platform.REELS)
    assert {size(path) for path in made.stills} == {(540, 960)}


def test_stills_of_an_earlier_preview_of_the_row_go_and_those_of_others_stay(tmp_path: Path) -> None:
    rows = ({**GOOD, "platform_preferences": "youtube,tiktok"}, {**GOOD, "idea_title": "Another"})
    previewed(tmp_path, *rows, row=3)
    previewed(tmp_path, *rows)
    made = previewed(tmp_path, *rows, platform=Platform.TIKTOK)
    assert sorted(made.folder.glob("row-2-*-[0-9]*.jpg")) == sorted(made.stills)
    assert list(made.folder.glob("row-3-*-[0-9]*.jpg"))


def test_a_row_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"no idea in row 3 .*rows: 2, 4-5"):
        previewed(tmp_path, GOOD, {}, {**GOOD, "idea_title": "B"}, {**GOOD, "idea_title": "C"}, row=3)


def test_row_numbers_are_told_as_ranges() -> None:
    assert row_ranges([2, 3, 4, 7, 9, 10]) == "2-4, 7, 9-10"
    assert row_ranges(range(1, 60, 2)).endswith("and 18 more stretches")


def test_a_row_with_errors_tells_them_all(tmp_path: Path) -> None:
    bad = {**GOOD, "voice_preference": "robot", "platform_preferences": "cinema"}
    with pytest.raises(ValidationFailedError) as refused:
        previewed(tmp_path, bad, GOOD)
    assert "Unknown voice" in str(refused.value)
    assert "Unknown platform cinema" in str(refused.value)


def test_errors_of_other_rows_do_not_keep_a_row_from_being_shown(tmp_path: Path) -> None:
    made = previewed(tmp_path, {**GOOD, "voice_preference": "robot"}, {**GOOD, "idea_title": "B"}, row=3)
    assert made.title == "B"


def test_the_row_s_findings_come_with_it(tmp_path: Path) -> None:
    made = previewed(tmp_path, GOOD, GOOD, {**GOOD, "voice_preference": "robot"}, row=3)
    (finding,) = made.findings
    assert finding.code == "DUPLICATE_ROW"


def test_a_length_that_cannot_be_met_is_a_warning_and_at_strict_an_error(tmp_path: Path) -> None:
    full = dict.fromkeys(("target_audience", "tone"), "all") | {
        "platform_preferences": "youtube",
        "voice_preference": "male",
        "style_override": "classic",
        "priority": "low",
    }
    row = {**GOOD, **full, "duration_seconds": "90"}
    made = previewed(tmp_path, row)
    assert [finding.code for finding in made.findings] == ["DURATION_INFEASIBLE"]
    assert made.warnings == ()
    assert made.seconds < 80
    with pytest.raises(ValidationFailedError, match="E2"):
        previewed(tmp_path, row, level="strict")


def test_a_draft_says_when_the_job_will_have_another_voice(tmp_path: Path) -> None:
    spec = BulkJobSpec.for_input(str(sheet(tmp_path, GOOD)))
    paid = Settings(templates_folder=tmp_path, speech_provider="openai")
    (warning,) = preview_row(spec, paid, 2, tmp_path / "preview").warnings
    assert "the job will have that of openai" in warning


def test_characters_that_no_font_has_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValidationFailedError, match="No font has"):
        previewed(tmp_path, {**GOOD, "script_content": "Read \U00012000 aloud, if you can."})


@pytest.mark.parametrize("command", ["preview --row 2 -o {folder}", "validate", "--help"])
def test_looking_at_a_file_imports_nothing_that_it_does_not_need(tmp_path: Path, command: str) -> None:
    name, *options = command.format(folder=tmp_path / "made").split()
    words = [name, str(sheet(tmp_path, GOOD)), *options]
    code = (
        "import sys; from bulkvid_pipeline.cli.app import app\n"
        f"try: app({words!r})\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('brought along', sorted({'dagster', 'gspread', 's3fs', 'openpyxl', 'croniter'} & sys.modules.keys()))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "brought along []" in ended.stdout
    assert (str(tmp_path / "made" / "row-2-draft.mp4") in ended.stdout) == (name == "preview")


def test_an_unknown_platform_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    spec = BulkJobSpec.for_input(str(sheet(tmp_path, GOOD)))
    with pytest.raises(InvalidSpecError, match="youtube, tiktok"):
        preview_sheet_row(spec, 2, "cinema", tmp_path)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation with a templates folder in which one colour cannot be seen."""
    folder = tmp_path / "templates"
    folder.mkdir()
    pale = {"settings": {"style": {"base": "minimal", "colors": ["#FFF0D0"]}}}
    (folder / "pale.json").write_text(json.dumps(pale))
    monkeypatch.setenv("BULKVID_TEMPLATES_FOLDER", str(folder))
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield folder
    settings.cache_clear()


def test_a_template_is_drawn_as_four_cards_in_three_shapes(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert preview_templates("pale", installed / "drawn") == 0
    width, height = size(installed / "drawn" / "pale.jpg")
    assert width > 856 + 480 + 270
    assert height > 4 * 480
    assert "#FFF0D0 is too light" in capsys.readouterr().out


def test_a_broken_template_does_not_hide_the_others(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (installed / "broken.json").write_text("{")
    assert list_templates() == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert {"default_template", "broken", "pale"} <= lines.keys()
    assert "(broken)" in lines["broken"]


def test_a_check_ends_with_a_code_for_scripts(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (installed / "broken.json").write_text("{")
    codes = [check_template(name) for name in ("modern", "pale", str(installed / "pale.json"), "broken")]
    assert codes == [0, 3, 3, 2]
    assert "error    Template 'broken' is not a JSON document" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_not_taken_for_a_built_in_template(installed: Path) -> None:
    with pytest.raises(TemplateNotFoundError, match="not found"):
        check_template(str(installed / "modern.json"))


def picture(height: int, width: int, value: int) -> NDArray[np.uint8]:
    return np.full((height, width, 3), value, np.uint8)


def test_pictures_keep_their_order_and_their_pixels_on_a_sheet() -> None:
    pictures = [picture(4, 6, value) for value in (10, 20, 30)]
    bands = wrapped(pictures, width=30)
    assert [len(band) for band in bands] == [2, 1]
    sheet = tiled(bands)
    for value in (10, 20, 30):
        assert (sheet == value).all(axis=2).sum() == 24


def test_a_halved_picture_is_the_mean_of_its_pixels() -> None:
    checks = picture(2, 4, 0)
    checks[:, 1::2] = 255
    assert halved(checks).tolist() == [[[128] * 3] * 2]
