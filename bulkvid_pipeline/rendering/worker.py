"""The render worker: a process that renders one row after another.

It reads JSON lines from standard input: where pieces of videos are kept (it may hold a secret, so it is no argument),
which voice narrates, then one request a line; the key of a paid voice is in its environment. It answers on standard
output with JSON lines: warnings, progress, waiting and costs, then a result or an error. It lives as long as its parent
does, so that imports, fonts and the voice are loaded once.

Who waits for somebody else says so before, and for how long at most ("waiting" for a turn, "asking" a server): a worker
that uses no CPU time without having said so is taken for frozen.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.adapters.cache import Cache, CacheOfKind, CachePlace, open_cache
from bulkvid_pipeline.adapters.speech.providers import KEY_VARIABLE, OpenedSpeech, SpeechChoice, open_speech
from bulkvid_pipeline.adapters.speech.spending import Spending
from bulkvid_pipeline.adapters.work_disk import full_disk_as_ours
from bulkvid_pipeline.core.diagnostics.exchange import Exchange
from bulkvid_pipeline.core.diagnostics.redaction import Redactor
from bulkvid_pipeline.core.errors import BulkVideoError, EncoderError
from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan
from bulkvid_pipeline.rendering.encode.renderer import Renderer
from bulkvid_pipeline.rendering.encode.renderers import renderer_named
from bulkvid_pipeline.rendering.row import ENGINE_VERSION, RenderedRow, render_row


@dataclass(frozen=True)
class RenderRequest:
    """Render `outputs` of `plan` into `folder`."""

    plan: VideoPlan
    outputs: tuple[PlannedOutput, ...]
    folder: str


REQUESTS = TypeAdapter(RenderRequest)
ROWS = TypeAdapter(RenderedRow)
PLACES: TypeAdapter[CachePlace | None] = TypeAdapter(CachePlace | None)
CHOICES = TypeAdapter(SpeechChoice)
SPENDINGS = TypeAdapter(Spending)
RECORD, RECORD_NOTHING = b'{"record": true}', b'{"record": false}'
"""Lines between requests, or while one is under way: whether diagnostics want to know what is asked of others."""

Send = Callable[[dict[str, Any]], None]


class _Recorder:
    """Sends what diagnostics keep of a request to the parent, who knows whose it is."""

    def __init__(self, send: Send, secrets: frozenset[str]) -> None:
        self._send = send
        self.redactor = Redactor(secrets)

    def wants(self, job_id: str | None) -> str:
        return job_id or ""

    def take(self, _: str, exchange: Exchange) -> None:
        self._send({"exchange": exchange.model_dump_json()})


class _Warnings(logging.Handler):
    """Sends what is logged as warning to the parent: nobody reads the log of a worker."""

    def __init__(self, send: Send) -> None:
        super().__init__(logging.WARNING)
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        self._send({"warning": record.getMessage()})


def sender(answers: IO[str]) -> Send:
    """Writes messages as lines, whole whichever threads they come from."""
    lock = threading.Lock()

    def send(message: dict[str, Any]) -> None:
        with lock:
            answers.write(json.dumps(message) + "\n")
            answers.flush()

    return send


def followed(lines: IO[str], recorder: exchanges.Recorder) -> Iterator[str]:
    """The requests among the lines. What stands between them is done at once, whatever is under way."""
    waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        for line in lines:
            match line.strip().encode():
                case b'{"record": true}':
                    exchanges.listen(recorder)
                case b'{"record": false}':
                    exchanges.ignore(recorder)
                case _:
                    waiting.put(line)
        waiting.put(None)

    threading.Thread(target=read, name="requests", daemon=True).start()
    while (line := waiting.get()) is not None:
        yield line


def serve(
    requests: Iterable[str], send: Send, renderer: Renderer, cache: Cache | None, voice: Callable[[], OpenedSpeech]
) -> None:
    """Answer requests until there are no more; `voice` opens the voice, again for every row until it succeeds."""
    with contextlib.ExitStack() as closing:
        speech: OpenedSpeech | None = None
        spent = Spending()
        for line in requests:
            try:
                request = REQUESTS.validate_json(line)
                speech = speech or closing.enter_context(voice())
                with full_disk_as_ours("Rendering the row"):
                    row = render_row(
                        request.plan,
                        request.outputs,
                        Path(request.folder),
                        speech=speech,
                        renderer=renderer,
                        progress=lambda stage, done: send({"progress": [stage, done]}),
                        cache=cache,
                    )
                answer = {"result": ROWS.dump_python(row, mode="json")}
            except BulkVideoError as error:
                answer = {"error": error.as_dict()}
            except Exception as error:  # the parent must hear of every failure, and the next row must have its turn
                trace = traceback.format_exc(limit=-4)
                unexpected = EncoderError(
                    f"Unexpected {type(error).__name__}: {error}", fix="Report the row; see the log"
                )
                answer = {"error": {**unexpected.as_dict(), "trace": trace}}
            if speech is not None and speech.spent != spent:
                send({"spent": SPENDINGS.dump_python(speech.spent - spent)})
                spent = speech.spent
            send(answer)


def main(renderer_name: str, key: str | None) -> None:
    """Entry of the process, which `adapters.processes` has seen to that it dies with its parent.

    `key` is that of a paid voice.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Native libraries print to descriptor 1 now and then; it is kept for answers alone.
    send = sender(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    logging.getLogger("bulkvid_pipeline").addHandler(_Warnings(send))
    place = PLACES.validate_json(sys.stdin.readline() or "null")
    cache = open_cache(place, on_ask=lambda seconds: send({"asking": seconds})) if place else None
    choice = CHOICES.validate_json(sys.stdin.readline())

    def voice() -> OpenedSpeech:
        return open_speech(
            choice,
            key,
            on_wait=lambda seconds: send({"waiting": seconds}),
            on_ask=lambda seconds: send({"asking": seconds}),
            on_answer=lambda seconds: send({"answered": seconds}),
        )

    secrets = frozenset(filter(None, (key, place.secret if place else None, place.key if place else None)))
    requests = followed(sys.stdin, _Recorder(send, secrets))
    serve(requests, send, _renderer(renderer_name, cache), cache, voice)


def _renderer(name: str, cache: Cache | None) -> Renderer:
    """The renderer, with encoded scenes kept in `pieces` if it encodes scenes one by one."""
    if cache is None or name != "event":
        return renderer_named(name)
    return renderer_named(name, scene_store=CacheOfKind(cache, "scene", ENGINE_VERSION))


if __name__ == "__main__":
    # Taken out, so that nothing that the worker starts inherits it.
    main(sys.argv[1], os.environ.pop(KEY_VARIABLE, None))
