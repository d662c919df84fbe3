from __future__ import annotations

import io
import json
import os
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bulkvid_pipeline.core.errors import (
    ActionNotAllowedError,
    AssetNotFoundError,
    InvalidAssetError,
    TemplateInvalidError,
    UploadTooLargeError,
)
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.services.templates import assets as assets_module
from bulkvid_pipeline.services.templates.assets import ProjectAssets
from bulkvid_pipeline.services.templates.project_templates import ProjectTemplates
from bulkvid_pipeline.services.templates.template_store import TemplateStore, theme_of
from bulkvid_pipeline_tests.media_files import disc, encoded, flat, png_claiming
from bulkvid_pipeline_tests.services.templates.music import tone

LOGO = encoded(disc(40))
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def assets_of(folder: Path, project: str = "acme") -> ProjectAssets:
    return ProjectAssets(TemplateStore(folder, project))


def names(folder: Path, project: str = "acme") -> list[str]:
    return [asset.name for asset in assets_of(folder, project).list()]


def test_a_logo_is_kept_and_templates_use_it(tmp_path: Path) -> None:
    asset, is_new = assets_of(tmp_path).add("Acme Logo.png", LOGO)
    store = TemplateStore(tmp_path, "acme")
    ProjectTemplates(store).save("brand", {"settings": {"style": {"logo": asset.name}}})

    theme, _ = theme_of(store.load("brand"), Style.MODERN)

    assert is_new
    assert (asset.name, asset.kind, asset.media_type) == ("Acme Logo.png", "logo", "image/png")
    assert (asset.width, asset.height, asset.size, asset.origin) == (40, 40, len(LOGO), "project")
    assert theme.logo is not None
    assert theme.logo.data == LOGO
    assert assets_of(tmp_path).view(asset.name).used_by == ("brand",)


def test_music_is_kept_with_its_length(tmp_path: Path) -> None:
    asset, _ = assets_of(tmp_path).add("song.wav", tone(2.5))

    assert (asset.kind, asset.media_type, asset.duration_s) == ("music", "audio/wav", 2.5)
    ProjectTemplates(TemplateStore(tmp_path, "acme")).save(
        "b", {"settings": {"audio": {"background_music": "song.wav"}}}
    )


@pytest.mark.parametrize(
    ("given", "data", "kept"),
    [
        ("logo.exe", LOGO, "logo.png"),
        ("logo.JPEG", encoded(flat(8, 8), "jpeg"), "logo.jpeg"),
        ("logo.gif", encoded(flat(8, 8), "webp"), "logo.webp"),
        ("../../etc/passwd", LOGO, "passwd.png"),
        ("C:\\Users\\me\\logo.png", LOGO, "logo.png"),
        (".json", LOGO, "json.png"),
        ("brand.json", LOGO, "brand.png"),
        ("", LOGO, "file.png"),
        ("شعار.png", LOGO, "شعار.png"),
        ("none", tone(1), "none.wav"),
        ("a" * 300 + ".png", LOGO, None),
        ('"><script>.png', LOGO, None),
        ("x\r\nSet-Cookie: a.png", LOGO, None),
    ],
)
def test_a_name_is_made_safe_and_has_the_suffix_of_its_content(
    tmp_path: Path, given: str, data: bytes, kept: str | None
) -> None:
    asset, _ = assets_of(tmp_path).add(given, data)

    assert kept is None or asset.name == kept
    assert not set(asset.name) & set('/\\:<>"\r\n\0')
    assert len(asset.name) <= 120
    found = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"]
    assert found == [tmp_path / "projects" / "acme" / asset.name]
    assert assets_of(tmp_path).read(asset.name)[1] == data


def bomb() -> bytes:
    """Music of an hour in a small file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(1)
        written.setframerate(2000)
        written.writeframes(bytes(2000 * 3600))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is empty"),
        (SVG, "neither a logo nor music"),
        (b"GIF89a" + bytes(100), "neither a logo nor music"),
        (b"<html>", "neither a logo nor music"),
        (png_claiming(60_000, 60_000, 2), "damaged or has more than 40 million pixels"),
        (LOGO[:60], "The end of"),
        (encoded(flat(30, 30), "jpeg")[:-40], "damaged|The end of"),
        (encoded(flat(30, 30), "webp")[:-40], "damaged|The end of"),
        (LOGO[:20], "damaged"),
        (b"ID3" + bytes(500), "damaged or contains no sound"),
        (b"#EXTM3U\nfile:///etc/passwd", "neither a logo nor music"),
        (b"OggS" + os.urandom(300), "damaged or contains no sound"),
        (tone(0.2), "less than 1 second"),
        (bomb(), "more than 10 minutes"),
    ],
)
def test_what_no_template_can_use_is_refused(tmp_path: Path, data: bytes, told: str) -> None:
    with pytest.raises(InvalidAssetError, match=told) as refused:
        assets_of(tmp_path).add("x.png", data)

    assert refused.value.fix
    assert refused.value.field == "file"
    assert names(tmp_path) == []


def test_what_is_too_large_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    with pytest.raises(UploadTooLargeError, match="larger than 10 MiB"):
        assets_of(tmp_path).add("x.png", LOGO + bytes(assets_module.MOST_BYTES))


def test_another_file_of_a_name_gets_a_number_and_the_same_one_stays_one(tmp_path: Path) -> None:
    other = encoded(disc(41))

    kept = [assets_of(tmp_path).add("logo.png", data) for data in (LOGO, other, LOGO, other)]

    assert [(asset.name, is_new) for asset, is_new in kept] == [
        ("logo.png", True), ("logo-2.png", True), ("logo.png", False), ("logo-2.png", False),
    ]  # fmt: skip
    assert assets_of(tmp_path).read("logo.png")[1] == LOGO


def test_an_upload_does_not_stand_in_for_a_shared_file_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(LOGO)

    asset, _ = assets_of(tmp_path).add("logo.png", encoded(disc(41)))

    assert asset.name == "logo-2.png"
    assert assets_of(tmp_path).find("logo.png").path == tmp_path / "logo.png"


def test_a_project_reaches_its_own_files_and_shared_ones_alone(tmp_path: Path) -> None:
    (tmp_path / "house.png").write_bytes(LOGO)
    (tmp_path / "house.json").write_text("{}")
    assets_of(tmp_path).add("logo.png", LOGO)
    secret = tmp_path / "secret.png"
    own = tmp_path / "projects" / "acme"
    (tmp_path.parent / f"{tmp_path.name}-outside.png").write_bytes(LOGO)
    (own / "link.png").symlink_to(tmp_path.parent / f"{tmp_path.name}-outside.png")
    secret.unlink(missing_ok=True)

    assert names(tmp_path) == ["logo.png", "house.png"]
    assert names(tmp_path, "other") == ["house.png"]
    for name in ("logo.png", "../acme/logo.png", "projects/acme/logo.png", "house.json", "link.png", "..", ""):
        with pytest.raises(AssetNotFoundError):
            assets_of(tmp_path, "other").find(name)
        with pytest.raises(AssetNotFoundError):
            assets_of(tmp_path, "other").delete(name)
    with pytest.raises(ActionNotAllowedError, match="shared by all projects"):
        assets_of(tmp_path).delete("house.png")
    with pytest.raises(AssetNotFoundError):
        assets_of(tmp_path).find("link.png")


def test_a_file_in_use_stays_until_no_template_names_it(tmp_path: Path) -> None:
    assets = assets_of(tmp_path)
    assets.add("logo.png", LOGO)
    templates = ProjectTemplates(TemplateStore(tmp_path, "acme"))
    templates.save("brand", {"settings": {"style": {"logo": "./logo.png"}}})

    with pytest.raises(ActionNotAllowedError, match="the template 'brand'") as refused:
        assets.delete("logo.png")
    templates.save("brand", {})
    assets.delete("logo.png")

    assert refused.value.details == {"used_by": ("brand",)}
    assert names(tmp_path) == []
    with pytest.raises(AssetNotFoundError):
        assets.delete("logo.png")
    with pytest.raises(TemplateInvalidError, match=r"names the file 'logo\.png'"):
        templates.save("brand", {"settings": {"style": {"logo": "logo.png"}}})


def test_a_template_that_cannot_be_read_keeps_the_files_that_its_text_names(tmp_path: Path) -> None:
    assets = assets_of(tmp_path)
    assets.add("logo.png", LOGO)
    (tmp_path / "projects" / "acme" / "broken.json").write_text(json.dumps({"logo": "logo.png"})[:-1])

    with pytest.raises(ActionNotAllowedError, match="broken"):
        assets.delete("logo.png")


def test_a_project_has_room_for_so_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets_module, "MOST_ASSETS", 2)
    assets = assets_of(tmp_path)
    for side in (10, 11):
        assets.add("logo.png", encoded(disc(side)))

    with pytest.raises(ActionNotAllowedError, match="may have 2 files"):
        assets.add("logo.png", encoded(disc(12)))
    assets.add("logo.png", encoded(disc(11)))
    monkeypatch.setattr(assets_module, "MOST_ASSETS", 200)
    monkeypatch.setattr(assets_module, "MOST_PROJECT_BYTES", 10)
    with pytest.raises(ActionNotAllowedError, match="Delete files"):
        assets.add("logo.png", encoded(disc(12)))


def test_uploads_at_once_lose_nothing(tmp_path: Path) -> None:
    pictures = [encoded(disc(side)) for side in range(10, 13)]

    with ThreadPoolExecutor(3) as pool:
        kept = list(pool.map(lambda data: assets_of(tmp_path).add("logo.png", data)[0].name, pictures))

    assert sorted(kept) == ["logo-2.png", "logo-3.png", "logo.png"]
    for name, data in zip(kept, pictures, strict=True):
        assert assets_of(tmp_path).read(name)[1] == data
