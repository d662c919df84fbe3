"""A cache of parts of videos (narration, pictures, encoded scenes) under the hash of everything they are made from.

pieces = open_cache(CachePlace(folder="/var/cache/bulkvid", max_bytes=5_000_000_000))
scenes = CacheOfKind(pieces, "scene", salt="engine 1")
"""

from bulkvid_pipeline.adapters.cache.contract import Cache, CacheOfKind, KindStatistics, Statistics
from bulkvid_pipeline.adapters.cache.folder import FolderCache
from bulkvid_pipeline.adapters.cache.layers import BucketCache, LayeredCache
from bulkvid_pipeline.adapters.cache.opening import CachePlace, open_cache
from bulkvid_pipeline.adapters.cache.utterances import UtteranceCache

__all__ = [
    "BucketCache",
    "Cache",
    "CacheOfKind",
    "CachePlace",
    "FolderCache",
    "KindStatistics",
    "LayeredCache",
    "Statistics",
    "UtteranceCache",
    "open_cache",
]
