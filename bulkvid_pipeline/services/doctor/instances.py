"""The Dagster instance of the installation, opened only where there is one: nothing is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bulkvid_pipeline.services.doctor.check import Site

if TYPE_CHECKING:
    from dagster import DagsterInstance


def absence(site: Site) -> str:
    """Why there is no instance yet; empty if there is one, or may be in a database."""
    if site.home.exists() and not site.home.is_dir():
        return f"{site.home} is a file, and no instance can be in it"
    if not site.home.is_dir():
        return f"{site.home} does not exist yet; the first job makes it"
    if not (site.home / "dagster.yaml").is_file():
        return f"{site.home} holds no instance yet; the first job makes it"
    if site.settings.postgres_url is None and _is_ours(site) and not (site.home / "history" / "runs.db").is_file():
        return f"{site.home} holds no database yet; the first job makes it"
    return ""


def modules(site: Site) -> tuple[str, ...]:
    """What opening the instance takes, where there is one."""
    of_postgres = ("dagster_postgres",) if site.settings.postgres_url is not None else ()
    if absence(site):
        return of_postgres
    own = (
        "adapters.dagster.instance_check",
        "services.jobs.instance",
        "services.liveness.daemon_beat",
        "services.system.load",
    )
    return ("dagster", "alembic", *of_postgres, *(f"bulkvid_pipeline.{name}" for name in own))


@contextmanager
def opened(site: Site) -> Iterator[DagsterInstance]:
    """The instance; to be asked for only where there is no `absence`."""
    from bulkvid_pipeline.adapters.dagster.instances import instance_in
    from bulkvid_pipeline.services.jobs.instance import OUTPUT_CLASS, STORAGE_CLASS

    with instance_in(site.home, STORAGE_CLASS, OUTPUT_CLASS) as instance:
        yield instance


def _is_ours(site: Site) -> bool:
    """Whether the settings choose the database, as our own `dagster.yaml` lets them."""
    from bulkvid_pipeline.services.jobs.instance import STORAGE_CLASS

    return STORAGE_CLASS in (site.home / "dagster.yaml").read_text("utf-8", "replace")
