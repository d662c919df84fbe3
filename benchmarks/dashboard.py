"""What pages of the dashboard take and weigh on a large instance, against the login page, in one run, by Chromium.

    .venv/bin/python benchmarks/dashboard.py [--jobs 2000] [--rows 10000] [--rounds 5]

An instance of 2,000 jobs, one of them with 10,000 rows, and a draft over a sheet of 1,000 rows and 60 columns. Each
page is opened in turns, each time by a browser that has nothing of ours yet. `answer` is the time from the request for
the page to its last byte, `paint` until something is seen (medians of all rounds, and their ratio to the login page,
which is the bare page), `sent` the bytes of page, scripts and styles over the wire, compressed. Goals: at most 10 times
the bare page's paint, and less than 100 KB.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import threading
from pathlib import Path

GOAL = 10.0
MOST_BYTES = 100_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("jobs", 2000), ("rows", 10_000), ("rounds", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen = parser.parse_args()
    import uvicorn
    from playwright.sync_api import sync_playwright

    from bulkvid_pipeline.server.site import Site
    from bulkvid_pipeline.services.access.scopes import Caller, Scope
    from bulkvid_pipeline.settings import Settings
    from bulkvid_pipeline_tests.browser.conftest import ARGUMENTS, CHROMIUM
    from bulkvid_pipeline_tests.browser.dashboard.large_instance import BARE, Visited, fill, visited
    from bulkvid_pipeline_tests.waiting import wait_until

    with tempfile.TemporaryDirectory() as place, sync_playwright() as play:
        home = Path(place, "home")
        os.environ["DAGSTER_HOME"] = str(home)
        site = Site(Settings(output_url=f"file://{place}/output"), home)
        server = uvicorn.Server(uvicorn.Config(site, host="127.0.0.1", port=0, log_level="warning"))
        thread = threading.Thread(target=server.run)
        thread.start()
        wait_until(lambda: server.started, "the dashboard did not start")
        try:
            address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
            secret = site.services.sessions.begin(Caller("ana", "default", frozenset(Scope), 4e9))
            paths = fill(site.services, chosen.jobs, chosen.rows)
            found: dict[str, list[Visited]] = {path: [] for path in paths}
            browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for _ in range(chosen.rounds + 1):
                for path in paths:
                    found[path].append(visited(browser, address, secret, path))
            browser.close()
        finally:
            site.services.feeds.break_off()
            server.should_exit = True
            thread.join()
    firsts = {path: pages.pop(0).answer_ms for path, pages in found.items()}
    bare = [statistics.median(getattr(page, name) for page in found[BARE]) for name in ("answer_ms", "painted_ms")]
    print(f"{chosen.jobs} jobs, {chosen.rows} rows, {chosen.rounds} rounds; load {os.getloadavg()[0]:.1f}")
    print(f"{'page':40} {'answer':>9} {'ratio':>6} {'(first)':>9} {'paint':>9} {'ratio':>6} {'sent':>9}")
    for path, pages in found.items():
        answer, paint = (
            statistics.median(getattr(page, name) for page in pages) for name in ("answer_ms", "painted_ms")
        )
        sent = max(page.total for page in pages)
        missed = " MISSED" if paint > GOAL * bare[1] or sent >= MOST_BYTES else ""
        print(
            f"{path:40} {answer:6.0f} ms {answer / bare[0]:6.1f} {firsts[path]:6.0f} ms {paint:6.0f} ms "
            f"{paint / bare[1]:6.1f} {sent / 1000:6.1f} KB{missed}"
        )


if __name__ == "__main__":
    main()
