"""A speech server on this machine that speaks OpenAI's protocol, with the offline voice as its model.

It refuses what the real one refuses (a wrong key, an unknown model or voice, no input or too much, an impossible
speed), answers with real sound, and fails on command.
"""

from __future__ import annotations

import contextlib
import http.server
import io
import json
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, Self

import av
import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.adapters.speech.contract import Utterance
from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.core.options import Voice
from bulkvid_pipeline_tests.waiting import PATIENCE_S

RATE = 24_000
LONGEST_INPUT = 4096
CONTENT_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg", "pcm": "audio/pcm", "flac": "audio/flac"}


@dataclass(frozen=True)
class Fault:
    """How one request fails.

    `refuse` answers `status` with an error document; `reset` cuts the line before an answer, `cut` in the middle of
    the sound; `stall` says nothing for `seconds`, or until `released` is set; `answer` sends
    `body` as if it were the sound.
    """

    kind: Literal["refuse", "reset", "cut", "stall", "answer"]
    status: int = 200
    message: str = "The server had an error while processing your request"
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = "audio/wav"
    seconds: float = 0.0
    released: threading.Event | None = None


@dataclass(frozen=True)
class Heard:
    """One request, as it came in."""

    fields: Mapping[str, Any]
    authorization: str | None


class SpeechServer:
    """The running server; use as a context manager.

    Args:
        key: the only bearer key that is taken; None takes anybody.
        answers_as: sends this format whatever was asked for, as some servers do.
        streamed: sends WAV in chunks with a header that does not know the length, as OpenAI does.
        obeys_speed: False ignores `speed`, as some models do.
        silence_s: seconds of near silence, as noise, before and after what is said.
    """

    def __init__(
        self,
        key: str | None = "sk-test-key",
        *,
        answers_as: str | None = None,
        streamed: bool = False,
        obeys_speed: bool = True,
        silence_s: float = 0.0,
    ) -> None:
        self.key = key
        self.models = {"tts-1"}
        self.lists_models = True
        self.voices = {"nova": Voice.FEMALE, "onyx": Voice.MALE, "alloy": Voice.NEUTRAL}
        self.answers_as, self.streamed, self.obeys_speed, self.silence_s = answers_as, streamed, obeys_speed, silence_s
        self.language = "en-us"
        self.faults: deque[Fault] = deque()
        self.heard: list[Heard] = []
        self.said: list[Utterance] = []
        """What was answered with, with the words' true times."""
        self._speech = EspeakSpeech()
        self._http = _Server(self)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), name="speech-peer", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._speech.close()

    def fail(self, *faults: Fault) -> None:
        """Let the next requests fail, one fault each, whatever they ask for."""
        self.faults.extend(faults)

    def objection(self, authorization: str | None, fields: Mapping[str, Any]) -> Fault | None:
        """What is wrong with a request, in OpenAI's words."""
        refused = self.strange(authorization)
        if refused is not None:
            return refused
        if fields.get("model") not in self.models:
            return Fault("refuse", 404, f"The model `{fields.get('model')}` does not exist", "model_not_found")
        if fields.get("voice") not in self.voices:
            return Fault("refuse", 400, f"Input should be one of {sorted(self.voices)}")
        text = fields.get("input")
        if not isinstance(text, str) or not 1 <= len(text) <= LONGEST_INPUT:
            return Fault("refuse", 400, f"String should have 1 to {LONGEST_INPUT} characters")
        if not 0.25 <= float(fields.get("speed", 1.0)) <= 4.0:
            return Fault("refuse", 400, "speed should be between 0.25 and 4.0")
        if fields.get("response_format", "mp3") not in CONTENT_TYPES:
            return Fault("refuse", 400, "response_format is not supported")
        return None

    def strange(self, authorization: str | None) -> Fault | None:
        """The refusal of a key that is not ours."""
        if self.key is None or authorization == f"Bearer {self.key}":
            return None
        shown = (authorization or "Bearer ").removeprefix("Bearer ")
        return Fault("refuse", 401, f"Incorrect API key provided: {shown}.", "invalid_api_key")

    def sound(self, fields: Mapping[str, Any]) -> tuple[str, bytes]:
        """Content type and body of the answer to a request that is in order."""
        speed = float(fields.get("speed", 1.0)) if self.obeys_speed else 1.0
        utterance = self._speech.speak(fields["input"], self.voices[fields["voice"]], self.language, speed)
        self.said.append(utterance)
        edge = np.random.default_rng(1).normal(0, 0.0005, round(self.silence_s * 48_000)).astype(np.float32)
        named = self.answers_as or str(fields.get("response_format", "mp3"))
        body = encoded(np.concatenate([edge, utterance.pcm, edge]), named)
        if named == "wav" and self.streamed:
            body = body[:4] + b"\xff\xff\xff\xff" + body[8:]
            at = body.index(b"data") + 4
            body = body[:at] + b"\xff\xff\xff\xff" + body[at + 4 :]
        return CONTENT_TYPES[named], body


def encoded(pcm: NDArray[np.float32], name: str) -> bytes:
    """48 kHz mono float sound as a file at the server's own rate."""
    samples = (np.interp(np.arange(0, pcm.size, 2), np.arange(pcm.size), pcm) * 32767).astype("<i2")
    if name == "pcm":
        return samples.tobytes()
    file = io.BytesIO()
    codec = {"wav": "pcm_s16le", "mp3": "libmp3lame", "flac": "flac"}[name]
    with av.open(file, "w", format=name) as container:
        stream = container.add_stream(codec, rate=RATE, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), 0
        resampler = av.AudioResampler(stream.format.name, "mono", RATE, stream.frame_size or None)
        for each in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(each))
        container.mux(stream.encode(None))
    return file.getvalue()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, peer: SpeechServer) -> None:
        self.peer = peer
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is the client's business; the rest is a fault of the peer."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 30.0

    def do_POST(self) -> None:
        peer = self.server.peer
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/v1/audio/speech":
            self._refuse(Fault("refuse", 404, f"Invalid URL (POST {self.path})"))
            return
        fields = json.loads(body)
        authorization = self.headers.get("Authorization")
        peer.heard.append(Heard(fields, authorization))
        fault = peer.faults.popleft() if peer.faults else None
        if fault is not None and fault.kind == "stall":
            if fault.released is not None:
                fault.released.wait(PATIENCE_S)
            time.sleep(fault.seconds)
        if fault is not None and fault.kind == "reset":
            self._reset()
            return
        if fault is not None and fault.kind == "answer":
            self._send(fault.content_type, fault.body)
            return
        refused = fault if fault is not None and fault.kind == "refuse" else peer.objection(authorization, fields)
        if refused is not None:
            self._refuse(refused)
            return
        self._send(*peer.sound(fields), cut=fault is not None and fault.kind == "cut")

    def do_GET(self) -> None:
        """The list of models, which costs nothing."""
        peer = self.server.peer
        if self.path != "/v1/models" or not peer.lists_models:
            self._refuse(Fault("refuse", 404, f"Invalid URL (GET {self.path})"))
            return
        refused = peer.strange(self.headers.get("Authorization"))
        if refused is not None:
            self._refuse(refused)
            return
        listed = {"object": "list", "data": [{"id": name, "object": "model"} for name in sorted(peer.models)]}
        self._send("application/json", json.dumps(listed).encode())

    def _send(self, content_type: str, body: bytes, *, cut: bool = False) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        sent = body[: len(body) // 2] if cut else body
        if self.server.peer.streamed:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for start in range(0, len(sent), 8192):
                chunk = sent[start : start + 8192]
                self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            if not cut:
                self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(sent)
        self.close_connection = self.close_connection or cut

    def _refuse(self, fault: Fault) -> None:
        document = {"error": {"message": fault.message, "type": "error", "param": None, "code": fault.code}}
        body = json.dumps(document).encode()
        self.send_response(fault.status)
        self.send_header("Content-Type", "application/json")
        for name, value in fault.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with contextlib.suppress(OSError):
            self.rfile.close()
            self.connection.close()

    def log_message(self, *_: object) -> None:
        """Silent: what was asked is kept in `heard`."""
