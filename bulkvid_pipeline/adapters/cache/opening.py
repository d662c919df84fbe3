"""The location of the cache, in a form that is passed to render workers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bulkvid_pipeline.adapters.cache.contract import Cache
from bulkvid_pipeline.adapters.cache.folder import FolderCache
from bulkvid_pipeline.adapters.cache.layers import BucketCache, LayeredCache
from bulkvid_pipeline.adapters.storage import open_storage

BUCKET_TIMEOUT_S = 10.0
"""Longest time in seconds without a transferred byte; rendering a scene takes less."""


@dataclass(frozen=True)
class CachePlace:
    """A folder of at most `max_bytes`, and optionally a bucket (or URL) behind it that machines share."""

    folder: str
    max_bytes: int
    bucket: str | None = None
    endpoint_url: str | None = None
    key: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    region: str | None = None


def open_cache(place: CachePlace, *, on_ask: Callable[[float], None] = lambda _: None) -> Cache:
    """The store at a place; nothing is read or written yet.

    Args:
        place: the location of the cache.
        on_ask: called before each request to a bucket with the seconds that it may take, and with 0.0 after it.

    Raises:
        InvalidSpecError: the bucket's name is not a valid location.
    """
    near = FolderCache(Path(place.folder), place.max_bytes)
    if place.bucket is None:
        return near
    storage = open_storage(
        place.bucket,
        endpoint_url=place.endpoint_url,
        key=place.key,
        secret=place.secret,
        region=place.region,
        timeout_s=BUCKET_TIMEOUT_S,
    )
    return LayeredCache(near, BucketCache(storage, on_ask=on_ask))
