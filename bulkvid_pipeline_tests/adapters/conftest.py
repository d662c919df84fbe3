"""The S3 server that this folder's tests share; one is enough, as each test makes its own buckets."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bulkvid_pipeline_tests.peers.s3 import SwiftS3

WHATEVER_ITS_AGE = timedelta(minutes=-1)
"""For sweeping what was made just now: S3 tells times in whole seconds, rounded up, so it may be from the future."""

_bucket_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[SwiftS3]:
    """A running S3 server."""
    with SwiftS3() as server:
        yield server


@pytest.fixture
def new_bucket_name() -> Callable[[], str]:
    """Names that no other test uses."""
    return lambda: f"films-{next(_bucket_numbers)}"
