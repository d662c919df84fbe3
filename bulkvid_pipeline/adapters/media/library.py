"""Media by their content: asked for once a job, fetched once per content, kept in the cache.

A row's fingerprint holds what its media are, so that a picture which changed at the same address is rendered anew. To
know that without fetching everything again, the version that a server told (ETag, Last-Modified) is kept with the
content's hash: the next job asks whether it is still that version, and a server that says so sends no content. A server
that tells no version is asked for the content once a job. How long something may be cached (max-age) is not looked at:
a sheet's author who replaced a picture wants to see it.
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
"""Raise it when what is kept is laid out or judged differently."""


@dataclass(frozen=True)
class Medium:
    """A content that we take: its hash in hex, what it is, and how long it is."""

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
        cache: where contents are kept; without it each is fetched once to know it, and again when it is needed.
        retry: how transient faults are tried again.
    """

    def __init__(self, policy: MediaPolicy, cache: Cache | None, retry: RetryPolicy) -> None:
        self._policy = policy
        self._retry = retry
        self._contents = CacheOfKind(cache, "medium", _LAYOUT) if cache else None
        self._index = CacheOfKind(cache, "mediumindex", _LAYOUT) if cache else None
        self._asked: dict[str, Future[Medium]] = {}
        self._lock = threading.Lock()

    def identify(self, source: str) -> Medium:
        """What there is at a source now; it is asked once for all rows of the job.

        Raises:
            MediumError, MediumNotFoundError, MediumRefusedError: it cannot be used.
            NetworkError, ServiceUnavailableError: it could not be reached, however often it was tried.
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
        """The content that `identify` found, from where it is kept, else fetched again.

        Raises:
            NetworkError: it changed meanwhile; a later job meets the new one.
            MediumError, MediumNotFoundError, MediumRefusedError, ServiceUnavailableError: see `identify`.
        """
        kept = self._contents.get(digest) if self._contents else None
        if kept is not None:
            return kept
        fetched = self._fetch(source, None)
        assert fetched is not None, "without a known version there always is a content"
        if self._kept(source, fetched).digest != digest:
            raise NetworkError(
                f"{shown_source(source)} changed while the job was at work", fix="Retry the row once it has settled"
            )
        return fetched.data

    def _identified(self, source: str) -> Medium:
        seen = self._seen(source)
        fetched = self._fetch(source, seen.version if seen else None)
        if fetched is None:
            assert seen is not None, "nothing is unchanged that is unknown"
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
        """Judge a content, and keep it and what is known of it."""
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
            return None  # written by other code: it is asked for anew and replaced


def medium_of(data: bytes, shown: str) -> Medium:
    """What a content is.

    Raises:
        MediumError: nothing that we take, or a picture with too many pixels.
    """
    kind = format_of(data[:HEAD_BYTES], shown)
    if not kind.is_video:
        check_picture(data, kind, shown)
    return Medium(blake2b(data, digest_size=16).hexdigest(), kind, len(data))


def require_picture(medium: Medium, source: str) -> None:
    """Refuse a video where a picture is wanted.

    Raises:
        MediumError: it is a video.
    """
    if medium.format.is_video:
        raise MediumError(
            f"{shown_source(source)} is a video, but image_url shows a picture",
            fix="Put it into background_url, or give a PNG, JPEG or WebP",
        )
