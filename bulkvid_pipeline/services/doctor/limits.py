"""Figures of the settings that contradict each other, the machine or Google."""

from __future__ import annotations

import os
from pathlib import Path

from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, grouped, ok, warning
from bulkvid_pipeline.services.doctor.instances import absence, modules, opened

GOOGLE_PER_USER, GOOGLE_PER_PROJECT = 60, 300
"""Reads a minute, and as many writes: https://developers.google.com/workspace/sheets/api/limits"""
_TOO_MANY = 2
"""Rows at once for each processor that only make each other slower."""
_SLOTS_MEND = "Set BULKVID_WORKERS to the number of processors of a machine, and BULKVID_RENDER_SLOTS to that of all"
_RATES_MEND = "Correct the BULKVID_LIMIT_ settings"


def _slots(site: Site) -> Finding:
    settings, cores = site.settings, processors()
    machines = settings.max_machines
    told = f"{settings.workers} workers a job, {settings.render_slots} render slots, {cores} processors"
    if machines > 1:
        told += f" on each of {machines} machines"
    if settings.workers > settings.render_slots:
        return warning(
            f"{told}: {settings.workers - settings.render_slots} workers of every job never get a slot",
            f"Set BULKVID_WORKERS to {settings.render_slots}, or BULKVID_RENDER_SLOTS to {settings.workers}",
        )
    if settings.render_slots > _TOO_MANY * cores * machines:
        mend = f"Set BULKVID_WORKERS to {cores}, and BULKVID_RENDER_SLOTS to {cores * machines}"
        return warning(f"{told}: rows wait for processors", mend)
    kept = _slots_kept(site)
    if kept not in (None, settings.render_slots):
        return warning(
            f"{told}; the instance keeps {kept} slots since its first job, whatever BULKVID_RENDER_SLOTS says",
            f"Run `dagster instance concurrency set render {settings.render_slots}` with DAGSTER_HOME set",
        )
    return ok(told)


def _slots_kept(site: Site) -> int | None:
    """The slots of the instance; None before its first job."""
    if absence(site):
        return None
    from bulkvid_pipeline.services.system.load import slots_of

    with opened(site) as instance:
        return slots_of(instance, site.settings).total


def processors(groups: Path = Path("/sys/fs/cgroup")) -> int:
    """The processors that this process may use: a container may have fewer than the machine."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = (groups / "cpu.max").read_text().split()
        return max(1, min(usable, -(-int(quota) // int(period))))
    except (OSError, ValueError):
        return usable


def _rates(site: Site) -> Finding:
    settings = site.settings
    pairs = (
        ("BULKVID_LIMIT", settings.limit_per_user, settings.limit_per_project),
        ("BULKVID_API_LIMIT", settings.api_limit_per_user, settings.api_limit_per_project),
    )
    for name, user, project in pairs:
        if user > project:
            return warning(
                f"A user may ask {user} times a minute, and his whole project {project} times",
                f"Set {name}_PER_USER to {project} or less",
            )
    if 60 * settings.limit_refill_per_s < settings.limit_per_project:
        return warning(
            f"{settings.limit_refill_per_s:g} requests a second are never {settings.limit_per_project} a minute",
            f"Set BULKVID_LIMIT_REFILL_PER_S to {settings.limit_per_project / 60:g}",
        )
    told = f"{settings.limit_per_user} a minute and user, {settings.limit_per_project} a minute and project"
    beyond = settings.limit_per_user > GOOGLE_PER_USER or settings.limit_per_project > GOOGLE_PER_PROJECT
    if beyond and (settings.google_credentials is not None or settings.google_api_key is not None):
        return warning(
            f"{told}: more than Google's own {GOOGLE_PER_USER} and {GOOGLE_PER_PROJECT}, unless yours were raised",
            f"Set BULKVID_LIMIT_PER_USER to {GOOGLE_PER_USER} and BULKVID_LIMIT_PER_PROJECT to {GOOGLE_PER_PROJECT}",
        )
    return ok(f"{told}, within Google's own limits" if not beyond else told)


def _retention(site: Site) -> Finding:
    settings = site.settings
    kept_s = settings.retention_days * 86_400
    if settings.link_lifetime_s > kept_s:
        return warning(
            f"Links are valid for {settings.link_lifetime_s / 86_400:.0f} days, their jobs are kept for "
            f"{settings.retention_days}",
            "Raise BULKVID_RETENTION_DAYS, or lower BULKVID_LINK_LIFETIME_S",
        )
    return ok(f"Logs of finished jobs are kept for {settings.retention_days} days")


CHECKS = grouped(
    "limits",
    Check("slots", _slots, _SLOTS_MEND, loads=modules),
    Check("rates", _rates, _RATES_MEND),
    Check("retention", _retention, "Correct BULKVID_RETENTION_DAYS"),
)
