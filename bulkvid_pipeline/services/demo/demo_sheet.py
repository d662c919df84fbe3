"""The sheet with which `./demo` begins, and an empty installation: it is bundled with the package."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Final

from bulkvid_pipeline.core.options import Resolution
from bulkvid_pipeline.services.sheets.uploads import Uploads

DEMO_TITLE: Final = "Demo"
DEMO_NAME: Final = "demo.csv"


def demo_sheet() -> bytes:
    """The bundled sheet, as CSV."""
    return files(__package__).joinpath(DEMO_NAME).read_bytes()


def upload_demo(uploads: Uploads, project_id: str) -> str:
    """The id of a new upload of the bundled sheet. All of them are one sheet: what was made once is not made again."""
    return uploads.add(project_id, DEMO_NAME, demo_sheet()).id


def demo_job(upload: str) -> dict[str, Any]:
    """The request for a job over an upload of the sheet: small pictures, so that the first videos are there soon."""
    return {
        "title": DEMO_TITLE,
        "input_source": {"path": upload},
        "output": {"resolution": Resolution.P720.value},
    }
