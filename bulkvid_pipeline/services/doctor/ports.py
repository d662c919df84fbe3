"""The ports of `bulkvid serve`: free, or in its own hands."""

from __future__ import annotations

import errno
from pathlib import Path

import psutil

from bulkvid_pipeline.adapters.web.listening import try_listening
from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, grouped, ok, warning

HOST = "127.0.0.1"
API_PORT, DAGSTER_PORT = 8000, 3000
"""The defaults of `bulkvid serve`."""
PROGRAMS = {"bulkvid_pipeline.server.api_process": "the API", "dagster_webserver": "Dagster's web server"}
"""What `bulkvid serve` and `bulkvid ui` let listen, by the word in its command line."""
_MEND = "End what listens on port {port}, or serve on another one: `bulkvid serve {option} {next}`"


def _api(site: Site) -> Finding:
    return _port(API_PORT, "--port", site)


def _dagster(site: Site) -> Finding:
    return _port(DAGSTER_PORT, "--dagster-port", site)


def _port(port: int, option: str, site: Site) -> Finding:
    mend = _MEND.format(port=port, option=option, next=port + 1)
    try:
        try_listening(HOST, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return warning(f"Port {port} cannot be listened on: {error.strerror or error}", mend)
    else:
        return ok(f"Port {port} is free")
    holder = holder_of(port)
    if holder is None:
        return warning(f"Port {port} is used by a program that this user may not see", mend)
    program = next((name for word, name in PROGRAMS.items() if word in (holder.info["cmdline"] or ())), None)
    if program is None:
        return warning(f"Port {port} is used by another program ({holder.info['name']}, process {holder.pid})", mend)
    if not _serves(holder, site):
        return warning(f"Port {port} is used by {program} of another DAGSTER_HOME (process {holder.pid})", mend)
    return ok(f"Port {port} is used by {program}, which is ours (process {holder.pid})")


def _serves(process: psutil.Process, site: Site) -> bool:
    """Whether the process serves this installation; one whose environment is closed to us is not suspected."""
    try:
        return Path(process.environ().get("DAGSTER_HOME", "")) == site.home
    except psutil.Error:
        return True


def holder_of(port: int) -> psutil.Process | None:
    """The process that listens on the port, if this user may see it; `info` holds its name and command line."""
    for process in psutil.process_iter(["name", "cmdline"]):
        try:
            listening = [each for each in process.net_connections("tcp") if each.status == psutil.CONN_LISTEN]
        except psutil.Error:
            continue
        if any(each.laddr.port == port for each in listening):
            return process
    return None


CHECKS = grouped(
    "ports",
    Check("api-port", _api, _MEND.format(port=API_PORT, option="--port", next=API_PORT + 1), needs_settings=False),
    Check(
        "dagster-port",
        _dagster,
        _MEND.format(port=DAGSTER_PORT, option="--dagster-port", next=DAGSTER_PORT + 1),
        needs_settings=False,
    ),
)
