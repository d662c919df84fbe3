"""Writing events in the format of server-sent events (WHATWG HTML, section 9.2). Pure."""

from __future__ import annotations

MEDIA_TYPE = "text/event-stream"


def event_text(kind: str, data: str, event_id: str = "") -> str:
    """An event; `data` is one line. An event without an id leaves the client's last event id as it is."""
    named = f"id: {event_id}\n" if event_id else ""
    return f"{named}event: {kind}\ndata: {data}\n\n"


def comment(text: str) -> str:
    """What keeps a connection alive and is ignored by clients."""
    return f": {text}\n\n"


def retry_after(milliseconds: int) -> str:
    """How long clients wait before they connect again."""
    return f"retry: {milliseconds}\n\n"
