"""Where pieces are kept, as it is told to a render worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bulkvid_pipeline.adapters.cache.contract import Cache
from bulkvid_pipeline.adapters.cache.folder import FolderCache
from bulkvid_pipeline.adapters.cache.layers import BucketCache, LayeredCache
from bulkvid_pipeline.adapters.storage import open_storage

BUCKET_TIMEOUT_S = 10.0
"""How long a bucket may stay without moving a byte: rendering a scene takes less."""


@dataclass(frozen=True)
class CachePlace:
    """A folder of at most `max_bytes`, and behind it a bucket (or URL) that machines share, if one is named."""

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
        place: where.
        on_ask: told before each request to a bucket how many seconds it may take, and 0.0 after it.

    Raises:
        InvalidSpecError: the bucket's name means no place.
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
