"""The peer run by hand: `python -m bulkvid_pipeline_tests.peers.google --csv ideas.csv`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from bulkvid_pipeline_tests.peers.google.peer import GooglePeer, KeyFile, shell_lines


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the CSV files as Google sheets until interrupted. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="sheets-emulator", description="Serves CSV files as Google sheets.")
    parser.add_argument("--csv", type=Path, action="append", required=True, metavar="FILE", help="one sheet for each")
    parser.add_argument("--port", type=int, default=0, help="of the proxy on 127.0.0.1 (default: a free one)")
    parser.add_argument("--private", action="store_true", help="share with the service account only")
    options = parser.parse_args(argv)
    for path in options.csv:
        if not path.is_file():
            parser.error(f"file not found: {path}")
    try:
        with GooglePeer(options.port) as peer:
            account = peer.service_account()
            ids = [peer.add_csv(path, public=not options.private, shared_with=[account.email]) for path in options.csv]
            _say("\n".join(_instructions(peer, account, dict(zip(options.csv, ids, strict=True)))))
            _wait_for_the_end()
    except OSError as error:
        sys.stderr.write(f"sheets-emulator: {error}\n")
        return 1
    except UnicodeDecodeError as error:
        sys.stderr.write(f"sheets-emulator: a CSV file is not UTF-8 text: {error}\n")
        return 1
    return 0


def _instructions(peer: GooglePeer, account: KeyFile, sheets: dict[Path, str]) -> list[str]:
    lines = ["# In the shell that is to read these sheets:", *shell_lines(peer.env), ""]
    lines += [
        f"# {path.name}: https://docs.google.com/spreadsheets/d/{sheet_id}/edit" for path, sheet_id in sheets.items()
    ]
    lines += [f"# Service account key: {account.path}", f"# API key: {peer.api_key()}", "# Ctrl-C ends it."]
    return lines


def _wait_for_the_end() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
