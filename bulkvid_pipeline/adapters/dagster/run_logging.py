"""Logging of runs that are executed by several threads of one process.

At each start of a run Dagster applies the instance's `python_logs` by `logging.config.dictConfig`, whether there are
any or not. That holds logging's own lock while it waits for the lock of every handler; a run beside it holds the lock
of its handler while it writes an event, on the way to which something may want logging's. Neither goes on then.
"""

from __future__ import annotations

import threading

from dagster import DagsterInstance

_METHOD = "get_yaml_python_handlers"
_lock = threading.Lock()


def configure_logging_once(instance: DagsterInstance) -> None:
    """Apply the instance's `python_logs` now, if there are any, and not again with each run; before runs are begun."""
    with _lock:
        if _METHOD not in vars(instance):
            has_own = bool(instance.get_python_log_dagster_handler_config())
            handlers = tuple(instance.get_yaml_python_handlers()) if has_own else ()
            vars(instance)[_METHOD] = lambda: handlers
