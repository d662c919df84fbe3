"""The parts of an installation whose health is watched, and how each of them is looked at.

A look asks for as little as shows that the part works. It ends by itself soon, as far as the part lets it.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from dagster import DagsterInstance

from bulkvid_pipeline.adapters import ffmpeg
from bulkvid_pipeline.adapters.dagster.run_database import look_at_database
from bulkvid_pipeline.adapters.dagster.web_server import DagsterWebServer
from bulkvid_pipeline.adapters.storage import Storage
from bulkvid_pipeline.adapters.storage.location import FolderLocation, parse_location, without_credentials
from bulkvid_pipeline.adapters.work_disk import nearest_folder, try_disk
from bulkvid_pipeline.core.errors import BulkVideoError, StorageQuotaExceededError
from bulkvid_pipeline.core.service_wire import PartHealth
from bulkvid_pipeline.services.liveness.daemon_beat import daemon_status
from bulkvid_pipeline.services.system.health import FFMPEG, WORKERS, Finding, Watched, is_well, part_looked_at
from bulkvid_pipeline.services.system.load import queue_depth, slots_of, workers_of
from bulkvid_pipeline.services.wiring.storage import open_place
from bulkvid_pipeline.settings import Settings

ANSWER_S = 1.0
"""How long a part may take for an answer: less than the whole look, so that it can be said what was wrong."""
WRITTEN_EVERY_S = 60.0
"""Writing to the storage is tried this often, reading at every look."""
LEAST_FREE_BYTES = 256 * 1024 * 1024
"""Less room on the work disk than this holds no video."""

DATABASE, QUEUE, DAEMON = "database", "queue", "daemon"
STORAGE, WEB_SERVER, WORK_DISK = "storage", "web_server", "work_disk"

_FIXES = {
    DATABASE: "Start the database, and check BULKVID_POSTGRES_URL, or the disk of DAGSTER_HOME where that is empty",
    QUEUE: "Make the database work",
    WORKERS: "Make the database work",
    DAEMON: "Start it: `bulkvid serve`, or `bulkvid serve --only daemon` where each part runs by itself",
    STORAGE: "Check BULKVID_OUTPUT_URL, the BULKVID_S3_ settings, and that the storage runs",
    WEB_SERVER: "Start it: `bulkvid serve`, or `bulkvid serve --only dagster`; check BULKVID_DAGSTER_URL",
    FFMPEG: "Install imageio-ffmpeg, or set BULKVID_FFMPEG to a program that runs",
    WORK_DISK: "Free space on the disk of BULKVID_WORK_DIR (the system's temporary folder if empty), or mount it",
}
_HEALTHY = PartHealth(status="healthy", response_time_ms=0)


def watched_parts(instance: Callable[[], DagsterInstance], settings: Settings) -> tuple[Watched, ...]:
    """All parts of the installation.

    Args:
        instance: gives the Dagster instance, which need not be reachable yet.
    """
    looks: dict[str, Callable[[], PartHealth]] = {
        STORAGE: _StorageLook(settings),
        WEB_SERVER: lambda: _web_server(settings),
        FFMPEG: _FfmpegLook(settings),
        WORK_DISK: lambda: _work_disk(settings),
    }
    of_database = Watched(_of(DATABASE, QUEUE, WORKERS, DAEMON), lambda: _in_database(instance, settings))
    return (of_database, *(Watched(_of(name), _alone(name, look)) for name, look in looks.items()))


def _of(*names: str) -> Mapping[str, str]:
    return {name: _FIXES[name] for name in names}


def _alone(name: str, look: Callable[[], PartHealth]) -> Callable[[], Iterator[Finding]]:
    def found() -> Iterator[Finding]:
        yield name, _found(name, look)

    return found


def _found(name: str, look: Callable[[], PartHealth]) -> PartHealth:
    return part_looked_at(name, _FIXES[name], look)


def _in_database(instance: Callable[[], DagsterInstance], settings: Settings) -> Iterator[Finding]:
    """The database and what is kept in it. Where it does not answer, the others are not asked for."""
    database = _found(DATABASE, lambda: _database(instance()))
    yield DATABASE, database
    looks: dict[str, Callable[[DagsterInstance], PartHealth]] = {
        QUEUE: lambda found: _HEALTHY.model_copy(update={"queue_depth": queue_depth(found)}),
        WORKERS: lambda found: _HEALTHY.model_copy(update=dict(workers_of(slots_of(found, settings)))),
        DAEMON: _daemon,
    }
    for name, look in looks.items():
        if is_well(database):
            yield name, _found(name, lambda look=look: look(instance()))  # type: ignore[misc]
        else:
            problem = "Nothing is known of it while the database does not answer"
            yield (
                name,
                PartHealth(status="unhealthy", response_time_ms=0, problem=problem, fix=_FIXES[DATABASE]),
            )


def _database(instance: DagsterInstance) -> PartHealth:
    state = look_at_database(instance, ANSWER_S)
    return _HEALTHY.model_copy(
        update={"kind": state.kind, "pool_size": state.pool_size, "active_connections": state.active_connections}
    )


def _daemon(instance: DagsterInstance) -> PartHealth:
    status = daemon_status(instance)
    return PartHealth(
        status="healthy" if status.running else "unhealthy",
        response_time_ms=0,
        problem=None
        if status.running
        else f"The Dagster daemon does not run, so that jobs wait for ever: {status.why}",
        fix=None if status.running else _FIXES[DAEMON],
        last_heartbeat=None if status.last is None else datetime.fromtimestamp(status.last, UTC),
    )


def _web_server(settings: Settings) -> PartHealth:
    with DagsterWebServer(settings.dagster_url.get_secret_value(), ANSWER_S) as server:
        return _HEALTHY.model_copy(update={"version": server.version(), "url": server.address})


class _StorageLook:
    """The default output: listed at every look, written to once a minute and after a failure."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._storage: Storage | None = None
        self._written_at = float("-inf")

    def __call__(self) -> PartHealth:
        place = self._settings.output_url
        if self._storage is None:
            short = self._settings.model_copy(update={"storage_timeout_s": ANSWER_S})
            self._storage = open_place(place, short)
        try:
            if time.monotonic() - self._written_at > WRITTEN_EVERY_S:
                self._storage.check_writable()
                self._written_at = time.monotonic()
            else:
                self._storage.temporaries(datetime.now(UTC))
        except BulkVideoError:
            self._written_at = float("-inf")
            raise
        location = parse_location(place)
        free = shutil.disk_usage(nearest_folder(location.folder)).free if isinstance(location, FolderLocation) else None
        url = without_credentials(place) if "://" in place else place
        return _HEALTHY.model_copy(update={"url": url, "free_bytes": free})


class _FfmpegLook:
    """ffmpeg is asked for its version, again when the program has changed."""

    def __init__(self, settings: Settings) -> None:
        self._binary = Path(settings.ffmpeg) if settings.ffmpeg else None
        self._known: tuple[tuple[str, int, int], str] | None = None

    def __call__(self) -> PartHealth:
        binary = ffmpeg.locate(self._binary)
        status = binary.stat()
        program = (str(binary), status.st_mtime_ns, status.st_size)
        if self._known is None or self._known[0] != program:
            self._known = (program, ffmpeg.version_of(binary, ANSWER_S))
        return PartHealth(status="available", response_time_ms=0, version=self._known[1])


def _work_disk(settings: Settings) -> PartHealth:
    folder = nearest_folder(settings.work_dir or Path(tempfile.gettempdir()))
    free = try_disk(folder, "Writing to the work disk")
    if free < LEAST_FREE_BYTES:
        raise StorageQuotaExceededError(f"The work disk has only {free // 1024**2} MiB left", fix=_FIXES[WORK_DISK])
    return _HEALTHY.model_copy(update={"free_bytes": free})
