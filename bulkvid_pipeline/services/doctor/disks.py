"""Disks, memory and open files."""

from __future__ import annotations

import os
import resource
import tempfile
from pathlib import Path

import psutil

from bulkvid_pipeline.adapters.work_disk import nearest_folder, try_disk
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.wording import plural, size_in_words
from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, broken, grouped, ok, warning

WORKING_BYTES = 256 * 1024 * 1024
"""Less room than this holds no video under way, see `services.system.parts`."""
WORKER_BYTES = 350_000_000
"""Memory of a process that renders a row: 235 MB were measured with its voice at 1080p; pictures and 4k take more."""
OWN_BYTES = 400_000_000
"""Memory of the process that runs the job: 375 MB were measured."""
HOME_BYTES = 100_000_000
OWN_FILES, FILES_PER_WORKER = 128, 24
_WORK_MEND = (
    "Free space on the disk of BULKVID_WORK_DIR (the system's temporary folder if empty), or name another folder"
)
_HOME_MEND = "Free space on the disk of DAGSTER_HOME, or set DAGSTER_HOME to a folder that may be written"
_FILES_MEND = "Raise the limit of open files: `ulimit -n 4096`"
_MEMORY_MEND = "Set BULKVID_WORKERS and BULKVID_RENDER_SLOTS to {rows}, or give this machine more memory"


def _work_disk(site: Site) -> Finding:
    named = site.settings.work_dir or Path(tempfile.gettempdir())
    folder = nearest_folder(named)
    free = try_disk(folder, f"Writing to the work disk at {named}")
    workers = site.settings.workers
    told = f"{named}: written; {size_in_words(free)} free"
    if free < WORKING_BYTES:
        return broken(told, _WORK_MEND)
    rows = free // WORKING_BYTES
    if rows < workers:
        return warning(f"{told}, room for {plural(rows, 'row')} at once of the {workers} wanted", _WORK_MEND)
    return ok(f"{told}, room for the {plural(workers, 'row')} rendered at once")


def _home_disk(site: Site) -> Finding:
    if site.home.exists() and not site.home.is_dir():
        return broken(f"{site.home} is a file", "Set DAGSTER_HOME to a folder, which is made if need be")
    folder = nearest_folder(site.home)
    try:
        free = try_disk(folder, f"Writing to DAGSTER_HOME at {site.home}")
    except BulkVideoError as error:
        return broken(error.message, _HOME_MEND)
    closed = [path.name for path in _databases(site.home) if not os.access(path, os.W_OK)]
    if closed:
        return broken(
            f"{site.home}: {', '.join(closed[:3])} cannot be written", "Give this user the files of DAGSTER_HOME"
        )
    told = f"{site.home}: may be written; {size_in_words(free)} free"
    if not site.home.exists():
        told = f"{told}; the first job makes this folder"
    return ok(told) if free >= HOME_BYTES else warning(told, _HOME_MEND)


def _databases(home: Path) -> list[Path]:
    return [*home.glob("*.sqlite"), *home.glob("*/*.db")] if home.is_dir() else []


def _open_files(site: Site) -> Finding:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = OWN_FILES + FILES_PER_WORKER * site.settings.workers
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return ok("No limit of open files" if soft == resource.RLIM_INFINITY else f"{soft:,} files may be open at once")
    return warning(
        f"Only {soft:,} files may be open at once; {site.settings.workers} workers want {needed}", _FILES_MEND
    )


def _memory(site: Site) -> Finding:
    total, free = memory()
    workers = max(site.settings.workers, 1)
    fitting = max(0, int((total - OWN_BYTES) // WORKER_BYTES))
    each = size_in_words(WORKER_BYTES)
    told = f"{size_in_words(total)}, {size_in_words(free)} free; a row at work takes about {each}"
    if fitting < 1:
        return warning(f"{told}, so that not even one has room", _MEMORY_MEND.format(rows=1))
    if fitting < workers:
        return warning(f"{told}, so that {workers} at once do not fit", _MEMORY_MEND.format(rows=fitting))
    return ok(f"{told}, so that {workers} at once fit")


def memory(groups: Path = Path("/sys/fs/cgroup")) -> tuple[int, int]:
    """Bytes of memory that this process may use, and those free: a container may have less than its machine."""
    seen = psutil.virtual_memory()
    for limit_name, used_name in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        try:
            limit = int((groups / limit_name).read_text())
            used = int((groups / used_name).read_text())
        except (OSError, ValueError):
            continue
        if limit < seen.total:
            return limit, min(max(0, limit - used), seen.available)
    return seen.total, seen.available


CHECKS = grouped(
    "disk",
    Check("work-disk", _work_disk, _WORK_MEND),
    Check("home-disk", _home_disk, _HOME_MEND, needs_settings=False),
    Check("open-files", _open_files, _FILES_MEND),
    Check("memory", _memory, _MEMORY_MEND.format(rows=1)),
)
