"""Opening the storage that outputs go to, with the keys of this installation."""

from __future__ import annotations

from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.adapters.storage import Storage, open_storage
from bulkvid_pipeline.adapters.storage.location import FolderLocation, parse_location
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.wiring.s3 import s3_access
from bulkvid_pipeline.settings import Settings


def open_place(place: str, settings: Settings) -> Storage:
    """The storage at a bucket's name, a path or a URL; nothing is contacted yet.

    Raises:
        InvalidSpecError: the text means no place that can be opened.
    """
    s3 = s3_access(settings)
    return open_storage(
        place,
        endpoint_url=s3.endpoint_url,
        public_url=s3.public_url,
        key=s3.key,
        secret=s3.secret,
        region=s3.region,
        timeout_s=settings.storage_timeout_s,
    )


def output_place(spec: BulkJobSpec, settings: Settings) -> str:
    """The place that `open_output` opens, by a text for `open_place` that means the same in any working folder.

    Raises:
        InvalidSpecError: the text means no place that can be opened.
    """
    place = spec.output.output_bucket or settings.output_url
    location = parse_location(place)
    return f"file://{location.folder}" if isinstance(location, FolderLocation) else place


def open_output(spec: BulkJobSpec, settings: Settings, stopping: Stopping | None = None) -> Storage:
    """The storage that the job writes to; a stop ends its requests."""
    storage = open_place(spec.output.output_bucket or settings.output_url, settings)
    return storage.interruptible(stopping) if stopping else storage
