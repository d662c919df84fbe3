"""Everything that can be wrong with a job is found before anything is created: names, sheet, template, output place."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import wait
from dataclasses import dataclass
from functools import partial
from typing import Any

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.speech.providers import Provider
from bulkvid_pipeline.adapters.stopping import in_daemon_thread, within
from bulkvid_pipeline.core.errors import (
    AccessDeniedError,
    InvalidRequestError,
    NetworkError,
    QuotaExceededError,
    ValidationFailedError,
)
from bulkvid_pipeline.core.estimates import estimate_job
from bulkvid_pipeline.core.findings import ValidationReport
from bulkvid_pipeline.core.paces import Paces
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.uploads import is_upload_id
from bulkvid_pipeline.core.wire import DryRun, Estimate, Validation
from bulkvid_pipeline.services.analytics.past_rows import paces_of
from bulkvid_pipeline.services.intake.allowed import AllowedPlaces
from bulkvid_pipeline.services.intake.refusals import as_own_fault, naming
from bulkvid_pipeline.services.plans.spreading import spreading_of
from bulkvid_pipeline.services.sheets.loading import load_sheet
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet, validate_for_spec
from bulkvid_pipeline.services.templates.template_store import TemplateStore
from bulkvid_pipeline.services.webhooks.callbacks import check_callback
from bulkvid_pipeline.services.wiring.limits import wait_for_sheet_read
from bulkvid_pipeline.services.wiring.storage import open_output
from bulkvid_pipeline.services.write_back.writer import check_write_back
from bulkvid_pipeline.settings import Settings

MOST_FINDINGS = 100
"""How many findings an answer has; the job's report has them all."""
STORAGE_PROBE_S = 15.0
"""Longest time for finding out whether the output place can be written."""


@dataclass(frozen=True)
class CheckedJob:
    """A job that may be created. `sheet` is None if the sheet could not be read in time."""

    spec: BulkJobSpec
    sheet: ValidatedSheet | None


def read_spec(body: Mapping[str, Any], *, user_id: str, project_id: str) -> BulkJobSpec:
    """The job in a request of that user.

    Raises:
        InvalidRequestError: names the field; `details` lists all that are wrong.
        AccessDeniedError: the body names another user or project.
    """
    owner = {"user_id": user_id, "project_id": project_id}
    for name, own in owner.items():
        if body.get(name) not in (None, own):
            raise AccessDeniedError(
                f"Insufficient permissions: the token's {name} is not the one in the request",
                fix=f"Leave {name} out, or use a token of that {name.partition('_')[0]}",
                field=name,
            )
    with naming():
        return BulkJobSpec.parse({**body, **owner})


def check_job(spec: BulkJobSpec, settings: Settings, instance: DagsterInstance) -> CheckedJob:
    """Find out whether the job can be done: what needs no network first, then the sheet, then the output place.

    Raises:
        ValidationFailedError: the sheet's rows do not pass; the findings are in `details`.
        BulkVideoError: whatever else is wrong; `field` names the part of the spec.
    """
    spec = check_names(spec, settings)
    with naming("input_source.sheet_id"), as_own_fault():
        within(settings.network_timeout_s, partial(check_write_back, spec, settings), "checking write_back")
    sheet = validated_in_time(spec, settings, instance, settings.api_sheet_timeout_s)
    if sheet is not None and sheet.report.stops_job:
        raise refusal_of(sheet)
    check_output_place(spec, settings)
    return CheckedJob(spec, sheet)


def try_job(spec: BulkJobSpec, settings: Settings, instance: DagsterInstance) -> DryRun:
    """What the job would be, and what is found in its sheet; nothing is created.

    Raises:
        NetworkError: the sheet cannot be read in time.
        BulkVideoError: see `check_job`.
    """
    sheet = check_job(spec, settings, instance).sheet
    if sheet is None:
        raise NetworkError(
            f"The sheet could not be read and validated within {settings.api_sheet_timeout_s:g} s",
            fix="Try again, or create the job: it reads the sheet when it starts",
            field="input_source",
        )
    return DryRun(
        items_total=len(sheet.plans),
        validation=validation_view(sheet.report),
        estimate=estimate_of(sheet, spec, settings, paces_of(instance, settings)),
    )


def check_names(spec: BulkJobSpec, settings: Settings) -> BulkJobSpec:
    """The spec, with the file's name as the title of a job over an upload that has none.

    Raises:
        BulkVideoError: the callback, the template or the upload is refused, or a place that the project may not use.
    """
    allowed = AllowedPlaces.of(spec.project_id, settings)
    allowed.check_source(spec.input_source)
    allowed.check_output(spec.output.output_bucket)
    with naming("template.template_id"):
        store = TemplateStore(settings.templates_folder, spec.project_id)
        allowed.check_template(store, spec.template.template_id)
    with naming("callback_url"):
        _check_callback(spec, settings)
    with naming("write_back"):
        _check_write_back_offline(spec, settings)
    path = spec.input_source.path
    if path is None or not is_upload_id(path):
        return spec
    with naming("input_source.path"):
        upload = Uploads(settings).get(spec.project_id, path)
    return spec if spec.title else spec.model_copy(update={"title": upload.name})


def _check_callback(spec: BulkJobSpec, settings: Settings) -> None:
    try:
        check_callback(spec, settings)
    except NetworkError as error:  # a host without an address is a wrong address, not a broken network of ours
        raise InvalidRequestError(error.message, fix=error.fix) from error


def _check_write_back_offline(spec: BulkJobSpec, settings: Settings) -> None:
    """`check_write_back` but for what only Google knows."""
    if spec.write_back and (spec.input_source.path is not None or settings.google_credentials is None):
        check_write_back(spec, settings)


def validated_in_time(
    spec: BulkJobSpec, settings: Settings, instance: DagsterInstance, seconds: float
) -> ValidatedSheet | None:
    """The sheet, read once and validated; None if that takes longer, the wait for a turn of the rate limits included.

    Raises:
        BulkVideoError: the sheet or the template cannot be used.
    """
    ends = time.monotonic() + seconds
    try:
        wait_for_sheet_read(instance, spec, settings, timeout_s=seconds)
    except QuotaExceededError:
        return None  # the job waits for its turn itself

    def read_and_validate() -> ValidatedSheet:
        return validate_for_spec(load_sheet(spec.input_source, settings, spec.project_id), spec, settings)

    future = in_daemon_thread(read_and_validate, "intake")
    wait([future], max(0.0, ends - time.monotonic()))
    if not future.done():
        return None
    with naming(field_of_source(spec)), as_own_fault():
        return future.result()


def field_of_source(spec: BulkJobSpec) -> str:
    """The field that names the sheet."""
    return "input_source.path" if spec.input_source.path is not None else "input_source.sheet_id"


def check_output_place(spec: BulkJobSpec, settings: Settings) -> None:
    """Write a probe to the job's output place.

    Raises:
        BucketNotFoundError, StorageAccessDeniedError, StorageQuotaExceededError: see `Storage.check_writable`.
        NetworkError: the storage does not answer.
    """
    with naming("output.output_bucket"):
        storage = open_output(spec, settings)
        seconds = min(STORAGE_PROBE_S, settings.storage_timeout_s)
        within(seconds, storage.check_writable, "from the output storage")


def refusal_of(sheet: ValidatedSheet) -> ValidationFailedError:
    """The error of a sheet that stops its job, with its findings."""
    error = sheet.refusal()
    return ValidationFailedError(
        error.message, fix=error.fix, field="input_source", details=validation_view(sheet.report).as_json()
    )


def validation_view(report: ValidationReport, limit: int = MOST_FINDINGS) -> Validation:
    """The report in the words of the API."""
    return Validation.model_validate(report.as_dict(limit))


def estimate_of(
    sheet: ValidatedSheet, spec: BulkJobSpec, settings: Settings, paces: Paces, *, rows_total: int | None = None
) -> Estimate:
    """What the job over the sheet will make and need; `rows_total`: the sheet is a sample of so many rows."""
    paid = Provider(settings.speech_provider) is Provider.OPENAI
    lengths = [(plan, sheet.seconds.get(plan.sheet_row, 0.0)) for plan in sheet.plans]
    price = settings.speech_price if paid else 0.0
    return estimate_job(
        lengths,
        workers=settings.workers,
        price_per_million=price,
        paces=paces,
        rows_total=rows_total,
        spreading=spreading_of(spec, settings),
    ).view()
