"""Links to Dagster's own web UI, for those who can reach it."""

from __future__ import annotations

import ipaddress
from urllib.parse import quote, urlsplit, urlunsplit

from bulkvid_pipeline.settings import Settings


def run_link(settings: Settings, run_id: str, own_host: str) -> str:
    """The page of a run in Dagster's web UI; empty where the reader cannot be expected to reach it.

    Args:
        settings: name the address, or at least where we reach it ourselves.
        run_id: which run.
        own_host: the host by which the reader reaches us.
    """
    base = settings.dagster_public_url or _reachable(settings.dagster_url.get_secret_value(), own_host)
    return f"{base.rstrip('/')}/runs/{quote(run_id, safe='')}" if base.startswith(("http://", "https://")) else ""


def _reachable(url: str, own_host: str) -> str:
    """Our own address of it, without user and password; empty unless it and the reader are on this machine."""
    parts = urlsplit(url)
    if not (_is_here(parts.hostname or "") and _is_here(own_host)):
        return ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
