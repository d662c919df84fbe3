"""A page in the browser, what went wrong in it, and numbered pictures of it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import ConsoleMessage, Error, Page, Request


class Screen:
    """`page` with its failures: errors on the console, uncaught exceptions, files that did not come."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.faults: list[str] = []
        self._folder = folder
        self._pictures = 0
        page.set_default_timeout(30_000)
        page.on("console", self._said)
        page.on("pageerror", self._raised)
        page.on("requestfailed", self._failed)

    def picture(self, name: str, *, whole: bool = False) -> None:
        """What the window shows, or the whole page."""
        self._pictures += 1
        path = self._folder / f"{self._pictures:02}-{name}.png"
        self.page.screenshot(path=path, animations="disabled", full_page=whole)

    def note(self, text: str) -> None:
        """Keep a figure that no test may depend on beside the pictures."""
        with (self._folder / "notes.txt").open("a", encoding="utf-8") as file:
            file.write(text + "\n")

    def _said(self, message: ConsoleMessage) -> None:
        # Every browser asks for a site's icon, whether its pages name one or not.
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            self.faults.append(f"console: {message.text}")

    def _raised(self, error: Error) -> None:
        self.faults.append(f"exception: {error}")

    def _failed(self, request: Request) -> None:
        # A player that has enough for now, or is given another file, cuts its request short.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"request: {request.url} {request.failure}")
