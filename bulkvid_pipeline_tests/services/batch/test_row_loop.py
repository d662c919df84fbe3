"""The row loop beside another run over the same rows: nothing is made twice, nothing is left out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.storage import Storage, open_storage
from bulkvid_pipeline.core.errors import EncoderError, StorageQuotaExceededError
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.states import ItemState, StopReason
from bulkvid_pipeline.services.batch.leases import NoLeases
from bulkvid_pipeline.services.batch.row_loop import RowLoop
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome
from bulkvid_pipeline.services.outputs.output_store import OutputStore
from bulkvid_pipeline_tests.services.batch.studio import Studio, plan
from bulkvid_pipeline_tests.waiting import PATIENCE_S


@dataclass
class Elsewhere(NoLeases):
    """Leases of which another run holds some, until it gives them back when it is asked the second time."""

    held: set[str]
    before_giving_back: Callable[[], object] = lambda: None
    asked: int = 0

    def take(self, names: Collection[str]) -> bool:
        return self.held.isdisjoint(names)

    def taken(self, names: Collection[str]) -> frozenset[str]:
        self.asked += 1
        if self.asked == 2:
            self.before_giving_back()
            self.held.clear()
        return frozenset(self.held & set(names))


@dataclass
class Shelf:
    """Rows that several loops take from."""

    plans: list[VideoPlan]
    asked: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, count: int) -> Sequence[VideoPlan]:
        with self.lock:
            self.asked.append(count)
            taken, self.plans = self.plans[:count], self.plans[count:]
        return taken


@pytest.fixture
def store(tmp_path: Path) -> OutputStore:
    return OutputStore(open_storage(f"file://{tmp_path}/output"), "", "ideas", RetryPolicy(tries=1))


def documents(store: OutputStore, *plans: VideoPlan) -> set[str]:
    """What is leased while the rows are in work."""
    return {
        store.storage.url(store.key(one, output, "video.json")) for one in plans for output in one.outputs
    }  # fmt: skip


def test_a_row_that_another_run_is_making_is_found_published_once_it_is_given_back(
    store: OutputStore, tmp_path: Path
) -> None:
    plans, ours, theirs = [plan(n) for n in (1, 2, 3)], Studio(work_dir=tmp_path / "a"), Studio(work_dir=tmp_path / "b")
    other_run = RowLoop(plans[:1], store, theirs)
    leases = Elsewhere(documents(store, plans[0]), before_giving_back=lambda: list(other_run.run()))

    outcomes = list(RowLoop(plans, store, ours, leases=leases).run())

    assert (theirs.rendered, ours.rendered) == (["Row 1"], ["Row 2", "Row 3"])
    assert [(o.plan.title, o.state, o.rendered) for o in outcomes] == [
        ("Row 2", ItemState.COMPLETED, True),
        ("Row 3", ItemState.COMPLETED, True),
        ("Row 1", ItemState.COMPLETED, False),
    ]


def test_a_row_that_another_run_gave_back_unfinished_is_made_here(store: OutputStore, tmp_path: Path) -> None:
    plans, ours = [plan(1), plan(2)], Studio(work_dir=tmp_path)
    loop = RowLoop(plans, store, ours, leases=Elsewhere(documents(store, plans[0])))

    outcomes = list(loop.run())

    assert ours.rendered == ["Row 2", "Row 1"]
    assert all(outcome.rendered for outcome in outcomes)


def test_what_was_published_since_the_run_began_is_looked_up_right_before_it_is_rendered(
    store: OutputStore, tmp_path: Path
) -> None:
    plans, theirs = [plan(1), plan(2, Platform.YOUTUBE, Platform.TIKTOK)], Studio(work_dir=tmp_path / "b")

    def other_run(title: str) -> None:
        if title == "Row 1":  # it makes the second row, for one platform only, while we make the first
            list(RowLoop([replace(plans[1], outputs=plans[1].outputs[:1])], store, theirs).run())

    ours = Studio(work_dir=tmp_path / "a", on_render=other_run)
    outcomes = list(RowLoop(plans, store, ours).run())

    assert [len(outcome.outputs) for outcome in outcomes] == [1, 2]
    assert theirs.rendered == ["Row 2"]
    published = outcomes[1].outputs[0]
    assert (published.document in store.published_documents(), published.platform) == (True, "youtube")
    made_here = sorted(path.name for path in (tmp_path / "output").rglob("video.json"))
    assert len(made_here) == 3


def test_with_force_nothing_is_looked_up(store: OutputStore, tmp_path: Path) -> None:
    plans, studio = [plan(1)], Studio(work_dir=tmp_path)
    list(RowLoop(plans, store, studio).run())

    (outcome,) = RowLoop(plans, store, studio, force=True).run()

    assert outcome.rendered
    assert studio.rendered == ["Row 1", "Row 1"]


def test_each_row_costs_one_listing_of_its_own_folder(
    store: OutputStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[str] = []
    real = Storage.list

    def noted(self: Storage, prefix: str = "") -> object:
        listed.append(prefix)
        return real(self, prefix)

    monkeypatch.setattr(Storage, "list", noted)
    plans = [plan(1, Platform.YOUTUBE, Platform.TIKTOK), plan(2)]

    list(RowLoop(plans, store, Studio(work_dir=tmp_path)).run())

    assert listed == ["ideas/", *(f"{store.row_folder(one)}/" for one in plans)]


def test_a_paused_run_does_not_wait_for_rows_of_others(store: OutputStore, tmp_path: Path) -> None:
    plans, studio = [plan(1), plan(2)], Studio(work_dir=tmp_path)
    leases = Elsewhere(documents(store, plans[0]), before_giving_back=lambda: pytest.fail("it waited"))

    def stop_reason() -> StopReason | None:
        return StopReason.PAUSE if studio.rendered else None

    outcomes = list(RowLoop(plans, store, studio, leases=leases, stop_reason=stop_reason).run())

    assert [outcome.plan.title for outcome in outcomes] == ["Row 2"]


def test_two_runs_at_once_over_one_sheet_make_each_row_once(store: OutputStore, tmp_path: Path) -> None:
    held: set[str] = set()
    lock = threading.Lock()

    class Shared(NoLeases):
        """Leases of two runs in one process."""

        def take(self, names: Collection[str]) -> bool:
            with lock:
                free = held.isdisjoint(names)
                held.update(names if free else ())
                return free

        def taken(self, names: Collection[str]) -> frozenset[str]:
            return frozenset(held & set(names))

        def release(self, names: Collection[str]) -> None:
            with lock:
                held.difference_update(names)

    plans = [plan(n) for n in range(1, 7)]
    together = threading.Barrier(2)
    begun: set[str] = set()

    def meet_once(name: str) -> None:
        if name not in begun:  # both runs have looked for what is published before either publishes
            begun.add(name)
            together.wait(PATIENCE_S)

    def studio(name: str) -> Studio:
        return Studio(work_dir=tmp_path / name, on_render=lambda _: meet_once(name))

    def run(studio: Studio) -> list[RowOutcome]:
        return list(RowLoop(plans, store, studio, leases=Shared()).run())

    studios = [studio("a"), studio("b")]
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(run, studios, timeout=PATIENCE_S))

    assert sorted(studios[0].rendered + studios[1].rendered) == [one.title for one in plans]
    for ended in outcomes:
        assert sorted(o.plan.title for o in ended if o.state is ItemState.COMPLETED) == [one.title for one in plans]


def test_a_row_fails_alone_and_a_full_store_stops_the_run(store: OutputStore, tmp_path: Path) -> None:
    plans = [plan(n) for n in (1, 2, 3, 4)]

    def meet(title: str) -> None:
        if title == "Row 1":
            raise EncoderError("It broke")
        if title == "Row 3":
            raise StorageQuotaExceededError("It is full")

    loop = RowLoop(plans, store, Studio(work_dir=tmp_path, on_render=meet))
    states = {outcome.plan.title: outcome.state for outcome in loop.run()}

    assert states == {"Row 1": ItemState.FAILED, "Row 2": ItemState.COMPLETED, "Row 3": ItemState.FAILED}
    assert isinstance(loop.stopped_by, StorageQuotaExceededError)


def test_a_loop_with_a_source_has_no_more_rows_in_hand_than_it_can_begin_and_one(
    store: OutputStore, tmp_path: Path
) -> None:
    shelf, in_hand = Shelf([plan(n) for n in range(1, 8)]), list[int]()

    def look(_title: str) -> None:
        in_hand.append(7 - len(shelf.plans) - len(studio.rendered))

    studio = Studio(workers=1, work_dir=tmp_path, on_render=look)
    outcomes = list(RowLoop((), store, studio, source=shelf).run())

    assert studio.rendered == [f"Row {n}" for n in range(1, 8)]
    assert len(outcomes) == 7
    assert max(in_hand) <= 2
    assert max(shelf.asked) <= 2


def test_loops_that_share_a_source_make_each_row_once(store: OutputStore, tmp_path: Path) -> None:
    shelf = Shelf([plan(n) for n in range(1, 21)])
    together = threading.Barrier(3)
    met: set[str] = set()

    def meet(name: str) -> None:
        if name not in met:  # each has taken rows before any has made one
            met.add(name)
            together.wait(PATIENCE_S)

    def run(name: str) -> list[str]:
        studio = Studio(workers=1, work_dir=tmp_path / name, on_render=lambda _: meet(name))
        return [outcome.plan.title for outcome in RowLoop((), store, studio, source=shelf).run()]

    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(run, "abc", timeout=PATIENCE_S))

    assert all(ended)
    assert sorted(title for of_loop in ended for title in of_loop) == sorted(f"Row {n}" for n in range(1, 21))


def test_a_row_of_the_source_that_is_published_already_is_found_and_not_made(
    store: OutputStore, tmp_path: Path
) -> None:
    plans = [plan(n) for n in (1, 2, 3)]
    list(RowLoop(plans[1:2], store, Studio(work_dir=tmp_path / "before")).run())
    studio = Studio(workers=1, work_dir=tmp_path / "now")

    outcomes = list(RowLoop((), store, studio, source=Shelf(plans)).run())

    assert studio.rendered == ["Row 1", "Row 3"]
    assert {outcome.plan.title: outcome.rendered for outcome in outcomes} == {
        "Row 1": True,
        "Row 2": False,
        "Row 3": True,
    }


def test_a_paused_loop_takes_nothing_more_and_leaves_what_it_has_not_begun(store: OutputStore, tmp_path: Path) -> None:
    shelf, studio = Shelf([plan(n) for n in range(1, 8)]), Studio(workers=1, work_dir=tmp_path)

    def stop_reason() -> StopReason | None:
        return StopReason.PAUSE if studio.rendered else None

    outcomes = list(RowLoop((), store, studio, source=shelf, stop_reason=stop_reason).run())

    assert [outcome.plan.title for outcome in outcomes] == studio.rendered
    assert 0 < len(studio.rendered) <= 2
    assert len(shelf.plans) >= 4


def test_rows_that_are_handed_over_are_not_made_and_finished_ones_are_not_handed_over(
    store: OutputStore, tmp_path: Path
) -> None:
    plans, studio = [plan(n) for n in (1, 2, 3)], Studio(work_dir=tmp_path)
    list(RowLoop(plans[:1], store, studio).run())
    handed: list[str] = []

    def hand_over(left: Sequence[VideoPlan]) -> bool:
        handed.extend(one.title for one in left)
        return True

    outcomes = list(RowLoop(plans, store, studio, hand_over=hand_over).run())

    assert handed == ["Row 2", "Row 3"]
    assert [outcome.plan.title for outcome in outcomes] == studio.rendered == ["Row 1"]
    list(RowLoop(plans[:1], store, studio, hand_over=hand_over).run())
    assert handed == ["Row 2", "Row 3"], "where nothing is left, nobody is asked"
