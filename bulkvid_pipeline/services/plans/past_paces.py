"""The paces of past rows, for plans: as `services.analytics.past_rows`, but without opening the instance."""

from __future__ import annotations

import json
from pathlib import Path

from bulkvid_pipeline.adapters.dagster.tags_at_rest import newest_told
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.paces import ENOUGH_ROWS, MOST_RUNS, Paces, Took, added_up
from bulkvid_pipeline.settings import Settings


def past_paces(home: Path, settings: Settings) -> Paces:
    """The paces of rows to come, by what past rows of the installation took; the built-in ones without any."""
    postgres_url = settings.postgres_url.get_secret_value() if settings.postgres_url else ""
    found: list[Took] = []
    for told in newest_told(home, postgres_url, tags.TOOK, MOST_RUNS):
        if sum(took.rows for took in found) >= ENOUGH_ROWS:
            break
        try:
            found.append(Took.of_json(json.loads(told)))
        except (ValueError, TypeError, KeyError):
            continue  # anybody can write tags with Dagster's tools, and an estimate can do without a run
    return Paces(added_up(found), settings.speech_provider)
