"""What a processor's own methods say in the row loop: how a video is made, and what is done about errors."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from bulkvid_pipeline.adapters.python_classes import address_of, name_of
from bulkvid_pipeline.batch_processor.records import JobStatus, VideoJob, idea_data_of, video_job_id
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.batch.admission import TurnLimiter
from bulkvid_pipeline.services.batch.coroutines import EventLoops
from bulkvid_pipeline.services.batch.generation import MOST_TRIES, Attempt

if TYPE_CHECKING:
    from bulkvid_pipeline.batch_processor.processor import BatchProcessor

GENERATING, DECIDING = "_execute_video_generation", "handle_error"


class OwnGeneration:
    """One job's view of its processor; see `services.batch.generation.Generation`. `close` it when the job ends."""

    def __init__(self, processor: BatchProcessor, spec: BulkJobSpec, ai_provider: str | None) -> None:
        self._processor = processor
        self._spec = spec
        self._ai_provider = ai_provider
        self._loops = EventLoops()

    def close(self) -> None:
        self._loops.close()

    @property
    def name(self) -> str | None:
        return name_of(type(self._processor)) if overrides(self._processor, GENERATING) else None

    @property
    def max_workers(self) -> int | None:
        return self._processor.queue_manager.max_workers

    @property
    def max_tries(self) -> int | None:
        return max(MOST_TRIES, self._processor.error_handler.retry_template.max_retries + 1)

    @property
    def limiter(self) -> TurnLimiter | None:
        return self if self._processor.limits_rows else None

    def can_proceed(self, user_id: str, project_id: str) -> bool:
        """What the limiter says that the processor has now: scripts may give it another one at any time."""
        return self._processor.rate_limiter.can_proceed(user_id, project_id)

    def generate(self, attempt: Attempt) -> object:
        answer = self._processor._execute_video_generation(self._video_job(attempt, JobStatus.IN_PROGRESS))
        return self._result(answer, attempt)

    def verdict_on(self, attempt: Attempt, error: Exception) -> object:
        video_job = self._video_job(attempt, JobStatus.FAILED)
        video_job.error = str(error)
        context = {
            "attempt": attempt.number,
            "max_retries": self._processor.error_handler.retry_template.max_retries,
            "bulk_job_id": attempt.job_id,
            "video_job": video_job,
            "video_job_id": video_job.id,
            "row": attempt.plan.sheet_row,
            "title": attempt.plan.title,
            "template_id": attempt.plan.template.template_id,
            "user_id": self._spec.user_id,
            "project_id": self._spec.project_id,
            "code": error.code if isinstance(error, BulkVideoError) else type(error).__name__,
        }
        self._processor.tell_error(attempt.job_id, error, row_key=attempt.plan.row_key)
        return self._result(self._processor.handle_error(attempt.job_id, error, context), attempt)

    def _result(self, answer: Any, attempt: Attempt) -> object:
        """What a method has returned, or what the coroutine that it returned comes to."""
        return self._loops.run(_waited(answer), attempt.stopping) if inspect.isawaitable(answer) else answer

    def _video_job(self, attempt: Attempt, status: JobStatus) -> VideoJob:
        plan = attempt.plan
        return VideoJob(
            id=video_job_id(attempt.job_id, plan.row_key),
            bulk_job_id=attempt.job_id,
            idea_data=idea_data_of(plan),
            priority=plan.priority,
            ai_provider=self._ai_provider,
            status=status,
            attempts=attempt.number,
            user_id=self._spec.user_id,
            project_id=self._spec.project_id,
            row=plan.sheet_row,
            row_key=plan.row_key,
        )


async def _waited(answer: Awaitable[Any]) -> Any:
    return await answer


def overrides(processor: BatchProcessor, method: str) -> bool:
    """Whether a script has put a method of its own in the place of ours, in a subclass or on the object."""
    from bulkvid_pipeline.batch_processor.processor import BatchProcessor

    own = getattr(getattr(processor, method), "__func__", None)
    return own is not getattr(BatchProcessor, method)


def generation_class(processor: BatchProcessor) -> str:
    """The class by which other processes go on with the processor's jobs; empty where they need none."""
    owned = [method for method in (GENERATING, DECIDING) if overrides(processor, method)]
    kind = type(processor)
    if any(method in vars(processor) for method in owned):
        return f"{kind.__module__}:{kind.__qualname__}.<method of one object>"  # which no other process can load
    return address_of(kind) if owned else ""
