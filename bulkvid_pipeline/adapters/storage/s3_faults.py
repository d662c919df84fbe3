"""From the errors of S3 and its client to ours.

S3's own words: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. Its messages are left out of ours,
as some repeat the access key; the code says what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp
from botocore.exceptions import (  # type: ignore[import-untyped]
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointProviderError,
    HTTPClientError,
    InvalidRegionError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    SSLError,
)
from botocore.exceptions import ConnectionError as ClientConnectionError

from bulkvid_pipeline.adapters.storage.faults import changed, connection_lost, denied, from_os_error, full, no_bucket
from bulkvid_pipeline.core.errors import (
    BulkVideoError,
    InvalidSpecError,
    NotFoundError,
    QuotaExceededError,
    ServiceUnavailableError,
)

_FULL = {
    "EntityTooLarge",
    "QuotaExceeded",
    "QuotaExceededException",
    "ServiceQuotaExceededException",
    "StorageQuotaExceeded",
    "InsufficientStorage",
    "InsufficientCapacity",
    "XMinioStorageFull",
    "XMinioAdminBucketQuotaExceeded",
}
"""Swift, Ceph and MinIO among others; Amazon has no quota on space."""
_DAMAGED = {"BadDigest", "IncompleteBody", "RequestTimeout", "XAmzContentSHA256Mismatch", "NoSuchUpload", "InvalidPart"}
"""What arrived was not what was sent, or an upload was given up on the other side: sending again helps."""
_NO_ACCESS = {
    "AllAccessDisabled",
    "AccountProblem",
    "ExpiredToken",
    "InvalidToken",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AccessDenied",
    "InvalidSecurity",
    "NotSignedUp",
}
_TOO_FAST = {"TooManyRequests", "RequestLimitExceeded", "Throttling", "ThrottlingException"}


@contextmanager
def s3_errors_as_ours(action: str) -> Iterator[None]:
    """Raise what S3 and its client raise inside the block as ours; `action` reads like "reading s3://films/a.mp4"."""
    try:
        yield
    except ClientError as error:
        raise _from_answer(action, error.response) from error
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError) as error:
        raise denied(action, "no credentials were found", fix="Set the storage access key and secret") from error
    except SSLError as error:
        raise connection_lost(
            action,
            "the server's TLS certificate is not trusted",
            fix="Check the endpoint URL, or set AWS_CA_BUNDLE to the certificate of the server's authority",
        ) from error
    except (HTTPClientError, ClientConnectionError, aiohttp.ClientError) as error:
        raise connection_lost(action, type(error).__name__) from error
    except TimeoutError as error:
        raise connection_lost(action, "the storage did not answer in time") from error
    except (ParamValidationError, InvalidRegionError, EndpointProviderError, ValueError) as error:
        # botocore reports an invalid endpoint URL as a bare ValueError.
        raise InvalidSpecError(
            f"The storage settings cannot be used {action}: {type(error).__name__}",
            fix="Check bucket, region and endpoint URL",
        ) from error
    except BotoCoreError as error:
        raise BulkVideoError(f"The storage client failed {action}: {type(error).__name__}") from error
    except OSError as error:
        raise from_os_error(action, error) from error


def _from_answer(action: str, answer: Mapping[str, Any]) -> BulkVideoError:
    code = str(answer.get("Error", {}).get("Code", ""))
    transport = answer.get("ResponseMetadata", {})
    status = int(transport.get("HTTPStatusCode") or 0)
    if code in _FULL or status in (413, 507):
        return full(action, f"{code} ({status})")
    if code in ("NoSuchBucket", "PermanentRedirect", "IllegalLocationConstraintException"):
        fix = "" if code == "NoSuchBucket" else "Set the storage region to the one the bucket is in"
        return no_bucket(action, code, fix=fix)
    if code == "RequestTimeTooSkewed":
        return denied(action, code, fix="Set this machine's clock: signatures are valid for 15 minutes")
    if code in _NO_ACCESS or status in (401, 403):
        return denied(action, f"{code} ({status})")
    if status in (412, 416):
        return changed(action)
    if code in _DAMAGED:
        return connection_lost(action, f"{code} ({status})")
    wait = _seconds(transport.get("HTTPHeaders", {}).get("retry-after"))
    if code in _TOO_FAST or status == 429:
        return QuotaExceededError(f"Too many storage requests {action}: {code} ({status})", retry_after=wait)
    if code in ("SlowDown", "ServiceUnavailable", "InternalError", "OperationAborted") or status >= 500:
        return ServiceUnavailableError(
            f"The storage cannot serve {action}: {code} ({status})",
            fix="Wait and retry; if it stays so, look whether the storage is full or down",
            retry_after=wait,
        )
    if status == 404:
        return NotFoundError(f"Nothing is stored there {action}: {code}")
    return BulkVideoError(f"The storage refused {action}: {code} ({status})", fix="Look the code up in its manual")


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after and retry_after.isdigit() else None
