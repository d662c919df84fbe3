"""One attempt to read a medium from the media folder or from a bucket."""

from __future__ import annotations

from pathlib import Path

from bulkvid_pipeline.adapters.exchanges import going_to, outgoing
from bulkvid_pipeline.adapters.media.policy import MediaPolicy
from bulkvid_pipeline.adapters.media.versions import Fetched, Version
from bulkvid_pipeline.adapters.media.web import too_large
from bulkvid_pipeline.adapters.storage import open_storage
from bulkvid_pipeline.core.diagnostics.exchange import Peer
from bulkvid_pipeline.core.errors import AccessDeniedError, MediumNotFoundError, MediumRefusedError, NotFoundError


def read_local(source: str, policy: MediaPolicy, known: Version | None) -> Fetched | None:
    """The content of a file in the media folder; None if it still has the version `known`.

    Raises:
        MediumRefusedError, MediumNotFoundError: see `MediaPolicy.local_path`; also if the file cannot be read.
        MediumError: it is too large.
    """
    path = policy.local_path(source)
    with outgoing(Peer.MEDIA, "read", path.as_uri()) as exchange:
        found = _read(path, source, policy, known)
        exchange.received(len(found.data) if found else 0)
        return found


def _read(path: Path, source: str, policy: MediaPolicy, known: Version | None) -> Fetched | None:
    try:
        with path.open("rb") as file:
            status = path.stat()
            version = Version(f"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}")
            if version == known:
                return None
            if status.st_size > policy.max_bytes:
                raise too_large(source, policy.max_bytes)
            return Fetched(file.read(policy.max_bytes), version)
    except OSError as error:
        raise MediumRefusedError(
            f"The medium {source!r} cannot be read: {error.strerror or error}", fix="Check its permissions"
        ) from error


def read_object(source: str, policy: MediaPolicy, known: Version | None) -> Fetched | None:
    """The content of an object in a bucket; None if it still has the version `known`.

    Raises:
        MediumRefusedError: sheets may not read from the bucket, or our credentials may not.
        MediumNotFoundError: there is no such bucket or object.
        MediumError: it is too large.
        NetworkError, ServiceUnavailableError, QuotaExceededError: worth another try.
    """
    bucket, key = policy.object_of(source)
    storage = open_storage(
        f"s3://{bucket}",
        endpoint_url=policy.s3_endpoint_url,
        key=policy.s3_key,
        secret=policy.s3_secret,
        region=policy.s3_region,
        timeout_s=policy.deadline_s,
    )
    try:
        with going_to(Peer.MEDIA):
            stored = storage.exists(key)
            if stored is None:
                raise MediumNotFoundError(f"There is no {source}", fix="Check bucket and key")
            version = Version.of(stored.etag)
            if version.is_known and version == known:
                return None
            if stored.size > policy.max_bytes:
                raise too_large(source, policy.max_bytes)
            return Fetched(storage.read_bytes(key), version)
    except MediumNotFoundError:
        raise
    except NotFoundError as error:
        raise MediumNotFoundError(f"There is no {source}: {error.message}", fix="Check bucket and key") from error
    except AccessDeniedError as error:
        # The storage's own error would stop the whole job; an unreadable medium concerns only its rows.
        raise MediumRefusedError(
            f"{source} cannot be read with our credentials", fix="Allow them to read the bucket"
        ) from error
