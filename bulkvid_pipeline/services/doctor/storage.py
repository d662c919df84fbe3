"""Where the videos go."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bulkvid_pipeline.adapters.storage.faults import os_errors_as_ours
from bulkvid_pipeline.adapters.storage.location import FolderLocation, parse_location, without_credentials
from bulkvid_pipeline.adapters.storage.store import TEMPORARY_PREFIX
from bulkvid_pipeline.adapters.work_disk import nearest_folder
from bulkvid_pipeline.core.errors import BulkVideoError, StorageAccessDeniedError
from bulkvid_pipeline.core.wording import plural, size_in_words
from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, broken, grouped, ok, skipped, warning
from bulkvid_pipeline.services.wiring.storage import open_place

ROW_BYTES = 15_000_000
"""The videos of a usual row: a minute at 1080p, see `core.estimates`."""
FEWEST_ROWS = 20
"""Room for fewer rows than this is worth a warning."""
_LINK_LASTS_S = 60
_RIGHTS_MEND = "Let the key of BULKVID_S3_KEY list, read, write and delete in this bucket"
_MEND = "Check BULKVID_OUTPUT_URL, the BULKVID_S3_ settings, and that the storage runs"


def _storage(site: Site) -> Finding:
    location = parse_location(site.place)
    if isinstance(location, FolderLocation):
        return _folder(location.folder, site)
    storage = open_place(site.place, site.hasty_settings)
    try:
        storage.check_writable()
    except StorageAccessDeniedError as error:
        # What denies a look-up tells no reason (HTTP: a HEAD has no body); what denies a list does.
        storage.list(TEMPORARY_PREFIX)
        return broken(error.message, _RIGHTS_MEND)
    return ok(f"{_shown(site.place)}: written, read and deleted")


def _folder(folder: Path, site: Site) -> Finding:
    with _beside_jobs(folder) as probed:
        open_place(f"file://{probed}", site.settings).check_writable()
        free = shutil.disk_usage(probed).free
    rows = free // ROW_BYTES
    told = f"{folder}: written, read and deleted; {size_in_words(free)} free, good for about {plural(rows, 'row')}"
    if not folder.exists():
        told = f"{told}; the first job makes this folder"
    return ok(told) if rows >= FEWEST_ROWS else warning(told, "Free space on the disk of BULKVID_OUTPUT_URL")


@contextmanager
def _beside_jobs(folder: Path) -> Iterator[Path]:
    """A place of our own in the folder, or in the nearest that exists, so that nothing of it stays and no job sees it.

    Raises:
        StorageAccessDeniedError, StorageQuotaExceededError: the folder takes none, or what uploads need is closed.
    """
    existing = nearest_folder(folder)
    with os_errors_as_ours(f"writing to {folder}"):
        uploads = existing / TEMPORARY_PREFIX
        if uploads.is_dir() and not os.access(uploads, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, f"{TEMPORARY_PREFIX} in it cannot be written")
        with tempfile.TemporaryDirectory(prefix=".bulkvid-doctor-", dir=existing) as probed:
            yield Path(probed)


def _links(site: Site) -> Finding:
    if isinstance(parse_location(site.place), FolderLocation):
        return skipped("Videos in a folder need no links")
    import requests

    storage = open_place(site.place, site.hasty_settings)
    with storage.probe() as (key, content):
        link = storage.signed_url(key, _LINK_LASTS_S)
        if not link.startswith(("http://", "https://")):
            return skipped("This kind of storage has no links")
        try:
            answer = requests.get(link, timeout=site.hasty_settings.storage_timeout_s)
        except requests.RequestException as error:
            return broken(f"A presigned link leads nowhere: {type(error).__name__}", _LINK_MEND)
        if answer.status_code != requests.codes.ok or answer.content != content:
            return broken(f"A presigned link was answered with {answer.status_code}", _LINK_MEND)
    return ok(f"A presigned link to {_shown(site.place)} opened without a login")


_LINK_MEND = "Set BULKVID_S3_PUBLIC_URL to an address that users reach, and BULKVID_S3_REGION to the bucket's"


def _shown(place: str) -> str:
    return without_credentials(place) if "://" in place else place


def s3_modules(place: str) -> tuple[str, ...]:
    """What reaching a place takes; nothing to speak of for folders."""
    try:
        is_folder = isinstance(parse_location(place), FolderLocation)
    except BulkVideoError:
        return ()
    return () if is_folder else ("requests", "bulkvid_pipeline.adapters.storage.s3")


CHECKS = grouped(
    "storage",
    Check("storage", _storage, _MEND, loads=lambda site: s3_modules(site.place)),
    Check("links", _links, _LINK_MEND, loads=lambda site: s3_modules(site.place)),
)
