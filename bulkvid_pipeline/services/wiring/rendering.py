"""What the rows of a job are rendered with, and where they go, as spec and settings say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.leases import Leases
from bulkvid_pipeline.adapters.dagster.run_slots import RunSlots, SlotAdmission
from bulkvid_pipeline.adapters.rate_limits import Budget
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import StopReason
from bulkvid_pipeline.services.batch.admission import Admission, PacedAdmission, TurnLimiter
from bulkvid_pipeline.services.batch.generation import Generation
from bulkvid_pipeline.services.batch.job_means import JobMeans
from bulkvid_pipeline.services.batch.progress import JobProgress
from bulkvid_pipeline.services.batch.render_setup import RenderSetup
from bulkvid_pipeline.services.batch.row_loop import RowLoop, keep_all
from bulkvid_pipeline.services.batch.row_source import RowSource
from bulkvid_pipeline.services.batch.row_turn import RowRetried
from bulkvid_pipeline.services.liveness.orphans import close_orphans
from bulkvid_pipeline.services.media.policy import media_policy
from bulkvid_pipeline.services.outputs.output_store import OutputStore, engine_of
from bulkvid_pipeline.services.wiring.cache import cache_place
from bulkvid_pipeline.services.wiring.limits import limiter_of, rows_are_limited
from bulkvid_pipeline.services.wiring.speech import speech_choice, speech_key
from bulkvid_pipeline.services.wiring.storage import open_output
from bulkvid_pipeline.settings import Settings


def output_store(
    spec: BulkJobSpec,
    settings: Settings,
    instance: DagsterInstance,
    sheet_label: str,
    stopping: Stopping | None = None,
    engine: str = "",
) -> OutputStore:
    """Where the videos of a sheet go; nothing is contacted yet. A stop ends its requests and the pauses between tries.

    `engine` names what makes them, where ours does not.

    Raises:
        InvalidSpecError: the spec names no place that can be opened, or the voice's settings contradict each other.
    """
    engine = engine or engine_of(speech_choice(spec, settings, instance))
    retry = RetryPolicy(sleep=stopping.sleep) if stopping else RetryPolicy()
    return OutputStore(open_output(spec, settings, stopping), spec.output.prefix, sheet_label, retry, engine)


def render_setup(spec: BulkJobSpec, settings: Settings, instance: DagsterInstance) -> RenderSetup:
    """What this installation renders the job's rows with.

    Raises:
        InvalidSpecError: the settings contradict each other, or what they name is not there.
    """
    return RenderSetup(
        workers=settings.workers,
        renderer=settings.renderer,
        work_dir=settings.work_dir,
        cache=cache_place(settings),
        media=media_policy(settings),
        speech=speech_choice(spec, settings, instance),
        speech_key=speech_key(settings),
        ffmpeg=Path(settings.ffmpeg).expanduser().absolute() if settings.ffmpeg else None,
    )


@dataclass(frozen=True)
class WorkingRun:
    """A run of a job, for those who need to know whose rows they work on."""

    instance: DagsterInstance
    run_id: str
    job_id: str


def row_loop(
    run: WorkingRun,
    spec: BulkJobSpec,
    means: JobMeans,
    plans: Sequence[VideoPlan],
    store: OutputStore,
    *,
    force: bool,
    progress: JobProgress,
    stop_reason: Callable[[], StopReason | None],
    may_publish: Callable[[], bool],
    stopping: Stopping,
    generation: Generation | None = None,
    on_retried: Callable[[RowRetried], object] = lambda _: None,
    source: RowSource | None = None,
    hand_over: Callable[[Sequence[VideoPlan]], bool] = keep_all,
    on_pause: Callable[[], object] = lambda: None,
) -> RowLoop:
    """The loop that renders `plans` in a run, beside all other runs of the instance.

    Raises:
        InvalidSpecError: the settings contradict each other, or what they name is not there.
        ServiceUnavailableError: the instance's storage keeps no concurrency pools.
    """
    return RowLoop(
        plans,
        store,
        render_setup(spec, means.settings, run.instance),
        force=force,
        progress=progress,
        stop_reason=stop_reason,
        may_publish=may_publish,
        admission=_admission(run, spec, means, progress, generation),
        leases=Leases(run.instance, run.run_id, free_dead=lambda: close_orphans(run.instance)),
        stopping=stopping,
        generation=generation,
        job_id=run.job_id,
        on_retried=on_retried,
        source=source,
        hand_over=hand_over,
        on_pause=on_pause,
    )


def _admission(
    run: WorkingRun, spec: BulkJobSpec, means: JobMeans, progress: JobProgress, generation: Generation | None
) -> Admission:
    """The run's part of the render slots that all jobs of the instance share, at the pace that the job may keep."""
    slots = RunSlots(run.instance, run.run_id, user=spec.user_id, job=spec.priority, job_id=run.job_id)
    slots.ensure_pool(means.settings.render_slots)
    admission: Admission = SlotAdmission(slots, free_dead=lambda: close_orphans(run.instance))
    limiter: TurnLimiter | None = generation.limiter if generation else None
    if limiter is None and rows_are_limited(spec, means.settings):
        limiter = limiter_of(run.instance, means.settings, Budget.DISPATCH)
    if limiter is not None:
        admission = PacedAdmission(admission, limiter, spec.user_id, spec.project_id, progress.wait_for_limit)
    return means.admission(admission)
