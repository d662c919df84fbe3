"""`bulkvid prune`."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Column, Table

from bulkvid_pipeline.cli.printing import print_json
from bulkvid_pipeline.core.pruning import parse_age
from bulkvid_pipeline.core.wording import size_in_words
from bulkvid_pipeline.settings import dagster_home, settings

_WORDS = {
    "rows": "rows that no sheet has any more",
    "partitions": "rows that Dagster's web UI shows no more: too many",
    "runs": "runs of finished jobs, with their logs",
    "events": "log entries of runs that must stay",
    "frames": "folders of data between assets",
    "unpublished": "left by dead uploads",
    "pieces": "pieces over the cache's size",
    "callbacks": "records of callbacks",
    "rate_limits": "idle counters of rate limits",
    "idempotency_keys": "answers kept for requests that are sent again",
    "drafts": "drafts of jobs that nobody went on with",
    "uploads": "uploaded sheets",
    "debug_logs": "logs of diagnostics",
}


def prune_past(older_than: str | None, *, dry_run: bool, as_json: bool) -> int:
    """Prune and print what went; returns the exit code.

    Raises:
        InvalidRequestError: the age is none.
    """
    age = parse_age(older_than) if older_than is not None else None
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.retention.pruning import prune

    with open_instance(dagster_home()) as instance:
        report = prune(instance, settings(), older_than=age, dry_run=dry_run)
    if as_json:
        print_json(report.as_dict())
        return 1 if report.faults else 0
    table = Table(Column("count", justify="right"), Column("size", justify="right"), "what", box=None)
    for part in report.parts:
        table.add_row(f"{part.count:,}", size_in_words(part.bytes), _WORDS[part.part])
    Console(highlight=False).print(table)
    print(f"{size_in_words(report.bytes)} {'would be freed' if dry_run else 'freed'}")
    for fault in report.faults:
        print(f"Not pruned: {fault}", file=sys.stderr)
    return 1 if report.faults else 0
