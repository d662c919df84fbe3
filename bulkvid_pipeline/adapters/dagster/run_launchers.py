"""What starts the runs that Dagster takes out of its queue, chosen when the instance is opened.

`dagster.yaml` has no conditions: it names one class, and that class chooses the launcher.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from dagster import DagsterRun
from dagster._core.launcher import DefaultRunLauncher as DefaultRunLauncher
from dagster._core.launcher import LaunchRunContext
from dagster._core.launcher import RunLauncher as RunLauncher
from dagster._serdes import ConfigurableClass
from dagster._serdes import ConfigurableClassData as ConfigurableClassData

from bulkvid_pipeline.core import tags

ASKED_TAG = "dagster-celery/task_id"
"""The tag by which dagster-celery names the task that a run waits for; set before the task is sent."""


class LauncherByChoice(RunLauncher, ConfigurableClass):
    """Stands for the launcher that `choose` returns, and is never made itself."""

    @classmethod
    @abstractmethod
    def choose(cls, inst_data: ConfigurableClassData) -> RunLauncher:
        """The launcher of the instance that is being opened."""

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        return {}

    @classmethod
    def from_config_value(  # type: ignore[override]  # Dagster takes any launcher
        cls,
        inst_data: ConfigurableClassData,
        config_value: Mapping[str, Any],  # noqa: ARG003
    ) -> RunLauncher:
        return cls.choose(inst_data)

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return None

    def launch_run(self, context: LaunchRunContext) -> None:
        raise NotImplementedError

    def terminate(self, run_id: str) -> bool:
        raise NotImplementedError


@runtime_checkable
class AsksWorkers(Protocol):
    """A launcher that leaves runs to workers, which take them in their own time."""

    def ask_workers(self, run_id: str) -> None:
        """Ask for the run, as often as need be: it is executed once."""

    def tasks_waiting(self) -> int:
        """How many tasks wait for a worker of this code version.

        Raises:
            ServiceUnavailableError: the broker does not answer.
        """


def is_asked_of_workers(run: DagsterRun) -> bool:
    """Whether the run was given to workers, and not to a code server."""
    return ASKED_TAG in run.tags


def is_taken(run: DagsterRun) -> bool:
    """Whether a process has said that it works on the run."""
    return run.tags.get(tags.OWNER) == run.run_id and bool(run.tags.get(tags.PROCESS))
