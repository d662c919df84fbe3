"""Job specs that are kept as files: `jobs/*.yaml`, each a BulkJobSpec with `watch:` and `schedule:` on top."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from croniter import CroniterBadCronError, croniter

from bulkvid_pipeline.core.errors import BulkVideoError, InvalidSpecError
from bulkvid_pipeline.core.spec import BulkJobSpec


@dataclass(frozen=True)
class SavedJob:
    """A kept job. `watch` launches it when its sheet changes, `schedule` (cron, UTC) at times."""

    name: str
    spec: BulkJobSpec
    watch: bool = False
    schedule: str | None = None

    def due_between(self, last: datetime, now: datetime) -> datetime | None:
        """The latest scheduled time after `last` and up to `now`; None when there is none."""
        if self.schedule is None:
            return None
        time: datetime = croniter(self.schedule, now.astimezone(UTC), ret_type=datetime).get_prev()
        at_now = croniter.match(self.schedule, now.astimezone(UTC))
        latest = now.astimezone(UTC).replace(second=0, microsecond=0) if at_now else time
        return latest if latest > last else None


def load_saved_jobs(folder: Path) -> tuple[tuple[SavedJob, ...], tuple[BulkVideoError, ...]]:
    """All saved jobs that can be read, in order of their names, and what is wrong with the others."""
    jobs, faults = [], []
    paths = [*folder.glob("*.yaml"), *folder.glob("*.yml")] if folder.is_dir() else []
    for path in sorted(paths):
        try:
            jobs.append(load_saved_job(path))
        except BulkVideoError as error:
            faults.append(error)
    return tuple(jobs), tuple(faults)


def load_saved_job(path: Path) -> SavedJob:
    """The job in a file. A relative `input_source.path` is relative to the file.

    Raises:
        InvalidSpecError: names the file and what is wrong.
    """
    document = read_document(path)
    watch, schedule = document.pop("watch", False), document.pop("schedule", None)
    if not isinstance(watch, bool):
        raise InvalidSpecError(f"Saved job {path.name}: watch is neither true nor false", fix="Write watch: true")
    if schedule is not None and not (isinstance(schedule, str) and _is_cron(schedule)):
        raise InvalidSpecError(
            f"Saved job {path.name}: schedule {str(schedule)[:40]!r} is not a cron expression",
            fix='Write five fields, for example schedule: "0 9 * * 1-5" (UTC)',
        )
    return SavedJob(path.stem, BulkJobSpec.parse(document), watch, schedule)


def read_document(path: Path) -> dict[str, Any]:
    """The fields of a spec file, its relative input path made absolute.

    Raises:
        InvalidSpecError: the file cannot be read or holds no fields.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidSpecError(f"Job spec {path} cannot be read: {error.strerror}", fix="Check the path") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        kind = "JSON" if path.suffix.lower() == ".json" else "YAML"
        raise InvalidSpecError(f"Job spec {path} is not {kind}: {_in_line(error)}", fix="Correct the file") from error
    if not isinstance(document, dict):
        raise InvalidSpecError(f"Job spec {path} holds no fields", fix="Begin with input_source: {path: ideas.csv}")
    source = document.get("input_source")
    if isinstance(source, dict) and isinstance(source.get("path"), str):
        source["path"] = str((path.parent / Path(source["path"]).expanduser()).absolute())
    return document


def _in_line(error: yaml.YAMLError | UnicodeDecodeError) -> str:
    """Where a file is wrong and what stands there."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())


def _is_cron(text: str) -> bool:
    try:
        return len(text.split()) == 5 and bool(croniter(text))
    except CroniterBadCronError:
        return False
