"""The broker that the settings name, and whether runs can be spread over machines as things are."""

from __future__ import annotations

import importlib.util

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.run_launchers import AsksWorkers
from bulkvid_pipeline.core.errors import InvalidSettingsError
from bulkvid_pipeline.settings import Settings

SCHEMES = ("redis://", "rediss://", "amqp://", "amqps://")


def broker_url(settings: Settings) -> str:
    """The broker's URL.

    Raises:
        InvalidSettingsError: there is none, it is of no kind that we know, runs are kept in SQLite, which is a file of
            one machine, or the extra `celery` is not installed.
    """
    url = settings.broker_url.get_secret_value() if settings.broker_url else ""
    if not url:
        raise InvalidSettingsError(
            "BULKVID_BROKER_URL is not set: there is no broker through which workers get runs",
            fix="Set it to the same broker as for the daemon, such as redis://user:password@broker:6379/0",
        )
    if not url.startswith(SCHEMES):
        raise InvalidSettingsError(
            "BULKVID_BROKER_URL is not the URL of a broker", fix=f"Begin it with one of {', '.join(SCHEMES)}"
        )
    if settings.postgres_url is None:
        raise InvalidSettingsError(
            "BULKVID_BROKER_URL is set without BULKVID_POSTGRES_URL: SQLite is a file of one machine, and workers on "
            "others cannot see its runs",
            fix="Set BULKVID_POSTGRES_URL to the same PostgreSQL database on all machines",
        )
    if importlib.util.find_spec("dagster_celery") is None:
        raise InvalidSettingsError(
            "BULKVID_BROKER_URL is set, and Celery is not installed",
            fix="Install the extra: pip install 'bulkvid-pipeline[celery]'",
        )
    return url


def require_workers_launcher(instance: DagsterInstance, settings: Settings) -> None:
    """Make sure that an instance whose settings name a broker gives its runs to workers.

    Raises:
        InvalidSettingsError: its `dagster.yaml`, of an earlier version or changed, names another launcher.
    """
    if settings.broker_url is not None and not isinstance(instance.run_launcher, AsksWorkers):
        raise InvalidSettingsError(
            "BULKVID_BROKER_URL is set, and the dagster.yaml in DAGSTER_HOME names another run launcher",
            fix="Copy the sections run_launcher and run_monitoring from the dagster.yaml of this version into it",
        )
