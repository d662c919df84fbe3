"""The sheet that somebody gives a job: a file, the link of a Google sheet, or one that was uploaded before."""

from __future__ import annotations

from starlette.datastructures import FormData, UploadFile

from bulkvid_pipeline.core.errors import BulkVideoError, InvalidRequestError
from bulkvid_pipeline.core.spec import BulkJobSpec, InputSource
from bulkvid_pipeline.dashboard.visits import Visit
from bulkvid_pipeline.services.intake.allowed import AllowedPlaces
from bulkvid_pipeline.services.intake.refusals import naming
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline.web.slow_threads import in_slow_thread

_GOOGLE_SHEET = "Google sheet"


async def given_sheet(visit: Visit, form: FormData) -> tuple[InputSource, str]:
    """The sheet that a form names, and what people call it. A file is stored.

    Raises:
        InvalidRequestError: none is named, or what is named is none.
        PlaceNotAllowedError: the project may not use it.
        BulkVideoError: the file cannot be stored, or is no sheet.
    """
    settings, project = visit.services.settings, visit.project_id
    file, link, saved = form.get("file"), str(form.get("sheet_url") or "").strip(), str(form.get("upload") or "")
    if isinstance(file, UploadFile) and file.filename:
        data = await file.read()
        name = file.filename
        about = await in_slow_thread(visit.request, lambda: Uploads(settings).add(project, name, data))
        return InputSource(path=about.id), about.name
    if link:
        with naming("sheet_url"):
            spec = BulkJobSpec.parse({"input_source": {"sheet_id": link}})
            AllowedPlaces.of(project, settings).check_source(spec.input_source)
        return spec.input_source, _GOOGLE_SHEET
    if saved:
        with naming("upload"):
            about = await in_slow_thread(visit.request, lambda: Uploads(settings).get(project, saved))
        return InputSource(path=about.id), about.name
    raise InvalidRequestError(
        "No sheet was given", fix="Paste the link of a Google sheet, or choose a file", field="sheet_url"
    )


def name_of_sheet(visit: Visit, source: InputSource) -> str:
    """What people call the sheet of a job that is there already."""
    if source.path is None:
        return _GOOGLE_SHEET
    try:
        return Uploads(visit.services.settings).get(visit.project_id, source.path).name
    except BulkVideoError:
        return source.path.rpartition("/")[2]
