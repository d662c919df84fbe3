"""`bulkvid preview` and `bulkvid templates`."""

from __future__ import annotations

import gc
from pathlib import Path

from bulkvid_pipeline.core.errors import InvalidSpecError, TemplateError, TemplateNotFoundError
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.vocabulary.platforms import PLATFORMS
from bulkvid_pipeline.settings import settings


def preview_sheet_row(spec: BulkJobSpec, row: int, platform: str | None, folder: Path) -> int:
    """Write the preview of a row; print where it is and what validation says about the row."""
    chosen = _platform(platform)
    # A tenth of the time would go into looking for garbage among the modules imported, now and when the process ends.
    gc.disable()
    try:
        from bulkvid_pipeline.services.previews.row_preview import preview_row

        made = preview_row(spec, settings(), row, folder, platform=chosen)
    finally:
        gc.freeze()
        gc.enable()
    print(f"Row {row}: {made.title} ({made.seconds:.1f} s)")
    for finding in made.findings:
        print(f"{finding.severity:8} {finding}")
    _print_warnings(made.warnings)
    for path in made.stills:
        print(f"still    {path}")
    print(f"sheet    {made.contact_sheet}")
    print(f"draft    {made.draft}")
    return 0


def _platform(name: str | None) -> Platform | None:
    if name is None:
        return None
    platform = PLATFORMS.meaning(name)
    if platform is None:
        raise InvalidSpecError(f"There is no platform '{name}'", fix=f"Choose one of {', '.join(Platform)}")
    return platform


def list_templates() -> int:
    """Print the templates, one a line; one that cannot be used says so in its line."""
    from bulkvid_pipeline.services.templates.template_store import TemplateStore

    store = TemplateStore(settings().templates_folder)
    for template_id in store.ids():
        try:
            template = store.load(template_id)
        except TemplateError as error:
            print(f"{template_id:24} {'(broken)':10} {error.message}")
        else:
            print(f"{template_id:24} {template.settings.style.base:10} {template.description or template.name}")
    return 0


def preview_templates(template_id: str | None, folder: Path) -> int:
    """Write a sheet of cards for a template, or for each of them, and print where and with which warnings."""
    from bulkvid_pipeline.services.previews.template_preview import preview_template
    from bulkvid_pipeline.services.templates.template_store import TemplateStore

    store = TemplateStore(settings().templates_folder)
    for each in [template_id] if template_id else store.ids():
        path, warnings = preview_template(store.load(each), folder)
        print(f"sheet    {path}")
        _print_warnings(warnings)
    return 0


def check_template(template: str) -> int:
    """Print every problem of a template; 0 if it can be used as it is, 2 if it cannot, 3 if only with changes."""
    from bulkvid_pipeline.services.templates.template_store import TemplateStore

    folder, template_id = settings().templates_folder, template
    if template.endswith(".json") or "/" in template:
        path = Path(template).expanduser()
        if not path.is_file():
            raise TemplateNotFoundError(f"Template file {path} not found", fix="Check the path")
        folder, template_id = path.parent, path.stem
    found = TemplateStore(folder).check(template_id)
    for error in found.errors:
        print(f"error    {error}")
    _print_warnings(found.warnings)
    if found.errors:
        return 2
    print(f"Template '{template_id}' can be used{', with the changes named' if found.warnings else ''}.")
    return 3 if found.warnings else 0


def _print_warnings(warnings: tuple[str, ...]) -> None:
    for warning in warnings:
        print(f"warning  {warning}")
