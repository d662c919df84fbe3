from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bulkvid_pipeline.rendering.pictures import typefaces
from bulkvid_pipeline.services.doctor.samples import SAMPLES
from bulkvid_pipeline_tests.services.doctor.conftest import Look


@pytest.fixture
def copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the fonts for writings from right to left, which is used in place of the installed ones."""
    original = typefaces._package_folder
    copy = folder / "rtl"
    shutil.copytree(original(typefaces.RTL), copy)
    monkeypatch.setattr(
        typefaces, "_package_folder", lambda package: copy if package == typefaces.RTL else original(package)
    )
    return copy


def arabic_in(folder: Path) -> Path:
    return folder / "fonts" / "ofl" / "notosansarabic" / "NotoSansArabic[wdth,wght].ttf"


def test_the_bundled_fonts_write_every_writing(look: Look, copied: Path) -> None:
    told = look("fonts")

    assert told.status == "ok"
    assert arabic_in(copied).exists()
    assert {"Latin", "Arabic", "Hebrew", "Devanagari", "Thai", "Chinese", "emoji"} <= {each.writing for each in SAMPLES}


def test_a_font_whose_file_is_gone_is_named(look: Look, copied: Path) -> None:
    arabic_in(copied).unlink()

    told = look("fonts")

    assert told.status == "broken"
    assert "NotoSansArabic" in told.found
    assert "justmytype-intl-rtl" in str(told.mend)


def test_a_damaged_font_is_named(look: Look, copied: Path) -> None:
    arabic_in(copied).write_bytes(b"not a font")

    assert "NotoSansArabic" in look("fonts").found


def test_a_font_without_the_letters_of_its_writing_is_told_by_the_writing(look: Look, copied: Path) -> None:
    hebrew = next((copied / "fonts").rglob("NotoSansHebrew*.ttf"))
    shutil.copyfile(hebrew, arabic_in(copied))

    told = look("fonts")

    assert told.status == "broken"
    assert "(Arabic)" in told.found
