"""What diagnostics keep of a job's requests to the outside, as it stands in `job_{id}_{timestamp}.json`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Epoch = Annotated[float, Field(ge=0, lt=253_402_300_800)]
"""Seconds since 1970, up to the year 9999: a damaged file may say anything."""


class Peer(StrEnum):
    """Whom a request went to."""

    SHEET = "sheet"
    STORAGE = "storage"
    SPEECH = "speech"
    MEDIA = "media"
    WEBHOOK = "webhook"
    SCRIPT_WRITER = "script_writer"


class Fault(StrEnum):
    """What broke a request that got no answer, or no whole one."""

    DNS = "dns"
    REFUSED = "refused"
    """Nobody listens at the address."""
    DROPPED = "dropped"
    """The connection was closed before the whole answer had come."""
    TIMEOUT = "timeout"
    TLS = "tls"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"
    """We ended it ourselves, because the job was stopped."""
    OTHER = "other"


class ExchangeError(BaseModel):
    """Why a request failed: `code` is ours (`core.errors`), `type` the exception's class."""

    model_config = ConfigDict(frozen=True)

    type: str
    message: str
    code: str | None = None
    fault: Fault | None = None


class Exchange(BaseModel):
    """One attempt of one request. Texts hold no secret: they are redacted before they get here.

    `url` has neither user information nor the values of its query. Bodies are shortened; `*_bytes` are what was really
    sent and received, None where that is not known.
    """

    model_config = ConfigDict(frozen=True)

    peer: Peer
    operation: str
    """`GET`, `PUT` for plain HTTP; `PutObject`, `values.get` where the service has names for its operations."""
    host: str
    url: str
    attempt: int = Field(1, ge=1)
    started_at: Epoch
    duration_ms: float = Field(ge=0, lt=1e12)
    succeeded: bool
    status: int | None = None
    error: ExchangeError | None = None
    request_headers: dict[str, str] = {}
    request_body: str = ""
    request_bytes: int | None = None
    response_headers: dict[str, str] = {}
    response_body: str = ""
    response_bytes: int | None = None
    connection: str | None = None
    """`new` or `reused`; None where the library does not tell."""
    row: str | None = None
    """Key of the row that it was made for, where it was made for one."""


class JobLog(BaseModel):
    """What one process has seen of one job while diagnostics were on: the content of one file.

    A job's full log is all of its files, one after the other.
    """

    model_config = ConfigDict(frozen=True)

    job_id: str
    started_at: Epoch
    ended_at: Epoch | None = None
    """None while the process is at work, or where it died."""
    process: dict[str, str | int]
    """host, pid, role (run, api, daemon)."""
    environment: dict[str, str | int | float | bool | None] = {}
    """Versions, platform, and the settings that decide how requests are made; no secrets."""
    exchanges: tuple[Exchange, ...] = ()
    left_out: int = Field(0, ge=0)
    """Exchanges beyond the most that are kept; the totals below count them too."""
    requests: int = Field(0, ge=0)
    failed: int = Field(0, ge=0)
