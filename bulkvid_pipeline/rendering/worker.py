"""The render worker: a process that renders one row after another.

It reads one JSON request a line from standard input and answers on standard output with JSON lines: progress, then a
result or an error. It lives as long as its parent does, so that imports, fonts and the voice are loaded once.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter

from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.core.errors import BulkVideoError, EncoderError
from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan
from bulkvid_pipeline.rendering.encode.renderer import Renderer, renderer_named
from bulkvid_pipeline.rendering.row import RenderedRow, render_row

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class RenderRequest:
    """Render `outputs` of `plan` into `folder`."""

    plan: VideoPlan
    outputs: tuple[PlannedOutput, ...]
    folder: str


REQUESTS = TypeAdapter(RenderRequest)
ROWS = TypeAdapter(RenderedRow)


def serve(requests: IO[str], answers: IO[str], renderer: Renderer) -> None:
    """Answer requests until there are no more."""

    def send(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    with EspeakSpeech() as speech:
        for line in requests:
            try:
                request = REQUESTS.validate_json(line)
                row = render_row(
                    request.plan,
                    request.outputs,
                    Path(request.folder),
                    speech=speech,
                    renderer=renderer,
                    progress=lambda stage, done: send({"progress": [stage, done]}),
                )
                send({"result": ROWS.dump_python(row, mode="json")})
            except BulkVideoError as error:
                send({"error": error.as_dict()})
            except Exception as error:  # the parent must hear of every failure, and the next row must have its turn
                trace = traceback.format_exc(limit=-4)
                unexpected = EncoderError(
                    f"Unexpected {type(error).__name__}: {error}", fix="Report the row; see the log"
                )
                send({"error": {**unexpected.as_dict(), "trace": trace}})


def main(renderer_name: str, parent: int) -> None:
    """Entry of the process. `parent` is the pid that it must not outlive."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Native libraries print to descriptor 1 now and then; it is kept for answers alone.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(sys.stdin, answers, renderer_named(renderer_name))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
