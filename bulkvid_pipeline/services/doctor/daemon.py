"""What serves jobs from the queue: Dagster's daemon, and the code that it runs."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time

from bulkvid_pipeline.core.tags import DEFINITIONS_MODULE
from bulkvid_pipeline.core.wording import plural
from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, broken, grouped, ok, skipped, warning
from bulkvid_pipeline.services.doctor.instances import absence, modules, opened

_START = "Start it: `bulkvid serve`, or `bulkvid serve --only daemon` where each part runs by itself"
_REINSTALL = "Install the packages again: `uv sync --frozen` in a checkout, else `pip install bulkvid-pipeline`"
LONG_AGO_S = 24 * 3600.0
"""A daemon that died longer ago than this is not missed by anybody, unless jobs wait for it."""


def _daemon(site: Site) -> Finding:
    missing = absence(site)
    if missing:
        return skipped(f"Nothing is served here: {missing}")
    from bulkvid_pipeline.services.liveness.daemon_beat import daemon_status, noted_daemon
    from bulkvid_pipeline.services.system.load import queue_depth

    with opened(site) as instance:
        status, note, waiting = daemon_status(instance), noted_daemon(instance), queue_depth(instance)
    if status.running:
        return ok(f"Dagster's daemon runs: {status.why}")
    if waiting:
        return broken(f"{plural(waiting, 'job')} in the queue, and no daemon runs them: {status.why}", _START)
    if status.last is None:
        return skipped("Nothing is served here: no daemon has ever run over this instance")
    if note is not None and note.ended == "was stopped":
        return skipped(f"Nothing is served here: the daemon {note.ended}")
    dead = warning if time.time() - status.last > LONG_AGO_S else broken
    return dead(f"Dagster's daemon does not run: {status.why}", _START)


def _code(site: Site) -> Finding:
    """The code is loaded by a process of its own, as by a code server."""
    from bulkvid_pipeline.adapters.processes import start_module

    module = "bulkvid_pipeline.adapters.dagster.code_check"
    with tempfile.TemporaryFile() as said:
        process = start_module(module, DEFINITIONS_MODULE, stderr=said, env=_environment(site), bufsize=-1)
        try:
            out, _ = process.communicate(timeout=0.95 * _PATIENCE * site.limit_s)
        except subprocess.TimeoutExpired:
            return broken(f"Loading {DEFINITIONS_MODULE} took longer than {_PATIENCE * site.limit_s:g} s", _REINSTALL)
        finally:
            process.kill()
            process.wait()
        said.seek(0)
        lines = said.read().decode("utf-8", "replace").strip().splitlines()
    if process.returncode:
        last = lines[-1] if lines else f"exit code {process.returncode}"
        return broken(f"{DEFINITIONS_MODULE} cannot be loaded: {last}", _REINSTALL)
    return ok(f"{DEFINITIONS_MODULE} loads: {out.decode('utf-8', 'replace')}")


_PATIENCE = 4.0


def _environment(site: Site) -> dict[str, str]:
    return {**os.environ, "DAGSTER_HOME": str(site.home)} if site.home.is_dir() else dict(os.environ)


CHECKS = grouped(
    "daemon",
    Check("daemon", _daemon, _START, loads=modules),
    Check("code", _code, _REINSTALL, patience=_PATIENCE),
)
