"""What a debug log says about its process: versions, and the settings that decide how requests are made."""

from __future__ import annotations

import base64
import importlib.metadata
import json
import os
import platform
import re
import socket
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import SecretStr

from bulkvid_pipeline.core.diagnostics.redaction import secret_parts
from bulkvid_pipeline.services.diagnostics.job_record import Value
from bulkvid_pipeline.settings import Settings

_PACKAGES = [
    "bulkvid-pipeline",
    "dagster",
    "requests",
    "urllib3",
    "gspread",
    "google-auth",
    "s3fs",
    "aiobotocore",
    "aiohttp",
    "fsspec",
    "pydantic",
]
_SETTINGS = [
    "workers",
    "render_slots",
    "limit_per_user",
    "limit_per_project",
    "limit_refill_per_s",
    "limit_rows",
    "renderer",
    "speech_provider",
    "speech_model",
    "speech_pace",
    "network_timeout_s",
    "storage_timeout_s",
    "media_timeout_s",
    "media_max_bytes",
    "media_allow_http",
    "media_allow_private",
    "webhook_allow_private",
    "s3_region",
    "cache",
    "api_sheet_timeout_s",
    "link_lifetime_s",
]
_PLACES = (
    "output_url",
    "s3_endpoint_url",
    "s3_public_url",
    "speech_base_url",
    "cache_bucket",
    "uploads_url",
    "api_url",
)
_PROXIES = (
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "AWS_CA_BUNDLE",
)
_SECRET_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "PGPASSWORD")
_MOST_KEY_BYTES = 64 * 1024
_KEY_LINE = 40
"""Characters of a line of a key by which it is known wherever it stands alone."""


def process_of(role: str) -> dict[str, str | int]:
    """host, pid and role of this process."""
    return {"host": socket.gethostname(), "pid": os.getpid(), "role": role}


def environment_of(settings: Settings) -> dict[str, Value]:
    """Versions, platform, and settings by their names; of addresses their hosts alone, and no secrets."""
    said: dict[str, Value] = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
    }
    for package in _PACKAGES:
        try:
            said[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    said |= {name: _plain(getattr(settings, name)) for name in _SETTINGS}
    said |= {name: _place(getattr(settings, name)) for name in _PLACES}
    said |= {
        "google_credentials": settings.google_credentials is not None,
        "google_api_key": settings.google_api_key is not None,
        "speech_api_key": settings.speech_api_key is not None,
        "s3_key": settings.s3_key is not None,
        "webhook_secret": settings.webhook_secret is not None,
        "database": "postgresql" if settings.postgres_url else "sqlite",
    }
    return said | {name: True for name in _PROXIES if os.environ.get(name) or os.environ.get(name.lower())}


def secrets_of(settings: Settings) -> frozenset[str]:
    """Every secret that the settings, and the files and variables that they rely on, are known to hold."""
    found: set[str] = set()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            text = value.get_secret_value()
            is_address = name.endswith("_url") and "://" in text
            found |= set(_secrets_in_address(text, name == "notify_url") if is_address else _forms_of(text))
        elif isinstance(value, str):
            found |= set(_secrets_in_address(value))
    found |= {os.environ[name] for name in _SECRET_VARIABLES if os.environ.get(name)}
    found |= {part for name in _PROXIES for part in _secrets_in_address(os.environ.get(name, ""))}
    found |= {part for name in _PROXIES for part in _secrets_in_address(os.environ.get(name.lower(), ""))}
    found |= set(_secrets_of_account(settings))
    return frozenset(text for text in found if text)


def _secrets_in_address(address: str, is_secret: bool = False) -> Iterator[str]:
    """What nobody should know of an address: its password, and where it is a secret itself, its path and query."""
    try:
        parts = urlsplit(address)
        if parts.password:
            yield parts.password
            yield unquote(parts.password)
        if is_secret:
            yield from (parts.path, parts.query)
            yield from secret_parts(address)
        for name, value in parse_qsl(parts.query):
            if is_secret or re.search(r"pass|secret|token|key|sig", name, re.IGNORECASE):
                yield value
    except ValueError:
        yield address


def _forms_of(secret: str) -> Iterator[str]:
    """The secret, and the key that a webhook's secret stands for."""
    yield secret
    if secret.startswith("whsec_"):
        yield secret.removeprefix("whsec_")
        try:
            yield base64.b64decode(secret.removeprefix("whsec_")).decode("latin-1")
        except ValueError:
            return


def _secrets_of_account(settings: Settings) -> Iterator[str]:
    """The private key in a service account's file, and its name."""
    path = settings.google_credentials
    if path is None:
        return
    try:
        with path.expanduser().open("rb") as file:
            account = json.loads(file.read(_MOST_KEY_BYTES))
    except (OSError, ValueError):
        return
    if not isinstance(account, dict):
        return
    for name in ("private_key", "private_key_id", "client_secret", "refresh_token"):
        yield str(account.get(name) or "")
    yield from (line for line in str(account.get("private_key") or "").splitlines() if len(line) >= _KEY_LINE)


def _plain(value: object) -> Value:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _place(address: str | None) -> str | None:
    """Scheme and host of an address: `s3://my-videos`, `https://api.example.com:8443`; the scheme alone for folders."""
    if not address:
        return None
    scheme, is_address, rest = address.partition("://")
    if not is_address:
        return "bucket or folder"
    host = re.split(r"[/?#]", rest.rpartition("@")[2], maxsplit=1)[0]
    return f"{scheme}://{'' if scheme == 'file' else host}"
