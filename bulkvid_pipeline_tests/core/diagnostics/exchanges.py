"""Requests as diagnostics keep them, written by hand."""

from __future__ import annotations

import json
from typing import Any

from bulkvid_pipeline.core.diagnostics.exchange import Exchange, ExchangeError, Fault, JobLog, Peer
from bulkvid_pipeline_tests.peers.google.wire import Answer

NOW = 1_750_000_000.0
JOB = "job_0a1b2c3d4e5f"
HOSTS = {
    Peer.SHEET: ("values.get", "sheets.googleapis.com"),
    Peer.STORAGE: ("PutObject", "s3.example.com"),
    Peer.SPEECH: ("POST", "speech.example.com"),
    Peer.MEDIA: ("GET", "pictures.example.com"),
    Peer.WEBHOOK: ("POST", "hooks.example.com"),
    Peer.SCRIPT_WRITER: ("POST", "writer.example.com"),
}


def asked(peer: Peer, status: int | None = 200, body: str = "", at: float = 0.0, **more: Any) -> Exchange:
    """A request `at` seconds after NOW. It succeeded if its status is below 400, unless `more` says otherwise."""
    operation, host = HOSTS[peer]
    fields: dict[str, Any] = {
        "peer": peer,
        "operation": operation,
        "host": host,
        "url": f"https://{more.get('host', host)}/thing",
        "started_at": NOW + at,
        "duration_ms": 80.0,
        "succeeded": status is not None and status < 400,
        "status": status,
        "response_body": body,
    }
    return Exchange(**{**fields, **more})


def broken(peer: Peer, fault: Fault | None, at: float = 0.0, **more: Any) -> Exchange:
    """A request that got no answer."""
    error = ExchangeError(type="ConnectionError", message="It failed", code="NETWORK_ERROR", fault=fault)
    return asked(peer, None, at=at, **{"error": error, **more})


def answered(peer: Peer, answer: Answer, at: float = 0.0, **more: Any) -> Exchange:
    """A request that a test server's answer has ended."""
    return asked(peer, answer.status, answer.body.decode(), at, response_headers=dict(answer.headers), **more)


def s3_error(code: str, status: int, at: float = 0.0, **more: Any) -> Exchange:
    body = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>No.</Message></Error>'
    return asked(Peer.STORAGE, status, body, at, **more)


def speech_error(status: int, message: str, code: str | None = None, at: float = 0.0, **more: Any) -> Exchange:
    body = json.dumps({"error": {"message": message, "type": "invalid_request_error", "code": code}})
    return asked(Peer.SPEECH, status, body, at, **more)


def log_of(*exchanges: Exchange, **more: Any) -> JobLog:
    """The log of a process that has made these requests."""
    fields: dict[str, Any] = {
        "job_id": JOB,
        "started_at": NOW,
        "ended_at": NOW + 60,
        "process": {"host": "worker-1", "pid": 4711, "role": "run"},
        "exchanges": exchanges,
        "requests": len(exchanges),
        "failed": sum(not one.succeeded for one in exchanges),
    }
    return JobLog(**{**fields, **more})


def healthy(rows: int = 6) -> list[Exchange]:
    """What a job that works asks: the sheet, pictures, speech, storage with its look-ups, and the callback."""
    made = [asked(Peer.SHEET, connection="new"), asked(Peer.SHEET, at=1, connection="reused")]
    for row in range(rows):
        at, key = 2.0 + row, f"row-{row}"
        made += [
            asked(Peer.MEDIA, 304 if row else 200, at=at, row=key, connection="new"),
            asked(Peer.SPEECH, at=at + 0.1, row=key, duration_ms=4000.0, connection="reused" if row else "new"),
            asked(Peer.STORAGE, 404, at=at + 0.2, row=key, operation="HeadObject", url=f"https://s3.example.com/{row}"),
            asked(
                Peer.STORAGE,
                at=at + 0.3,
                row=key,
                request_bytes=8_000_000,
                duration_ms=5000.0,
                connection="reused" if row else "new",
                url=f"https://s3.example.com/{row}",
            ),
        ]
    return [*made, asked(Peer.WEBHOOK, at=20, connection="new")]
