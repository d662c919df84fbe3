"""What a Dagster instance keeps of its daemon: our own note about its process, and the heartbeats of its threads."""

from __future__ import annotations

from dagster import DagsterInstance

DAEMON_MODULE = "dagster._daemon"
"""What `python -m` runs as the daemon; its arguments are those of `dagster-daemon`."""
_NOTE = "bulkvid/daemon"


def daemon_note(instance: DagsterInstance) -> str | None:
    """What `leave_daemon_note` has written last; None where nobody has."""
    return instance.run_storage.get_cursor_values({_NOTE}).get(_NOTE)


def leave_daemon_note(instance: DagsterInstance, note: str) -> None:
    """Write the note in place of the one before, for every process that has the instance."""
    instance.run_storage.set_cursor_values({_NOTE: note})


def newest_heartbeat(instance: DagsterInstance) -> float | None:
    """When any thread of any daemon last said that it lives, in seconds since 1970; each says so every 30 s."""
    beats = instance.run_storage.get_daemon_heartbeats().values()
    return max((float(beat.timestamp) for beat in beats), default=None)
