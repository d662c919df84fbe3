"""What stands in a job's output, as somebody sees it who knows nothing of our storage code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bulkvid_pipeline.adapters.storage import Storage, open_storage
from bulkvid_pipeline_tests.peers.s3 import OWNER, REGION, SwiftS3


class Objects(Protocol):
    """A folder or bucket."""

    def all_keys(self) -> set[str]:
        """Keys of all objects, those of unfinished uploads too."""
        ...

    def read(self, key: str) -> bytes:
        """The whole content."""
        ...

    def storage(self) -> Storage:
        """The same place through our own code, to sweep it."""
        ...


@dataclass(frozen=True)
class FolderObjects:
    """Files under a folder."""

    root: Path

    def all_keys(self) -> set[str]:
        return {path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file()}

    def read(self, key: str) -> bytes:
        return (self.root / key).read_bytes()

    def storage(self) -> Storage:
        return open_storage(f"file://{self.root}")


@dataclass(frozen=True)
class BucketObjects:
    """Objects in a bucket of the S3 server."""

    server: SwiftS3
    bucket: str

    def all_keys(self) -> set[str]:
        return set(self.server.keys(self.bucket))

    def read(self, key: str) -> bytes:
        content: bytes = self.server.client().get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return content

    def storage(self) -> Storage:
        return open_storage(
            self.bucket, endpoint_url=self.server.endpoint_url, key=OWNER.key, secret=OWNER.secret, region=REGION
        )
