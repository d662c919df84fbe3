"""The paces of rows to come for a plan, which opens no installation that is not there and makes none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.paces import BUILT_IN, Paces
from bulkvid_pipeline.settings import SQLITE_RUNS, Settings

ANSWER_S = 10.0
"""How long a PostgreSQL database may take to answer."""


@dataclass(frozen=True)
class KnownPaces:
    """Paces, and why those of past rows are not among them although there may be some."""

    paces: Paces = BUILT_IN
    gap: str = ""


def known_paces(home: Path, settings: Settings) -> KnownPaces:
    """What past rows of the installation in `home` took; built-in figures where there is none, or it does not answer.

    A plan is worth more with a rough estimate than not at all, so a database that is away is told and not raised.
    """
    if not (home / "dagster.yaml").is_file() or (settings.postgres_url is None and not (home / SQLITE_RUNS).is_file()):
        return KnownPaces()
    # They bring Dagster along: a second of imports that a plan without past rows need not pay.
    from sqlalchemy.exc import SQLAlchemyError

    from bulkvid_pipeline.adapters.dagster.instance_check import look_at_postgres
    from bulkvid_pipeline.adapters.dagster.instances import instance_in
    from bulkvid_pipeline.services.analytics.past_rows import paces_of
    from bulkvid_pipeline.services.jobs.instance import OUTPUT_CLASS, STORAGE_CLASS

    try:
        url = settings.postgres_url
        # Opening an instance would make its tables.
        if url is not None and not look_at_postgres(url.get_secret_value(), ANSWER_S).has_tables:
            return KnownPaces()
        with instance_in(home, STORAGE_CLASS, OUTPUT_CLASS) as instance:
            return KnownPaces(paces_of(instance, settings))
    except BulkVideoError as error:
        return KnownPaces(gap=error.message)
    except (SQLAlchemyError, OSError) as error:
        said = str(error.__cause__ or error).strip().partition("\n")[0]
        return KnownPaces(gap=f"The database of the Dagster instance in {home} does not answer: {said}")
