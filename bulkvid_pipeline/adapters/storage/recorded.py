"""Storage whose every operation diagnostics see: for kinds of storage that make no requests of their own to be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bulkvid_pipeline.adapters.exchanges import outgoing
from bulkvid_pipeline.adapters.storage.objects import Backend, Part, StoredObject
from bulkvid_pipeline.core.diagnostics.exchange import Peer


@dataclass(frozen=True)
class RecordedBackend:
    """Implements `Backend` over another one: a folder on a slow disk is a slow store."""

    backend: Backend

    def upload(self, local: Path, key: str, *, content_type: str, metadata: Mapping[str, str]) -> None:
        with outgoing(Peer.STORAGE, "upload", self.url(key)) as exchange:
            if exchange.is_recorded:
                about = {"content-type": content_type}
                exchange.sent(self.url(key), about, size=local.stat().st_size if local.is_file() else None)
            self.backend.upload(local, key, content_type=content_type, metadata=metadata)

    def move(self, source: StoredObject, target: str) -> None:
        with outgoing(Peer.STORAGE, "move", self.url(target)):
            self.backend.move(source, target)

    def write(self, data: bytes, key: str, *, content_type: str) -> None:
        about = {"content-type": content_type}
        with outgoing(Peer.STORAGE, "write", self.url(key), headers=about, body=data):
            self.backend.write(data, key, content_type=content_type)

    def read(self, key: str) -> bytes:
        with outgoing(Peer.STORAGE, "read", self.url(key), may_lack=True) as exchange:
            data = self.backend.read(key)
            exchange.received(len(data))
            return data

    def read_part(self, part: Part) -> bytes:
        about = {"range": f"bytes={part.offset}-{part.last}"}
        with outgoing(Peer.STORAGE, "read part", self.url(part.key), headers=about, may_lack=True) as exchange:
            data = self.backend.read_part(part)
            exchange.received(len(data))
            return data

    def stat(self, key: str) -> StoredObject | None:
        with outgoing(Peer.STORAGE, "stat", self.url(key)):
            return self.backend.stat(key)

    def remove(self, key: str, *, within_s: float | None = None) -> None:
        with outgoing(Peer.STORAGE, "remove", self.url(key)):
            self.backend.remove(key, within_s=within_s)

    def find(self, prefix: str) -> list[StoredObject]:
        with outgoing(Peer.STORAGE, "list", self.url(prefix)):
            return self.backend.find(prefix)

    def abort_uploads(self, prefix: str, before: datetime) -> int:
        return self.backend.abort_uploads(prefix, before)

    def url(self, key: str) -> str:
        return self.backend.url(key)

    def signed_urls(self, keys: Sequence[str], seconds: int, at: datetime) -> list[str]:
        return self.backend.signed_urls(keys, seconds, at)
