"""Finding templates: the built-in ones, and the user's own in a folder of JSON documents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bulkvid_pipeline.core.errors import TemplateError, TemplateInvalidError, TemplateNotFoundError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.core.spec import DEFAULT_TEMPLATE
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES, Template, parse_template
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.pictures.themes import theme_for

NO_MUSIC = "none"


@dataclass(frozen=True)
class TemplateCheck:
    """All that is wrong with a template: errors keep it from being used, warnings say what is used instead."""

    template_id: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...]


class TemplateStore:
    """Templates by id. A custom one lies in `folder` as `<template_id>.json`, with its logo and music beside it."""

    def __init__(self, folder: Path) -> None:
        # Workers may live in another folder than the process that loaded the template.
        self._folder = folder.absolute()

    def ids(self) -> tuple[str, ...]:
        """All template ids: the built-in ones first, then the folder's."""
        custom = sorted(path.stem for path in self._folder.glob("*.json")) if self._folder.is_dir() else []
        return (*BUILT_IN_TEMPLATES, *(name for name in custom if name not in BUILT_IN_TEMPLATES))

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
        digests = {name: self._digest(template_id, name) for name in _files(template)}
        return template.model_copy(update={"file_digests": digests})

    def check(self, template_id: str) -> TemplateCheck:
        """Every problem of a template at once; its logo and music are opened as rendering would.

        Raises:
            TemplateNotFoundError: there is none of that id.
        """
        try:
            template = self._parsed(template_id)
        except TemplateInvalidError as error:
            return TemplateCheck(template_id, (str(error),), ())
        look = template.settings.style
        errors = self._file_problems(template)
        _, warnings = theme_for(
            look.base, colors=look.colors, font_family=look.font_family, logo_position=look.logo_position
        )
        return TemplateCheck(template_id, tuple(errors), warnings)

    def _parsed(self, template_id: str) -> Template:
        path = self._folder / f"{template_id}.json"
        # An id is typed by anybody; it must not lead out of the folder.
        if path.is_file() and path.name in {f"{name}.json" for name in self.ids()}:
            return parse_template(_read(path), template_id=template_id, folder=str(self._folder))
        if template_id in BUILT_IN_TEMPLATES:
            return BUILT_IN_TEMPLATES[template_id]
        raise TemplateNotFoundError(
            f"Template '{shortened(template_id)}' not found",
            fix=f"Use a valid template ID ({', '.join(self.ids())}) or {DEFAULT_TEMPLATE}",
        )

    def _file_problems(self, template: Template) -> list[str]:
        from bulkvid_pipeline.rendering.pictures.logos import load_logo
        from bulkvid_pipeline.rendering.sound.beds import load_music

        logo, music = template.settings.style.logo, template.settings.audio.background_music
        opened: list[tuple[str | None, Callable[[Path], object]]] = [(logo, load_logo)]
        if music != NO_MUSIC:
            opened.append((music, load_music))
        problems = []
        for name, opener in opened:
            if not name:
                continue
            try:
                opener(self._file(template.template_id, name))
            except TemplateError as error:
                problems.append(str(error))
        return problems

    def _file(self, template_id: str, name: str) -> Path:
        """The file that a template names, links followed: no way leads out of the folder."""
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder.resolve()) or not path.is_file():
            raise TemplateInvalidError(
                f"Template '{template_id}' names the file '{name}', which is not in the templates folder",
                fix="Put the file beside the template, or remove its name",
            )
        return path

    def _digest(self, template_id: str, name: str) -> str:
        path = self._file(template_id, name)
        try:
            with path.open("rb") as file:
                return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
        except OSError as error:
            raise TemplateInvalidError(
                f"Template '{template_id}' names the file '{name}', which cannot be read: {error.strerror}",
                fix="Check the file's permissions",
            ) from error


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


def _files(template: Template) -> list[str]:
    named = (template.settings.style.logo, template.settings.audio.background_music)
    return [name for name in named if name and name != NO_MUSIC]


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
