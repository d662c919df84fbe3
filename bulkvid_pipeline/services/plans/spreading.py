"""How far a job may be spread over machines, by what it says itself and what the installation says."""

from __future__ import annotations

from bulkvid_pipeline.core.estimates import Spreading
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.settings import Settings


def most_machines(spec: BulkJobSpec, settings: Settings) -> int:
    """The runs that may make a job's rows side by side, as the spec says, or else the settings."""
    return settings.max_machines if spec.max_machines is None else spec.max_machines


def spreading_of(spec: BulkJobSpec, settings: Settings) -> Spreading:
    """How far the job may be spread where Dagster's queue launches it; run anywhere else, it is one run."""
    return Spreading(most_machines(spec, settings), settings.machine_worth_s, settings.render_slots)
