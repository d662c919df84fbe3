"""Stands in for a program that makes rows in the engine's place, or decides about their errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bulkvid_pipeline.services.batch.admission import TurnLimiter
from bulkvid_pipeline.services.batch.generation import Attempt


def video_of(attempt: Attempt) -> object:
    return {"output_url": f"https://videos.example/{attempt.plan.sheet_row}.mp4", "cost": 0.25, "duration": 12.5}


@dataclass
class Program:
    """A generation that does as it is told, and notes what it is asked."""

    make: Callable[[Attempt], object] = video_of
    decide: Callable[[Attempt, Exception], object] = lambda _attempt, _error: "fail"
    name: str | None = "test:Program"
    max_workers: int | None = 2
    max_tries: int | None = None
    limiter: TurnLimiter | None = None
    made: list[str] = field(default_factory=list)
    asked: list[tuple[str, int, Exception]] = field(default_factory=list)

    def generate(self, attempt: Attempt) -> object:
        self.made.append(attempt.plan.title)
        return self.make(attempt)

    def verdict_on(self, attempt: Attempt, error: Exception) -> object:
        self.asked.append((attempt.plan.title, attempt.number, error))
        return self.decide(attempt, error)
