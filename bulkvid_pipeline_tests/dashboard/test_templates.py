from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from httpx2 import Response

from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.services.templates import project_templates
from bulkvid_pipeline_tests.dashboard.conftest import Visitor, Visitors, words
from bulkvid_pipeline_tests.media_files import disc, encoded
from bulkvid_pipeline_tests.services.templates.music import tone
from bulkvid_pipeline_tests.workplace import Workplace

COLOR, SPEED, LOGO = "settings.style.colors.0", "settings.audio.voice_settings.speed", "settings.style.logo"
LOGO_FILE = encoded(disc(24))
HOSTILE = "\"><script>alert(1)</script>'{{7*7}}"


def fields_of(page: Response) -> dict[str, str]:
    """What the editor's form would send: its fields as a browser without script has them."""
    form = re.search(r'<form id="editor".*?</form>', page.text, re.DOTALL)
    assert form is not None, page.text[:2000]
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" not in given or given["type"] == "file" or (given["type"] == "radio" and " checked" not in tag):
            continue
        fields[given["name"]] = html.unescape(given["value"])
    for name, text in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>', form[0], re.DOTALL):
        fields[name] = html.unescape(text)
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        fields[name] = html.unescape(chosen[1]) if chosen else ""
    assert "csrf" in fields
    return {name: value for name, value in fields.items() if name != "csrf"}


def problem(page: Response, place: str) -> str:
    """What is told beside a field."""
    found = re.search(rf'<p class="wrong" id="{place.replace(".", "-")}-problem"[^>]*>(.*?)</p>', page.text, re.DOTALL)
    assert found is not None, place
    return html.unescape(words(found[1]))


def made(visitor: Visitor, template_id: str = "brand", **texts: str) -> Response:
    answer = visitor.post(
        "/new-template", {**fields_of(visitor.get("/new-template")), "template_id": template_id} | texts
    )
    assert answer.status_code == 303, words(answer)
    return answer


def document(visitor: Visitor, template_id: str = "brand") -> Any:
    return visitor.get(f"/templates/{template_id}/document.json").json()


def test_a_template_is_made_as_a_copy_changed_and_deleted(visitor: Visitor) -> None:
    begun = fields_of(visitor.get("/new-template?from=classic"))
    saved = visitor.post("/new-template", begun | {"name": "Ünser Haus", COLOR: "#0b6e4f"})
    here = saved.headers["location"]
    page = visitor.get(here)
    again = visitor.post(here, fields_of(page) | {SPEED: "1,25"})
    asked = visitor.get(f"{here}/delete")
    outdated = visitor.post(f"{here}/delete", {"version": fields_of(page)["version"]})
    settings = document(visitor, "unser-haus")["settings"]
    deleted = visitor.post(f"{here}/delete", {"version": fields_of(visitor.get(here))["version"]})

    assert here == "/templates/unser-haus"
    assert saved.status_code == 303
    assert again.status_code == 303
    assert (settings["style"]["base"], settings["style"]["colors"]) == ("classic", ["#0B6E4F"])
    assert settings["audio"]["voice_settings"]["speed"] == 1.25
    assert "Delete Ünser Haus?" in words(asked)
    assert outdated.status_code == 412
    assert deleted.headers["location"] == "/templates"
    assert visitor.get(here).status_code == 404
    assert visitor.get(f"{here}/thumbnail.webp").status_code == 404


def test_what_is_wrong_comes_back_beside_its_field_with_all_that_was_typed(visitor: Visitor) -> None:
    typed = fields_of(visitor.get("/new-template")) | {
        "name": "Mine", SPEED: "fast", COLOR: "reddish", LOGO: "gone.png", "template_id": "a b",
        "settings.audio.pronunciations": "SQL sequel",
    }  # fmt: skip

    for path in ("/new-template", "/template-draft"):
        page = visitor.post(path, typed)

        assert page.status_code == 422
        back = fields_of(page)
        assert {name: back[name] for name in typed if name != "document"} == {
            name: value for name, value in typed.items() if name != "document"
        }
        assert "valid number" in problem(page, SPEED)
        assert "is not a colour such as #1E90FF" in problem(page, COLOR)
        assert "Line 1: write it as SQL = sequel" in problem(page, "settings.audio.pronunciations")
        assert problem(page, "template_id")
    assert "Mine" not in words(visitor.get("/templates"))
    right = typed | {SPEED: "1", COLOR: "", "template_id": "mine", "settings.audio.pronunciations": ""}
    assert "gone.png" in problem(visitor.post("/new-template", right), LOGO)


def test_somebody_else_s_change_is_shown_beside_one_s_own_and_nothing_is_lost(visitor: Visitor) -> None:
    made(visitor, name="First")
    mine = fields_of(visitor.get("/templates/brand"))
    visitor.post("/templates/brand", mine | {"name": "Theirs", SPEED: "1.5"})

    page = visitor.post("/templates/brand", mine | {"name": "Mine"})

    assert page.status_code == 412
    assert "Somebody else has saved this template meanwhile" in words(page)
    assert re.search(r"Name Theirs Mine", words(page))
    assert re.search(r"Speed 1\.5 1 ", words(page))
    assert document(visitor)["name"] == "Theirs"
    back = fields_of(page)
    assert back["name"] == "Mine"
    assert visitor.post("/templates/brand", back).status_code == 303
    assert document(visitor)["name"] == "Mine"


def test_a_template_that_somebody_has_deleted_meanwhile_can_be_made_anew(visitor: Visitor) -> None:
    made(visitor, name="First")
    mine = fields_of(visitor.get("/templates/brand"))
    visitor.post("/templates/brand/delete", {"version": mine["version"]})

    page = visitor.post("/templates/brand", mine | {"name": "Mine"})

    assert page.status_code == 412
    assert "Somebody else has deleted this template meanwhile" in words(page)
    assert visitor.post("/templates/brand", fields_of(page)).status_code == 303
    assert document(visitor)["name"] == "Mine"


def test_a_name_that_is_taken_is_told_beside_it(visitor: Visitor) -> None:
    made(visitor)
    begun = fields_of(visitor.get("/new-template"))

    for taken, status in (("brand", 422), ("modern", 409)):
        page = visitor.post("/new-template", begun | {"template_id": taken, "name": "Mine"})
        assert page.status_code == status, taken
        assert taken in problem(page, "template_id")
        assert fields_of(page)["name"] == "Mine"


def test_what_no_field_shows_is_kept(visitor: Visitor, workplace: Workplace) -> None:
    made(visitor)
    path = workplace.folder / "templates" / "projects" / "default" / "brand.json"
    kept = json.loads(path.read_text())
    kept["settings"]["style"]["colors"] = ["#0B6E4F", "#7A1FA2", "#FFF3D6", "#111111", "#222222"]
    path.write_text(json.dumps(kept))

    visitor.post("/templates/brand", fields_of(visitor.get("/templates/brand")) | {"name": "Other"})

    assert document(visitor) == kept | {"name": "Other"}


def test_built_in_templates_are_shown_and_not_changed(visitor: Visitor) -> None:
    page = visitor.get("/templates/modern")

    assert "This template is built in and stays as it is" in words(page)
    assert "fieldset" in page.text
    assert 'class="card group" disabled' in page.text
    sent = visitor.post("/templates/modern", fields_of(page) | {"name": "Mine"})
    assert sent.status_code == 409
    assert visitor.get("/templates/modern/delete").status_code == 200
    assert visitor.post("/templates/modern/delete", {"version": fields_of(page)["version"]}).status_code == 409


def test_templates_of_other_projects_are_not_there(visitor: Visitor, visitors: Visitors) -> None:
    made(visitor)
    uploaded = visitor.post("/template-assets", files={"file": ("logo.png", LOGO_FILE)})
    assert uploaded.status_code == 303
    other = visitors(project="other")

    for path in (
        "/templates/brand", "/templates/brand/thumbnail.webp", "/templates/brand/preview.webp",
        "/templates/brand/document.json", "/templates/brand/delete", "/new-template?from=brand",
        "/template-assets/logo.png", "/template-assets/logo.png/delete", "/template-assets/..%2Fdefault%2Flogo.png",
    ):  # fmt: skip
        assert path.endswith(".webp") or ".." in path or visitor.get(path).status_code == 200, path
        assert other.get(path).status_code == 404, path
    assert other.post("/template-assets/logo.png/delete").status_code == 404
    assert other.post("/templates/brand/delete", {"version": "x"}).status_code == 404
    assert "/templates/brand" not in other.get("/templates").text
    assert "logo.png" not in other.get("/template-assets").text


def test_who_may_not_change_templates_looks_at_them(visitor: Visitor, visitors: Visitors) -> None:
    made(visitor)
    reader = visitors("eve", scopes=[Scope.JOBS_READ])

    page = reader.get("/templates/brand")
    assert "You may look at templates, and not change them" in words(page)
    assert "New template" not in words(reader.get("/templates"))
    for path in ("/new-template", "/templates/brand", "/template-draft", "/template-check", "/template-assets"):
        assert reader.post(path, {}).status_code == 403, path
    assert reader.get("/new-template").status_code == 403


def test_nothing_is_changed_without_the_session_s_token(visitor: Visitor) -> None:
    made(visitor)
    fields = fields_of(visitor.get("/templates/brand")) | {"csrf": "forged", "name": "Forged"}

    for path in (
        "/templates/brand",
        "/new-template",
        "/templates/brand/delete",
        "/template-assets",
        "/template-import",
    ):
        assert visitor.post(path, fields).status_code == 403, path
    assert document(visitor)["name"] != "Forged"


def test_hostile_texts_stay_texts(visitor: Visitor, workplace: Workplace) -> None:
    made(visitor, name=HOSTILE, description=HOSTILE, **{"settings.audio.pronunciations": f"{HOSTILE} = x"})
    uploaded = visitor.post("/template-assets", files={"file": (f"{HOSTILE}.png", LOGO_FILE)})
    folder = workplace.folder / "templates" / "projects" / "default"
    (folder / "broken.json").write_text(json.dumps({"settings": {"style": {"base": HOSTILE, HOSTILE: 1}}}))
    (folder / f"{HOSTILE.replace('/', '')}.json").write_text("{}")
    imported = visitor.post(
        "/template-import",
        files={"file": ("x.json", json.dumps({"name": HOSTILE, HOSTILE: HOSTILE, "template_id": HOSTILE}))},
    )
    typed = dict.fromkeys(fields_of(visitor.get("/new-template")), HOSTILE)

    pages = [
        visitor.get("/templates"), visitor.get("/templates/brand"), visitor.get("/templates/brand/delete"),
        visitor.get("/templates/broken"), visitor.get("/template-assets"), visitor.get("/new-template?from=brand"),
        visitor.post("/new-template", typed), visitor.post("/template-draft", typed | {"use": HOSTILE}),
        visitor.post("/template-check", typed), visitor.get(f"/templates/{quote(HOSTILE)}"), imported,
    ]  # fmt: skip

    assert uploaded.status_code == 303
    for page in pages:
        assert page.headers["content-type"].startswith("text/html")
        assert "<script>alert" not in page.text, page.url
        assert '"><script' not in page.text, page.url


def test_colours_are_judged_and_the_suggested_one_is_taken_without_script(visitor: Visitor) -> None:
    begun = fields_of(visitor.get("/new-template?from=minimal")) | {COLOR: "#ffe100"}

    checked = visitor.post("/template-check", begun)
    (wish,) = re.findall(r'name="use" value="([^"]+)"', checked.text)
    better = visitor.post("/template-draft", begun | {"use": html.unescape(wish)})

    assert "Numbers and small words on the background: 1." in words(checked)
    assert "Videos show the nearest one that is seen" in words(checked)
    assert 'hx-swap-oob="true"' in checked.text
    assert fields_of(better)[COLOR] == wish.partition("=")[2]
    assert "Videos show the nearest one" not in words(better)
    assert "data:image/webp;base64," in better.text


def test_a_picture_is_painted_of_what_is_typed_and_none_of_what_cannot_be(visitor: Visitor) -> None:
    begun = fields_of(visitor.get("/new-template"))

    painted = visitor.post("/template-preview", begun)
    assert "data:image/webp;base64," in painted.text
    assert visitor.post("/template-preview", begun | {SPEED: "x"}).status_code == 204


def test_a_logo_and_music_are_uploaded_with_the_form(visitor: Visitor) -> None:
    begun = fields_of(visitor.get("/new-template")) | {"name": "Mine"}
    wrong = visitor.post("/new-template", begun, files={"logo_file": ("x.png", b"<svg/>")})
    files = {"logo_file": ("our logo.png", LOGO_FILE), "music_file": ("song.wav", tone(1))}
    saved = visitor.post("/new-template", fields_of(wrong), files=files)

    settings = document(visitor, "mine")["settings"]
    assert "neither a logo nor music" in problem(wrong, LOGO)
    assert saved.status_code == 303
    assert (settings["style"]["logo"], settings["audio"]["background_music"]) == ("our logo.png", "song.wav")
    assert visitor.get("/template-assets/our%20logo.png").content == LOGO_FILE
    part = visitor.get("/template-assets/song.wav", {"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"RIFF")


def test_files_are_listed_with_their_uses_and_deleted_when_there_are_none(visitor: Visitor) -> None:
    visitor.post("/template-assets", files={"file": ("logo.png", LOGO_FILE)})
    made(visitor, **{LOGO: "logo.png"})

    assert "Used by brand" in words(visitor.get("/template-assets"))
    assert visitor.post("/template-assets/logo.png/delete").status_code == 409
    told = visitor.post(
        "/template-assets", files={"file": ("x.png", b"GIF89a")}, headers={"Accept": "application/json"}
    )
    assert told.status_code == 400
    assert set(told.json()) == {"message", "fix"}
    page = visitor.post("/template-assets", files={"file": ("x.png", b"GIF89a")})
    assert (page.status_code, "neither a logo nor music" in words(page)) == (400, True)
    assert visitor.post("/template-assets").status_code == 400
    visitor.post("/templates/brand", fields_of(visitor.get("/templates/brand")) | {LOGO: ""})
    assert visitor.post("/template-assets/logo.png/delete").headers["location"] == "/template-assets"
    assert "Used by" not in words(visitor.get("/template-assets"))


@pytest.mark.parametrize("template_id", ["фирма", "one & two #3?", 'ünser "haus"'])
def test_a_template_of_any_file_name_is_linked_and_exported(
    visitor: Visitor, services: OpenServices, template_id: str
) -> None:
    made(visitor, name="Brand")
    folder = services.settings.templates_folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{template_id}.json").write_text(json.dumps(document(visitor) | {"template_id": template_id}))

    quoted = quote(template_id)
    assert f'href="/templates/{quoted}"' in visitor.get("/templates").text
    assert f'href="/templates/{quoted}/document.json"' in visitor.get(f"/templates/{quoted}").text
    exported = visitor.get(f"/templates/{quoted}/document.json")
    assert exported.json()["template_id"] == template_id
    assert f"filename*=UTF-8''{quoted}.json" in exported.headers["content-disposition"]


def test_a_template_is_exported_and_imported(visitor: Visitor, visitors: Visitors) -> None:
    made(visitor, name="Brand", **{COLOR: "#0B6E4F"})
    exported = visitor.get("/templates/brand/document.json")
    other = visitors(project="other")

    page = other.post("/template-import", files={"file": ("brand.json", exported.content)})
    saved = other.post("/new-template", fields_of(page))

    assert exported.headers["content-disposition"].startswith('attachment; filename="brand.json"')
    assert saved.headers["location"] == "/templates/brand"
    assert document(other) == exported.json()


def test_what_is_no_template_is_not_imported(visitor: Visitor) -> None:
    for content, told in (
        (b"", "no file"),
        (b"{", "not a JSON document"),
        (b"[]", "holds no template"),
        (b'{"name":"\\ud800"}', "not a JSON"),
        (b"[" * 60_000, "not a JSON"),
        (b" " * 70_000, "larger than a template can be"),
    ):
        page = visitor.post("/template-import", files={"file": ("x.json", content)})

        assert page.status_code == 400, told
        assert told in words(page)


def test_keys_that_templates_do_not_have_are_told_and_can_be_left_out(visitor: Visitor) -> None:
    written = {"name": "Old", "fade": 3, "settings": {"style": {"base": "classic", "glow": True}}}
    page = visitor.post("/template-import", files={"file": ("x.json", json.dumps(written))})
    typed = fields_of(page)

    assert "settings.style.glow: unknown key" in words(page)
    refused = visitor.post("/new-template", typed)
    left_out = visitor.post("/template-draft", typed | {"use": "without-unknown", SPEED: "x"})

    assert refused.status_code == 422
    assert json.loads(fields_of(refused)["document"]) == written
    assert "unknown key" not in words(left_out)
    assert visitor.post("/new-template", fields_of(left_out) | {SPEED: "1"}).status_code == 303
    assert document(visitor, "old")["settings"]["style"]["base"] == "classic"


def test_a_template_that_cannot_be_used_says_why_and_can_be_mended(visitor: Visitor, workplace: Workplace) -> None:
    folder = workplace.folder / "templates" / "projects" / "default"
    made(visitor)
    (folder / "brand.json").write_text("{")

    page = visitor.get("/templates/brand")
    assert "not a JSON document" in words(page)
    assert "not a JSON document" in words(visitor.get("/templates"))
    assert visitor.post("/templates/brand", fields_of(page) | {"name": "Mended"}).status_code == 303
    assert document(visitor)["name"] == "Mended"


def test_samples_of_fonts_and_music_are_sent(visitor: Visitor) -> None:
    font = visitor.get("/template-fonts/Noto%20Serif")
    music = visitor.get("/template-music/classic", {"Range": "bytes=0-3"})

    assert font.headers["content-type"] == "image/png"
    assert (music.status_code, music.content) == (206, b"OggS")
    assert visitor.get("/template-fonts/Arial").status_code == 404
    assert visitor.get("/template-music/..%2Fmodern").status_code == 404


def test_nothing_that_was_typed_is_lost_where_there_is_no_room(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_templates, "MOST_TEMPLATES", 0)

    page = visitor.post("/new-template", fields_of(visitor.get("/new-template")) | {"name": "Mine"})

    assert page.status_code == 409
    assert "Delete templates that are no longer used" in words(page)
    assert fields_of(page)["name"] == "Mine"


@pytest.mark.parametrize("path", ["/template-draft", "/template-check", "/template-preview", "/new-template"])
def test_half_a_character_in_what_the_form_carries_along_is_no_fault_of_ours(visitor: Visitor, path: str) -> None:
    begun = fields_of(visitor.get("/new-template"))
    for document in ('{"name": "\\ud800"}', '{"\\ud800": 1}'):
        assert visitor.post(path, {**begun, "document": document}).status_code < 500
