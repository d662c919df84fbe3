"""One child of `bulkvid serve`: started, watched, started again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress

from bulkvid_pipeline.adapters.processes import start_service
from bulkvid_pipeline.core.restarts import Restarts
from bulkvid_pipeline.server.child_log import ChildLog, StderrLog
from bulkvid_pipeline.server.plan import Role, Service


class Child:
    """A service that is to run all the time.

    Args:
        service: what it is.
        log: where it writes.
        env: its whole environment.
    """

    def __init__(self, service: Service, log: ChildLog | StderrLog, env: Mapping[str, str]) -> None:
        self.service = service
        self.log = log
        self.is_ready = False
        """Whether it has answered since it was started; who watches it sets this."""
        self.was_lost = False
        """Whether it has died and nobody has said yet that it answers again."""
        self.started_at = 0.0
        """When it was started last, in seconds since 1970."""
        self._env = env
        self._process: subprocess.Popen[bytes] | None = None
        self._restarts = Restarts()
        self._born = self._due = 0.0

    @property
    def role(self) -> Role:
        return self.service.role

    @property
    def pid(self) -> int | None:
        """Of its process; None while it has none."""
        return self._process.pid if self._process else None

    @property
    def is_due(self) -> bool:
        """Whether it does not run and has waited long enough."""
        return self._process is None and time.monotonic() >= self._due

    @property
    def pause_s(self) -> float:
        """How long it waits after its last death."""
        return self._restarts.pause_s

    def start(self) -> None:
        """Start its process."""
        self.log.cap()
        self.started_at, self._born = time.time(), time.monotonic()
        with self.log.open() as output:
            self._process = start_service(self.service.module, self.service.arguments, env=self._env, output=output)

    def take_death(self) -> str | None:
        """What became of its process, as `was killed by SIGKILL`, once it is dead; None while it lives or waits.

        The time is set at which it is due again. What it has started is ended where that belongs to it.
        """
        if self._process is None or self._process.poll() is None:
            return None
        if self.service.ends_whole:
            self.signal(signal.SIGKILL)
        how = _how(self._process.returncode)
        self._process, self.is_ready, self.was_lost = None, False, True
        now = time.monotonic()
        self._restarts = self._restarts.after(now - self._born)
        self._due = now + self.pause_s
        return how

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to its process, or to its whole group if what it has started belongs to it."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            if self.service.ends_whole:
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)

    @property
    def is_dead(self) -> bool:
        """Whether it has no living process."""
        return self._process is None or self._process.poll() is not None


def _how(exit_code: int) -> str:
    if exit_code < 0:
        try:
            return f"was killed by {signal.Signals(-exit_code).name}"
        except ValueError:
            return f"was killed by signal {-exit_code}"
    return f"ended with exit code {exit_code}"
