"""Installations for faults: on SQLite or PostgreSQL, with a folder, a small disk or a bucket behind a bad network."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.faults.stored import BucketObjects
from bulkvid_pipeline_tests.peers.cutting_proxy import CuttingProxy
from bulkvid_pipeline_tests.peers.google import GooglePeer
from bulkvid_pipeline_tests.peers.postgres import PostgresServer
from bulkvid_pipeline_tests.peers.s3 import OWNER, READER, REGION, SwiftS3

BUCKET = "films"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Installation]:
    """An installation on SQLite and a folder."""
    installation = Installation(tmp_path)
    yield installation
    installation.close()


@pytest.fixture
def database() -> Iterator[PostgresServer]:
    """A PostgreSQL of its own, which may be restarted."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def place_on_postgres(tmp_path: Path, database: PostgresServer) -> Iterator[Installation]:
    """An installation on PostgreSQL and a folder."""
    installation = Installation(tmp_path, database.create_database())
    yield installation
    installation.close()


@dataclass(frozen=True)
class BadNetwork:
    """An S3 server with the bucket `films`, and what stands between it and the job."""

    server: SwiftS3
    proxy: CuttingProxy


@pytest.fixture(scope="module")
def s3_server() -> Iterator[SwiftS3]:
    """An S3 server without buckets."""
    with SwiftS3() as server:
        yield server


@pytest.fixture
def network(s3_server: SwiftS3) -> Iterator[BadNetwork]:
    """A new bucket `films` that the login READER may write, and a proxy before its server."""
    s3_server.create_bucket(BUCKET, readable_by=READER, writable_by=READER)
    with CuttingProxy(s3_server.port) as proxy:
        yield BadNetwork(s3_server, proxy)
    remove_bucket(s3_server)


@pytest.fixture
def place_with_bucket(place: Installation, network: BadNetwork) -> Installation:
    """An installation that writes to the bucket as its owner, through the proxy."""
    place.environment |= {
        "BULKVID_OUTPUT_URL": f"s3://{BUCKET}",
        "BULKVID_S3_ENDPOINT_URL": network.proxy.endpoint_url,
        "BULKVID_S3_KEY": OWNER.key,
        "BULKVID_S3_SECRET": OWNER.secret,
        "BULKVID_S3_REGION": REGION,
        "BULKVID_STORAGE_TIMEOUT_S": "3",
    }
    place.objects = BucketObjects(network.server, BUCKET)
    return place


def remove_bucket(server: SwiftS3) -> None:
    """Delete the bucket with all that is in it, whatever is written to it meanwhile."""
    client = server.client()
    while BUCKET in [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]:
        for key in server.keys(BUCKET):
            client.delete_object(Bucket=BUCKET, Key=key)
        try:
            client.delete_bucket(Bucket=BUCKET)
        except client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "BucketNotEmpty":
                raise


@dataclass(frozen=True)
class SmallDisk:
    """A file system of its own with little room."""

    folder: Path

    def grow(self) -> None:
        """Give it all the room that anybody needs."""
        subprocess.run(["mount", "-o", "remount,size=500m", str(self.folder)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], SmallDisk]]:
    """Makes a disk of so many kilobytes; needs the right to mount."""
    with ExitStack() as mounted:

        def make(kilobytes: int) -> SmallDisk:
            folder = tmp_path / "small_disk"
            folder.mkdir()
            command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "small", str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
            mounted.callback(subprocess.run, ["umount", "-l", str(folder)], check=True)
            return SmallDisk(folder)

        yield make


@pytest.fixture
def google(place: Installation) -> Iterator[GooglePeer]:
    """Google, as a service account of the installation reaches it."""
    with GooglePeer() as peer:
        key = peer.service_account()
        place.environment |= {
            **peer.env,
            "NO_PROXY": "127.0.0.1,localhost",
            "BULKVID_GOOGLE_CREDENTIALS": str(key.path),
            "GOOGLE_ACCOUNT": key.email,
        }
        yield peer
