"""Recording what adapters ask, without a job around them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.core.diagnostics.exchange import Exchange
from bulkvid_pipeline.core.diagnostics.patterns import FailurePattern
from bulkvid_pipeline.core.diagnostics.redaction import Redactor
from bulkvid_pipeline.core.diagnostics.summary import JobSummary, summary_of
from bulkvid_pipeline_tests.core.diagnostics.exchanges import JOB, log_of


@dataclass(eq=False)
class Overheard:
    """What was asked inside `overheard`."""

    redactor: Redactor = field(default_factory=Redactor)
    taken: list[Exchange] = field(default_factory=list)

    def wants(self, job_id: str | None) -> str | None:
        return job_id

    def take(self, job_id: str, exchange: Exchange) -> None:
        assert job_id == JOB
        self.taken.append(exchange)

    def summary(self) -> JobSummary:
        return summary_of([log_of(*self.taken)])

    def patterns(self) -> dict[str, FailurePattern]:
        """By their names, without those of several requests together."""
        signs = {"high_failure_rate", "succeeded_after_retries"}
        return {one.name: one for one in self.summary().failure_patterns if one.name not in signs}


@contextmanager
def overheard() -> Iterator[Overheard]:
    """Record what is asked inside the block."""
    recorder = Overheard()
    exchanges.listen(recorder)
    try:
        with exchanges.for_job(JOB, recorder):
            yield recorder
    finally:
        exchanges.ignore(recorder)
