"""Opening the storage that outputs go to, with the keys of this installation."""

from __future__ import annotations

from bulkvid_pipeline.adapters.storage import Storage, open_storage
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.settings import Settings


def open_place(place: str, settings: Settings) -> Storage:
    """The storage at a bucket's name, a path or a URL; nothing is contacted yet.

    Raises:
        InvalidSpecError: the text means no place that can be opened.
    """
    return open_storage(
        place,
        endpoint_url=settings.s3_endpoint_url,
        key=settings.s3_key.get_secret_value() if settings.s3_key else None,
        secret=settings.s3_secret.get_secret_value() if settings.s3_secret else None,
        region=settings.s3_region,
        timeout_s=settings.storage_timeout_s,
    )


def open_output(spec: BulkJobSpec, settings: Settings) -> Storage:
    """The storage that the job writes to."""
    return open_place(spec.output.output_bucket or settings.output_url, settings)
