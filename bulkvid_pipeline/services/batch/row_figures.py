"""What the rows of a run took and became, added up as they end, and told on the run: for analytics and estimates."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.made import Amounts, Made
from bulkvid_pipeline.core.paces import Took, kind_of, likely_length, narrator_of, sums_of
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome

TELL_EVERY_S = 10.0
LONGEST_IDLE_S = 30.0
"""Of the time without a row in work, more is another job's doing."""


@dataclass
class RowFigures:
    """The figures of a run.

    Args:
        expected_s: seconds that the checks have found, by sheet row (`ValidatedSheet.seconds`).
        provider: the speech provider, or what makes rows in the engine's place.
        is_paid: whether its characters cost something.
        workers: rows in work at once.
        by_engine: whether the engine makes the rows: what others take tells nothing of it.
    """

    expected_s: Mapping[int, float]
    provider: str
    is_paid: bool
    workers: int
    by_engine: bool = True
    clock: Callable[[], float] = time.monotonic
    made: Made = field(default_factory=Made, init=False)
    took: Took = field(default_factory=Took, init=False)
    _turns_s: float = field(default=0.0, init=False)
    _turns: int = field(default=0, init=False)
    _characters: int = field(default=0, init=False)
    _told_at: float = field(default=float("-inf"), init=False)

    def add(self, outcome: RowOutcome) -> None:
        """A row has ended."""
        self.made += self._made(outcome)
        if outcome.seconds:
            self._turns, self._turns_s = self._turns + 1, self._turns_s + outcome.seconds
            self._characters += 0 if outcome.plan.is_silent else len(outcome.plan.script)
        if outcome.rendered and self.by_engine and outcome.attempts == 1:  # else waits and failures count as work
            self.took += self._took(outcome)

    def is_due(self) -> bool:
        """Whether they should be told again; true once each `TELL_EVERY_S`."""
        if self.clock() - self._told_at < TELL_EVERY_S:
            return False
        self._told_at = self.clock()
        return True

    def as_tags(self, spoken_characters: int, idle_s: float | None = None) -> dict[str, str]:
        """The figures as tags; `idle_s`, once the run has ended, are its seconds besides waits for limits."""
        took = self.took
        if self.is_paid and self._characters:
            took += Took(spoken={self.provider: (self._characters, spoken_characters)})
        if idle_s is not None and took.rows:
            idle = idle_s - self._turns_s / max(1, min(self.workers, self._turns))
            took += Took(idle_s=min(LONGEST_IDLE_S, max(0.0, idle)), runs=1)
        return {tags.MADE: _compact(self.made.as_json()), tags.TOOK: _compact(took.as_json()) if took.rows else ""}

    def _made(self, outcome: RowOutcome) -> Made:
        plan, outputs = outcome.plan, outcome.outputs
        spent = Amounts(outcome.seconds, outcome.cost)
        videos = {output.platform: Amounts(video_s=output.duration_s, bytes=output.size_bytes) for output in outputs}
        whole, share = spent + sum(videos.values(), Amounts()), spent * (1 / len(plan.outputs))
        platforms = {each.platform.value: share + videos.get(each.platform, Amounts()) for each in plan.outputs}
        return Made({plan.style.value: whole}, platforms, {self.provider: whole})

    def _took(self, outcome: RowOutcome) -> Took:
        plan, outputs = outcome.plan, {output.platform: output for output in outcome.outputs}
        made_s = sum(output.render_seconds for output in outputs.values())
        planned = [(each, outputs[each.platform]) for each in plan.outputs if each.platform in outputs]
        if not planned or made_s > outcome.seconds:  # some of its videos were found finished
            return Took()
        found = Took(1, outcome.seconds - made_s)
        for each, output in planned:
            sums = sums_of(each, output.duration_s, output.render_seconds, output.size_bytes)
            found += Took(kinds={kind_of(plan, each): sums})
        expected = self.expected_s.get(plan.sheet_row)
        if expected and plan.target_seconds is None:
            length = sum(output.duration_s for _, output in planned) / len(planned)
            found += Took(lengths={narrator_of(self.provider, plan): (likely_length(expected), length)})
        return found


def _compact(told: object) -> str:
    return json.dumps(told, separators=(",", ":"))
