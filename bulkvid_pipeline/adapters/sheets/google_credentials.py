"""Credentials for Google's APIs, checked before they are used."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from google.oauth2 import service_account

from bulkvid_pipeline.core.errors import AuthenticationError

READ_SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets.readonly",
    "https://www.googleapis.com/auth/drive.metadata.readonly",
)
WRITE_SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/drive.metadata.readonly",
)
"""Asked for by jobs with write_back alone."""

_TOKEN_HOSTS = {"oauth2.googleapis.com", "accounts.google.com", "www.googleapis.com"}
_NEW_KEY = "Create a JSON key for the service account in the Google Cloud console (IAM, Service accounts, Keys)"


@dataclass(frozen=True)
class ServiceAccount:
    """A service account's key: the path of its JSON file, or what the file holds."""

    key: Path | Mapping[str, object] = field(repr=False)


@dataclass(frozen=True)
class ApiKey:
    """An API key: enough to read sheets that anyone with the link may see."""

    key: str = field(repr=False)


Credentials = ServiceAccount | ApiKey | None
"""None: no credentials, so only what is public can be read."""


def load_service_account(account: ServiceAccount, scopes: Sequence[str]) -> service_account.Credentials:
    """google-auth credentials for a service account's key.

    Raises:
        AuthenticationError: no such file, not JSON, another kind of credentials, or a broken key.
    """
    where = f"'{account.key}'" if isinstance(account.key, Path) else "the key given"
    info = _read_json(account.key) if isinstance(account.key, Path) else account.key
    if info.get("type") != "service_account":
        kind = info.get("type")
        raise AuthenticationError(
            f"Google credentials in {where} are of type {kind!r}, not 'service_account'", fix=_NEW_KEY
        )
    # The signed assertion is sent to this address, so a manipulated key file must not choose it.
    token_uri = urlsplit(str(info.get("token_uri", "")))
    if token_uri.scheme != "https" or token_uri.netloc not in _TOKEN_HOSTS:
        raise AuthenticationError(
            f"Google credentials in {where} name a token address that is not Google's: '{token_uri.geturl()[:80]}'",
            fix=_NEW_KEY,
        )
    try:
        credentials: service_account.Credentials = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            info, scopes=list(scopes)
        )
        return credentials
    except (ValueError, TypeError, AttributeError) as error:
        raise AuthenticationError(f"Google credentials in {where} hold no usable private key", fix=_NEW_KEY) from error


def _read_json(path: Path) -> Mapping[str, object]:
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AuthenticationError(
            f"Google credentials file '{path}' cannot be read: {error.strerror}",
            fix="Check the path and the file's permissions",
        ) from error
    except ValueError as error:
        raise AuthenticationError(f"Google credentials file '{path}' is not JSON", fix=_NEW_KEY) from error
    if not isinstance(info, dict):
        raise AuthenticationError(f"Google credentials file '{path}' holds no JSON object", fix=_NEW_KEY)
    return info
