"""One request to S3 at a time: made in s3fs's event loop, watched from outside, its failures as ours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import s3fs

from bulkvid_pipeline.adapters.exchanges import outgoing
from bulkvid_pipeline.adapters.storage.s3_faults import s3_errors_as_ours
from bulkvid_pipeline.adapters.storage.s3_http import RecordedSession
from bulkvid_pipeline.adapters.storage.s3_transfer import FileSlice, Patience, Progress, watched
from bulkvid_pipeline.core.diagnostics.exchange import Peer

_Result = TypeVar("_Result")

_READ_BYTES = 256 * 1024

_IN_FLIGHT_BYTES = 1024 * 1024
"""What the kernel and the line may hold of what we have sent: while it drains on a slow line we see no progress."""


@dataclass(frozen=True)
class S3Connection:
    """How to reach and enter an S3 service; None leaves the choice to boto."""

    endpoint_url: str | None = None
    key: str | None = None
    secret: str | None = field(default=None, repr=False)
    region: str | None = None


class S3Session:
    """Makes requests for any thread; nothing is contacted before the first.

    `action` of each method names what is done in errors, e.g. "reading s3://films/a.mp4".

    Args:
        connection: see there.
        timeout_s: how long a request may go without progress.
        slowest_bytes_per_s: a transfer's total time is `timeout_s` plus its size at this rate.
    """

    def __init__(self, connection: S3Connection, *, timeout_s: float, slowest_bytes_per_s: float) -> None:
        self.timeout_s = timeout_s
        self._slowest_bytes_per_s = slowest_bytes_per_s
        self._fs = _file_system(connection, timeout_s)

    def request(
        self, action: str, method: str, parameters: Mapping[str, Any], *, total_s: float | None = None
    ) -> Mapping[str, Any]:
        """The answer to a request that moves next to nothing over the wire.

        Args:
            action: see the class.
            method: of the S3 client, e.g. "head_object".
            parameters: of the method.
            total_s: the most time it may take where that is not the session's timeout.
        """

        async def call(client: Any) -> Mapping[str, Any]:
            answer: Mapping[str, Any] = await getattr(client, method)(**parameters)
            return answer

        limit_s = self.timeout_s if total_s is None else total_s
        with outgoing(Peer.STORAGE, _operation(method), may_lack=method == "head_object", pooled=True):
            return self.run(action, call, Progress(), Patience(idle_s=limit_s, total_s=limit_s))

    def send(
        self, action: str, method: str, parameters: Mapping[str, Any], local: Path, offset: int, length: int
    ) -> Mapping[str, Any]:
        """The answer to a request whose body is a slice of a file, with Content-MD5 for the server to check."""
        progress = Progress()
        with s3_errors_as_ours(action), FileSlice(local, offset, length, progress) as body:
            whole = {**parameters, "Body": body, "ContentLength": length, "ContentMD5": body.md5_base64()}

            async def call(client: Any) -> Mapping[str, Any]:
                answer: Mapping[str, Any] = await getattr(client, method)(**whole)
                return answer

            with outgoing(Peer.STORAGE, _operation(method), pooled=True):
                return self.run(action, call, progress, self.patience(length))

    def download(self, action: str, parameters: Mapping[str, Any], most: int) -> bytes:
        """The whole object, which is known to have no more than `most` bytes."""
        progress = Progress()

        async def call(client: Any) -> bytes:
            answer = await client.get_object(**parameters)
            chunks = []
            async with answer["Body"] as body:
                while chunk := await body.read(_READ_BYTES):
                    progress.moved()
                    chunks.append(chunk)
            return b"".join(chunks)

        with outgoing(Peer.STORAGE, "GetObject", may_lack=True, pooled=True) as exchange:
            data = self.run(action, call, progress, self.patience(most))
            exchange.received(len(data))
            return data

    def patience(self, size: int) -> Patience:
        """For a transfer of so many bytes whose progress is reported."""
        return Patience(idle_s=self.seconds_for(min(size, _IN_FLIGHT_BYTES)), total_s=self.seconds_for(size))

    def seconds_for(self, size: int, bytes_per_s: float | None = None) -> float:
        """The most time that moving so many bytes may take; the rate is the session's slowest when not given."""
        return self.timeout_s + size / (bytes_per_s or self._slowest_bytes_per_s)

    def run(
        self, action: str, call: Callable[[Any], Awaitable[_Result]], progress: Progress, patience: Patience
    ) -> _Result:
        """What `call` makes of the S3 client, waited for in this thread."""

        async def connected() -> _Result:
            return await call(await self._fs.set_session())

        async def run() -> _Result:
            return await watched(connected(), progress, patience)

        with s3_errors_as_ours(action):
            future = asyncio.run_coroutine_threadsafe(run(), self._fs.loop)
            try:
                return future.result()
            except BaseException:
                future.cancel()
                raise


def _operation(method: str) -> str:
    """S3's name of a method of the client: PutObject for put_object."""
    return "".join(word.capitalize() for word in method.split("_"))


def _file_system(connection: S3Connection, timeout_s: float) -> Any:
    """An s3fs file system of our own that caches nothing, retries nothing, and signs with SigV4."""
    config = {
        "signature_version": "s3v4",
        "connect_timeout": min(timeout_s, 10.0),
        # The watch has its own limit, which unlike this one knows that a large copy may take long to answer.
        "read_timeout": None,
        "retries": {"total_max_attempts": 1},
        "max_pool_connections": 32,
        "http_session_cls": RecordedSession,
        # Content-MD5 is understood by every S3 service, the newer trailing checksums are not.
        "request_checksum_calculation": "when_required",
        "response_checksum_validation": "when_required",
        "s3": {"addressing_style": "path" if connection.endpoint_url else "auto"},
    }
    return s3fs.S3FileSystem(
        key=connection.key,
        secret=connection.secret,
        endpoint_url=connection.endpoint_url,
        client_kwargs={"region_name": connection.region} if connection.region else {},
        config_kwargs=config,
        use_listings_cache=False,
        skip_instance_cache=True,
    )
