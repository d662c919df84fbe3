"""Looking at everything at once, each within its time."""

from __future__ import annotations

import importlib
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import wait
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

from bulkvid_pipeline.adapters.stopping import in_daemon_thread
from bulkvid_pipeline.core.diagnostics.redaction import Redactor
from bulkvid_pipeline.core.errors import BulkVideoError, InvalidRequestError
from bulkvid_pipeline.core.service_wire import CheckStatus, DoctorCheck, DoctorReport
from bulkvid_pipeline.services.diagnostics.environment import secrets_of
from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, broken, broken_by, skipped

LOADING_S = 120.0
"""How long importing our own modules may take, for all checks together."""
_LONGEST_WORDS = 300
_WORST_FIRST: tuple[CheckStatus, ...] = ("broken", "warning", "ok", "skipped")


def chosen(checks: Sequence[Check], names: Sequence[str]) -> tuple[Check, ...]:
    """The checks whose name or group is among `names`; all of them if there are none.

    Raises:
        InvalidRequestError: there is neither a check nor a group of a name.
    """
    known = {each for check in checks for each in (check.name, check.group)}
    for name in names:
        if name not in known:
            every = ", ".join(dict.fromkeys(check.name for check in checks))
            raise InvalidRequestError(f"There is no check '{name[:80]}'", fix=f"Choose among: {every}")
    return tuple(check for check in checks if not names or {check.name, check.group} & set(names))


class _Look:
    """One check under way, in a thread that nobody has to wait for."""

    _loading = threading.Lock()
    """Held while modules are imported: two threads that import what imports each other would see halves."""

    def __init__(self, check: Check, site: Site) -> None:
        self._check, self._site = check, site
        self._began: float | None = None
        self._loaded = threading.Event()
        self._ended = in_daemon_thread(self._run, f"doctor-{check.name}")

    def _run(self) -> tuple[Finding, int]:
        try:
            if self._site.fault is not None and self._check.needs_settings:
                return skipped("Not looked at while settings are wrong"), 0
            return self._finding(), self._took_ms()
        finally:
            self._loaded.set()

    def _finding(self) -> Finding:
        try:
            with self._loading:
                for module in self._check.loads(self._site):
                    importlib.import_module(module)
            self._began = time.monotonic()
            self._loaded.set()
            return self._check.look(self._site)
        except BulkVideoError as error:
            return broken_by(error, self._check.mend)
        except Exception as error:
            words = " ".join(str(error).split())
            return broken(f"{type(error).__name__}: {words}" if words else type(error).__name__, self._check.mend)

    def result(self, loaded_by: float) -> tuple[Finding, int]:
        """What was found, and the milliseconds that it took; waits no longer than the check may take.

        `loaded_by` is when its modules must have been imported at the latest.
        """
        limit_s = self._site.limit_s * self._check.patience
        self._loaded.wait(max(0.0, loaded_by - time.monotonic()))
        if self._began is not None:
            wait([self._ended], max(0.0, self._began + limit_s - time.monotonic()))
        if self._loaded.is_set() and (self._ended.done() or self._began is None):
            return self._ended.result()
        return broken(f"No answer within {limit_s:g} s", self._check.mend), self._took_ms()

    def _took_ms(self) -> int:
        return 0 if self._began is None else _since(self._began)


def examine(site: Site, checks: Sequence[Check]) -> DoctorReport:
    """Look at everything, side by side; what does not answer in time is named as broken and left behind."""
    began = time.monotonic()
    redactor = Redactor(secrets_of(site.settings))
    looks = [(check, _Look(check, site)) for check in checks]
    told = tuple(_told(check, *look.result(began + LOADING_S), redactor) for check, look in looks)
    counts = Counter(check.status for check in told)
    return DoctorReport(
        status=next((status for status in ("broken", "warning") if counts[status]), "ok"),
        counts={status: counts[status] for status in _WORST_FIRST},
        checks=told,
        version=_version(),
        timestamp=datetime.now(UTC),
        duration_ms=_since(began),
    )


def _told(check: Check, finding: Finding, duration_ms: int, redactor: Redactor) -> DoctorCheck:
    mend = redactor.text(finding.mend).rstrip(".")
    return DoctorCheck(
        name=check.name,
        group=check.group,
        status=finding.status,
        found=_shortened(redactor.text(finding.found)),
        mend=f"{mend}." if mend else None,
        duration_ms=duration_ms,
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_WORDS else f"{text[: _LONGEST_WORDS - 3]}..."


def _since(began: float) -> int:
    return round(1000 * (time.monotonic() - began))


def _version() -> str:
    try:
        return installed_version("bulkvid-pipeline")
    except PackageNotFoundError:
        return "unknown"
