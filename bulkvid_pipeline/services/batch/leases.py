"""Which rows are this run's alone, beside other runs over the same sheet."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Protocol, Self


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
