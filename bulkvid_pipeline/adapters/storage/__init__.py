"""Where finished videos go: an S3 bucket, a folder, or anything else that fsspec can open.

storage = open_storage("my-videos/campaigns", key=..., secret=...)
storage.check_writable()
stored = storage.publish(Path("out.mp4"), "spring/video.mp4")
"""

from bulkvid_pipeline.adapters.storage.objects import StoredObject, content_type_of
from bulkvid_pipeline.adapters.storage.store import Storage, open_storage

__all__ = ["Storage", "StoredObject", "content_type_of", "open_storage"]
