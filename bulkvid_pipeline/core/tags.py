"""Names of the Dagster tags and partition keys of our jobs and rows."""

from __future__ import annotations

JOB_ID = "bulkvid/job_id"
"""The id that all runs (resumes, retries) of a bulk job share."""
SHEET = "bulkvid/sheet"
STATE = "bulkvid/state"
PROGRESS = "bulkvid/progress"
INTENT = "bulkvid/intent"
"""The user's request to a running job: `pause` or `cancel`."""
TITLE = "bulkvid/title"
USER = "bulkvid/user"
PROJECT = "bulkvid/project"
SCOPE = "bulkvid/scope"
"""Which rows a run is about: whole, shard or rows (see `core.jobs.Scope`)."""
PRIORITY = "bulkvid/priority"
PROCESS = "bulkvid/process"
"""`host:boot:pid:start` of the process that executes the run, so that a dead one can be told from a slow one."""
LAUNCH = "bulkvid/launch"
"""Id of one launch over the network, by which its run is found where the answer about it was lost."""
QUEUE_PRIORITY = "dagster/priority"
"""Dagster's own: what orders runs that wait in its queue."""
REPORT = "bulkvid/report"
PROVIDER = "bulkvid/provider"
"""The speech provider that narrates the run's rows."""
MADE = "bulkvid/made"
"""What the run's rows were made with and into (see `core.made.Made`), for analytics."""
TOOK = "bulkvid/took"
"""What the rows took that the run has rendered (see `core.paces.Took`), from which estimates come."""
OUTPUT = "bulkvid/output"
"""The storage that the run publishes to, by a text that opens it from any folder."""
OWNER = "bulkvid/owner"
"""Id of the run for which state, intent, progress, process and report were written: re-executions inherit tags."""
WRITE_BACK = "bulkvid/write_back"
"""The result of writing back into the sheet, as a sentence."""
FINGERPRINT = "bulkvid/fingerprint"
PAST = "bulkvid/past"
"""What the job's runs up to this one told of it, and the id of this one: kept by pruning, which removes runs."""
GENERATION = "bulkvid/generation"
"""The class of a program that makes the job's rows in the engine's place, or decides about their errors."""
ENGINE = "bulkvid/engine"
"""What makes the job's videos where our engine does not: part of their fingerprints."""
THINNED = "bulkvid/thinned"
"""Id of the run that pruning has left only what must stay of: re-executions inherit tags."""

DEFINITIONS_MODULE = "bulkvid_pipeline.definitions"
"""The module that Dagster loads; also the name of its code location."""
JOB = "bulk_videos"
VIDEO_ASSET = "video"
BATCH_ASSET = "video_batch"
ROW_PARTITIONS = "video_rows"
SPEC_RESOURCE = "bulk_job"


def partition_key(sheet_label: str, row_key: str) -> str:
    """Key of a row among all rows of the instance."""
    return f"{sheet_label}:{row_key}"


def split_partition_key(key: str) -> tuple[str, str]:
    """Sheet label and row key of a partition key."""
    label, _, row_key = key.partition(":")
    return label, row_key
