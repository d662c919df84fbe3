"""The database of the Dagster instance, in which all jobs are kept."""

from __future__ import annotations

from contextlib import suppress

from bulkvid_pipeline.core.wording import size_in_words
from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, broken, grouped, ok, skipped, warning
from bulkvid_pipeline.services.doctor.instances import absence, modules, opened

_MEND = "Start the database, and check BULKVID_POSTGRES_URL, or the disk of DAGSTER_HOME where that is empty"
_MIGRATE = "Stop all jobs, then run `dagster instance migrate` with DAGSTER_HOME set"
_CROWDED = 0.9
"""Share of a server's connections in use that is worth a warning."""
_PLAIN_SCHEMES = ("postgresql://", "postgres://")


def _database(site: Site) -> Finding:
    url = site.settings.postgres_url
    if url is not None:
        return _postgres(site, url.get_secret_value())
    missing = absence(site)
    if missing:
        return skipped(missing)
    return _instance(site, _size_of_files(site))


def _postgres(site: Site, url: str) -> Finding:
    from bulkvid_pipeline.adapters.dagster.instance_check import look_at_postgres

    if not url.startswith(_PLAIN_SCHEMES):
        return broken(
            "BULKVID_POSTGRES_URL is not the URL of a PostgreSQL database",
            "Use postgresql://user:password@host:5432/database",
        )
    state = look_at_postgres(url, 0.8 * site.limit_s)
    told = (
        f"PostgreSQL {state.version}, {size_in_words(state.bytes)}, {state.connections} of {state.most_connections} "
        "connections in use"
    )
    if state.read_only:
        return broken(f"{told}; it takes no writes", "Let BULKVID_POSTGRES_URL name the primary server")
    if not state.has_tables:
        if state.may_create:
            return ok(f"{told}; it is empty, and the first job makes its tables")
        return broken(f"{told}; its tables are missing", "Grant the user of BULKVID_POSTGRES_URL CREATE on its schema")
    if state.connections > _CROWDED * state.most_connections:
        return warning(told, "Raise max_connections of the PostgreSQL server, or run fewer processes")
    return ok(told) if absence(site) else _instance(site, told)


def _instance(site: Site, told: str) -> Finding:
    from bulkvid_pipeline.adapters.dagster.instance_check import outdated_tables, try_writing

    with opened(site) as instance:
        outdated = outdated_tables(instance)
        if outdated:
            return broken(f"{told}; the tables of {', '.join(outdated)} are of another version of Dagster", _MIGRATE)
        try_writing(instance)
    return ok(f"{told}; tables are current, a write works")


def _size_of_files(site: Site) -> str:
    size = 0
    for folder in ("history", "schedules"):
        for path in (site.home / folder).rglob("*.db*"):
            with suppress(FileNotFoundError):  # SQLite's journals come and go while jobs run
                size += path.stat().st_size
    return f"SQLite in {site.home}, {size_in_words(size)}"


CHECKS = grouped("database", Check("database", _database, _MEND, loads=modules))
