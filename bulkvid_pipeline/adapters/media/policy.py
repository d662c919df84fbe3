"""Where media may come from, and how much of them is taken: the installation's rules."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bulkvid_pipeline.adapters.web.addresses import Resolver, is_allowed, system_resolver
from bulkvid_pipeline.core.errors import BulkVideoError, MediumNotFoundError, MediumRefusedError
from bulkvid_pipeline.core.media import SourceKind, shown_source, source_kind

_MIB = 1 << 20


@dataclass(frozen=True)
class MediaPolicy:
    """What an installation allows; nothing but https to public addresses unless it says so."""

    folder: Path | None = None
    """Where relative paths of cells lie; without it they are refused."""
    buckets: tuple[str, ...] = ()
    """`bucket` or `bucket/prefix`: what cells may name with s3://. We read with credentials that the authors of sheets
    do not have, so nothing is open to them by itself."""
    allow_http: bool = False
    allow_private: bool = False
    max_bytes: int = 100 * _MIB
    deadline_s: float = 60.0
    """For one try to fetch one medium, from the name to the last byte."""
    s3_endpoint_url: str | None = None
    s3_key: str | None = field(default=None, repr=False)
    s3_secret: str | None = field(default=None, repr=False)
    s3_region: str | None = None
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """How certificates are checked; None for the system's authorities."""
    resolver: Resolver = field(default=system_resolver, repr=False)

    def check(self, source: str) -> None:
        """Judge a valid source by what can be known without asking anybody.

        Raises:
            MediumRefusedError: it may not be read.
            MediumNotFoundError: the media folder has no such file.
        """
        kind = source_kind(source)
        if kind is SourceKind.FOLDER:
            self.local_path(source)
        elif kind is SourceKind.S3:
            self.object_of(source)
        else:
            self._check_web(source, kind)

    def refusal(self, source: str) -> BulkVideoError | None:
        """The error that `check` would raise."""
        try:
            self.check(source)
        except BulkVideoError as error:
            return error
        return None

    def local_path(self, source: str) -> Path:
        """The file that a relative path means, with all links followed; it lies in the media folder.

        Raises:
            MediumRefusedError: there is no media folder, or the path leads out of it.
            MediumNotFoundError: there is no such file.
        """
        if self.folder is None:
            raise MediumRefusedError(
                f"The medium {source!r} is a path, but there is no media folder",
                fix="Give an https:// address, or set BULKVID_MEDIA_FOLDER to the folder that holds it",
            )
        root = self.folder.resolve()
        path = (root / source).resolve()
        if not path.is_relative_to(root):
            raise MediumRefusedError(
                f"The medium {source!r} lies outside the media folder", fix="Copy the file itself into the media folder"
            )
        if not path.is_file():
            raise MediumNotFoundError(
                f"The media folder has no file {source!r}", fix="Check the path; it is relative to the media folder"
            )
        return path

    def object_of(self, source: str) -> tuple[str, str]:
        """Bucket and key that an s3:// address means.

        Raises:
            MediumRefusedError: the installation does not open that place to sheets.
        """
        parts = urlsplit(source)
        bucket, key = parts.netloc, unquote(parts.path.lstrip("/"))
        place = f"{bucket}/{key}"
        if not any(place.startswith(allowed.strip("/") + "/") for allowed in self.buckets if allowed.strip("/")):
            raise MediumRefusedError(
                f"Sheets may not read media from the bucket {bucket!r}",
                fix='Add it to BULKVID_MEDIA_BUCKETS, such as ["my-pictures", "brand/photos"]',
            )
        return bucket, key

    def _check_web(self, source: str, kind: SourceKind) -> None:
        if kind is SourceKind.HTTP and not self.allow_http:
            raise MediumRefusedError(
                f"{shown_source(source)} is not encrypted",
                fix="Give its https:// address, or set BULKVID_MEDIA_ALLOW_HTTP=true",
            )
        try:
            address = ipaddress.ip_address(urlsplit(source).hostname or "")
        except ValueError:
            return  # a name: judged when it is resolved
        if not is_allowed(address, allow_private=self.allow_private):
            raise not_public(source, str(address))


def not_public(source: str, address: str) -> MediumRefusedError:
    """The refusal of a source that leads to an address which is not on the public internet."""
    return MediumRefusedError(
        f"{shown_source(source)} leads to {address}, which is not on the public internet",
        fix="Use a public address, or set BULKVID_MEDIA_ALLOW_PRIVATE=true if the server is your own",
    )
