"""Looking at everything at once, each within its time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, wait
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from urllib.parse import urlsplit

from pydantic import SecretStr

from bulkvid_pipeline.adapters.stopping import in_daemon_thread
from bulkvid_pipeline.core.errors import BulkVideoError, InvalidRequestError
from bulkvid_pipeline.core.service_wire import CheckStatus, DoctorCheck, DoctorReport
from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, broken, broken_by, skipped
from bulkvid_pipeline.settings import Settings

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


def examine(site: Site, checks: Sequence[Check]) -> DoctorReport:
    """Look at everything, side by side; what does not answer in time is named as broken and left behind."""
    began = time.monotonic()
    secrets = _secrets_in(site.settings)
    looks = [(check, in_daemon_thread(partial(_looked_at, check, site), f"doctor-{check.name}")) for check in checks]
    told = tuple(_told(check, look, began, site.limit_s * check.patience, secrets) for check, look in looks)
    counts = Counter(check.status for check in told)
    return DoctorReport(
        status=next((status for status in ("broken", "warning") if counts[status]), "ok"),
        counts={status: counts[status] for status in _WORST_FIRST},
        checks=told,
        version=_version(),
        timestamp=datetime.now(UTC),
        duration_ms=_since(began),
    )


def _looked_at(check: Check, site: Site) -> tuple[Finding, int]:
    began = time.monotonic()
    if site.fault is not None and check.needs_settings:
        return skipped("Not looked at while settings are wrong"), 0
    try:
        finding = check.look(site)
    except BulkVideoError as error:
        finding = broken_by(error, check.mend)
    except Exception as error:
        words = " ".join(str(error).split())
        finding = broken(f"{type(error).__name__}: {words}" if words else type(error).__name__, check.mend)
    return finding, _since(began)


def _told(
    check: Check, look: Future[tuple[Finding, int]], began: float, limit_s: float, secrets: Sequence[str]
) -> DoctorCheck:
    wait([look], max(0.0, began + limit_s - time.monotonic()))
    if look.done():
        finding, duration_ms = look.result()
    else:
        finding, duration_ms = broken(f"No answer within {limit_s:g} s", check.mend), _since(began)
    mend = _without(secrets, finding.mend).rstrip(".")
    return DoctorCheck(
        name=check.name,
        group=check.group,
        status=finding.status,
        found=_shortened(_without(secrets, finding.found)),
        mend=f"{mend}." if mend else None,
        duration_ms=duration_ms,
    )


def _secrets_in(settings: Settings) -> list[str]:
    """All that must never be printed, whatever an error's text repeats; the longest first."""
    values = [value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)]
    parts = []
    for value in values:
        try:
            parts.append(urlsplit(value).password or "")
        except ValueError:
            continue
    # An address without a password is worth more in a message than a gap.
    secret = [value for value, part in zip(values, [*parts, *[""] * len(values)], strict=False)
              if part or "://" not in value]  # fmt: skip
    return sorted({each for each in (*secret, *parts) if each}, key=len, reverse=True)


def _without(secrets: Sequence[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_WORDS else f"{text[: _LONGEST_WORDS - 3]}..."


def _since(began: float) -> int:
    return round(1000 * (time.monotonic() - began))


def _version() -> str:
    try:
        return installed_version("bulkvid-pipeline")
    except PackageNotFoundError:
        return "unknown"
