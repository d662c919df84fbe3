"""The Python client of the bulk jobs API.

from bulkvid_client import BulkJobsClient

with BulkJobsClient(api_key="...", base_url="https://api.example.com") as client:
    job = client.create_job(title="Spring", file="ideas.csv")
    for update in client.monitor_job(job.id):
        print(update.percent_complete)
"""

from .async_client import AsyncBulkJobsClient, AsyncTemplates, AsyncWebhooks
from .client import BulkJobsClient, Templates, Webhooks
from .downloads import DownloadProgress
from .errors import (
    AuthenticationError,
    BulkJobsError,
    ConflictError,
    ConnectionFailedError,
    DownloadError,
    IdempotencyError,
    InvalidRequestError,
    JobFailedError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    RequestTimeoutError,
    ServerError,
    ServiceUnavailableError,
    UnexpectedAnswerError,
)
from .job_fields import JobFields
from .models import (
    Analytics,
    CreatedJob,
    DownloadedFile,
    DryRun,
    Event,
    Health,
    Item,
    ItemDetail,
    Job,
    Metrics,
    Progress,
    Result,
    SheetColumn,
    SheetPreview,
    SheetReport,
    StreamEvent,
    SystemStatus,
    Template,
    Update,
    UploadedSheet,
    WebhookDelivery,
)
from .requests import InsecureConnectionWarning
from .version import __version__

__all__ = [
    "Analytics",
    "AsyncBulkJobsClient",
    "AsyncTemplates",
    "AsyncWebhooks",
    "AuthenticationError",
    "BulkJobsClient",
    "BulkJobsError",
    "ConflictError",
    "ConnectionFailedError",
    "CreatedJob",
    "DownloadError",
    "DownloadProgress",
    "DownloadedFile",
    "DryRun",
    "Event",
    "Health",
    "IdempotencyError",
    "InsecureConnectionWarning",
    "InvalidRequestError",
    "Item",
    "ItemDetail",
    "Job",
    "JobFailedError",
    "JobFields",
    "Metrics",
    "NotFoundError",
    "PermissionDeniedError",
    "Progress",
    "RateLimitedError",
    "RequestTimeoutError",
    "Result",
    "ServerError",
    "ServiceUnavailableError",
    "SheetColumn",
    "SheetPreview",
    "SheetReport",
    "StreamEvent",
    "SystemStatus",
    "Template",
    "Templates",
    "UnexpectedAnswerError",
    "Update",
    "UploadedSheet",
    "WebhookDelivery",
    "Webhooks",
    "__version__",
]
