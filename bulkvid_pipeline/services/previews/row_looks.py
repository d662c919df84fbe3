"""Looks at rows for people who are choosing: made in processes of their own, at most a few at once.

Who asks for a look that somebody else has asked for waits for the same one. When nobody waits any more it is stopped.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.cache import FolderCache
from bulkvid_pipeline.core.errors import EncoderError, NotFoundError, RenderCancelledError, ServiceUnavailableError
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.intake.allowed import AllowedPlaces
from bulkvid_pipeline.services.intake.refusals import as_own_fault, naming
from bulkvid_pipeline.services.previews.look_cache import LookPlace, Looks
from bulkvid_pipeline.services.previews.look_process import LookAnswer, LookProcess, LookRequest
from bulkvid_pipeline.services.previews.row_look import RowLook
from bulkvid_pipeline.services.templates.template_store import TemplateStore
from bulkvid_pipeline.services.wiring.limits import wait_for_sheet_read
from bulkvid_pipeline.settings import Settings

AT_ONCE = 2
MOST_WAITING = 24
SHEET_TURN_S = 10.0
"""Longest wait for a turn to read a Google sheet."""


@dataclass(frozen=True)
class NamedLook:
    """A look and the name under which it is kept for a while, and the rows that there are to choose from.

    `rows` are numbers and titles, the first ones of very many.
    """

    name: str
    look: RowLook
    rows: tuple[tuple[int, str], ...] = ()
    rows_total: int = 0


@dataclass
class _Asked:
    """A look that somebody waits for."""

    request: LookRequest
    waiting: int = 0
    process: LookProcess | None = None
    """Which makes it; None: not yet, or not any more."""
    is_unwanted: bool = False
    made: Future[LookAnswer] = field(default_factory=Future)


class RowLooks:
    """The looks that this process hands out; the processes that make them begin and end as they are needed.

    Args:
        settings: of the installation.
        home: folder of the instance.
        instance: which counts how often sheets are read.
        at_once: how many looks are made at the same time.
    """

    def __init__(self, settings: Settings, home: Path, instance: DagsterInstance, *, at_once: int = AT_ONCE) -> None:
        self._settings = settings
        self._instance = instance
        self._place = LookPlace.of(settings, home)
        self._looks = Looks(FolderCache(self._place.folder, self._place.max_bytes))
        self._lock = threading.Lock()
        self._asked: dict[str, _Asked] = {}
        self._numbers = count(1)
        self._idle: list[LookProcess] = []
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="row-look")
        self._is_closed = False
        self._closing = threading.Event()

    async def look(self, spec: BulkJobSpec, row: int | None, platform: Platform | None = None) -> NamedLook:
        """Look at a row, by default the first, with the choices of the spec. Cancel a call that is not wanted any more.

        Raises:
            PlaceNotAllowedError: the project may not use the sheet or the template.
            InvalidRequestError: there is no such row; names those that there are.
            QuotaExceededError: there is no turn for reading a Google sheet.
            ServiceUnavailableError: too many wait already.
            EncoderError: it took too long, or its process died.
            BulkVideoError: the sheet or the template cannot be used, or the row cannot be rendered.
        """
        await asyncio.to_thread(self._check_places, spec)
        asked = self._join(spec, row, platform)
        try:
            made = asyncio.wrap_future(asked.made)
            made.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # if nobody waits any more
            answer = await asyncio.shield(made)
        finally:
            self._leave(asked)
        look = await asyncio.to_thread(self._looks.get, answer.name)
        if look is None:
            raise EncoderError("The row's pictures could not be kept", fix="Check that the cache's disk has room")
        return NamedLook(answer.name, look, answer.rows, answer.rows_total)

    def kept(self, project_id: str, name: str) -> RowLook:
        """A look that was made before.

        Raises:
            NotFoundError: there is none of this name in the project (any more).
        """
        look = self._looks.get(name)
        if look is None or look.project_id != project_id:
            raise NotFoundError("This picture is not kept any more", fix="Load the page again")
        return look

    def warm(self) -> None:
        """Have a process ready for the first look; returns at once."""
        with self._lock:
            if self._is_closed or self._asked:
                return
            if not self._idle:
                self._idle.append(LookProcess(self._settings, self._place))
            self._threads.submit(self._idle[-1].start)

    def close(self) -> None:
        """End all that is under way."""
        with self._lock:
            self._is_closed = True
            self._closing.set()
            processes = [*self._idle, *(asked.process for asked in self._asked.values() if asked.process)]
            self._idle = []
        for process in processes:
            process.kill()
        self._threads.shutdown()

    def _check_places(self, spec: BulkJobSpec) -> None:
        allowed = AllowedPlaces.of(spec.project_id, self._settings)
        allowed.check_source(spec.input_source)
        with naming("template.template_id"):
            store = TemplateStore(self._settings.templates_folder, spec.project_id)
            allowed.check_template(store, spec.template.template_id)

    def _join(self, spec: BulkJobSpec, row: int | None, platform: Platform | None) -> _Asked:
        key = json.dumps([spec.model_dump(mode="json"), row, platform], sort_keys=True)
        with self._lock:
            if self._is_closed:
                raise ServiceUnavailableError("The server is stopping")
            asked = self._asked.get(key)
            if asked is None or asked.is_unwanted:
                if len(self._asked) >= MOST_WAITING:
                    raise ServiceUnavailableError(
                        "Many pictures are being made at once", fix="Try again in a few seconds", retry_after=3
                    )
                asked = self._asked[key] = _Asked(LookRequest(next(self._numbers), spec, row, platform))
                self._threads.submit(self._make, key, asked)
            asked.waiting += 1
            return asked

    def _leave(self, asked: _Asked) -> None:
        with self._lock:
            asked.waiting -= 1
            asked.is_unwanted = not asked.waiting and not asked.made.done()
            process = asked.process if asked.is_unwanted else None
        if process is not None:
            process.stop(asked.request.number)

    def _make(self, key: str, asked: _Asked) -> None:
        """Have the look made; runs in one of the threads."""
        try:
            with self._process_for(asked) as process:
                answer = process.look(asked.request, self._wait_for_sheet)
        except BaseException as error:
            asked.made.set_exception(error)
        else:
            asked.made.set_result(answer)
        finally:
            with self._lock:
                if self._asked.get(key) is asked:
                    del self._asked[key]

    def _wait_for_sheet(self, spec: BulkJobSpec) -> None:
        with as_own_fault():
            wait_for_sheet_read(self._instance, spec, self._settings, timeout_s=SHEET_TURN_S, sleep=self._pause)

    def _pause(self, seconds: float) -> None:
        """A pause that the end of all ends.

        Raises:
            RenderCancelledError: it has.
        """
        if self._closing.wait(seconds):
            raise RenderCancelledError("The server is stopping")

    @contextlib.contextmanager
    def _process_for(self, asked: _Asked) -> Iterator[LookProcess]:
        with self._lock:
            if asked.is_unwanted or self._is_closed:
                raise RenderCancelledError("The look is not wanted any more")
            process = self._idle.pop() if self._idle else LookProcess(self._settings, self._place)
            asked.process = process
        try:
            yield process
        finally:
            with self._lock:
                asked.process = None
                stays = process.is_usable and not self._is_closed
                if stays:
                    self._idle.append(process)
            if not stays:
                process.kill()
