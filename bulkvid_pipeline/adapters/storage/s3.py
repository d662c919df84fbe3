"""S3 as storage.

s3fs gives the session, its file calls are not used: they retry by themselves, leave cut multipart uploads behind, and
can hang for ever while sending. Each request here is one attempt, and the server itself checks what it got.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from bulkvid_pipeline.adapters.storage.faults import changed
from bulkvid_pipeline.adapters.storage.location import S3Location
from bulkvid_pipeline.adapters.storage.objects import Part, StoredObject
from bulkvid_pipeline.adapters.storage.s3_faults import s3_errors_as_ours
from bulkvid_pipeline.adapters.storage.s3_links import signer_of
from bulkvid_pipeline.adapters.storage.s3_session import S3Session
from bulkvid_pipeline.adapters.storage.s3_transfer import Progress
from bulkvid_pipeline.core.errors import BulkVideoError, NotFoundError

_log = logging.getLogger(__name__)

MIB = 1024 * 1024
MAX_PARTS = 10_000
MAX_COPY_BYTES = 5 * 1024 * MIB
"""What CopyObject and one UploadPartCopy may copy: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html"""
_SLOWEST_COPY_BYTES_PER_S = MIB
_TIDY_UP_S = 10.0
_PLAIN_CHARACTERS = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")


class S3Backend:
    """Implements `Backend` on a bucket.

    Args:
        location: bucket and prefix.
        session: makes the requests.
        signing: signs links, where they lead to another endpoint than requests; nothing is sent by it.
        part_bytes: files above this go in parts of this size (S3 wants at least 5 MiB).
        copy_part_bytes: objects above this are copied in parts of this size.
    """

    def __init__(
        self,
        location: S3Location,
        session: S3Session,
        *,
        signing: S3Session | None = None,
        part_bytes: int = 16 * MIB,
        copy_part_bytes: int = MAX_COPY_BYTES,
    ) -> None:
        self._bucket = location.bucket
        self._prefix = f"{location.prefix}/" if location.prefix else ""
        self._session = session
        self._signing = signing or session
        self._part_bytes = part_bytes
        self._copy_part_bytes = copy_part_bytes

    def upload(self, local: Path, key: str, *, content_type: str, metadata: Mapping[str, str]) -> None:
        about = {**self._at(key), "ContentType": content_type, "Metadata": _quoted(metadata)}
        action = f"writing {self.url(key)}"
        with s3_errors_as_ours(action):
            size = local.stat().st_size
        if size <= self._part_bytes:
            self._session.send(action, "put_object", about, local, 0, size)
            return
        part_bytes = max(self._part_bytes, -(-size // MAX_PARTS))
        with self._multipart(action, about) as (upload, parts):
            for number, offset in enumerate(range(0, size, part_bytes), start=1):
                part = {**upload, "PartNumber": number}
                length = min(part_bytes, size - offset)
                answer = self._session.send(action, "upload_part", part, local, offset, length)
                parts.append({"PartNumber": number, "ETag": answer["ETag"]})

    def move(self, source: StoredObject, target: str) -> None:
        if source.size > self._copy_part_bytes:
            self._copy_in_parts(source, target)
            return
        self._session.request(
            f"publishing {self.url(target)}",
            "copy_object",
            {**self._at(target), "CopySource": self._at(source.key)},
            total_s=self._session.seconds_for(source.size, _SLOWEST_COPY_BYTES_PER_S),
        )

    def write(self, data: bytes, key: str, *, content_type: str) -> None:
        digest = hashlib.md5(data, usedforsecurity=False).digest()
        about = {"ContentType": content_type, "ContentMD5": base64.b64encode(digest).decode()}
        self._session.request(
            f"writing {self.url(key)}",
            "put_object",
            {**self._at(key), **about, "Body": data},
            total_s=self._session.seconds_for(len(data)),
        )

    def read(self, key: str) -> bytes:
        # Its size is not known beforehand; what is read whole is far below the largest.
        return self._session.download(f"reading {self.url(key)}", self._at(key), MAX_COPY_BYTES)

    def read_part(self, part: Part) -> bytes:
        action = f"reading {self.url(part.key)}"
        span = {"Range": f"bytes={part.offset}-{part.last}", "IfMatch": f'"{part.etag}"'}
        data = self._session.download(action, {**self._at(part.key), **span}, part.length)
        if len(data) != part.length:
            raise changed(action)
        return data

    def stat(self, key: str) -> StoredObject | None:
        try:
            head = self._session.request(f"looking up {self.url(key)}", "head_object", self._at(key))
        except NotFoundError:
            return None
        return StoredObject(
            url=self.url(key),
            key=key,
            size=int(head["ContentLength"]),
            etag=str(head.get("ETag", "")).strip('"'),
            modified_at=head["LastModified"].astimezone(UTC),
            content_type=str(head.get("ContentType", "")),
            metadata={name: unquote(value) for name, value in head.get("Metadata", {}).items()},
        )

    def remove(self, key: str, *, within_s: float | None = None) -> None:
        total_s = self._session.timeout_s if within_s is None else min(within_s, self._session.timeout_s)
        self._session.request(f"deleting {self.url(key)}", "delete_object", self._at(key), total_s=total_s)

    def find(self, prefix: str) -> list[StoredObject]:
        found: list[StoredObject] = []
        page: dict[str, str] = {}
        while True:
            where = {"Bucket": self._bucket, "Prefix": self._prefix + prefix, **page}
            answer = self._session.request(f"listing {self.url(prefix)}", "list_objects_v2", where)
            found += [self._listed(entry) for entry in answer.get("Contents", [])]
            if not answer.get("IsTruncated"):
                return found
            page = {"ContinuationToken": answer["NextContinuationToken"]}

    def abort_uploads(self, prefix: str, before: datetime) -> int:
        aborted = 0
        page: dict[str, str] = {}
        while True:
            where = {"Bucket": self._bucket, "Prefix": self._prefix + prefix, **page}
            answer = self._session.request(
                f"listing unfinished uploads under {self.url(prefix)}", "list_multipart_uploads", where
            )
            for entry in answer.get("Uploads", []):
                if entry["Initiated"] <= before:
                    upload = {"Bucket": self._bucket, "Key": entry["Key"], "UploadId": entry["UploadId"]}
                    action = f"aborting the upload of s3://{self._bucket}/{entry['Key']}"
                    self._session.request(action, "abort_multipart_upload", upload)
                    aborted += 1
            if not answer.get("IsTruncated"):
                return aborted
            page = {"KeyMarker": answer["NextKeyMarker"], "UploadIdMarker": answer["NextUploadIdMarker"]}

    def url(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._prefix}{key}"

    def signed_urls(self, keys: Sequence[str], seconds: int, at: datetime) -> list[str]:
        async def sign(client: Any) -> list[str]:
            signer, by_client = await signer_of(client, self._bucket)
            whole = [self._prefix + key for key in keys]
            if signer is None:
                return [await by_client(key, seconds) for key in whole]
            return [signer.link(key, seconds, at) for key in whole]

        return self._signing.run(f"signing links to {self.url('')}", sign, Progress(), self._signing.patience(0))

    def _copy_in_parts(self, source: StoredObject, target: str) -> None:
        """Copy what is too large for one request; its type and metadata come along only if given again."""
        action, length = f"publishing {self.url(target)}", self._copy_part_bytes
        total_s = self._session.seconds_for(length, _SLOWEST_COPY_BYTES_PER_S)
        about = {**self._at(target), "ContentType": source.content_type, "Metadata": _quoted(source.metadata)}
        with self._multipart(action, about) as (upload, parts):
            for number, first in enumerate(range(0, source.size, length), start=1):
                span = f"bytes={first}-{min(first + length, source.size) - 1}"
                part = {**upload, "PartNumber": number, "CopySource": self._at(source.key), "CopySourceRange": span}
                answer = self._session.request(action, "upload_part_copy", part, total_s=total_s)
                parts.append({"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]})

    @contextmanager
    def _multipart(
        self, action: str, about: Mapping[str, Any]
    ) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
        """A multipart upload, completed from the parts that the block collects, aborted when the block fails."""
        begun = self._session.request(action, "create_multipart_upload", about)
        upload = {"Bucket": about["Bucket"], "Key": about["Key"], "UploadId": begun["UploadId"]}
        parts: list[dict[str, Any]] = []
        try:
            yield upload, parts
            whole = {**upload, "MultipartUpload": {"Parts": parts}}
            self._session.request(action, "complete_multipart_upload", whole)
        except BaseException:
            try:
                total_s = min(_TIDY_UP_S, self._session.timeout_s)
                self._session.request(f"giving up {action}", "abort_multipart_upload", upload, total_s=total_s)
            except BulkVideoError as error:
                _log.warning("An unfinished upload is left for the sweep: %s", error.message)
            raise

    def _listed(self, entry: Mapping[str, Any]) -> StoredObject:
        key = str(entry["Key"]).removeprefix(self._prefix)
        return StoredObject(
            url=self.url(key),
            key=key,
            size=int(entry["Size"]),
            etag=str(entry.get("ETag", "")).strip('"'),
            modified_at=entry["LastModified"].astimezone(UTC),
        )

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}


def _quoted(metadata: Mapping[str, str]) -> dict[str, str]:
    """Metadata travels in HTTP headers: everything but printable ASCII is percent-encoded."""
    return {name: quote(value, safe=_PLAIN_CHARACTERS) for name, value in metadata.items()}
