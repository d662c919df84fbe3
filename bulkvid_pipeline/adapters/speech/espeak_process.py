"""The espeak worker: reads requests on stdin, answers on stdout, ends when its parent does.

Started by `espeak_client.py`, its only client.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from typing import Any, BinaryIO

from bulkvid_pipeline.adapters.speech import wire
from bulkvid_pipeline.adapters.speech.espeak_library import EspeakError, EspeakLibrary
from bulkvid_pipeline.adapters.speech.readings import japanese_reading

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until stdin ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Protocol bytes go to a private copy of stdout, so that nothing a library prints can corrupt them.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests = sys.stdin.buffer
    espeak = EspeakLibrary()
    _send(answers, {"version": espeak.version, "sample_rate": espeak.sample_rate})
    while True:
        try:
            request, _ = wire.decode(lambda count: _read(requests, count))
        except EOFError:
            return
        _answer_in_a_fork(espeak, request, answers)


def _answer_in_a_fork(espeak: EspeakLibrary, request: dict[str, Any], answers: BinaryIO) -> None:
    """Answer from a child that is thrown away.

    espeak's random numbers and wave phases carry over from one utterance to the next, which changes even the length of
    the sound; a fresh copy of the just-initialised library, seeded alike, makes equal requests sound equal for ever.
    The fork costs 1.7 ms.
    """
    text, sources = japanese_reading(request["text"]) if request["kana"] else (request["text"], None)
    worker = os.getpid()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _die_with(worker)
            _send(answers, *_spoken(espeak, request, text, sources))
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if status:
        # Part of an answer may be in the pipe: ending tells the client more surely than any message.
        raise SystemExit(f"espeak failed on a text of {len(text)} characters (wait status {status})")


def _spoken(
    espeak: EspeakLibrary, request: dict[str, Any], text: str, sources: tuple[int, ...] | None
) -> tuple[dict[str, Any], bytes]:
    try:
        spoken = espeak.speak(
            text, request["voice"], request["words_per_minute"], request["pitch"], request["pitch_range"]
        )
    except EspeakError as error:
        return {"error": str(error)}, b""
    words = [(offset, time) for offset, time in spoken.words if 0 <= offset < len(text)]
    if sources is not None:
        words = [(sources[offset], time) for offset, time in words]
    return {"words": words}, spoken.pcm


def _die_with(parent: int) -> None:
    """Ask the kernel to kill this fork when the process that made it ends; it may have ended already."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _read(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data


def _send(stream: BinaryIO, header: dict[str, Any], body: bytes = b"") -> None:
    stream.write(wire.encode(header, body))
    stream.flush()


if __name__ == "__main__":
    main()
