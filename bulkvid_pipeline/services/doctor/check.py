"""What a check is, what it is given, and what it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bulkvid_pipeline.core.errors import BulkVideoError, InvalidSettingsError
from bulkvid_pipeline.core.service_wire import CheckStatus
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.settings import Settings, dagster_home, settings

LIMIT_S = 10.0
"""How long a check may take unless the user says otherwise."""


@dataclass(frozen=True)
class Site:
    """The installation that is looked at.

    Args:
        settings: its settings; the defaults where `fault` says that they are wrong.
        home: DAGSTER_HOME, which need not exist.
        spec: the job that the user asks about; None if he names none.
        paid: whether requests may cost money.
        limit_s: how long a check may take; requests to peers get as long.
        fault: what is wrong with the settings.
    """

    settings: Settings
    home: Path
    spec: BulkJobSpec | None = None
    paid: bool = False
    limit_s: float = LIMIT_S
    fault: InvalidSettingsError | None = None

    @property
    def place(self) -> str:
        """Where the videos go, as bucket, path or URL."""
        named = self.spec.output.output_bucket if self.spec else None
        return named or self.settings.output_url

    @property
    def hasty_settings(self) -> Settings:
        """The settings with limits that let a peer's silence be told before the check itself is given up."""
        patience = 0.8 * self.limit_s
        return self.settings.model_copy(
            update={
                "network_timeout_s": min(patience, self.settings.network_timeout_s),
                "storage_timeout_s": min(patience, self.settings.storage_timeout_s),
            }
        )


def site_here(spec: BulkJobSpec | None, limit_s: float, *, paid: bool) -> Site:
    """The installation that this process belongs to, whether or not its settings can be used."""
    try:
        return Site(settings(), dagster_home(), spec, paid, limit_s)
    except InvalidSettingsError as error:
        return Site(Settings.model_construct(), dagster_home(), spec, paid, limit_s, error)


@dataclass(frozen=True)
class Finding:
    """What a check has found.

    Args:
        status: how it is.
        found: what was found: version, place, figure; or what is wrong.
        mend: one imperative sentence that names the setting or command; empty if all is well.
    """

    status: CheckStatus
    found: str
    mend: str = ""


def ok(found: str) -> Finding:
    """All is well."""
    return Finding("ok", found)


def skipped(found: str) -> Finding:
    """There is nothing to look at, and why."""
    return Finding("skipped", found)


def warning(found: str, mend: str) -> Finding:
    """Jobs run, but not as they could, or not for long."""
    return Finding("warning", found, mend)


def broken(found: str, mend: str) -> Finding:
    """Jobs that need this fail."""
    return Finding("broken", found, mend)


def broken_by(error: BulkVideoError, mend: str) -> Finding:
    """What the error says; `mend` where it knows no better one than that of its kind."""
    return broken(error.message, error.fix if error.fix != error.default_fix else mend)


@dataclass(frozen=True)
class Check:
    """One thing to look at.

    Args:
        name: names it to users and programs.
        look: finds how it is. It may hang and raise; it leaves nothing behind.
        mend: what to do where it fails in a way that nobody foresaw, or does not answer.
        group: other checks are of the same one; its name too chooses the check.
        needs_settings: whether it means nothing while settings are wrong.
        loads: the modules that it needs, which are imported before its time begins: a busy machine is no fault.
        patience: how many times the usual limit it may take, where starting a program is part of it.
    """

    name: str
    look: Callable[[Site], Finding]
    mend: str
    group: str = ""
    needs_settings: bool = True
    loads: Callable[[Site], tuple[str, ...]] = lambda _: ()
    patience: float = 1.0


def grouped(group: str, *checks: Check) -> tuple[Check, ...]:
    """The checks as a group of this name."""
    return tuple(replace(check, group=group) for check in checks)
