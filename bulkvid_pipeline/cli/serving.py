"""`bulkvid serve`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bulkvid_pipeline.core.errors import BulkVideoError, InvalidRequestError
from bulkvid_pipeline.core.serving import Part
from bulkvid_pipeline.server.plan import Address, Plan, Role, planned
from bulkvid_pipeline.server.ports import require_free
from bulkvid_pipeline.settings import Settings, dagster_home, settings

if TYPE_CHECKING:
    from dagster import DagsterInstance


def serve(
    only: Sequence[Part],
    *,
    host: str | None,
    port: int,
    dagster_port: int,
    code_server: str | None,
    api_processes: int,
    logs_to_stderr: bool,
) -> int:
    """Serve until Ctrl-C or SIGTERM; returns the exit code.

    Raises:
        InvalidRequestError: a port is in use, an option cannot be understood, or a daemon runs already.
        InvalidSettingsError: a setting cannot be used.
    """
    plan = planned(frozenset(only), host, port, dagster_port, _address(code_server), api_processes, logs_to_stderr)
    chosen, home = settings(), dagster_home()
    api_url = chosen.api_url if "api_url" in chosen.model_fields_set else plan.api.url
    _check_keys(plan, chosen, home)
    require_free(plan.listening)
    _say(f"bulkvid serve: starting over {home} ...")
    from bulkvid_pipeline.server.supervisor import Supervisor
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.liveness.daemon_beat import require_no_other_daemon
    from bulkvid_pipeline.services.workers.broker import require_workers_launcher

    with open_instance(home) as instance:
        require_workers_launcher(instance, chosen)
        if Part.DAEMON in plan.parts:
            require_no_other_daemon(instance)
        with Supervisor(plan, instance, home, api_url, _say) as supervisor:
            supervisor.run(lambda: print(_ready_line(plan, instance, api_url), flush=True))
        _say(_end_line(plan, supervisor.paused_jobs))
    return 0


def _address(text: str | None) -> Address | None:
    """`code:4000` as an address."""
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise InvalidRequestError(f"'{text[:80]}' is not the address of a code server", fix="Write it as host:port")
    return Address(host.strip("[]"), int(port))


def _check_keys(plan: Plan, chosen: Settings, home: Path) -> None:
    """Keys that cannot be used are said before anything is started."""
    if Part.API in plan.parts:
        from bulkvid_pipeline.services.access.keys import keys_of

        keys_of(chosen, home)


def _ready_line(plan: Plan, instance: DagsterInstance, api_url: str) -> str:
    """The one line that says that all answer, and where."""
    dagster = f"{Role.DAGSTER.called}: {plan.dagster.url}"
    if Part.API not in plan.parts:
        where = dagster if Part.DAGSTER in plan.parts else f"{Role.DAEMON.called} runs"
        return f"bulkvid serves: {where}"
    link, how = _login(plan, instance, api_url)
    notes = [how, "API: /api/docs", *([dagster] if Part.DAGSTER in plan.parts else [])]
    return f"bulkvid serves: {link} ({'; '.join(notes)})"


def _login(plan: Plan, instance: DagsterInstance, api_url: str) -> tuple[str, str]:
    """Where the dashboard is, and how to log in there: by this link where nobody else reads it.

    What a server that is open to other machines prints is often kept in logs; there the link is left to the command,
    unless a person sits at the terminal.
    """
    from bulkvid_pipeline.cli.logging_in import EVERYTHING, somebody
    from bulkvid_pipeline.services.access.login_links import login_link, tell_address
    from bulkvid_pipeline.services.access.sessions import CODE_LASTS_S

    by_command = api_url, "log in with a link that `bulkvid login-link` prints"
    try:
        tell_address(instance, api_url)
        if not plan.api.is_loopback and not sys.stdout.isatty():
            return by_command
        link = login_link(instance, api_url, somebody("local", "default", EVERYTHING), CODE_LASTS_S)
    except BulkVideoError:  # the database has gone in this moment; what is served waits for it
        return by_command
    return link, "logs in once, within an hour; another link: `bulkvid login-link`"


def _end_line(plan: Plan, paused: Sequence[str]) -> str:
    if not plan.has_code_server:
        return "bulkvid serve: stopped."
    if not paused:
        return "bulkvid serve: stopped. No job was at work; those that wait begin after the next start."
    names = ", ".join(paused[:5]) + (f" and {len(paused) - 5} more" if len(paused) > 5 else "")
    jobs = "1 job is" if len(paused) == 1 else f"{len(paused)} jobs are"
    return (
        f"bulkvid serve: stopped. {jobs} paused: {names}. Finished rows are kept; after the next start go on with "
        f"`bulkvid jobs resume {paused[0]} --queue` or POST /api/bulk-jobs/{paused[0]}/resume."
    )


def leave_at_once(code: int) -> NoReturn:
    """End this process without tidying its memory, which takes seconds on a busy machine."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
