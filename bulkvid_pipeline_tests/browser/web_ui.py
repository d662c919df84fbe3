"""What people do in the Dagster web UI, with clicks and keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import yaml
from playwright.sync_api import Locator, expect

from bulkvid_pipeline.core import tags
from bulkvid_pipeline_tests.browser.screen import Screen
from bulkvid_pipeline_tests.defs.web_server import WebServer
from bulkvid_pipeline_tests.waiting import wait_until

RUN_MS = 120_000


@dataclass(frozen=True)
class WebUI:
    """The pages of a running web UI."""

    server: WebServer
    screen: Screen

    def open(self, path: str) -> None:
        self.screen.page.goto(f"http://127.0.0.1:{self.server.port}{path}")

    def launch(self, config: Mapping[str, Any]) -> str:
        """Write the run config in the Launchpad of the job, launch it, and stay on the page of its run; its id."""
        page = self.screen.page
        self.open(f"/locations/{self.server.location}/jobs/{tags.JOB}")
        page.get_by_role("button", name="Materialize all").click()
        launchpad = page.get_by_role("dialog")
        launchpad.locator(".CodeMirror").click()
        page.keyboard.press("Control+A")
        # Typed line by line the editor would indent on its own; a paste is taken as it is.
        page.keyboard.insert_text(yaml.safe_dump(config, sort_keys=False))
        expect(launchpad.get_by_text("No errors")).to_be_visible()
        self.screen.picture("launchpad")
        launchpad.get_by_role("button", name=re.compile("Materialize$")).click()
        page.wait_for_url(re.compile("/runs/[0-9a-f-]{36}"))
        return page.url.rstrip("/").rsplit("/", 1)[1][:36]

    def expect_run(self, status: str) -> None:
        """Wait on the page of a run until it says so, without loading it again."""
        said = self.screen.page.get_by_text(status, exact=True).first
        expect(said).to_be_visible(timeout=RUN_MS)

    def open_partition(self, key: str) -> None:
        """Open a partition's page, again where it was too early: files come before the event that tells of them."""

        def is_told() -> bool:
            self.open(f"/assets/{tags.VIDEO_ASSET}?view=partitions&partition={quote(key)}")
            try:
                expect(self.screen.page.get_by_text("Latest materialization")).to_be_visible()
            except AssertionError:
                return False
            return True

        wait_until(is_told, f"the page of {key} never told of a materialisation")

    def metadata(self, name: str) -> Locator:
        """The value beside a name in a table of metadata."""
        page = self.screen.page
        return page.locator("tr").filter(has=page.get_by_role("cell", name=name, exact=True)).locator("td").nth(1)

    def partitions(self) -> list[str]:
        """The rows that Dagster knows."""
        keys: list[str] = self.server.ask(
            '{ assetNodeOrError(assetKey: {path: ["video"]}) { ... on AssetNode { partitionKeys } } }'
        )["partitionKeys"]
        return keys

    def materialise_failed(self) -> None:
        """Launch all failed partitions of `video` from the asset's page."""
        page = self.screen.page
        page.get_by_role("button", name=re.compile("Materialize")).first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Failed", exact=True).click()
        expect(dialog.get_by_text("1 partition", exact=True)).to_be_visible()
        self.screen.picture("backfill")
        dialog.get_by_role("button", name=re.compile("^Launch")).click()
        expect(dialog).to_be_hidden()
