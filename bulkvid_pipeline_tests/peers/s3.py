"""An independent S3 server for tests: OpenStack Swift with its S3 API.

It checks signatures, keeps permissions and quotas, and answers in S3's own words, so what passes here was not merely
agreed with a mock of ours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

import botocore.session  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]

from bulkvid_pipeline_tests.peers import swift_server

REGION = "us-east-1"

_SWIFT_CONF = """
[swift-hash]
swift_hash_path_suffix = tests
[storage-policy:0]
name = one
default = yes
"""

_BACKEND_CONF = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
log_name = {name}
disable_fallocate = true
[app:main]
use = egg:swift#{name}
"""

_PROXY_CONF = """
[DEFAULT]
swift_dir = {folder}
log_name = proxy
[pipeline:main]
pipeline = catch_errors gatekeeper listing_formats bulk s3api tempauth copy container_quotas slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = {region}
max_bucket_listing = 10
[filter:tempauth]
use = egg:swift#tempauth
user_films_owner = {owner_secret} .admin
user_films_reader = {reader_secret}
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:copy]
use = egg:swift#copy
[filter:container_quotas]
use = egg:swift#container_quotas
"""


@dataclass(frozen=True)
class Login:
    """An access key and its secret."""

    key: str
    secret: str


OWNER = Login("films:owner", "owner-secret-for-tests")
"""May do everything."""
READER = Login("films:reader", "reader-secret-for-tests")
"""Is known, but may do nothing until a bucket's permissions let it."""


def _folder_with_extended_attributes() -> Path:
    """A new folder on a file system that keeps extended attributes, which Swift stores its metadata in."""
    for parent in (tempfile.gettempdir(), "/dev/shm", str(Path.cwd())):
        if not os.access(parent, os.W_OK):
            continue
        folder = Path(tempfile.mkdtemp(prefix="swift-", dir=parent))
        try:
            os.setxattr(folder, "user.test", b"1")
        except OSError:
            folder.rmdir()
            continue
        return folder
    raise RuntimeError("Swift needs a folder on a file system with extended attributes; set TMPDIR to one")


class SwiftS3:
    """A running Swift; use as a context manager. `endpoint_url` is where its S3 API answers."""

    def __init__(self) -> None:
        self._folder = _folder_with_extended_attributes()
        self._process: subprocess.Popen[str] | None = None
        self._log: IO[bytes] | None = None
        self._clients: dict[Login, Any] = {}
        self.port = 0

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._write_configuration()
        self._log = (self._folder / "server.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-W", "ignore", swift_server.__file__, str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._process.stdout is not None
        first_line = self._process.stdout.readline()
        if not first_line.strip().isdigit():
            log = (self._folder / "server.log").read_text()
            self.__exit__()
            raise RuntimeError(f"Swift did not start:\n{log}")
        self.port = int(first_line)
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    stream.close()
        if self._log is not None:
            self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write_configuration(self) -> None:
        (self._folder / "devices" / "disk").mkdir(parents=True)
        (self._folder / "swift.conf").write_text(_SWIFT_CONF)
        for name in swift_server.BACKENDS:
            conf = _BACKEND_CONF.format(folder=self._folder, name=name)
            (self._folder / f"{name}-server.conf").write_text(conf)
        proxy = _PROXY_CONF.format(
            folder=self._folder, region=REGION, owner_secret=OWNER.secret, reader_secret=READER.secret
        )
        (self._folder / "proxy-server.conf").write_text(proxy)

    def client(self, login: Login = OWNER) -> Any:
        """A plain botocore S3 client, which has nothing of ours in it; one for each login, as making it takes long."""
        if login not in self._clients:
            self._clients[login] = self._new_client(login)
        return self._clients[login]

    def _new_client(self, login: Login) -> Any:
        return botocore.session.Session().create_client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id=login.key,
            aws_secret_access_key=login.secret,
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        )

    def create_bucket(
        self, name: str, *, quota_bytes: int | None = None, readable_by: Login | None = None,
        writable_by: Login | None = None,
    ) -> str:  # fmt: skip
        """Make a bucket and return its name.

        Args:
            name: the bucket's name.
            quota_bytes: what it may hold; the parts of uploads under way are held to the same limit.
            readable_by: who may read it besides the owner.
            writable_by: who may write it besides the owner.
        """
        self.client().create_bucket(Bucket=name)
        if (quota_bytes, readable_by, writable_by) != (None, None, None):
            self.change_bucket(name, quota_bytes=quota_bytes, readable_by=readable_by, writable_by=writable_by)
        return name

    def change_bucket(
        self, name: str, *, quota_bytes: int | None = None, readable_by: Login | None = None,
        writable_by: Login | None = None,
    ) -> None:  # fmt: skip
        """Give a bucket these limits in place of those that it has; see `create_bucket`."""
        headers = {
            "X-Container-Meta-Quota-Bytes": "" if quota_bytes is None else str(quota_bytes),
            "X-Container-Read": readable_by.key if readable_by else "",
            "X-Container-Write": writable_by.key if writable_by else "",
        }
        # Swift keeps the parts of multipart uploads in a container of their own beside the bucket.
        for container in (name, f"{name}+segments"):
            self._swift("PUT", container, headers)

    def keys(self, bucket: str) -> list[str]:
        """All keys of the bucket, as another client sees them."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def unfinished_uploads(self, bucket: str) -> list[str]:
        """The keys of multipart uploads that were begun and neither completed nor aborted."""
        listing = self.client().list_multipart_uploads(Bucket=bucket)
        return [entry["Key"] for entry in listing.get("Uploads", [])]

    def _swift(self, method: str, container: str, headers: dict[str, str]) -> None:
        """Send a request of Swift's own API, which has what S3 lacks: quotas and simple permissions."""
        login = urllib.request.Request(
            f"{self.endpoint_url}/auth/v1.0", headers={"X-Auth-User": OWNER.key, "X-Auth-Key": OWNER.secret}
        )
        with urllib.request.urlopen(login, timeout=10) as answer:
            account, token = answer.headers["X-Storage-Url"], answer.headers["X-Auth-Token"]
        request = urllib.request.Request(
            f"{account}/{container}", method=method, headers={**headers, "X-Auth-Token": token}
        )
        with urllib.request.urlopen(request, timeout=10):
            pass
