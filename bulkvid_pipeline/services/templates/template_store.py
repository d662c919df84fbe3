"""Finding templates: the built-in ones, the installation's in a folder of JSON documents, and a project's own.

A project's templates lie in `projects/<project>/` below that folder, where other projects do not see them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from bulkvid_pipeline.core.errors import TemplateError, TemplateInvalidError, TemplateNotFoundError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.core.spec import DEFAULT_TEMPLATE
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES, Template, document_of, parse_template
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.pictures.themes import theme_for

NO_MUSIC = "none"
PROJECTS = "projects"
"""The folder in the templates folder that holds a folder for each project."""
_LOGO, _MUSIC = "settings.style.logo", "settings.audio.background_music"
_LONGEST_NAME = 120


class Origin(StrEnum):
    """Whose a template is: part of the program, of the installation for all its projects, or of one project."""

    BUILT_IN = "built_in"
    SHARED = "shared"
    PROJECT = "project"


@dataclass(frozen=True)
class TemplateCheck:
    """All that is wrong with a template: errors keep it from being used, warnings say what is used instead."""

    template_id: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...]


class TemplateStore:
    """Templates by id, as a project sees them; one of its own wins over one of the installation with the same id.

    Args:
        folder: holds custom templates as `<template_id>.json`, with their logos and music beside them.
        project_id: the project whose own templates are seen too; they may name files of the project's folder and of
            `folder`. None for the installation's templates alone.
    """

    def __init__(self, folder: Path, project_id: str | None = None) -> None:
        # Workers may live in another folder than the process that loaded the template.
        self._folder = folder.absolute()
        self._projects = self._folder / PROJECTS
        self.project_folder = None if project_id is None else self._projects / folder_name_of(project_id)

    @property
    def folder(self) -> Path:
        """The folder of the installation's templates."""
        return self._folder

    def ids(self) -> tuple[str, ...]:
        """All template ids: the built-in ones first, then the others by name."""
        custom = {*_ids_in(self._folder), *_ids_in(self.project_folder)} - BUILT_IN_TEMPLATES.keys()
        return (*BUILT_IN_TEMPLATES, *sorted(custom))

    def load(self, template_id: str) -> Template:
        """The template of that id.

        Raises:
            TemplateNotFoundError: there is none; names those that exist.
            TemplateInvalidError: its document is wrong, or a file that it names is missing.
        """
        template = self._parsed(template_id)
        if template.folder is None:
            return template
        # Digests of its files, so that a changed logo is a changed video.
        digests = {name: self._digest(template_id, name, where) for where, name in _files(template)}
        return template.model_copy(update={"file_digests": digests})

    def understood(self, template_id: str) -> Template:
        """The template as its document says it; its files are looked for and not read.

        Raises:
            TemplateNotFoundError, TemplateInvalidError: see `load`.
        """
        template = self._parsed(template_id)
        if template.folder is not None:
            for where, name in _files(template):
                self._file(template_id, name, where)
        return template

    def check(self, template_id: str) -> TemplateCheck:
        """Every problem of a template at once; its logo and music are opened as rendering would.

        Raises:
            TemplateNotFoundError: there is none of that id.
        """
        try:
            template = self._parsed(template_id)
        except TemplateInvalidError as error:
            return TemplateCheck(template_id, (str(error),), ())
        errors = tuple(str(error) for _, error in self._file_problems(template))
        return TemplateCheck(template_id, errors, warnings_of(template))

    def proposed(self, template_id: str, document: object) -> Template:
        """The template that the project would have with this document; its logo and music are opened.

        Raises:
            TemplateInvalidError: names each part of the document that is wrong, and each file that cannot be used.
        """
        return self._opened(self._understood(template_id, document), (_LOGO, _MUSIC))

    def named(self, template_id: str, document: object) -> Template:
        """The same, but of its files it is only seen whether they are there."""
        template = self._understood(template_id, document)
        for where, name in _files(template):
            self._file(template_id, name, where)
        return template

    def pictured(self, template_id: str, document: object) -> Template:
        """The same as far as it is seen, ready to be painted: its logo is opened, its music is not.

        Raises:
            TemplateInvalidError: see `proposed`.
        """
        template = self._opened(self._understood(template_id, document), (_LOGO,))
        digests = {name: self._digest(template_id, name, where) for where, name in _files(template) if where == _LOGO}
        return template.model_copy(update={"file_digests": digests})

    def find(self, template_id: str) -> tuple[Origin, Path | None]:
        """Whose template it is, and its document; a built-in one has none.

        Raises:
            TemplateNotFoundError: there is none; names those that exist.
        """
        for origin, folder in ((Origin.PROJECT, self.project_folder), (Origin.SHARED, self._folder)):
            # An id is typed by anybody; it must not lead out of the folder.
            if folder is not None and template_id in _ids_in(folder):
                return origin, folder / f"{template_id}.json"
        if template_id in BUILT_IN_TEMPLATES:
            return Origin.BUILT_IN, None
        raise TemplateNotFoundError(
            f"Template '{shortened(template_id)}' not found",
            fix=f"Use a valid template ID ({', '.join(self.ids())}) or {DEFAULT_TEMPLATE}",
        )

    def document(self, template_id: str) -> dict[str, Any]:
        """The template's document in its full form; one that is wrong as it is written.

        Raises:
            TemplateNotFoundError: there is none of that id.
            TemplateInvalidError: its file holds no JSON object.
        """
        _, path = self.find(template_id)
        if path is None:
            return document_of(BUILT_IN_TEMPLATES[template_id])
        written = _read(path)
        try:
            return document_of(parse_template(written, template_id=template_id))
        except TemplateInvalidError:
            if not isinstance(written, dict):
                raise
            return written

    def as_written(self, name: str | None) -> str | None:
        """The name of a file of a loaded template as its document has it."""
        if name is None or self.project_folder is None:
            return name
        return name.removeprefix(f"{self.project_folder.relative_to(self._folder).as_posix()}/")

    def _parsed(self, template_id: str) -> Template:
        origin, path = self.find(template_id)
        if path is None:
            return BUILT_IN_TEMPLATES[template_id]
        template = parse_template(_read(path), template_id=template_id, folder=str(self._folder))
        return self._with_own_files(template) if origin is Origin.PROJECT else template

    def _understood(self, template_id: str, document: object) -> Template:
        return self._with_own_files(parse_template(document, template_id=template_id, folder=str(self._folder)))

    def _opened(self, template: Template, opened: Collection[str]) -> Template:
        """The template, whose files in these places are opened.

        Raises:
            TemplateInvalidError: names each file that cannot be used.
        """
        faults = self._file_problems(template, opened)
        if faults:
            raise TemplateInvalidError(
                f"Template configuration invalid: {'; '.join(error.message for _, error in faults)}",
                fix=faults[0][1].fix,
                field=faults[0][0],
                details=[{"field": where, "problem": error.message} for where, error in faults],
            )
        return template

    def _with_own_files(self, template: Template) -> Template:
        """The project's template with its files named from the templates folder, where rendering looks for them.

        Raises:
            TemplateInvalidError: it names a file of another project.
        """
        look, sound = template.settings.style, template.settings.audio
        logo = self._own_name(template.template_id, look.logo, _LOGO)
        music = self._own_name(template.template_id, sound.background_music, _MUSIC)
        settings = template.settings.model_copy(
            update={
                "style": look.model_copy(update={"logo": logo}),
                "audio": sound.model_copy(update={"background_music": music}),
            }
        )
        return template.model_copy(update={"settings": settings})

    def _own_name(self, template_id: str, name: str | None, where: str) -> str | None:
        if not name or name == NO_MUSIC or self.project_folder is None:
            return name
        own = (self.project_folder / name).resolve()
        if own.is_relative_to(self.project_folder.resolve()) and own.is_file():
            return (self.project_folder.relative_to(self._folder) / name).as_posix()
        if (self._folder / PurePosixPath(name)).resolve().is_relative_to(self._projects.resolve()):
            raise _no_such_file(template_id, name, where)
        return name

    def _file_problems(
        self, template: Template, opened: Collection[str] = (_LOGO, _MUSIC)
    ) -> list[tuple[str, TemplateError]]:
        """What is wrong with the files that the template names: all are looked for, those in `opened` are opened."""
        from bulkvid_pipeline.rendering.pictures.logos import load_logo
        from bulkvid_pipeline.rendering.sound.beds import load_music

        openers: dict[str, Callable[[Path], object]] = {_LOGO: load_logo, _MUSIC: load_music}
        problems = []
        for where, name in _files(template):
            try:
                path = self._file(template.template_id, name, where)
                if where in opened:
                    openers[where](path)
            except TemplateError as error:
                problems.append((where, error))
        return problems

    def _file(self, template_id: str, name: str, where: str) -> Path:
        """The file that a template names, links followed: no way leads out of the folder."""
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder.resolve()) or not path.is_file():
            raise _no_such_file(template_id, name, where)
        return path

    def _digest(self, template_id: str, name: str, where: str) -> str:
        path = self._file(template_id, name, where)
        try:
            with path.open("rb") as file:
                return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
        except OSError as error:
            raise TemplateInvalidError(
                f"Template '{template_id}' names the file '{name}', which cannot be read: {error.strerror}",
                fix="Check the file's permissions",
                field=where,
            ) from error


def folder_name_of(project_id: str) -> str:
    """The name of a project's folder: the id itself where file systems allow it, and another one for each id."""
    name = quote(project_id, safe=" @+,~").replace(".", "%2E")
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[:40]}={hashlib.sha256(project_id.encode()).hexdigest()[:32]}"  # no quoted name has a "="


def warnings_of(template: Template) -> tuple[str, ...]:
    """What of a template's look cannot be used as given, and what is used instead."""
    look = template.settings.style
    _, warnings = theme_for(
        look.base, colors=look.colors, font_family=look.font_family, logo_position=look.logo_position
    )
    return warnings


def theme_of(template: Template, style: Style) -> tuple[Theme, tuple[str, ...]]:
    """The theme of a template in a style (a row may override the template's own), with warnings.

    Raises:
        TemplateInvalidError: the logo cannot be used.
    """
    look = template.settings.style
    logo = Path(template.folder) / look.logo if look.logo and template.folder else None
    return theme_for(
        style, colors=look.colors, font_family=look.font_family, logo=logo, logo_position=look.logo_position
    )


def _ids_in(folder: Path | None) -> list[str]:
    return [path.stem for path in folder.glob("*.json")] if folder is not None and folder.is_dir() else []


def _files(template: Template) -> list[tuple[str, str]]:
    """Where in its document the template names files, and the files."""
    named = ((_LOGO, template.settings.style.logo), (_MUSIC, template.settings.audio.background_music))
    return [(where, name) for where, name in named if name and name != NO_MUSIC]


def _no_such_file(template_id: str, name: str, where: str) -> TemplateInvalidError:
    return TemplateInvalidError(
        f"Template '{template_id}' names the file '{name}', which is not in the templates folder",
        fix="Put the file beside the template, or remove its name",
        field=where,
    )


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise TemplateInvalidError(
            f"Template '{path.stem}' cannot be read: {error.strerror}", fix="Check the file's permissions"
        ) from error
    except ValueError as error:
        raise TemplateInvalidError(
            f"Template '{path.stem}' is not a JSON document: {error}", fix=f"Correct {path.name}"
        ) from error
    except RecursionError as error:
        raise TemplateInvalidError(
            f"Template '{path.stem}' is nested too deeply", fix=f"Correct {path.name}"
        ) from error
