"""What is asked of the server, as values: nothing here sends anything."""

from __future__ import annotations

import ipaddress
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import quote, urlsplit
from uuid import uuid4

from .version import __version__

USER_AGENT = f"bulkvid-client-python/{__version__}"

Parameters = tuple[tuple[str, str], ...]


class InsecureConnectionWarning(UserWarning):
    """The token would go over the network unencrypted."""


class Secret:
    """A token that no representation, log or traceback with values shows."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "***"

    def reveal(self) -> str:
        """The token itself."""
        return self._text


@dataclass(frozen=True)
class Upload:
    """A file that goes to the server as the form field `file`."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        path: below the base URL, begins with a slash.
        repeatable: whether a second one does no harm where nobody knows what became of the first.
        accepted: statuses that are answers here, though they tell of errors elsewhere.
    """

    method: str
    path: str
    parameters: Parameters = ()
    json: Any = None
    upload: Upload | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False
    accepted: frozenset[int] = frozenset()

    def with_headers(self, **headers: str) -> Self:
        """The same request with further headers."""
        return replace(self, headers={**self.headers, **headers})

    def with_parameters(self, **parameters: object) -> Self:
        """The same request with further query parameters."""
        return replace(self, parameters=self.parameters + as_parameters(parameters))

    def once(self, key: str | None = None) -> Self:
        """The same request with an idempotency key, its own or a new one, so that it may be repeated."""
        return self.with_headers(**{"idempotency-key": key or str(uuid4())}).again()

    def again(self) -> Self:
        """The same request, which may be repeated."""
        return replace(self, repeatable=True)

    def accepting(self, *statuses: int) -> Self:
        """The same request, where these statuses are answers."""
        return replace(self, accepted=frozenset(statuses))


def get(path: str, parameters: Mapping[str, object] | None = None) -> Request:
    """A read, which may be repeated."""
    return Request("GET", path, as_parameters(parameters or {}), repeatable=True)


def as_parameters(values: Mapping[str, object]) -> Parameters:
    """Query parameters: None is left out, several values become several parameters of the name."""
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        if value is None:
            continue
        several = value if isinstance(value, Iterable) and not isinstance(value, str | bytes) else (value,)
        pairs += [(name, _as_text(one)) for one in several]
    return tuple(pairs)


def job_path(job_id: str, *parts: str) -> str:
    """The path of a job, or of something below it."""
    return below("/api/bulk-jobs", job_id, *parts)


def below(root: str, *parts: str) -> str:
    """`root` with further parts, quoted, so that no part can name another route.

    Raises:
        ValueError: a part is no text, is empty, or would be taken for a step up.
    """
    for part in parts:
        if not isinstance(part, str) or part in {"", ".", ".."}:
            raise ValueError(f"Not an id: {part!r}")
    return "/".join([root, *(quote(part, safe="") for part in parts)])


def checked_base_url(base_url: str) -> str:
    """`base_url` without a slash at its end.

    Raises:
        ValueError: it is not an http or https URL, or holds a password.
    """
    parts = urlsplit(base_url)
    if "@" in parts.netloc:
        raise ValueError("base_url holds a user or a password; give the token as api_key")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"base_url is not a web address: {base_url!r}; use for example https://api.example.com")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        warnings.warn(
            f"The token goes unencrypted to {parts.hostname}: use https://", InsecureConnectionWarning, stacklevel=4
        )
    return base_url.rstrip("/")


def checked_token(api_key: str) -> str:
    """`api_key`, which fits into a header.

    Raises:
        ValueError: it is empty or holds what no token holds; the message does not repeat it.
    """
    if not isinstance(api_key, str) or not api_key.strip():
        raise ValueError("api_key is empty; `bulkvid token` makes one")
    token = api_key.strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError("api_key holds spaces or characters that no token has; copy it again, without 'Bearer'")
    return token


def origin_of(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port of a URL: to no other may a token go."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
