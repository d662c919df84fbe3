"""The words by which people know states, stages and problems."""

from __future__ import annotations

from collections.abc import Mapping

from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.states import ItemState, JobAction, JobState
from bulkvid_pipeline.services.jobs.item_filter import WARNED

_JOBS: Mapping[str, str] = {
    JobState.PENDING: "Waiting",
    JobState.COMPLETING: "Finishing",
    JobState.CANCELING: "Stopping",
    JobState.CANCELED: "Cancelled",
}
_ROWS: Mapping[str, str] = {
    ItemState.QUEUED: "Waiting",
    ItemState.RATE_LIMITED: "Slowed by a limit",
    ItemState.DISPATCHED: "Starting",
    ItemState.IN_PROGRESS: "In work",
    ItemState.RETRIED: "Tried again",
    ItemState.COMPLETED: "Finished",
}
_STAGES: Mapping[str, str] = {
    "voice": "Speaking the script",
    "sound": "Mixing the sound",
    "rate_limited": "Waiting for a limit",
    "publishing": "Saving the video",
    "done": "Saving the video",
    "retried": "Waiting to be tried again",
}
_ILLS: Mapping[str, str] = {
    "database": "Jobs cannot be read or begun: the database does not answer",
    "queue": "New jobs cannot be begun: the queue does not answer",
    "daemon": "Jobs that wait are not begun: the program that begins them does not run",
    "web_server": "New jobs cannot be begun, nor ended ones retried: the program that takes them does not answer",
    "storage": "Finished videos cannot be stored: the storage does not answer",
    "workers": "It is not known who is at work: the database does not answer",
    "ffmpeg": "Videos cannot be made: the encoder does not run",
    "work_disk": "Videos cannot be made: there is too little room to work",
}
_ACTIONS: Mapping[JobAction, str] = {
    JobAction.PAUSE: "Pausing: the rows in work are finished first",
    JobAction.RESUME: "The job goes on",
    JobAction.CANCEL: "The job is being cancelled",
    JobAction.RETRY: "The job is being retried",
}


def of_job(state: str) -> str:
    """The state of a job."""
    return _JOBS.get(state, state.capitalize())


def of_row(state: str) -> str:
    """The state of a row."""
    return _ROWS.get(state, state.capitalize())


def of_stage(stage: str) -> str:
    """What is being done with a row."""
    if stage in set(Platform):
        return f"Making the video for {of_platform(stage)}"
    return _STAGES.get(stage, stage.replace("_", " ").capitalize() or "Starting")


def of_problem(code: str) -> str:
    """What is wrong with a row: `GLYPHS_MISSING` is `Glyphs missing`."""
    return "Finished with warnings" if code == WARNED else code.replace("_", " ").capitalize()


def of_platform(platform: str) -> str:
    """A platform in its own spelling."""
    return Platform(platform).label if platform in set(Platform) else platform


def of_action(action: JobAction) -> str:
    """What was begun by an action."""
    return _ACTIONS[action]


def of_ill(part: str) -> str:
    """What does not work while a part of the installation does not."""
    return _ILLS.get(part, f"{part.replace('_', ' ').capitalize()} does not work")
