"""Where this installation keeps pieces of videos for another time, and what is there."""

from __future__ import annotations

from bulkvid_pipeline.adapters.cache import CachePlace, FolderCache
from bulkvid_pipeline.adapters.storage.location import parse_location
from bulkvid_pipeline.services.wiring.s3 import s3_access
from bulkvid_pipeline.settings import Settings


def cache_place(settings: Settings) -> CachePlace | None:
    """The place that the settings name; None where nothing is to be kept.

    Raises:
        InvalidSpecError: the bucket's name means no place.
    """
    if not settings.cache or settings.cache_dir is None:
        return None
    if settings.cache_bucket is not None:
        parse_location(settings.cache_bucket)
    s3 = s3_access(settings)
    return CachePlace(
        folder=str(settings.cache_dir.expanduser().absolute()),
        max_bytes=settings.cache_max_bytes,
        bucket=settings.cache_bucket,
        endpoint_url=s3.endpoint_url,
        key=s3.key,
        secret=s3.secret,
        region=s3.region,
    )


def local_cache(settings: Settings) -> FolderCache | None:
    """The folder of pieces on this machine; None where the settings name none. A cache switched off is still there."""
    if settings.cache_dir is None:
        return None
    return FolderCache(settings.cache_dir.expanduser().absolute(), settings.cache_max_bytes)
