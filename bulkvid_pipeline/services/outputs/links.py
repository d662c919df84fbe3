"""Links by which anybody can download a job's files for a while, made when somebody asks for them.

Files in S3 are reached by presigned links, files in a folder through the API, by a signed token. Both are stable for a
quarter of their lifetime, so that answers that hold them stay the same as long as nothing else changes.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from bulkvid_pipeline.adapters.storage import Storage
from bulkvid_pipeline.adapters.storage.location import FolderLocation, parse_location
from bulkvid_pipeline.core.errors import AccessDeniedError, InvalidRequestError, NotFoundError
from bulkvid_pipeline.core.keys import checked_key
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.wiring.storage import open_place
from bulkvid_pipeline.settings import Settings

FILES_PATH = "/api/files/"
"""Where the API serves files of folders."""
STORAGES_KEPT = 64
PATIENCE_S = 5.0
"""How long a storage may be silent while somebody waits for an answer of the API."""
_MAC_BYTES = 16
_TIME_BYTES = 5
_MAX_TOKEN = 2048


@dataclass(frozen=True)
class LinkSet:
    """Links in the order of the keys that were asked for, None for those that are none; they end at `expire_at`."""

    urls: tuple[str | None, ...]
    expire_at: datetime


@dataclass(frozen=True)
class FileToken:
    """What a link to a file of a folder says: which file of which job, and until when (epoch seconds)."""

    job_id: str
    key: str
    expires_at: int


class Links:
    """Makes links; safe to use from many threads.

    Args:
        settings: how storages are reached, and how long links last.
        secret: signs tokens; the same in all processes of the API.
        clock: epoch seconds.
    """

    def __init__(self, settings: Settings, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        patience_s = min(PATIENCE_S, settings.storage_timeout_s)
        self._settings = settings.model_copy(update={"storage_timeout_s": patience_s})
        self._secret = secret
        self._clock = clock
        self._storages: OrderedDict[str, Storage] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, job: Job, keys: Sequence[str], base_url: str) -> LinkSet:
        """Links to files of the job; an empty key is no file.

        Args:
            job: whose files they are.
            keys: relative to the root of the job's storage.
            base_url: of the API, without a slash at its end.

        Raises:
            StorageAccessDeniedError: there are no credentials to sign with.
            NetworkError: the storage's credentials cannot be had.
        """
        lifetime_s = self._settings.link_lifetime_s
        step_s = max(1, lifetime_s // 4)
        since = int(self._clock()) // step_s * step_s
        expire_at = since + lifetime_s
        place = self.place(job)
        wanted = [key for key in keys if key]
        if isinstance(parse_location(place), FolderLocation):
            made = [base_url + self._path_of(FileToken(job.job_id, key, expire_at)) for key in wanted]
        else:
            made = (
                self.storage(job).signed_urls(wanted, lifetime_s, datetime.fromtimestamp(since, UTC)) if wanted else []
            )
        by_key = {key: url for key, url in zip(wanted, made, strict=True) if url.startswith(("http://", "https://"))}
        return LinkSet(tuple(by_key.get(key) for key in keys), datetime.fromtimestamp(expire_at, UTC))

    def place(self, job: Job) -> str:
        """Where the job publishes."""
        return job.output or self._settings.output_url

    def storage(self, job: Job) -> Storage:
        """The storage that the job publishes to; nothing is contacted yet."""
        place = self.place(job)
        with self._lock:
            if place not in self._storages:
                self._storages[place] = open_place(place, self._settings)
            self._storages.move_to_end(place)
            while len(self._storages) > STORAGES_KEPT:
                self._storages.popitem(last=False)
            return self._storages[place]

    def _path_of(self, file: FileToken) -> str:
        """The path of a link: it ends with the file's name, by which browsers and `curl -O` save it."""
        return f"{FILES_PATH}{self.token(file)}/{quote(PurePosixPath(file.key).name)}"

    def token(self, file: FileToken) -> str:
        """The token that `file_of` understands."""
        content = file.expires_at.to_bytes(_TIME_BYTES) + f"{file.job_id}\0{file.key}".encode()
        return base64.urlsafe_b64encode(self._mac(content) + content).rstrip(b"=").decode()

    def file_of(self, token: str) -> FileToken:
        """The file that a token is for.

        Raises:
            NotFoundError: it is not one of ours.
            AccessDeniedError: it has expired.
        """
        try:
            if len(token) > _MAX_TOKEN or not token.isascii():
                raise ValueError("too long, or not ASCII")
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            mac, content = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
            if not hmac.compare_digest(mac, self._mac(content)):
                raise ValueError("not signed by us")
        except (ValueError, binascii.Error) as error:
            raise NotFoundError("There is no such file", fix="Ask for the job's results again for new links") from error
        expires_at = int.from_bytes(content[:_TIME_BYTES])
        if self._clock() >= expires_at:
            raise AccessDeniedError("The link has expired", fix="Ask for the job's results again for new links")
        job_id, _, key = content[_TIME_BYTES:].decode().partition("\0")
        return FileToken(job_id, key, expires_at)

    def path(self, job: Job, key: str) -> Path:
        """The file of that key in the folder that the job publishes to.

        Raises:
            NotFoundError: there is none, or it lies elsewhere.
        """
        location = parse_location(self.place(job))
        try:
            inside = checked_key(key)
        except InvalidRequestError as error:
            raise _no_file(key) from error
        if isinstance(location, FolderLocation):
            root = location.folder.resolve()
            path = (root / inside).resolve()  # a link in the folder may lead out of it
            if path.is_relative_to(root) and path.is_file():
                return path
        raise _no_file(key)

    def _mac(self, content: bytes) -> bytes:
        return hmac.digest(self._secret, content, "sha256")[:_MAC_BYTES]


def _no_file(key: str) -> NotFoundError:
    return NotFoundError(f"There is no file {key[-80:]!r} any more", fix="Run the job again: it makes what is missing")
