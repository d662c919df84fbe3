"""Examinations that a server is asked for: one at a time over all its processes, kept in the instance's database.

Each is made by a process of its own, which is ended when it takes too long: no check can block or spoil a server.
"""

from __future__ import annotations

import logging
import os
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

from dagster import DagsterInstance
from pydantic import TypeAdapter, ValidationError

from bulkvid_pipeline.adapters.dagster.key_values import KeyValues
from bulkvid_pipeline.adapters.processes import Fate, ProcessIdentity, fate_of, start_module, this_process
from bulkvid_pipeline.adapters.stopping import in_daemon_thread
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.service_wire import DoctorReport

_log = logging.getLogger(__name__)

MOST_S = 180.0
"""A whole examination is ended after that long."""
_GRACE_S = 30.0
"""For writing its report down, before somebody else takes it for lost."""
_KEY = "bulkvid/doctor/last"


class Stage(StrEnum):
    """How far an examination is."""

    RUNNING = "running"
    ENDED = "ended"
    FAILED = "failed"
    LOST = "lost"
    """The process that waited for it was stopped."""


@dataclass(frozen=True)
class Examination:
    """The last examination; times in epoch seconds.

    Args:
        id: tells it from others.
        asked_by: the user who asked for it.
        process: who waits for it; see `ProcessIdentity`.
        report: what was found, once it has ended.
        fault: why there is no report.
    """

    id: str
    asked_by: str
    process: str
    began_at: float
    ended_at: float | None = None
    report: DoctorReport | None = None
    fault: str = ""

    @property
    def stage(self) -> Stage:
        if self.ended_at is not None:
            return Stage.FAILED if self.report is None else Stage.ENDED
        is_gone = fate_of(ProcessIdentity.read(self.process)) is Fate.GONE
        return Stage.LOST if is_gone or time.time() > self.began_at + MOST_S + _GRACE_S else Stage.RUNNING

    @property
    def host(self) -> str:
        """The machine that is looked at."""
        return self.process.partition(":")[0]


_STORED: Final = TypeAdapter(Examination)


class ExaminationFailedError(BulkVideoError):
    """An examination has ended without a report; the message says how."""


@dataclass(frozen=True)
class Examinations:
    """The examinations of the instance in `home`.

    Args:
        examine: makes one, and may take long; raises ExaminationFailedError.

    Raises:
        InvalidRequestError, ServiceUnavailableError: from every method, when the instance's database cannot be used.
    """

    instance: DagsterInstance
    home: Path
    examine: Callable[[Path], DoctorReport] | None = None

    def last(self) -> Examination | None:
        """The last one, under way or ended; None if there has been none."""
        return _told(self._table().read(_KEY))

    def begin(self, user_id: str) -> Examination:
        """Begin one, unless one is under way already; returns the one that is. It takes up to a minute or two."""
        table = self._table()
        while True:
            before = table.read(_KEY)
            known = _told(before)
            if known is not None and known.stage is Stage.RUNNING:
                return known
            begun = Examination(uuid.uuid4().hex, user_id, str(this_process()), time.time())
            stored = _STORED.dump_json(begun).decode()
            if table.insert(_KEY, stored) if before is None else table.swap(_KEY, before, stored):
                in_daemon_thread(partial(self._see_through, begun, stored), "doctor")
                return begun

    def _see_through(self, begun: Examination, stored: str) -> None:
        try:
            report = (self.examine or examined_apart)(self.home)
            ended = replace(begun, ended_at=time.time(), report=report)
        except ExaminationFailedError as error:
            ended = replace(begun, ended_at=time.time(), fault=str(error))
        except Exception as error:
            _log.exception("An examination could not be made")
            ended = replace(begun, ended_at=time.time(), fault=f"It could not be started: {type(error).__name__}")
        if not self._table().swap(_KEY, stored, _STORED.dump_json(ended).decode()):
            _log.warning("Examination %s was taken for lost before it had ended", begun.id)

    def _table(self) -> KeyValues:
        return KeyValues(self.instance, _KEY, "examinations")


def examined_apart(home: Path, limit_s: float = MOST_S) -> DoctorReport:
    """The report of a process of its own over the installation in `home`; it is killed when its time is over.

    Raises:
        ExaminationFailedError: it took too long, or ended without a report.
    """
    env = {**os.environ, "DAGSTER_HOME": str(home)}
    with tempfile.TemporaryFile() as said:
        process = start_module("bulkvid_pipeline.services.doctor.process", stderr=said, env=env, bufsize=-1)
        try:
            out, _ = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired as error:
            raise ExaminationFailedError(f"It had not ended after {limit_s:.0f} s") from error
        finally:
            process.kill()
            process.wait()
        try:
            return DoctorReport.model_validate_json(out)
        except ValidationError as error:
            said.seek(0)
            _log.error("An examination ended without a report: %s", said.read()[-4000:].decode("utf-8", "replace"))
            raise ExaminationFailedError(
                f"It ended with code {process.returncode} and without a report; the server's log says more"
            ) from error


def _told(stored: str | None) -> Examination | None:
    if stored is None:
        return None
    try:
        return _STORED.validate_json(stored)
    except ValidationError:
        return None  # of a version that wrote it differently
