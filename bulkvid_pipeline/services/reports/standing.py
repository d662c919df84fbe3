"""Results of rows that this run did not process: published documents, and the manifest of before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.services.outputs.outcomes import PublishedOutput
from bulkvid_pipeline.services.outputs.output_store import DOCUMENT, OutputStore
from bulkvid_pipeline.services.outputs.published import LOOK_UP_THREADS
from bulkvid_pipeline.services.reports.manifest import rows_of_manifest
from bulkvid_pipeline.services.reports.model import RowReport, RowState

MANIFEST = "manifest.json"

_OF_ROWS = {RowState.COMPLETED, RowState.FAILED, RowState.CANCELLED, RowState.PENDING}
"""States of rows that were to be rendered; rejected and skipped rows are judged anew with the sheet."""


@dataclass(frozen=True)
class StandingRows:
    """The rows of a sheet as storage knows them. `documents` are keys of `video.json`, `last` is by row key."""

    store: OutputStore
    documents: frozenset[str] = field(repr=False)
    last: Mapping[str, RowReport] = field(repr=False)

    @classmethod
    def read(cls, store: OutputStore) -> StandingRows:
        """One listing and one manifest, however many rows there are.

        Raises:
            BulkVideoError: storage cannot be read.
        """
        documents = store.published_documents()
        try:
            text = store.retry.call(lambda: store.storage.read_bytes(store.beside(MANIFEST))).decode(errors="replace")
        except NotFoundError:
            return cls(store, documents, {})
        return cls(store, documents, {row.row_key: row for row in rows_of_manifest(text) if row.state in _OF_ROWS})

    def published(self, plan: VideoPlan) -> tuple[str, ...]:
        """Keys of the documents of all outputs as the plan wants them; empty where one is missing, or not known."""
        if not knows_its_media(plan):
            return ()
        wanted = tuple(self.store.key(plan, output, DOCUMENT) for output in plan.outputs)
        return wanted if self.documents.issuperset(wanted) else ()

    def is_whole(self, row: RowReport) -> bool:
        """Whether the documents that a row of the manifest names are all still there."""
        return bool(row.outputs) and self.documents.issuperset(self.keys_of(row))

    def keys_of(self, row: RowReport) -> frozenset[str]:
        """Keys of the documents that a row of the manifest names."""
        return frozenset(self.store.beside(output.document) for output in row.outputs)

    def any_version(self, plan: VideoPlan) -> tuple[str, ...]:
        """Keys of all documents of the row, whatever it was made of."""
        folder = self.store.row_folder(plan)
        return tuple(key for key in self._by_row.get(folder, ()))

    def versions_of(self, plan: VideoPlan) -> tuple[str, ...]:
        """Keys of all documents of the row, those included that the manifest knows under another title of it."""
        last = self.last.get(plan.row_key)
        renamed = self.keys_of(last) & self.documents if last is not None else frozenset()
        return tuple(dict.fromkeys((*self.any_version(plan), *sorted(renamed))))

    def folders_but(self, plans: Iterable[VideoPlan]) -> dict[str, list[str]]:
        """The folders of rows with documents, without those of these rows; with the keys of their documents."""
        theirs = {self.store.row_folder(plan) for plan in plans}
        return {folder: keys for folder, keys in self._by_row.items() if folder not in theirs}

    def read_documents(self, wanted: Mapping[str, Sequence[str]]) -> dict[str, list[PublishedOutput]]:
        """What the documents of rows say, by row key; those that cannot be read are left out."""
        with ThreadPoolExecutor(LOOK_UP_THREADS) as pool:
            read = pool.map(lambda keys: [self.store.read_document(key) for key in keys], wanted.values())
            return {
                row_key: [output for output in outputs if output is not None]
                for row_key, outputs in zip(wanted, read, strict=True)
            }

    @cached_property
    def _by_row(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key in sorted(self.documents):
            found.setdefault(key.rsplit("/", 2)[0], []).append(key)
        return found


def knows_its_media(plan: VideoPlan) -> bool:
    """Whether the content of the row's media is known, without which the name of its files is not."""
    return all(medium.digest for medium in plan.media.values())
