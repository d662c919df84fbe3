"""Which rows are this run's alone, beside other runs over the same sheet."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Protocol, Self

from bulkvid_pipeline.services.outputs.output_store import DOCUMENT, OutputStore
from bulkvid_pipeline.services.outputs.published import Work


def leased_for(store: OutputStore, work: Work) -> list[str]:
    """What is leased while a row is in work: the addresses of the documents that it will publish."""
    return [store.storage.url(store.key(work.plan, output, DOCUMENT)) for output in work.outputs]


class RowLeases(Protocol):
    """Leases on outputs by the address of their document; see `adapters.dagster.leases.Leases`."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def take(self, names: Collection[str]) -> bool: ...

    def taken(self, names: Collection[str]) -> frozenset[str]: ...

    def release(self, names: Collection[str]) -> None: ...

    def alone(self, name: str, within_s: float) -> AbstractContextManager[bool]: ...


class NoLeases:
    """For a run beside which no other can work on the same rows."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def take(self, names: Collection[str]) -> bool:  # noqa: ARG002
        return True

    def taken(self, names: Collection[str]) -> frozenset[str]:  # noqa: ARG002
        return frozenset()

    def release(self, names: Collection[str]) -> None: ...

    def alone(self, name: str, within_s: float) -> AbstractContextManager[bool]:  # noqa: ARG002
        return nullcontext(True)
