"""Storage whose every request a stop leaves behind; none begins after it, so that nothing becomes visible then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.adapters.storage.objects import Backend, Part, StoredObject

TIDY_UP_S = 0.3
"""How long removing something may take after a stop."""


@dataclass(frozen=True)
class InterruptibleBackend:
    """Implements `Backend` over another one. Each method also raises RenderCancelledError."""

    backend: Backend
    stopping: Stopping

    def upload(self, local: Path, key: str, *, content_type: str, metadata: Mapping[str, str]) -> None:
        self.stopping.run(lambda: self.backend.upload(local, key, content_type=content_type, metadata=metadata))

    def move(self, source: StoredObject, target: str) -> None:
        self.stopping.run(lambda: self.backend.move(source, target))

    def write(self, data: bytes, key: str, *, content_type: str) -> None:
        self.stopping.run(lambda: self.backend.write(data, key, content_type=content_type))

    def read(self, key: str) -> bytes:
        return self.stopping.run(lambda: self.backend.read(key))

    def read_part(self, part: Part) -> bytes:
        return self.stopping.run(lambda: self.backend.read_part(part))

    def stat(self, key: str) -> StoredObject | None:
        return self.stopping.run(lambda: self.backend.stat(key))

    def remove(self, key: str, *, within_s: float | None = None) -> None:
        # Temporary objects go even after a stop, where the storage answers at once.
        self.stopping.run(lambda: self.backend.remove(key, within_s=within_s), grace_s=TIDY_UP_S)

    def find(self, prefix: str) -> list[StoredObject]:
        return self.stopping.run(lambda: self.backend.find(prefix))

    def abort_uploads(self, prefix: str, before: datetime) -> int:
        return self.stopping.run(lambda: self.backend.abort_uploads(prefix, before))

    def url(self, key: str) -> str:
        return self.backend.url(key)

    def signed_urls(self, keys: Sequence[str], seconds: int, at: datetime) -> list[str]:
        return self.stopping.run(lambda: self.backend.signed_urls(keys, seconds, at))
