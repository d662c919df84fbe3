"""Finding templates: the built-in ones, and the user's own in a folder of JSON documents."""

from __future__ import annotations

import json
from hashlib import blake2b
from pathlib import Path

from bulkvid_pipeline.core.errors import TemplateInvalidError, TemplateNotFoundError
from bulkvid_pipeline.core.spec import DEFAULT_TEMPLATE
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES, Template, parse_template

NO_MUSIC = "none"


class TemplateStore:
    """Templates by id. A custom one lies in `folder` as `<template_id>.json`, with its logo and music beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

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
        path = self._folder / f"{template_id}.json"
        if path.is_file():
            return self._with_files(parse_template(_read(path), template_id=template_id, folder=str(self._folder)))
        if template_id in BUILT_IN_TEMPLATES:
            return BUILT_IN_TEMPLATES[template_id]
        raise TemplateNotFoundError(
            f"Template '{template_id}' not found",
            fix=f"Use a valid template ID ({', '.join(self.ids())}) or {DEFAULT_TEMPLATE}",
        )

    def _with_files(self, template: Template) -> Template:
        """The template with the digests of its files, so that a changed logo is a changed video."""
        named = (template.settings.style.logo, template.settings.audio.background_music)
        digests = {name: self._digest(template, name) for name in named if name and name != NO_MUSIC}
        return template.model_copy(update={"file_digests": digests})

    def _digest(self, template: Template, name: str) -> str:
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder.resolve()) or not path.is_file():
            raise TemplateInvalidError(
                f"Template '{template.template_id}' names the file '{name}', which is not in the templates folder",
                fix="Put the file beside the template, or remove its name",
            )
        return blake2b(path.read_bytes(), digest_size=16).hexdigest()


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise TemplateInvalidError(
            f"Template '{path.stem}' is not a JSON document: {error}", fix=f"Correct {path.name}"
        ) from error
