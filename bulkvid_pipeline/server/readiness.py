"""Whether the children answer, asked from a thread of its own: an answer may take its time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Mapping

import requests
from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.daemon_signs import newest_heartbeat
from bulkvid_pipeline.adapters.dagster.web_server import DagsterWebServer
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.server.child import Child
from bulkvid_pipeline.server.plan import Plan, Role

HEALTH = "/api/v1/health"
ASK_EVERY_S = 0.25
TIMEOUT_S = 5.0

Probe = Callable[[Child], bool]


def probes_of(plan: Plan, instance: DagsterInstance, socket_path: str) -> Mapping[Role, Probe]:
    """How each child is asked whether it answers."""
    return {
        Role.CODE: lambda _child: _listens(socket_path),
        Role.API: lambda _child: _answers(plan.api.url + HEALTH),
        Role.DAGSTER: lambda _child: _has_our_job(plan.dagster.url),
        Role.DAEMON: lambda child: (newest_heartbeat(instance) or 0.0) > child.started_at,
    }


class Readiness:
    """Asks the children that have not answered since their start, again and again."""

    def __init__(self, children: Iterable[Child], probes: Mapping[Role, Probe]) -> None:
        self._children = tuple(children)
        self._probes = probes
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="readiness", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def close(self) -> None:
        """Ask no more; does not wait for an answer."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.wait(ASK_EVERY_S):
            for child in self._children:
                pid = child.pid
                # One that has died while it was asked is another one by now.
                if pid is not None and not child.is_ready and self._asked(child) and child.pid == pid:
                    child.is_ready = True

    def _asked(self, child: Child) -> bool:
        try:
            return self._probes[child.role](child)
        except Exception:  # a database that is away is one of the things that keep a child from answering
            return False


def _answers(url: str) -> bool:
    """Whether there is any answer: that a part is missing is said in it."""
    with requests.Session() as session:
        session.trust_env = False  # a proxy from the environment cannot reach this machine
        session.get(url, timeout=TIMEOUT_S)
    return True


def _has_our_job(url: str) -> bool:
    with DagsterWebServer(url, TIMEOUT_S) as server:
        try:
            server.find_job(tags.JOB, preferred_location=tags.DEFINITIONS_MODULE)
        except BulkVideoError:
            return False
    return True


def _listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(TIMEOUT_S)
        probe.connect(path)
    return True
