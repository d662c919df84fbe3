from __future__ import annotations

import pytest
from pydantic import SecretStr

from bulkvid_pipeline.dashboard.dagster_links import run_link
from bulkvid_pipeline.settings import Settings


@pytest.mark.parametrize(
    ("public", "own", "host", "link"),
    [
        (
            "https://dagster.example/ui/",
            "http://dagster:3000",
            "videos.example",
            "https://dagster.example/ui/runs/r%2F1",
        ),
        (None, "http://ana:secret@127.0.0.1:3000/", "localhost", "http://127.0.0.1:3000/runs/r%2F1"),
        (None, "http://[::1]:3000", "127.0.0.1", "http://[::1]:3000/runs/r%2F1"),
        (None, "http://127.0.0.1:3000", "videos.example", ""),
        (None, "http://dagster:3000", "127.0.0.1", ""),
        ("javascript:alert(1)", "http://127.0.0.1:3000", "127.0.0.1", ""),
    ],
)
def test_a_run_is_linked_to_where_the_reader_can_reach_it(public: str | None, own: str, host: str, link: str) -> None:
    settings = Settings(dagster_public_url=public, dagster_url=SecretStr(own))

    assert run_link(settings, "r/1", host) == link
