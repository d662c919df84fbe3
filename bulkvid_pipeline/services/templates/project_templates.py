"""Saving and deleting a project's own templates, by several processes at once, without losing anybody's change."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from bulkvid_pipeline.core.errors import (
    ActionNotAllowedError,
    TemplateChangedError,
    TemplateInvalidError,
    TemplateNotFoundError,
    TemplateReadOnlyError,
)
from bulkvid_pipeline.core.templates import Template, document_of, parse_template
from bulkvid_pipeline.services.templates.project_folder import ProjectFolder
from bulkvid_pipeline.services.templates.template_store import Origin, TemplateStore

MOST_BYTES = 64 * 1024
MOST_TEMPLATES = 500


@dataclass(frozen=True)
class Expected:
    """What a change relies on: `versions` of which the template must have one, or that there is none yet.

    `versions` None relies on nothing; empty, on there being any.
    """

    versions: frozenset[str] | None = None
    is_new: bool = False


NOTHING_EXPECTED = Expected()


class ProjectTemplates:
    """The templates of one project, which it may change.

    Args:
        store: the templates as the project sees them.
    """

    def __init__(self, store: TemplateStore) -> None:
        if store.project_folder is None:
            raise ValueError("Templates can be changed for a project only")
        self.store = store
        self._folder = ProjectFolder(store.project_folder)

    def version(self, template_id: str) -> str:
        """Changes whenever the template's document does.

        Raises:
            TemplateNotFoundError: there is none; names those that exist.
        """
        _, path = self.store.find(template_id)
        try:
            return _digest(path.read_bytes() if path else template_id.encode())
        except OSError as error:
            raise TemplateNotFoundError(f"Template '{template_id}' cannot be read: {error.strerror}") from error

    def save(self, template_id: str, document: object, expected: Expected = NOTHING_EXPECTED) -> bool:
        """Make the project's template, or replace it; returns whether it is new.

        The document is kept as it is understood: in its full form, with every default written out.

        Raises:
            TemplateInvalidError: the document or a file that it names cannot be used, or it is larger than 64 KiB.
            TemplateReadOnlyError: the id is that of a template of the installation.
            TemplateChangedError: the template is not as expected.
            ActionNotAllowedError: the project has as many templates as it may have.
        """
        self.store.proposed(template_id, document)
        content = _written(parse_template(document, template_id=template_id))
        with self._folder.alone("Saving the template"):
            self.store.named(template_id, document)  # nobody has deleted its logo since it was opened
            is_new = self._check(template_id, expected)
            if is_new and len(list(self._folder.path.glob("*.json"))) >= MOST_TEMPLATES:
                raise ActionNotAllowedError(
                    f"The project has {MOST_TEMPLATES} templates, which is the most that it may have",
                    fix="Delete templates that are no longer used",
                )
            self._folder.write(f"{template_id}.json", content)
        return is_new

    def delete(self, template_id: str, expected: Expected = NOTHING_EXPECTED) -> None:
        """Remove the project's template; jobs that have begun with it go on.

        Raises:
            TemplateNotFoundError: there is none.
            TemplateReadOnlyError: it is a template of the installation.
            TemplateChangedError: it is not as expected.
        """
        self.store.find(template_id)
        with self._folder.alone("Deleting the template"):
            if self._check(template_id, expected):
                self.store.find(template_id)  # says that there is none
            self._folder.remove(f"{template_id}.json")

    def _check(self, template_id: str, expected: Expected) -> bool:
        """Whether there is no such template yet.

        Raises:
            TemplateReadOnlyError, TemplateChangedError: see `save`.
        """
        try:
            origin, _ = self.store.find(template_id)
        except TemplateNotFoundError:
            if expected.versions is not None:
                raise TemplateChangedError(f"Template '{template_id}' does not exist any more") from None
            return True
        if origin is not Origin.PROJECT:
            whose = "built in" if origin is Origin.BUILT_IN else "shared by all projects"
            raise TemplateReadOnlyError(f"Template '{template_id}' is {whose} and cannot be changed")
        if expected.is_new:
            raise TemplateChangedError(f"Template '{template_id}' exists already", fix="Use another template_id")
        if expected.versions and self.version(template_id) not in expected.versions:
            raise TemplateChangedError(f"Template '{template_id}' was changed by somebody else")
        return False


def _written(template: Template) -> bytes:
    content = json.dumps(document_of(template), indent=2, ensure_ascii=False).encode()
    if len(content) > MOST_BYTES:
        raise TemplateInvalidError(
            f"Template '{template.template_id}' has {len(content)} bytes, more than {MOST_BYTES}",
            fix="Leave out what is not needed, such as pronunciations",
        )
    return content


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
