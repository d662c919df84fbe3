"""A plan over videos in a bucket: nothing is written there, and no more is asked than has to be."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiobotocore.httpsession import AIOHTTPSession  # type: ignore[import-untyped]
from pydantic import SecretStr

from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.outputs.output_store import DOCUMENT
from bulkvid_pipeline.services.outputs.published import LOOK_UP_THREADS
from bulkvid_pipeline.services.plans.sheet_plan import SheetPlan, plan_sheet
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.peers.s3 import OWNER, REGION, SwiftS3
from bulkvid_pipeline_tests.services.plans.made import publish

pytestmark = pytest.mark.heavy

ROWS = 6
BUCKET = "planned"


@pytest.fixture(scope="module")
def server() -> Iterator[SwiftS3]:
    with SwiftS3() as running:
        running.create_bucket(BUCKET)
        yield running


def plan_of(server: SwiftS3, folder: Path, changed: frozenset[int] = frozenset()) -> SheetPlan:
    with (folder / "ideas.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["idea_title", "script_content"])
        for number in range(ROWS):
            ending = "lake" if number in changed else "water"
            writer.writerow([f"Idea {number}", f"Turn off the tap. Save the {ending}."])
    here = Settings(
        output_url=f"s3://{BUCKET}/films",
        s3_endpoint_url=server.endpoint_url,
        s3_key=SecretStr(OWNER.key),
        s3_secret=SecretStr(OWNER.secret),
        s3_region=REGION,
    )
    return plan_sheet(BulkJobSpec.for_input(str(folder / "ideas.csv")), here)


def objects(server: SwiftS3) -> dict[str, tuple[Any, ...]]:
    """All objects of the bucket with their contents' hashes, sizes and times."""
    pages = server.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    entries = [entry for page in pages for entry in page.get("Contents", [])]
    return {entry["Key"]: (entry["ETag"], entry["Size"], entry["LastModified"]) for entry in entries}


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Method and path of each request that goes out to storage from now on."""
    sent: list[tuple[str, str]] = []
    send = AIOHTTPSession.send

    async def counted(session: AIOHTTPSession, request: Any) -> Any:
        sent.append((request.method, urlsplit(request.url).path))
        return await send(session, request)

    monkeypatch.setattr(AIOHTTPSession, "send", counted)
    return sent


def test_nothing_is_written_and_each_document_is_read_once(
    server: SwiftS3, tmp_path: Path, requests: list[tuple[str, str]]
) -> None:
    first = plan_of(server, tmp_path)
    with ThreadPoolExecutor(LOOK_UP_THREADS) as pool:
        list(pool.map(lambda row: publish(first.store, row.plan, tmp_path / "work"), first.to_render))
    before = objects(server)
    requests.clear()

    found = plan_of(server, tmp_path, changed=frozenset({3, 5}))

    assert objects(server) == before
    assert [row.plan.title for row in found.to_render] == ["Idea 3", "Idea 5"]
    assert len(found.up_to_date) == ROWS - 2
    assert {method for method, _ in requests} <= {"GET", "HEAD"}
    documents = [path for _, path in requests if path.endswith(DOCUMENT)]
    assert len(documents) == len(set(documents)) == ROWS
