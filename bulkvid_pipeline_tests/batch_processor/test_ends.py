"""However a script ends, its job is left in a state that can be gone on with, and nothing else is left."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from bulkvid_pipeline.adapters.dagster.run_slots import POOL
from bulkvid_pipeline.adapters.dagster.slot_pool import SlotPool
from bulkvid_pipeline.batch_processor import BatchProcessor
from bulkvid_pipeline_tests.batch_processor.conftest import Surroundings
from bulkvid_pipeline_tests.batch_processor.scripts import ended
from bulkvid_pipeline_tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.faults

SCRIPT = '''
import asyncio, sys
from pathlib import Path
from bulkvid_pipeline.batch_processor import BatchProcessor


class Waiting(BatchProcessor):
    """Makes the first video at once, and others when somebody has made a file."""

    async def _execute_video_generation(self, video_job):
        while video_job.row > 2 and not Path("go").exists():
            await asyncio.sleep(0.05)
        return {"output_url": f"https://videos.example/{video_job.row}.mp4"}


async def main(home, how):
    processor = KIND(db_path=home)
    try:
        job_id = processor.create_bulk_job("ideas.csv", "user", output={"resolution": "720p"})
        await processor.process_sheet_ideas(job_id)
        while processor.get_bulk_job_status(job_id)["statistics"]["completed"] < LEAST:
            await asyncio.sleep(0.05)
        print(job_id, flush=True)
        if how != "exit":
            await asyncio.sleep(1000)
    finally:
        if how == "interrupt":
            await processor.cleanup()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
'''
LONG = "The quick brown fox jumps over the lazy dog by the river. " * 20


@contextmanager
def at_work(script: Surroundings, how: str, *, engine: bool = False) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The script, with the first of its two videos made, or in its midst where the engine makes them; and its job."""
    kind, least = ("BatchProcessor", 0) if engine else ("Waiting", 1)
    path = script.folder / "script.py"
    path.write_text(SCRIPT.replace("KIND", kind).replace("LEAST", str(least)))
    text = LONG if engine else "Hello."
    (script.folder / "ideas.csv").write_text(f"idea_title,script_content\nOne,{text}\nTwo,{text}\n")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(
        [sys.executable, str(path), str(script.home), how], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def slots_held(processor: BatchProcessor) -> int:
    return sum(claim.held for claim in SlotPool(processor.instance, POOL).look().claims)


async def resumed(script: Surroundings, job_id: str, *, was: str) -> str:
    """The end of the job that another script, which knows nothing of the class, goes on with."""
    async with BatchProcessor(db_path=script.home) as processor:
        assert processor.get_bulk_job_status(job_id)["status"] == was
        assert slots_held(processor) == 0
        (script.folder / "go").touch()
        assert processor.resume_bulk_job(job_id)
        status = await ended(processor, job_id)
        assert status["statistics"]["completed"] == 2
        return str(status["status"])


@pytest.mark.parametrize("how", ["interrupt", "exit"])
def test_a_script_that_ends_leaves_a_paused_job(script: Surroundings, how: str) -> None:
    with at_work(script, how) as (process, job_id):
        if how == "interrupt":
            process.send_signal(signal.SIGINT)
        began = time.monotonic()
        process.wait(PATIENCE_S)
        assert time.monotonic() - began < PATIENCE_S / 3

    assert asyncio.run(resumed(script, job_id, was="paused")) == "completed"


def test_a_killed_script_leaves_a_job_that_can_be_resumed(script: Surroundings) -> None:
    with at_work(script, "kill") as (process, job_id):
        process.kill()
        process.wait()

    assert asyncio.run(resumed(script, job_id, was="failed")) == "completed"


FORKING = """
import asyncio, os, sys, time
from bulkvid_pipeline.batch_processor import BatchProcessor


class Waiting(BatchProcessor):
    async def _execute_video_generation(self, video_job):
        while not os.path.exists("go"):
            await asyncio.sleep(0.05)
        return {"output_url": "https://videos.example/1.mp4"}


processor = Waiting(db_path=sys.argv[1])
job_id = processor.create_bulk_job("ideas.csv", "user")
asyncio.run(processor.process_sheet_ideas(job_id))
if os.fork() == 0:
    sys.exit()  # with all that is to be done at exit
os.wait()
open("go", "w").close()
while (status := processor.get_bulk_job_status(job_id)["status"]) not in ("completed", "failed", "paused", "cancelled"):
    time.sleep(0.05)
print(status)
"""


def test_a_forked_child_that_exits_ends_no_job_of_its_parent(script: Surroundings) -> None:
    (script.folder / "ideas.csv").write_text("idea_title,script_content\nOne,Hello.\n")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", FORKING, str(script.home)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    assert done.stdout.split() == ["completed"], done.stderr


@pytest.mark.parametrize("how", ["interrupt", "exit", "kill"])
def test_no_encoder_outlives_the_script(script: Surroundings, how: str) -> None:
    with at_work(script, how, engine=True) as (process, job_id):
        children: list[psutil.Process] = []

        def has_begun() -> bool:
            if process.poll() is None:
                children.extend(psutil.Process(process.pid).children(recursive=True))
            return bool(children) or process.poll() is not None

        wait_until(has_begun)
        if how != "exit":
            process.send_signal(signal.SIGINT if how == "interrupt" else signal.SIGKILL)
        process.wait(PATIENCE_S)
        wait_until(lambda: not any(child.is_running() and child.status() != "zombie" for child in children))

    with BatchProcessor(db_path=script.home) as processor:
        status = processor.get_bulk_job_status(job_id)
        assert status["status"] == ("failed" if how == "kill" else "paused")
        assert slots_held(processor) == 0
        assert "resume" in status["actions"] or "retry" in status["actions"]
