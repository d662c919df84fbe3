"""A web server for pictures and videos on loopback: files with entity tags, redirects, and misbehaviour by path."""

from __future__ import annotations

import hashlib
import ssl

from bulkvid_pipeline_tests.peers.hook_receiver import Behaviour, HookReceiver, Received, Reply


class MediaServer(HookReceiver):
    """Use as a context manager. `files` are served with an ETag each; `behaviours` win over them."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        super().__init__(tls=tls, host=host)
        self.files: dict[str, bytes] = {}
        self.behaviours: dict[str, list[Behaviour]] = {}
        self.with_versions = True
        self.answered: list[str] = []
        """`path status` of each request, in order."""

    def serve(self, path: str, content: bytes) -> str:
        """Put a file at a path; returns its URL."""
        self.files[path] = content
        return self.url(path)

    def misbehave(self, path: str, *behaviours: Behaviour) -> str:
        """One behaviour a request, the last one from then on; returns the URL. A path's own file ends the list."""
        self.behaviours[path] = list(behaviours)
        return self.url(path)

    def redirect(self, path: str, location: str, status: int = 302) -> str:
        """Redirect a path; returns its URL."""
        return self.misbehave(path, Reply(status, {"Location": location}))

    def take(self, message: Received) -> Behaviour:
        path = message.line.split()[1]
        with self._lock:
            self.received.append(message)
            behaviour = self._behaviour(path, message)
            self.answered.append(f"{path} {getattr(behaviour, 'status', '-')}")
            return behaviour

    def _behaviour(self, path: str, message: Received) -> Behaviour:
        left = self.behaviours.get(path, [])
        if left and (len(left) > 1 or path not in self.files):
            return left.pop(0) if len(left) > 1 else left[0]
        if left:
            return left.pop()
        content = self.files.get(path)
        if content is None:
            return Reply(404, body=b"nothing here")
        etag = f'"{hashlib.sha256(content).hexdigest()[:12]}"'
        if self.with_versions and message.headers.get("if-none-match") == etag:
            return Reply(304, {"ETag": etag})
        headers = {"Content-Type": "text/plain"}  # a lie, as servers tell
        return Reply(200, {**headers, **({"ETag": etag} if self.with_versions else {})}, content)
