"""The installation's rules for media: allowed sources, and limits of size and time."""

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
    """What an installation allows; by default only https to public addresses."""

    folder: Path | None = None
    """Base folder of relative paths in cells; without it they are refused."""
    buckets: tuple[str, ...] = ()
    """`bucket` or `bucket/prefix`: what cells may name with s3://. Empty by default, because we read with credentials
    that the authors of sheets do not have."""
    allow_http: bool = False
    allow_private: bool = False
    max_bytes: int = 100 * _MIB
    deadline_s: float = 60.0
    """Seconds for one attempt to fetch one medium, from name resolution to the last byte."""
    s3_endpoint_url: str | None = None
    s3_key: str | None = field(default=None, repr=False)
    s3_secret: str | None = field(default=None, repr=False)
    s3_region: str | None = None
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """TLS settings for checking certificates; None for the system's certificate authorities."""
    resolver: Resolver = field(default=system_resolver, repr=False)

    def check(self, source: str) -> None:
        """Check a valid source, as far as possible without network access.

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
        """The file at a relative path, with all links resolved; it is inside the media folder.

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
        """Bucket and key of an s3:// address.

        Raises:
            MediumRefusedError: the installation does not allow sheets to read from there.
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
            return  # a host name: checked when it is resolved
        if not is_allowed(address, allow_private=self.allow_private):
            raise not_public(source, str(address))


def not_public(source: str, address: str) -> MediumRefusedError:
    """The error for a source that leads to an address which is not on the public internet."""
    return MediumRefusedError(
        f"{shown_source(source)} leads to {address}, which is not on the public internet",
        fix="Use a public address, or set BULKVID_MEDIA_ALLOW_PRIVATE=true if the server is your own",
    )
