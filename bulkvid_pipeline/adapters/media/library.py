"""Media identified by their content: checked once a job, fetched once per content, kept in the cache.

A row's fingerprint includes the content hashes of its media, so a picture that changed at the same address is rendered
again. To avoid fetching everything in each job, the version reported by the server (ETag, Last-Modified) is stored with
the content's hash: the next job makes a conditional request, and an unchanged medium is not sent again. If a server
reports no version, the content is fetched once a job. Cache lifetimes (max-age) are ignored, so that a replaced picture
is used at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from hashlib import blake2b

from pydantic import TypeAdapter, ValidationError

from bulkvid_pipeline.adapters.cache import Cache, CacheOfKind
from bulkvid_pipeline.adapters.media.policy import MediaPolicy
from bulkvid_pipeline.adapters.media.sniffing import HEAD_BYTES, MediaFormat, check_picture, format_of
from bulkvid_pipeline.adapters.media.stored import read_local, read_object
from bulkvid_pipeline.adapters.media.versions import Fetched, Version
from bulkvid_pipeline.adapters.media.web import fetch_web
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.core.errors import MediumError, NetworkError
from bulkvid_pipeline.core.media import SourceKind, shown_source, source_kind

_LAYOUT = "1"
"""Increase it when the format of the stored data or the checks of media change."""


@dataclass(frozen=True)
class Medium:
    """An accepted content: its hash in hex, its format, and its size in bytes."""

    digest: str
    format: MediaFormat
    size_bytes: int


@dataclass(frozen=True)
class _Seen:
    medium: Medium
    version: Version


_SEEN = TypeAdapter(_Seen)


class MediaLibrary:
    """The media of one job; its methods may be called from many threads.

    Args:
        policy: where media may come from.
        cache: where contents are kept; without it each is fetched once to identify it, and again when it is used.
        retry: policy for transient faults.
    """

    def __init__(self, policy: MediaPolicy, cache: Cache | None, retry: RetryPolicy) -> None:
        self._policy = policy
        self._retry = retry
        self._contents = CacheOfKind(cache, "medium", _LAYOUT) if cache else None
        self._index = CacheOfKind(cache, "mediumindex", _LAYOUT) if cache else None
        self._asked: dict[str, Future[Medium]] = {}
        self._lock = threading.Lock()

    def identify(self, source: str) -> Medium:
        """The current medium at a source; the source is checked once for all rows of the job.

        Raises:
            MediumError, MediumNotFoundError, MediumRefusedError: the medium cannot be used.
            NetworkError, ServiceUnavailableError: the source could not be reached in all attempts.
        """
        with self._lock:
            asked = self._asked.get(source)
            mine = asked is None
            answer = self._asked.setdefault(source, Future())
        if mine:
            try:
                answer.set_result(self._identified(source))
            except BaseException as error:
                answer.set_exception(error)
        return answer.result()

    def content(self, source: str, digest: str) -> bytes:
        """The content that `identify` found, from the cache or fetched again.

        Raises:
            NetworkError: the content has changed meanwhile; a later job will use the new one.
            MediumError, MediumNotFoundError, MediumRefusedError, ServiceUnavailableError: see `identify`.
        """
        kept = self._contents.get(digest) if self._contents else None
        if kept is not None:
            return kept
        fetched = self._fetch(source, None)
        assert fetched is not None, "an unconditional request always returns a content"
        if self._kept(source, fetched).digest != digest:
            raise NetworkError(
                f"{shown_source(source)} changed while the job was running",
                fix="Retry the row when the file is no longer being changed",
            )
        return fetched.data

    def _identified(self, source: str) -> Medium:
        seen = self._seen(source)
        fetched = self._fetch(source, seen.version if seen else None)
        if fetched is None:
            assert seen is not None, "only a known version can be unchanged"
            return seen.medium
        return self._kept(source, fetched)

    def _fetch(self, source: str, known: Version | None) -> Fetched | None:
        self._policy.check(source)
        fetch: dict[SourceKind, Callable[[str, MediaPolicy, Version | None], Fetched | None]] = {
            SourceKind.FOLDER: read_local,
            SourceKind.S3: read_object,
            SourceKind.HTTP: fetch_web,
            SourceKind.HTTPS: fetch_web,
        }
        return self._retry.call(lambda: fetch[source_kind(source)](source, self._policy, known))

    def _kept(self, source: str, fetched: Fetched) -> Medium:
        """Check a content, then store it together with its version."""
        medium = medium_of(fetched.data, shown_source(source))
        if self._contents:
            self._contents.put(medium.digest, fetched.data)
        if self._index and fetched.version.is_known:
            self._index.put(source, _SEEN.dump_json(_Seen(medium, fetched.version)))
        return medium

    def _seen(self, source: str) -> _Seen | None:
        kept = self._index.get(source) if self._index else None
        try:
            return _SEEN.validate_json(kept) if kept else None
        except ValidationError:
            return None  # written by another version of the code: it is fetched again and replaced


def medium_of(data: bytes, shown: str) -> Medium:
    """The medium in a content.

    Raises:
        MediumError: the format is not accepted, or the picture has too many pixels.
    """
    kind = format_of(data[:HEAD_BYTES], shown)
    if not kind.is_video:
        check_picture(data, kind, shown)
    return Medium(blake2b(data, digest_size=16).hexdigest(), kind, len(data))


def require_picture(medium: Medium, source: str) -> None:
    """Refuse a video where a picture is required.

    Raises:
        MediumError: it is a video.
    """
    if medium.format.is_video:
        raise MediumError(
            f"{shown_source(source)} is a video, but image_url shows a picture",
            fix="Put it into background_url, or give a PNG, JPEG or WebP",
        )
