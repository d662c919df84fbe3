"""How a sheet would be understood: the first step towards a job, before anything else of it is known."""

from __future__ import annotations

import dataclasses
from dataclasses import asdict

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.sheets.raw_sheet import RawSheet
from bulkvid_pipeline.adapters.stopping import within
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.ranges import column_letter
from bulkvid_pipeline.core.sheet_table import SheetTable
from bulkvid_pipeline.core.spec import BulkJobSpec, InputSource
from bulkvid_pipeline.core.uploads import is_upload_id
from bulkvid_pipeline.core.wire import PreviewColumn, PreviewRow, SheetColumnView, SheetPreview
from bulkvid_pipeline.services.analytics.past_rows import paces_of
from bulkvid_pipeline.services.intake.allowed import AllowedPlaces
from bulkvid_pipeline.services.intake.checking import MOST_FINDINGS, estimate_of, field_of_source, validation_view
from bulkvid_pipeline.services.intake.refusals import as_own_fault, naming
from bulkvid_pipeline.services.sheets.loading import LoadedSheet, loaded, read_sheet
from bulkvid_pipeline.services.sheets.recent_sheets import RecentSheets
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet, validate_at_levels
from bulkvid_pipeline.services.templates.template_store import TemplateStore
from bulkvid_pipeline.services.wiring.limits import wait_for_sheet_read
from bulkvid_pipeline.settings import Settings

MOST_ROWS = 50
CELL_SHOWN = 300
"""Characters of a cell in `PreviewRow.sheet_cells`."""


def preview_sheet(
    spec: BulkJobSpec,
    rows: int,
    settings: Settings,
    instance: DagsterInstance,
    *,
    findings: int = MOST_FINDINGS,
    recent: RecentSheets | None = None,
    since: float = 0.0,
) -> SheetPreview:
    """The sheet's columns and first rows, what is found in them at each validation level, and an estimate of the job.

    Args:
        findings: how many of them to tell at each level.
        recent: where the sheet may be taken from, if it was read there since then (epoch seconds), and is kept.

    Raises:
        PlaceNotAllowedError: the project may not use the sheet or the template.
        InvalidSheetError: it is no usable table; `details` has its columns, for naming them by hand, and its tabs.
        QuotaExceededError: there is no turn for reading a Google sheet.
        BulkVideoError: the sheet or the template cannot be read.
    """
    allowed = AllowedPlaces.of(spec.project_id, settings)
    allowed.check_source(spec.input_source)
    with naming("template.template_id"):
        store = TemplateStore(settings.templates_folder, spec.project_id)
        allowed.check_template(store, spec.template.template_id)
    seconds = settings.api_sheet_timeout_s
    with naming(field_of_source(spec)), as_own_fault():
        raw = recent.find(spec, since) if recent else None
        if raw is None:
            wait_for_sheet_read(instance, spec, settings, timeout_s=seconds)
            raw = within(
                seconds, lambda: read_sheet(spec.input_source, settings, spec.project_id), "while the sheet was read"
            )
            if recent:
                recent.keep(spec, raw)
        sheet = _loaded(raw, spec.input_source)
        first = _first_rows(sheet, rows)
        by_level = validate_at_levels(first, spec, settings)
    chosen = by_level[spec.validation_level]
    return SheetPreview(
        name=_name(spec, settings) or sheet.name,
        tab=raw.name if raw.notes.tabs else "",
        tabs=raw.notes.tabs,
        header_row=sheet.table.header_row,
        columns=tuple(PreviewColumn(name=name, letter=letter) for name, letter in sheet.table.letters.items()),
        sheet_columns=tuple(SheetColumnView.model_validate(asdict(column)) for column in sheet.table.columns),
        rows=_rows(first.table, raw),
        rows_total=len(sheet.table.frame),
        rows_checked=len(first.table.frame),
        validation={level.value: validation_view(found.report, findings) for level, found in by_level.items()},
        estimate=estimate_of(
            chosen, spec, settings, paces_of(instance, settings), rows_total=_likely_rows(sheet, first, chosen)
        ),
    )


def _loaded(raw: RawSheet, source: InputSource) -> LoadedSheet:
    try:
        return loaded(raw, source)
    except InvalidSheetError as error:
        if isinstance(error.details, dict) and raw.notes.tabs:
            error.details |= {"tab": raw.name, "tabs": list(raw.notes.tabs)}
        raise


def _first_rows(sheet: LoadedSheet, rows: int) -> LoadedSheet:
    frame = sheet.table.frame.head(rows)
    faults = {row: found for row, found in sheet.table.faults.items() if row in frame.index}
    return dataclasses.replace(sheet, table=dataclasses.replace(sheet.table, frame=frame, faults=faults))


def _likely_rows(sheet: LoadedSheet, first: LoadedSheet, found: ValidatedSheet) -> int:
    """How many rows the job will render, if the others pass as often as the first ones."""
    return round(len(sheet.table.frame) * len(found.plans) / max(1, len(first.table.frame)))


def _rows(table: SheetTable, raw: RawSheet) -> tuple[PreviewRow, ...]:
    cells = table.frame.drop(columns="row_key")
    return tuple(
        PreviewRow(
            sheet_row=int(number),
            row_key=str(key),
            cells={str(name): str(text) for name, text in row.items()},
            sheet_cells=_sheet_cells(raw, int(number)),
        )
        for number, key, row in zip(table.frame.index, table.frame["row_key"], cells.to_dict("records"), strict=True)
    )


def _sheet_cells(raw: RawSheet, number: int) -> dict[str, str]:
    cells = [shortened(cell, CELL_SHOWN) for cell in raw.cells[number - raw.first_row]]
    return {column_letter(raw.first_column + at): cell for at, cell in enumerate(cells) if cell}


def _name(spec: BulkJobSpec, settings: Settings) -> str:
    path = spec.input_source.path
    return Uploads(settings).get(spec.project_id, path).name if path is not None and is_upload_id(path) else ""
