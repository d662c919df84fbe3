"""What the reference shows scripts to do, each as a script does it, over a sheet of Google's."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bulkvid_pipeline.batch_processor import (
    AuthenticationError,
    BatchProcessor,
    JobPriority,
    QueueManager,
    QuotaExceededError,
    RateLimiter,
    RateLimitError,
    RetryTemplate,
    SheetFormat,
    SheetsErrorHandler,
    StorageError,
    TemplateError,
    ValidationLevel,
    VideoJob,
    cleanup_old_jobs,
)
from bulkvid_pipeline.services.batch import run_control
from bulkvid_pipeline_tests.batch_processor.conftest import Surroundings
from bulkvid_pipeline_tests.batch_processor.scripts import QuickProcessor, ended

pytestmark = pytest.mark.heavy

ONE = [["Tap", "Turn off the tap."]]
NO_WAITS = SheetsErrorHandler("batch_processor", RetryTemplate(0.01, 0.02, 2, 1.0))


def test_basic_usage(script: Surroundings) -> None:
    told: list[tuple[str, int, str]] = []

    async def main() -> tuple[dict[str, Any], dict[str, Any], str]:
        processor = BatchProcessor(credentials_path=script.creds, db_path=script.home, max_workers=4)
        try:
            processor.add_progress_callback(lambda job_id, progress, message: told.append((job_id, progress, message)))
            bulk_job_id = processor.create_bulk_job(
                sheet_id=script.sheet(ONE),
                user_id="user123",
                priority=JobPriority.NORMAL,
                output={"resolution": "720p"},
            )
            result = await processor.process_sheet_ideas(
                bulk_job_id=bulk_job_id,
                sheet_format=SheetFormat.STANDARD,
                validation_level=ValidationLevel.MODERATE,
                ai_provider="openai",
            )
            return result, await ended(processor, bulk_job_id), bulk_job_id
        finally:
            await processor.cleanup()

    result, status, bulk_job_id = asyncio.run(main())

    assert (result["bulk_job_id"], result["video_jobs"], result["valid_ideas"]) == (bulk_job_id, 1, 1)
    assert (status["status"], status["progress"]) == ("completed", 100)
    assert [path.suffix for path in (script.folder / "output").rglob("*.mp4")] == [".mp4"]
    assert {job_id for job_id, _, _ in told} == {bulk_job_id}
    assert told[-1][1] == 100
    assert [f"{progress:3d}" for _, progress, _ in told]


def test_callbacks_of_all_three_kinds(script: Surroundings) -> None:
    class HalfBroken(QuickProcessor):
        async def _execute_video_generation(self, video_job: VideoJob) -> dict[str, Any]:
            if video_job.idea_data["title"] == "Light":
                raise ValueError("no light")
            return await super()._execute_video_generation(video_job)

    printed: list[str] = []

    def on_progress(job_id: str, progress: int, message: str) -> None:
        printed.append(f"{job_id}: {progress}% - {message}")

    def on_completion(job_id: str, result: dict[str, Any]) -> None:
        printed.append(f"{job_id} completed: {result['output_url']}")

    def on_error(job_id: str, error: str) -> None:
        printed.append(f"{job_id} failed: " + error)

    async def main() -> str:
        processor = HalfBroken(script.creds, db_path=script.home)
        processor.add_progress_callback(on_progress)
        processor.add_completion_callback(on_completion)
        processor.add_error_callback(on_error)
        bulk_job_id = processor.create_bulk_job(script.sheet(), "user_id")
        await processor.process_sheet_ideas(bulk_job_id)
        await ended(processor, bulk_job_id)
        await processor.cleanup()
        return bulk_job_id

    bulk_job_id = asyncio.run(main())

    assert f"{bulk_job_id} completed: https://videos.example/2.mp4" in printed
    assert [line for line in printed if "failed: " in line and "%" not in line] == [f"{bulk_job_id} failed: no light"]
    assert any(f"{bulk_job_id}: 100% - " in line for line in printed)


def test_own_generation_by_a_service(script: Surroundings) -> None:
    asked: list[dict[str, Any]] = []

    class VideoGenerationService:
        async def generate_video(self, **request: Any) -> SimpleNamespace:
            asked.append(request)
            await asyncio.sleep(0)
            return SimpleNamespace(video_url="https://service.example/1.mp4", cost=1.5, duration=12.0, quality="hd")

    class CustomBatchProcessor(BatchProcessor):
        async def _execute_video_generation(self, video_job: VideoJob) -> dict[str, Any]:
            result = await VideoGenerationService().generate_video(
                prompt=video_job.idea_data["script"],
                voice=video_job.idea_data.get("voice"),
                style=video_job.idea_data.get("style"),
                provider=video_job.ai_provider,
            )
            return {
                "output_url": result.video_url,
                "cost": result.cost,
                "duration": result.duration,
                "quality": result.quality,
            }

    results: list[Mapping[str, Any]] = []

    async def main() -> dict[str, Any]:
        processor = CustomBatchProcessor(script.creds, db_path=script.home)
        processor.add_completion_callback(lambda _, result: results.append(result))
        job_id = processor.create_bulk_job(script.sheet(ONE), "user")
        await processor.process_sheet_ideas(job_id, ai_provider="openai")
        status = await ended(processor, job_id)
        await processor.cleanup()
        return status

    status = asyncio.run(main())

    assert asked == [{"prompt": "Turn off the tap.", "voice": "female", "style": "modern", "provider": "openai"}]
    (result,) = results
    expected = {"output_url": "https://service.example/1.mp4", "cost": 1.5, "duration": 12.0, "quality": "hd"}
    assert {name: result[name] for name in expected} == expected
    assert (status["status"], status["cost"]) == ("completed", 1.5)


def test_jobs_are_paused_resumed_and_cancelled(script: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_control, "LOOK_EVERY_S", 0.0)  # the row that is released must not be quicker than the pause
    released = asyncio.Event()

    class Waiting(BatchProcessor):
        async def _execute_video_generation(self, video_job: VideoJob) -> dict[str, Any]:
            while not released.is_set():
                await asyncio.sleep(0.02)
            return {"output_url": f"https://videos.example/{video_job.row}.mp4"}

    async def main() -> list[Any]:
        processor = Waiting(script.creds, db_path=script.home, max_workers=1)
        bulk_job_id = processor.create_bulk_job(script.sheet(), "user")
        found: list[Any] = [processor.pause_bulk_job(bulk_job_id)]  # not begun yet
        await processor.process_sheet_ideas(bulk_job_id)
        found.append(processor.pause_bulk_job(bulk_job_id))
        released.set()
        paused = await ended(processor, bulk_job_id, "paused")
        found += [paused["statistics"]["completed"], processor.pause_bulk_job(bulk_job_id)]
        released.clear()
        found.append(processor.resume_bulk_job(bulk_job_id))
        await ended(processor, bulk_job_id, "in_progress", "rate_limited")
        found.append(processor.cancel_bulk_job(bulk_job_id))
        status = await ended(processor, bulk_job_id)
        found += [status["status"], processor.cancel_bulk_job(bulk_job_id), processor.resume_bulk_job(bulk_job_id)]
        found.append(processor.pause_bulk_job("job_nobody_knows"))
        await processor.cleanup()
        return found

    assert asyncio.run(main()) == [False, True, 1, False, True, True, "cancelled", False, False, False]


def test_events_and_their_analysis(script: Surroundings) -> None:
    class Broken(BatchProcessor):
        def _execute_video_generation(self, video_job: VideoJob) -> dict[str, Any]:  # type: ignore[override]
            raise ValueError(f"row {video_job.row} is broken")

    async def main() -> tuple[BatchProcessor, str]:
        processor = Broken(script.creds, db_path=script.home)
        job_id = processor.create_bulk_job(script.sheet(), "user")
        await processor.process_sheet_ideas(job_id)
        await ended(processor, job_id)
        await processor.cleanup()
        return processor, job_id

    processor, job_id = asyncio.run(main())

    events = processor.get_job_events(job_id, limit=50)
    assert [f"{event['created_at']}: {event['message']}" for event in events]
    errors = [event for event in events if event["level"] == "ERROR"]
    warnings = [event for event in events if event["level"] == "WARNING"]
    assert any("2 of 2 rows failed" in error["message"] for error in errors[-5:])
    assert sum("is broken" in warning["message"] for warning in warnings) == 2
    assert [datetime.fromisoformat(event["timestamp"]) for event in errors]
    assert processor.get_job_events(job_id, limit=1) == events[-1:]
    video = processor.get_video_jobs(job_id)[0]
    assert isinstance(video.id, str)
    assert {event["row"] for event in processor.get_job_events(video.id)} == {video.row_key}


def test_errors_are_told_as_what_they_are(script: Surroundings) -> None:
    raised: list[Exception] = [QuotaExceededError("too many"), TimeoutError("Connection Timeout"), KeyError("odd")]
    printed: list[str] = []

    class Failing(BatchProcessor):
        async def _execute_video_generation(self, video_job: VideoJob) -> dict[str, Any]:
            raise raised[video_job.attempts - 1]

    def custom_error_handler(_job_id: str, error: Exception) -> None:
        if isinstance(error, QuotaExceededError):
            printed.append("rate limited, will retry")
        elif "timeout" in str(error).lower():
            printed.append("timeout, will retry")
        else:
            printed.append(f"unknown {error}")

    async def main() -> dict[str, Any]:
        processor = Failing(script.creds, db_path=script.home)
        processor.error_handler = NO_WAITS
        processor.add_error_callback(custom_error_handler)
        job_id = processor.create_bulk_job(script.sheet(ONE), "user")
        await processor.process_sheet_ideas(job_id)
        status = await ended(processor, job_id)
        await processor.cleanup()
        return status

    status = asyncio.run(main())

    assert printed == ["rate limited, will retry", "timeout, will retry", "unknown 'odd'"]
    assert (status["status"], status["statistics"]["failed"]) == ("failed", 1)


def test_own_handling_of_errors(script: Surroundings) -> None:
    waited: list[float] = []
    alerts: list[str] = []
    contexts: list[Mapping[str, Any]] = []
    templates: dict[str, list[str]] = {}

    class CustomBatchProcessor(BatchProcessor):
        async def _execute_video_generation(self, video_job: VideoJob) -> dict[str, Any]:
            title = video_job.idea_data["title"]
            templates.setdefault(title, []).append(video_job.idea_data["template_id"])
            if title == "Limited" and video_job.attempts == 1:
                raise RateLimitError("slow down")
            if title == "Template" and video_job.idea_data["template_id"] != "default_template":
                raise TemplateError("an odd template")
            if title == "Storage":
                raise StorageError("the store is full")
            return {"output_url": f"https://videos.example/{title}.mp4"}

        async def alert_storage_issue(self, job_id: str, error: Exception) -> None:
            alerts.append(f"{job_id}: {error}")

        async def handle_error(self, job_id: str, error: Exception, context: Mapping[str, Any]) -> str:
            contexts.append(context)
            if isinstance(error, RateLimitError):
                backoff_time = self.calculate_backoff(context["attempt"])
                waited.append(backoff_time)
                await asyncio.sleep(backoff_time / 1000)
                return "retry"
            if isinstance(error, TemplateError):
                return "use_default_template"
            if isinstance(error, StorageError):
                await self.alert_storage_issue(job_id, error)
            return "fail"

    rows = [["Limited", "One."], ["Template", "Two."], ["Storage", "Three."], ["Fine", "Four."]]

    async def main() -> tuple[str, dict[str, Any]]:
        processor = CustomBatchProcessor(script.creds, db_path=script.home)
        job_id = processor.create_bulk_job(script.sheet(rows), "user", template="corporate")
        await processor.process_sheet_ideas(job_id)
        status = await ended(processor, job_id)
        await processor.cleanup()
        return job_id, status

    job_id, status = asyncio.run(main())

    assert waited == [1.0]
    assert alerts == [f"{job_id}: the store is full"]
    assert templates["Template"] == ["corporate", "default_template"]
    assert (status["statistics"]["completed"], status["statistics"]["failed"]) == (3, 1)
    assert {context["attempt"] for context in contexts} == {1}


def test_reading_a_sheet_raises_what_it_met(script: Surroundings) -> None:
    async def main() -> tuple[str, dict[str, Any]]:
        processor = BatchProcessor(script.creds, db_path=script.home)
        processor.error_handler = SheetsErrorHandler("batch_processor", RetryTemplate(0.0, 0.0, 1, 1.0))
        bulk_job_id = processor.create_bulk_job(script.sheet(ONE), "user")
        script.google.fail_next(429, times=2)
        try:
            await processor.process_sheet_ideas(bulk_job_id)
        except QuotaExceededError:
            told = "rate limit exceeded"
        before = script.google.count("sheets.fault")
        status = processor.get_bulk_job_status(bulk_job_id)
        await processor.cleanup()
        return f"{told} after {before} tries", status

    seen = script.google.count("sheets.fault")
    told, status = asyncio.run(main())

    assert told == f"rate limit exceeded after {seen + 2} tries"
    assert (status["status"], status["error_code"]) == ("failed", "RATE_LIMITED")


def test_a_key_that_is_not_there_is_said_when_it_is_needed(script: Surroundings) -> None:
    async def main() -> None:
        processor = BatchProcessor("creds.json", db_path=script.home)
        try:
            await processor.process_sheet_ideas(processor.create_bulk_job(script.sheet(ONE), "user"))
        finally:
            await processor.cleanup()

    with pytest.raises(AuthenticationError, match=r"'creds.json' cannot be read"):
        asyncio.run(main())


def test_jobs_keep_to_the_limiter_that_was_given(script: Surroundings) -> None:
    rate_limiter = RateLimiter(per_user_limit=1, per_project_limit=300, refill_rate=5.0)

    async def main() -> tuple[dict[str, Any], dict[str, Any]]:
        processor = QuickProcessor(credentials_path=script.creds, db_path=script.home, rate_limiter=rate_limiter)
        assert processor.rate_limiter is rate_limiter
        job_id = processor.create_bulk_job(script.sheet(), "user123")
        await processor.process_sheet_ideas(job_id)
        limited = await ended(processor, job_id, "rate_limited")
        assert [video.status for video in processor.get_video_jobs(job_id)] == ["completed", "rate_limited"]
        assert processor.get_bulk_job(job_id).status == "rate_limited"
        system = processor.get_system_status()
        assert processor.rate_limiter.can_proceed(user_id="user123") is False
        assert 0 < processor.rate_limiter.get_backoff_time("user123") <= 60
        processor.rate_limiter = RateLimiter(per_user_limit=100)  # heeded by rows that wait
        assert (await ended(processor, job_id))["statistics"]["completed"] == 2
        await processor.cleanup()
        return limited, system

    limited, system = asyncio.run(main())

    assert limited["statistics"]["completed"] == 1
    assert system["rate_limiter"]["per_user_limit"] == 1
    assert system["rate_limiter"]["users"]["user123"]["used"] == 1
    assert (system["state"], system["bulk_jobs"]["running"]) == ("running", 1)
    assert system["bulk_jobs"]["rate_limited"] == 1


def test_what_a_processor_says_of_itself(script: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(script.folder)
    processor = BatchProcessor("creds.json", max_workers=2)
    status = processor.get_system_status()

    assert (status["state"], status["queue_running"], status["bulk_jobs"]["running"]) == ("idle", 0, 0)
    assert processor.rate_limiter.get_backoff_time("user_id") == 0.0
    assert (processor.queue_manager.running, processor.queue_manager.max_workers) == (0, 2)
    processor.queue_manager.max_workers = 8
    processor.queue_manager = QueueManager(max_workers=3)
    assert processor.get_system_status()["max_workers"] == 3
    with sqlite3.connect(processor.db_path) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert cleanup_old_jobs(processor, days_old=30) == 0
    asyncio.run(processor.cleanup())
    asyncio.run(processor.cleanup())
    assert processor.get_system_status()["state"] == "stopped"
    assert Path("batch_processing.db.dagster", "dagster.yaml").is_file()


def test_the_log_of_a_processor_in_debug_mode(script: Surroundings, caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("batch_processor")
    before = logger.level
    logger.setLevel(logging.DEBUG)

    async def main() -> str:
        processor = QuickProcessor(credentials_path=script.creds, db_path=script.home, debug_mode=True)
        job_id = processor.create_bulk_job(script.sheet(ONE), "user")
        await processor.process_sheet_ideas(job_id)
        await ended(processor, job_id)
        await processor.cleanup()
        return job_id

    job_id = asyncio.run(main())
    logger.setLevel(before)

    lines = [record.getMessage() for record in caplog.records if record.name == "batch_processor"]
    assert any(line.startswith(f"Job {job_id}: row 2 finished") for line in lines)
    (recorded,) = script.home.rglob(f"job_{job_id}_*.json")
    assert "sheets.googleapis.com" in recorded.read_text()


def test_a_check_of_the_whole_system(script: Surroundings) -> None:
    sheet_id = script.sheet(ONE)

    async def health_check() -> list[str]:
        found = []
        async with BatchProcessor(script.creds, db_path=script.home) as processor:
            with sqlite3.connect(processor.db_path) as connection:
                found.append(f"database {connection.execute('SELECT 1').fetchone()}")
            job_id = processor.create_bulk_job(sheet_id, "health", column_range="A1:Z2", output={"resolution": "720p"})
            result = await processor.process_sheet_ideas(job_id)
            found.append(f"sheet {result['total_ideas']}")
            processor.cancel_bulk_job(job_id)
            found.append(f"limits {processor.get_system_status()['rate_limiter']['per_user_limit']}")
            await ended(processor, job_id)
        return found

    assert asyncio.run(health_check()) == ["database (1,)", "sheet 1", "limits 60"]
