"""Presigned links: those of botocore, letter by letter, only faster."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bulkvid_pipeline.adapters.storage.s3_links import signer_of
from bulkvid_pipeline.adapters.storage.s3_session import S3Connection, S3Session
from bulkvid_pipeline.adapters.storage.s3_transfer import Progress

KEYS = ["a/b.mp4", "größe 1/ü'()*!~+&=@:,$;.mp4", "早茶/شاي-50%.mp4", "a//b", "x" * 400, "-_.~/0"]


@pytest.mark.parametrize("endpoint", [None, "http://127.0.0.1:9000", "https://s3.example/base"])
@pytest.mark.parametrize("bucket", ["my-videos", "my.videos"])
@pytest.mark.parametrize("key", KEYS)
def test_a_link_is_that_of_botocore(endpoint: str | None, bucket: str, key: str) -> None:
    connection = S3Connection(endpoint_url=endpoint, key="AKIAEXAMPLE", secret="se/cret+", region="eu-central-1")
    session = S3Session(connection, timeout_s=5, slowest_bytes_per_s=1)

    async def both(client: Any) -> tuple[str, str]:
        signer, by_client = await signer_of(client, bucket)
        assert signer is not None
        theirs = await by_client(key, 600)
        date = parse_qs(urlsplit(theirs).query)["X-Amz-Date"][0]
        at = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return signer.link(key, 600, at), theirs

    ours, theirs = session.run("signing", both, Progress(), session.patience(0))

    assert ours == theirs


def test_a_temporary_key_sends_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "tok/en+=")
    session = S3Session(S3Connection(region="us-east-1"), timeout_s=5, slowest_bytes_per_s=1)

    async def both(client: Any) -> tuple[str, str]:
        signer, by_client = await signer_of(client, "my-videos")
        assert signer is not None
        theirs = await by_client("a.mp4", 600)
        date = parse_qs(urlsplit(theirs).query)["X-Amz-Date"][0]
        at = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return signer.link("a.mp4", 600, at), theirs

    ours, theirs = session.run("signing", both, Progress(), session.patience(0))

    assert "X-Amz-Security-Token=tok%2Fen%2B%3D" in theirs
    assert parse_qs(urlsplit(ours).query) == parse_qs(urlsplit(theirs).query)
