"""Templates in the words of the REST API, and as lists show them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bulkvid_pipeline.core.errors import TemplateInvalidError, TemplateNotFoundError
from bulkvid_pipeline.core.service_wire import TemplateSettingsView, TemplateView
from bulkvid_pipeline.core.templates import Template
from bulkvid_pipeline.services.templates.project_templates import ProjectTemplates
from bulkvid_pipeline.services.templates.template_store import Origin, TemplateStore, warnings_of


def template_views(store: TemplateStore) -> list[TemplateView]:
    """All templates that the project sees; those that cannot be used say why."""
    return [template_view(store, template_id) for template_id in store.ids()]


@dataclass(frozen=True)
class TemplateSummary:
    """A template in a list; `problem` says why it cannot be used, `version` changes whenever its document does."""

    template_id: str
    origin: Origin
    name: str
    description: str
    problem: str
    version: str
    updated_at: datetime | None


def template_summaries(templates: ProjectTemplates) -> list[TemplateSummary]:
    """All templates that the project sees, quickly: neither are their files read nor their colours judged."""
    summaries = []
    for template_id in templates.store.ids():
        with suppress(TemplateNotFoundError):  # deleted since
            summaries.append(_summary(templates, template_id))
    return summaries


def _summary(templates: ProjectTemplates, template_id: str) -> TemplateSummary:
    version = templates.version(template_id)
    origin, path = templates.store.find(template_id)
    try:
        template = templates.store.understood(template_id)
        name, description, problem = template.name, template.description, ""
    except TemplateInvalidError as error:
        name, description, problem = "", "", error.message
    return TemplateSummary(template_id, origin, name or template_id, description, problem, version, _changed_at(path))


def template_view(store: TemplateStore, template_id: str) -> TemplateView:
    """One template; one that cannot be used has no settings and says why.

    Raises:
        TemplateNotFoundError: there is none of that id.
    """
    origin, path = store.find(template_id)
    try:
        template = store.load(template_id)
    except TemplateInvalidError as error:
        return TemplateView(
            template_id=template_id,
            origin=origin.value,
            read_only=origin is not Origin.PROJECT,
            settings=None,
            problems=(error.message,),
            updated_at=_changed_at(path),
        )
    return TemplateView(
        template_id=template_id,
        name=template.name,
        description=template.description,
        origin=origin.value,
        read_only=origin is not Origin.PROJECT,
        settings=_settings(store, template),
        warnings=warnings_of(template),
        updated_at=_changed_at(path),
    )


def _settings(store: TemplateStore, template: Template) -> TemplateSettingsView:
    """The settings, with the names of files as the project wrote them."""
    settings = template.settings.model_dump(mode="json")
    for part, name in (("style", "logo"), ("audio", "background_music")):
        settings[part][name] = store.as_written(settings[part][name])
    return TemplateSettingsView.model_validate(settings)


def _changed_at(path: Path | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path else None
    except OSError:  # deleted since it was found
        return None
