"""A peer of the API, and each of the two clients at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bulkvid_pipeline_tests.client.clients import asynchronous, blocking
from bulkvid_pipeline_tests.peers.api_peer import ApiPeer

Connect = Callable[..., Any]


@pytest.fixture
def peer() -> Iterator[ApiPeer]:
    with ApiPeer() as running:
        yield running


@pytest.fixture(params=[blocking, asynchronous])
def connect(request: pytest.FixtureRequest) -> Connect:
    """Makes a client of one of the two kinds, with short pauses between attempts."""
    chosen: Connect = request.param
    return chosen


@pytest.fixture
def client(peer: ApiPeer, connect: Connect) -> Iterator[Any]:
    with connect(peer.url) as connected:
        yield connected
