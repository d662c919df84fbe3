from __future__ import annotations

import email.utils
import sys
import threading
import time
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bulkvid_pipeline_tests.services.doctor.conftest import Look


@contextmanager
def clock_that_is_off(seconds: float) -> Iterator[str]:
    """A server whose every answer is dated so many seconds from now."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response_only(403)
            self.send_header("Date", email.utils.formatdate(time.time() + seconds, usegmt=True))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize(
    ("seconds", "status", "word"),
    [(0, "ok", "Within"), (120, "warning", "behind"), (-120, "warning", "ahead"), (3600, "broken", "behind")],
)
def test_the_clock_is_held_against_the_storages(look: Look, seconds: float, status: str, word: str) -> None:
    with clock_that_is_off(seconds) as address:
        told = look("clock", BULKVID_OUTPUT_URL="s3://films", BULKVID_S3_ENDPOINT_URL=address)

    assert told.status == status
    assert word in told.found
    assert "storage" in told.found


def test_the_worst_of_all_clocks_counts(look: Look) -> None:
    with clock_that_is_off(0) as right, clock_that_is_off(-7200) as wrong:
        told = look(
            "clock",
            BULKVID_OUTPUT_URL="s3://films",
            BULKVID_S3_ENDPOINT_URL=right,
            BULKVID_SPEECH_PROVIDER="openai",
            BULKVID_SPEECH_BASE_URL=wrong,
        )

    assert told.status == "broken"
    assert "speech server" in told.found


def test_without_anybody_to_ask_nothing_is_said(look: Look, silent_address: str) -> None:
    assert look("clock").status == "skipped"
    told = look("clock", limit_s=0.5, BULKVID_OUTPUT_URL="s3://films", BULKVID_S3_ENDPOINT_URL=silent_address)
    assert told.status == "skipped"


def test_a_time_zone_that_there_is_not_is_a_warning(look: Look) -> None:
    assert look("time-zones").status == "ok"
    assert look("time-zones", TZ="Europe/Berlin").status == "ok"
    told = look("time-zones", TZ="Europe/Atlantis")
    assert told.status == "warning"
    assert "TZ" in str(told.mend)


def test_without_time_zone_data_schedules_are_broken(
    look: Look, folder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("tzdata", "tzdata.zoneinfo", "tzdata.zoneinfo.Europe"):
        monkeypatch.setitem(sys.modules, package, None)
    zoneinfo.ZoneInfo.clear_cache()
    zoneinfo.reset_tzpath([str(folder)])
    try:
        assert look("time-zones").status == "broken"
    finally:
        zoneinfo.reset_tzpath()
        zoneinfo.ZoneInfo.clear_cache()
