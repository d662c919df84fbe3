"""Pictures and videos that rows name: fetched safely, known by their content, kept for another time."""

from bulkvid_pipeline.adapters.media.library import MediaLibrary, Medium
from bulkvid_pipeline.adapters.media.policy import MediaPolicy
from bulkvid_pipeline.adapters.media.sniffing import MediaFormat

__all__ = [
    "MediaFormat",
    "MediaLibrary",
    "MediaPolicy",
    "Medium",
]
