"""BatchProcessor: bulk jobs from a script of one's own, in its process.

    from bulkvid_pipeline.batch_processor import BatchProcessor

`docs/batch-processor.md` shows how.
"""

from __future__ import annotations

from bulkvid_pipeline.adapters.rate_limits import RateLimiter
from bulkvid_pipeline.batch_processor.errors import (
    AuthenticationError,
    BulkVideoError,
    NetworkError,
    PermissionError,  # noqa: A004
    QuotaExceededError,
    RateLimitError,
    ServerError,
    StorageError,
    TemplateError,
)
from bulkvid_pipeline.batch_processor.processor import BatchProcessor
from bulkvid_pipeline.batch_processor.queue_manager import QueueManager
from bulkvid_pipeline.batch_processor.records import (
    BulkJob,
    JobEvent,
    JobPriority,
    JobStatus,
    SheetFormat,
    ValidationLevel,
    VideoJob,
)
from bulkvid_pipeline.batch_processor.retrying import RetryTemplate, SheetsErrorHandler

__all__ = [
    "AuthenticationError",
    "BatchProcessor",
    "BulkJob",
    "BulkVideoError",
    "JobEvent",
    "JobPriority",
    "JobStatus",
    "NetworkError",
    "PermissionError",
    "QueueManager",
    "QuotaExceededError",
    "RateLimitError",
    "RateLimiter",
    "RetryTemplate",
    "ServerError",
    "SheetFormat",
    "SheetsErrorHandler",
    "StorageError",
    "TemplateError",
    "ValidationLevel",
    "VideoJob",
    "cleanup_old_jobs",
]


def cleanup_old_jobs(processor: BatchProcessor, days_old: float = 30) -> int:
    """Remove the logs of the processor's jobs that ended so many days ago; see `BatchProcessor.cleanup_old_jobs`."""
    return processor.cleanup_old_jobs(days_old)
