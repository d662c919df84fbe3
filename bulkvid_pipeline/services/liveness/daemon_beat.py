"""Whether Dagster's daemon runs, known within seconds: who starts it notes its process in the instance.

Dagster's own heartbeats come every 30 s and stay when the daemon is gone. The note names the process, which is looked
at where that can be done, and is renewed every few seconds for those who are elsewhere. A daemon that was started
otherwise (`bulkvid ui`, `dagster-daemon run`) has no note, and is judged by Dagster's heartbeats.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from dataclasses import asdict, dataclass

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.daemon_signs import daemon_note, leave_daemon_note, newest_heartbeat
from bulkvid_pipeline.adapters.processes import Fate, ProcessIdentity, fate_of
from bulkvid_pipeline.core.errors import InvalidRequestError

_log = logging.getLogger(__name__)

RENEW_EVERY_S = 3.0
SILENT_S = 10.0
"""A note that was not renewed for so long is of a daemon that is gone, where its process cannot be looked at."""
HEARTBEAT_SILENT_S = 75.0
"""The same for Dagster's heartbeats: two of them were left out."""


@dataclass(frozen=True)
class DaemonStatus:
    """Whether the daemon runs.

    Args:
        running: whether it does.
        last: when it was last known to live, in seconds since 1970; None if never.
        why: what that was concluded from, as a sentence for people.
    """

    running: bool
    last: float | None
    why: str


@dataclass(frozen=True)
class DaemonNote:
    """What is noted about the daemon that a supervisor has started.

    Args:
        process: its identity, as `str(ProcessIdentity)`.
        renewed_at: when it was last seen to live, in seconds since 1970.
        ended: what became of it; empty while it lives.
    """

    process: str
    renewed_at: float
    ended: str = ""


def note_daemon_lives(instance: DagsterInstance, process: ProcessIdentity) -> None:
    """Note that the daemon is this process and lives now; to be said again every `RENEW_EVERY_S`."""
    _write(instance, DaemonNote(str(process), time.time()))


def note_daemon_ended(instance: DagsterInstance, process: ProcessIdentity, what: str) -> None:
    """Note what became of the daemon, unless another one is noted meanwhile."""
    note = noted_daemon(instance)
    if note is None or note.process == str(process):
        _write(instance, DaemonNote(str(process), time.time(), what))


def noted_daemon(instance: DagsterInstance) -> DaemonNote | None:
    """The newest note; None where there is none, or one of another version that cannot be read."""
    try:
        return DaemonNote(**json.loads(daemon_note(instance) or "null"))
    except (TypeError, ValueError):
        return None


def daemon_status(instance: DagsterInstance, *, now: float | None = None) -> DaemonStatus:
    """Whether the instance's daemon runs.

    Its note, its process and Dagster's heartbeats are looked at; what the database raises is passed on.
    """
    note = noted_daemon(instance)
    fate = fate_of(ProcessIdentity.read(note.process)) if note else Fate.OUT_OF_SIGHT
    return judged(note, fate, newest_heartbeat(instance), time.time() if now is None else now)


def require_no_other_daemon(instance: DagsterInstance) -> None:
    """Make sure that no daemon of another supervisor runs: two over one instance would both start its jobs.

    One that cannot be looked at is listened for up to `SILENT_S`.

    Raises:
        InvalidRequestError: there is one.
    """
    first = note = noted_daemon(instance)
    while note is not None and not note.ended:
        fate = fate_of(ProcessIdentity.read(note.process))
        silent = time.time() - note.renewed_at > SILENT_S
        if fate is Fate.GONE or (fate is Fate.OUT_OF_SIGHT and silent):
            return
        if fate is not Fate.OUT_OF_SIGHT or note != first:
            raise InvalidRequestError(
                f"Dagster's daemon runs over this instance already (process {note.process})",
                fix="End the `bulkvid serve` that has started it, or leave the daemon out with --only",
            )
        time.sleep(0.2)
        note = noted_daemon(instance)


def judged(note: DaemonNote | None, fate: Fate, heard_at: float | None, now: float) -> DaemonStatus:
    """What the signs of life add up to.

    Args:
        note: what was noted last.
        fate: of the process that the note names.
        heard_at: Dagster's newest heartbeat, in seconds since 1970.
        now: in seconds since 1970.
    """
    if note is not None and not note.ended:
        if fate is Fate.RUNS:
            return DaemonStatus(True, now, "Its process runs.")
        if fate is Fate.OUT_OF_SIGHT and now - note.renewed_at <= SILENT_S:
            return DaemonStatus(True, note.renewed_at, f"It was heard of {_ago(note.renewed_at, now)}.")
    # Heartbeats of the noted daemon may be newer than its note by one renewal; those of another one go on.
    since = note.renewed_at + RENEW_EVERY_S if note else 0.0
    if heard_at is not None and heard_at > since and now - heard_at <= HEARTBEAT_SILENT_S:
        return DaemonStatus(True, heard_at, f"Its last heartbeat came {_ago(heard_at, now)}.")
    last = max((at for at in (heard_at, note.renewed_at if note else None) if at is not None), default=None)
    return DaemonStatus(False, last, _absence(note, fate, heard_at, now))


def _absence(note: DaemonNote | None, fate: Fate, heard_at: float | None, now: float) -> str:
    if note is not None and note.ended:
        return f"It {note.ended} {_ago(note.renewed_at, now)}."
    if note is not None and fate is Fate.GONE:
        return f"Its process is gone; it was last heard of {_ago(note.renewed_at, now)}."
    if note is not None and fate is Fate.STOPPED:
        return "Its process stands still (SIGSTOP or a debugger)."
    if note is not None:
        return f"It was last heard of {_ago(note.renewed_at, now)}."
    if heard_at is not None:
        return f"Its last heartbeat came {_ago(heard_at, now)}."
    return "No daemon has ever run over this instance."


def _ago(at: float, now: float) -> str:
    return f"{max(now - at, 0.0):.0f} s ago"


def _write(instance: DagsterInstance, note: DaemonNote) -> None:
    leave_daemon_note(instance, json.dumps(asdict(note)))


class DaemonBeat:
    """Keeps the note of a daemon that this process has started, from a thread of its own: a database may be slow.

    A database that is away is tried again until it is back.
    """

    def __init__(self, instance: DagsterInstance) -> None:
        self._instance = instance
        self._lock = threading.Lock()
        self._said: tuple[ProcessIdentity, str] | None = None
        self._changed = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="daemon-beat", daemon=True)
        self._thread.start()

    def lives(self, process: ProcessIdentity) -> None:
        """The daemon is this process from now on."""
        self._say(process, "")

    def ended(self, what: str) -> None:
        """The daemon has ended, and what became of it; does nothing where none was ever said to live."""
        with self._lock:
            said = self._said
        if said is not None:
            self._say(said[0], what)

    def close(self, wait_s: float) -> None:
        """Write what was said last, and nothing more; waits no longer than that for the database."""
        self._closing = True
        self._changed.set()
        self._thread.join(wait_s)

    def _say(self, process: ProcessIdentity, ended: str) -> None:
        with self._lock:
            self._said = process, ended
        self._changed.set()

    def _run(self) -> None:
        written: tuple[ProcessIdentity, str] | None = None
        while True:
            self._changed.wait(RENEW_EVERY_S)
            self._changed.clear()
            closing = self._closing
            with self._lock:
                said = self._said
            if said is not None and not (said[1] and said == written):
                try:
                    self._note(*said)
                    written = said
                except Exception:
                    _log.warning("The instance could not be told of its daemon", exc_info=True)
            if closing:
                return

    def _note(self, process: ProcessIdentity, ended: str) -> None:
        if ended:
            note_daemon_ended(self._instance, process, ended)
        else:
            note_daemon_lives(self._instance, process)
