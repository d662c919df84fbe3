"""Which rows of a sheet are finished already, by what stands in storage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome
from bulkvid_pipeline.services.outputs.output_store import OutputStore

LOOK_UP_THREADS = 16


@dataclass(frozen=True)
class Work:
    """A row, and those of its outputs that are to be rendered."""

    plan: VideoPlan
    outputs: tuple[PlannedOutput, ...]


@dataclass(frozen=True)
class PublishedRows:
    """The rows that were published when storage was listed; `documents` are the keys of their `video.json`."""

    store: OutputStore
    documents: frozenset[str] = field(repr=False)

    @classmethod
    def listed(cls, store: OutputStore) -> PublishedRows:
        """What is published of the sheet now, in one listing."""
        return cls(store, store.published_documents())

    def outcomes(self, plans: Iterable[VideoPlan], unfinished: list[Work]) -> Iterator[RowOutcome]:
        """Outcomes of the rows that are published, read as they are asked for; all other rows join `unfinished`.

        A row with a document that cannot be read is unfinished too.
        """
        found: list[VideoPlan] = []
        for plan in plans:
            missing = self.store.missing_outputs(plan, self.documents)
            if missing:
                unfinished.append(Work(plan, missing))
            else:
                found.append(plan)
        with ThreadPoolExecutor(LOOK_UP_THREADS) as pool:
            for plan, outputs in zip(found, pool.map(self.store.read_outputs, found), strict=True):
                missing = tuple(
                    planned for planned, output in zip(plan.outputs, outputs, strict=True) if output is None
                )
                if missing:
                    unfinished.append(Work(plan, missing))
                else:
                    whole = tuple(output for output in outputs if output is not None)
                    yield RowOutcome.completed(plan, self.store.engine, whole, rendered=False)
