"""Processes of this machine: named among all that ever were, started so that they die with us, seen at their work."""

from bulkvid_pipeline.adapters.processes.children import start_module, start_program, start_service
from bulkvid_pipeline.adapters.processes.effort import cpu_seconds
from bulkvid_pipeline.adapters.processes.ending import kill_group, last_words, let_end
from bulkvid_pipeline.adapters.processes.identity import Fate, ProcessIdentity, fate_of, identity_of, this_process
from bulkvid_pipeline.adapters.processes.marked import kill_marked, processes_marked

__all__ = [
    "Fate",
    "ProcessIdentity",
    "cpu_seconds",
    "fate_of",
    "identity_of",
    "kill_group",
    "kill_marked",
    "last_words",
    "let_end",
    "processes_marked",
    "start_module",
    "start_program",
    "start_service",
    "this_process",
]
