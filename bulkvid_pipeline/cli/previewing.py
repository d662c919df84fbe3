"""`bulkvid preview`."""

from __future__ import annotations

import gc
from pathlib import Path

from bulkvid_pipeline.core.errors import InvalidSpecError
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.settings import settings


def preview_sheet_row(spec: BulkJobSpec, row: int, platform: str | None, folder: Path) -> int:
    """Write the preview of a row; print where it is and what validation says about the row."""
    # This process ends in two seconds: looking for garbage among what it imports only costs.
    gc.disable()
    from bulkvid_pipeline.services.preview import preview_row

    made = preview_row(spec, settings(), row, folder, platform=_platform(platform))
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
    try:
        return Platform(name.strip().lower())
    except ValueError as error:
        raise InvalidSpecError(f"There is no platform '{name}'", fix=f"Choose one of {', '.join(Platform)}") from error


def _print_warnings(warnings: tuple[str, ...]) -> None:
    for warning in warnings:
        print(f"warning  {warning}")
