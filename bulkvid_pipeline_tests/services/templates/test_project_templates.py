from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bulkvid_pipeline.core.errors import (
    BulkVideoError,
    TemplateChangedError,
    TemplateInvalidError,
    TemplateNotFoundError,
    TemplateReadOnlyError,
)
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.rendering.pictures.themes import branded
from bulkvid_pipeline.services.templates import project_templates
from bulkvid_pipeline.services.templates.project_templates import Expected, ProjectTemplates
from bulkvid_pipeline.services.templates.template_store import Origin, TemplateStore, folder_name_of, theme_of
from bulkvid_pipeline.services.templates.template_views import template_summaries
from bulkvid_pipeline_tests.services.templates.test_template_store import MAGENTA, write_document, write_logo

LOGO = {"settings": {"style": {"base": "minimal", "logo": "logo.png"}}}


def store_of(folder: Path, project: str = "acme") -> TemplateStore:
    return TemplateStore(folder, project)


def templates_of(folder: Path, project: str = "acme") -> ProjectTemplates:
    return ProjectTemplates(store_of(folder, project))


def test_a_saved_template_is_found_by_its_project_alone(tmp_path: Path) -> None:
    assert templates_of(tmp_path).save("mine", {"style": "classic"})

    assert store_of(tmp_path).load("mine").settings.style.base is Style.CLASSIC
    assert "mine" in store_of(tmp_path).ids()
    for other in (store_of(tmp_path, "other"), TemplateStore(tmp_path)):
        assert "mine" not in other.ids()
        with pytest.raises(TemplateNotFoundError):
            other.load("mine")


def test_templates_of_the_folder_are_shared_by_all_projects_and_changed_by_none(tmp_path: Path) -> None:
    write_document(tmp_path, "house", {"style": "corporate"})

    assert store_of(tmp_path).find("house")[0] is Origin.SHARED
    for template_id in ("house", "modern"):
        with pytest.raises(TemplateReadOnlyError, match=template_id):
            templates_of(tmp_path).save(template_id, {})
        with pytest.raises(TemplateReadOnlyError, match=template_id):
            templates_of(tmp_path).delete(template_id)
    assert store_of(tmp_path).load("house").settings.style.base is Style.CORPORATE


def test_a_template_that_was_shared_later_does_not_hide_the_project_s(tmp_path: Path) -> None:
    templates_of(tmp_path).save("mine", {"style": "classic"})
    write_document(tmp_path, "mine", {"style": "corporate"})

    assert store_of(tmp_path).load("mine").settings.style.base is Style.CLASSIC
    assert store_of(tmp_path, "other").load("mine").settings.style.base is Style.CORPORATE
    templates_of(tmp_path).delete("mine")
    assert store_of(tmp_path).load("mine").settings.style.base is Style.CORPORATE


def test_a_project_s_template_uses_a_logo_of_its_own_folder_before_a_shared_one(tmp_path: Path) -> None:
    write_logo(tmp_path / "logo.png", MAGENTA)
    templates_of(tmp_path).save("mine", LOGO)
    shared = store_of(tmp_path).load("mine")
    own_folder = store_of(tmp_path).project_folder
    assert own_folder is not None
    write_logo(own_folder / "logo.png", (0, 200, 0))

    own = store_of(tmp_path).load("mine")
    theme, _ = theme_of(own, Style.MINIMAL)

    assert theme.logo is not None
    assert own.settings.style.logo == "projects/acme/logo.png"
    assert store_of(tmp_path).as_written(own.settings.style.logo) == "logo.png"
    assert shared.settings.style.logo == "logo.png"
    assert list(own.file_digests.values()) != list(shared.file_digests.values())


@pytest.mark.parametrize("name", ["projects/other/logo.png", "./projects/other/logo.png", "link.png", "out.png"])
def test_a_template_cannot_name_a_file_of_another_project_or_outside(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "templates"
    other = folder / "projects" / "other"
    other.mkdir(parents=True)
    write_logo(other / "logo.png", MAGENTA)
    write_logo(tmp_path / "secret.png", MAGENTA)
    (folder / "link.png").symlink_to(other / "logo.png")
    (folder / "out.png").symlink_to(tmp_path / "secret.png")

    with pytest.raises(TemplateInvalidError, match="not in the templates folder") as refused:
        templates_of(folder).save("mine", {"settings": {"style": {"logo": name}}})

    assert refused.value.field == "settings.style.logo"
    assert "mine" not in store_of(folder).ids()


@pytest.mark.parametrize("project", ["..", ".", "../other", "a/b", "a" * 128, "ü" * 128, "x\\y", " ", "ACME"])
def test_any_project_id_has_a_folder_of_its_own_in_the_templates_folder(tmp_path: Path, project: str) -> None:
    templates_of(tmp_path, project).save("mine", {})

    (document,) = tmp_path.rglob("mine.json")
    assert document.parent.parent == tmp_path / "projects"
    assert store_of(tmp_path, project).load("mine")
    assert len({folder_name_of(each) for each in (project, f"{project}x", "acme", folder_name_of("a" * 200))}) == 4


@pytest.mark.parametrize("template_id", ["../mine", "", "a b", "a.b", "x" * 65, "ü", "a\n"])
def test_an_id_that_is_none_is_refused_by_its_field(tmp_path: Path, template_id: str) -> None:
    with pytest.raises(TemplateInvalidError) as refused:
        templates_of(tmp_path / "templates").save(template_id, {})

    assert refused.value.field == "template_id"
    assert list(tmp_path.rglob("*.json")) == []


def test_all_that_is_wrong_is_told_by_field(tmp_path: Path) -> None:
    with pytest.raises(TemplateInvalidError, match="Template configuration invalid") as refused:
        templates_of(tmp_path).save("mine", {"settings": {"style": {"base": "baroque"}, "audio": {"volume": 3}}})

    assert refused.value.field == "settings.style.base"
    assert isinstance(refused.value.details, list)
    assert [problem["field"] for problem in refused.value.details] == ["settings.style.base", "settings.audio.volume"]


def test_a_change_is_lost_to_nobody(tmp_path: Path) -> None:
    templates = templates_of(tmp_path)
    templates.save("mine", {"name": "first"})
    read = Expected(frozenset({templates.version("mine")}))

    templates.save("mine", {"name": "second"}, read)
    with pytest.raises(TemplateChangedError):
        templates.save("mine", {"name": "third"}, read)
    with pytest.raises(TemplateChangedError):
        templates.delete("mine", read)
    with pytest.raises(TemplateChangedError):
        templates.save("mine", {"name": "third"}, Expected(is_new=True))
    with pytest.raises(TemplateChangedError):
        templates.save("another", {}, read)

    assert store_of(tmp_path).load("mine").name == "second"


def test_of_many_who_change_the_same_version_one_succeeds(tmp_path: Path) -> None:
    templates_of(tmp_path).save("mine", {"name": "first"})
    read = Expected(frozenset({templates_of(tmp_path).version("mine")}))
    start = threading.Barrier(8)

    def change(name: str) -> bool:
        start.wait()
        try:
            templates_of(tmp_path).save("mine", {"name": name}, read)
        except TemplateChangedError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        succeeded = list(threads.map(change, "abcdefgh"))

    assert succeeded.count(True) == 1
    assert store_of(tmp_path).load("mine").name == "abcdefgh"[succeeded.index(True)]


def test_what_a_project_keeps_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_templates, "MOST_TEMPLATES", 2)
    templates = templates_of(tmp_path)
    templates.save("a", {})
    templates.save("b", {})

    with pytest.raises(BulkVideoError, match="2 templates"):
        templates.save("c", {})
    templates.save("b", {"name": "again"})
    with pytest.raises(TemplateInvalidError, match="bytes"):
        templates.save("b", {"description": "x" * 70_000})


def test_the_document_is_stored_in_its_full_form(tmp_path: Path) -> None:
    templates_of(tmp_path).save("mine", {"voice": "male"})

    (document,) = tmp_path.rglob("mine.json")
    stored = json.loads(document.read_text())

    assert stored["settings"]["audio"]["voice"] == "male"
    assert set(stored) == {"template_id", "name", "description", "settings"}
    assert [path.name for path in document.parent.iterdir() if not path.name.startswith(".lock")] == ["mine.json"]


def test_a_template_that_is_not_there_cannot_be_deleted(tmp_path: Path) -> None:
    with pytest.raises(TemplateNotFoundError):
        templates_of(tmp_path).delete("mine")


def test_a_list_of_many_templates_is_quick_and_says_what_is_wrong(tmp_path: Path) -> None:
    templates = templates_of(tmp_path)
    templates.save("mine", {"name": "Mine", "style": "classic"})
    own_folder = store_of(tmp_path).project_folder
    assert own_folder is not None
    (own_folder / "broken.json").write_text("{")
    write_document(own_folder, "lacking", {"settings": {"style": {"logo": "gone.png"}}})
    for number in range(100):
        write_document(own_folder, f"t{number}", {"settings": {"style": {"colors": [f"#{number:06X}"]}}})

    before = branded.cache_info()
    found = {each.template_id: each for each in template_summaries(templates)}

    assert branded.cache_info() == before, "colours were judged"
    assert len(found) == len(BUILT_IN_TEMPLATES) + 103
    assert (found["mine"].name, found["mine"].problem, found["mine"].origin) == ("Mine", "", Origin.PROJECT)
    assert "not a JSON document" in found["broken"].problem
    assert "gone.png" in found["lacking"].problem
    assert found["mine"].version == templates.version("mine")
