"""What a generation decides about errors of rows: its own and the engine's, within bounds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import pytest

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.adapters.storage import Storage, open_storage
from bulkvid_pipeline.core import errors
from bulkvid_pipeline.core.errors import (
    BulkVideoError,
    NetworkError,
    StorageAccessDeniedError,
    TemplateInvalidError,
    WorkerDiedError,
)
from bulkvid_pipeline.core.options import Platform, Style
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.states import ItemState, StopReason
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.services.batch.generation import MOST_TRIES, Attempt, Verdict
from bulkvid_pipeline.services.batch.leases import NoLeases, leased_for
from bulkvid_pipeline.services.batch.progress import JobProgress
from bulkvid_pipeline.services.batch.row_loop import RowLoop
from bulkvid_pipeline.services.batch.row_turn import RowRetried
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome
from bulkvid_pipeline.services.outputs.output_store import OutputStore
from bulkvid_pipeline.services.outputs.published import Work
from bulkvid_pipeline_tests.services.batch.programs import Program, video_of
from bulkvid_pipeline_tests.services.batch.studio import Studio, plan
from bulkvid_pipeline_tests.waiting import PATIENCE_S

ALL_ERRORS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, BulkVideoError) and kind is not errors.RenderCancelledError
]


@pytest.fixture
def store(tmp_path: Path) -> OutputStore:
    return OutputStore(open_storage(f"file://{tmp_path}/output"), "", "ideas", RetryPolicy(tries=1), "generation-test")


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(work_dir=tmp_path / "work", workers=1)


def failing(times: int, error: BaseException) -> Callable[[Attempt], object]:
    """Fails so often for each row, then makes it."""

    def make(attempt: Attempt) -> object:
        if attempt.number <= times:
            raise error
        return video_of(attempt)

    return make


def always(verdict: object) -> Callable[[Attempt, Exception], object]:
    return lambda _attempt, _error: verdict


def one(loop: RowLoop) -> RowOutcome:
    (outcome,) = loop.run()
    return outcome


def test_a_row_is_tried_as_often_as_the_program_says(store: OutputStore, studio: Studio) -> None:
    told: list[RowRetried] = []
    program = Program(failing(2, NetworkError("dropped")), always("retry"))

    outcome = one(RowLoop([plan(1)], store, studio, generation=program, on_retried=told.append))

    assert (outcome.state, outcome.attempts, outcome.cost) == (ItemState.COMPLETED, 3, 0.25)
    assert [(number, str(error)) for _, number, error in program.asked] == [
        (1, "dropped (Check the network and try again)"),
        (2, "dropped (Check the network and try again)"),
    ]
    assert [(news.tried, news.failure.code, news.verdict) for news in told] == [
        (1, "NETWORK_ERROR", Verdict.RETRY),
        (2, "NETWORK_ERROR", Verdict.RETRY),
    ]


@pytest.mark.parametrize(("most", "tries"), [(None, MOST_TRIES), (4, 4)])
def test_a_program_that_always_says_retry_is_heeded_so_often_and_no_more(
    store: OutputStore, studio: Studio, most: int | None, tries: int
) -> None:
    program = Program(failing(999, ValueError("never")), always(Verdict.RETRY), max_tries=most)

    outcome = one(RowLoop([plan(1)], store, studio, generation=program))

    assert (outcome.state, outcome.attempts, len(program.made)) == (ItemState.FAILED, tries, tries)
    assert outcome.failure is not None
    assert outcome.failure.code == "GENERATION_FAILED"
    assert outcome.failure.message == (
        f"The generation failed: ValueError: never; 'retry' was asked for, but no row is tried more than {tries} times"
    )


@pytest.mark.parametrize("kind", ALL_ERRORS, ids=lambda kind: kind.__name__)
def test_each_of_our_errors_reaches_the_program_as_it_is_and_keeps_its_code(
    store: OutputStore, studio: Studio, kind: type[BulkVideoError]
) -> None:
    program = Program(failing(1, kind("that is wrong", fix="Mend it")))
    loop = RowLoop([plan(1)], store, studio, generation=program)

    outcome = one(loop)

    assert [type(error) for _, _, error in program.asked] == [kind]
    assert outcome.failure is not None
    assert (outcome.failure.code, outcome.failure.message, outcome.failure.fix) == (
        kind.code,
        "that is wrong",
        "Mend it",
    )
    assert (loop.stopped_by is not None) == kind.systemic


class TheirOwnError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("cannot be printed")


class HalfOfOursError(BulkVideoError):
    def __init__(self) -> None:
        Exception.__init__(self)


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (PermissionError(13, "no"), "The generation failed: PermissionError: [Errno 13] no"),
        (TheirOwnError(), "The generation failed: TheirOwnError: (it cannot be printed: RuntimeError)"),
        (HalfOfOursError(), "The generation failed: HalfOfOursError: (it cannot be printed: AttributeError)"),
        (SystemExit(2), "The generation failed: SystemExit: 2"),
        (KeyboardInterrupt(), "The generation failed: KeyboardInterrupt"),
        (errors.RenderCancelledError("I gave up"), "I gave up"),
        (StopIteration(), "The generation failed: StopIteration"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whatever_a_program_raises_fails_its_row_alone(
    store: OutputStore, studio: Studio, raised: BaseException, told: str
) -> None:
    def make(attempt: Attempt) -> object:
        if attempt.plan.title == "Row 1":
            raise raised
        return video_of(attempt)

    outcomes = RowLoop([plan(1), plan(2)], store, studio, generation=Program(make)).run()
    failed, good = sorted(outcomes, key=lambda outcome: outcome.plan.title)  # they end in any order

    assert (failed.state, good.state) == (ItemState.FAILED, ItemState.COMPLETED)
    assert failed.failure is not None
    assert failed.failure.message == told


@pytest.mark.parametrize(
    ("decide", "told"),
    [
        (always("again"), "what to do about it was answered by 'again'; expected: 'retry', 'use_default_template'"),
        (always(None), "what to do about it was answered by None; expected"),
        (always(["retry"]), "what to do about it was answered by ['retry']; expected"),
        (always("RETRY"), "what to do about it was answered by 'RETRY'; expected"),
        (lambda _a, _e: 1 / 0, "deciding what to do about it failed too: ZeroDivisionError: division by zero"),
        (lambda _a, _e: exec("raise SystemExit"), "deciding what to do about it failed too: SystemExit"),
    ],
)
def test_what_is_no_verdict_fails_the_row_with_both_errors(
    store: OutputStore, studio: Studio, decide: Callable[[Attempt, Exception], object], told: str
) -> None:
    outcome = one(RowLoop([plan(1)], store, studio, generation=Program(failing(9, NetworkError("gone")), decide)))

    assert outcome.failure is not None
    assert (outcome.failure.code, outcome.attempts) == ("NETWORK_ERROR", 1)
    assert outcome.failure.message.startswith(f"gone; {told}")


def fancy(number: int, **changes: object) -> VideoPlan:
    """A row by another template than the default one."""
    return replace(plan(number).with_template(BUILT_IN_TEMPLATES["classic"]), **changes)  # type: ignore[arg-type]


def test_a_row_is_made_with_the_default_template_and_says_so(store: OutputStore, studio: Studio) -> None:
    program = Program(failing(1, TemplateInvalidError("no logo")), always("use_default_template"))
    row = fancy(1)
    loop = RowLoop([row], store, studio, generation=program)

    outcome = one(loop)

    assert (row.style, outcome.plan.style) == (Style.CLASSIC, Style.MODERN)
    assert (outcome.state, outcome.attempts, loop.stopped_by) == (ItemState.COMPLETED, 2, None)
    assert outcome.fingerprint == plan(1).fingerprint(store.engine) != row.fingerprint(store.engine)
    assert outcome.warnings == ("Made with the template default_template instead of classic: no logo",)
    (again,) = RowLoop([plan(1)], store, studio, generation=program).run()
    assert not again.rendered
    assert again.warnings == outcome.warnings


class OfAnother(NoLeases):
    """Leases of which another run has those of one row, until it has published it; notes what is taken and released."""

    def __init__(self, held: str, publish: Callable[[], object]) -> None:
        self.held = held
        self.publish = publish
        self.mine: list[str] = []

    def take(self, names: Collection[str]) -> bool:
        if self.held in names:
            return False
        self.mine += names
        return True

    def taken(self, names: Collection[str]) -> frozenset[str]:
        if self.held in names:
            self.publish()
            self.held = ""
        return frozenset()

    def release(self, names: Collection[str]) -> None:
        for name in names:
            self.mine.remove(name)


def test_another_run_that_makes_the_row_with_the_default_template_is_waited_for(
    store: OutputStore, studio: Studio
) -> None:
    program = Program(failing(1, TemplateInvalidError("no logo")), always("use_default_template"))
    theirs = Program(video_of)
    (held,) = leased_for(store, Work(plan(1), plan(1).outputs))
    leases = OfAnother(held, lambda: one(RowLoop([plan(1)], store, studio, generation=theirs)))

    outcome = one(RowLoop([fancy(1)], store, studio, generation=program, leases=leases))

    assert (outcome.state, outcome.rendered) == (ItemState.COMPLETED, False)
    assert leases.mine == []


def test_what_the_row_itself_says_stays_with_the_default_template(store: OutputStore, studio: Studio) -> None:
    program = Program(failing(1, TemplateInvalidError("no logo")), always("use_default_template"))
    row = fancy(1, style=Style.MINIMAL, left_to_template=plan(1).left_to_template - {"style"})

    assert one(RowLoop([row], store, studio, generation=program)).plan.style is Style.MINIMAL


def test_the_default_template_is_used_once(store: OutputStore, studio: Studio) -> None:
    program = Program(failing(9, TemplateInvalidError("no logo")), always("use_default_template"))

    outcome = one(RowLoop([fancy(1)], store, studio, generation=program))

    assert outcome.attempts == 2
    assert outcome.failure is not None
    assert outcome.failure.message == (
        "no logo; 'use_default_template' was asked for, but it was made with that template already"
    )


def test_the_engines_errors_are_decided_about_too(store: OutputStore, studio: Studio) -> None:
    met: list[str] = []

    def meet(title: str) -> None:
        met.append(title)
        if len(met) < 5:
            raise WorkerDiedError("killed")

    program = Program(decide=always("retry"), name=None)
    outcome = one(RowLoop([plan(1)], store, replace(studio, on_render=meet), generation=program))

    assert (outcome.state, outcome.attempts, len(met), program.made) == (ItemState.COMPLETED, 5, 5, [])


def test_an_error_of_the_storage_is_decided_about_and_the_video_is_made_once(
    store: OutputStore, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [StorageAccessDeniedError("read only")]
    write = Storage.write_bytes

    def refuse_once(self: Storage, key: str, data: bytes, **options: str) -> object:
        if refusals:
            raise refusals.pop()
        return write(self, key, data, **options)

    monkeypatch.setattr(Storage, "write_bytes", refuse_once)
    program = Program(decide=always("retry"))
    loop = RowLoop([plan(1)], store, studio, generation=program)

    outcome = one(loop)

    assert (outcome.state, outcome.attempts, outcome.cost) == (ItemState.COMPLETED, 2, 0.25)
    assert (program.made, loop.stopped_by) == (["Row 1"], None)


@pytest.mark.parametrize("reason", [StopReason.PAUSE, StopReason.CANCEL])
def test_a_stop_ends_the_wait_for_another_try_at_once(store: OutputStore, studio: Studio, reason: StopReason) -> None:
    waiting = threading.Event()
    progress = JobProgress()
    seen: list[tuple[str, ItemState, int]] = []

    def decide(attempt: Attempt, _error: Exception) -> str:
        (row,) = progress.snapshot().in_work
        seen.append((row.stage, row.state, row.tries))
        waiting.set()
        attempt.stopping.sleep(PATIENCE_S)
        return "retry"

    program = Program(failing(9, NetworkError("gone")), decide, max_workers=1)
    loop = RowLoop(
        [plan(1), plan(2)],
        store,
        studio,
        generation=program,
        progress=progress,
        stop_reason=lambda: reason if waiting.is_set() else None,
    )

    outcomes = list(loop.run())

    assert seen == [("retried", ItemState.RETRIED, 1)]
    assert [outcome.state for outcome in outcomes] == ([ItemState.CANCELLED] if reason is StopReason.PAUSE else [])
    assert program.made == ["Row 1"]


def test_a_call_that_never_returns_is_left_behind_by_a_stop(store: OutputStore, studio: Studio) -> None:
    never, begun, stopping = threading.Event(), threading.Event(), Stopping()

    def make(_attempt: Attempt) -> object:
        begun.set()
        never.wait()
        return None

    loop = RowLoop([plan(1)], store, studio, generation=Program(make), stopping=stopping)
    loop.stop_reason = lambda: StopReason.CANCEL if begun.is_set() else None

    assert list(loop.run()) == []
    assert not any(thread.name == "row" for thread in threading.enumerate())
    never.set()


def test_the_number_of_rows_at_once_is_read_before_each_row(store: OutputStore, studio: Studio) -> None:
    together = threading.Barrier(3)
    program = Program(max_workers=1)

    def make(attempt: Attempt) -> object:
        if attempt.plan.title == "Row 1":
            program.max_workers = 3  # though this row is at work
        together.wait(PATIENCE_S)
        return video_of(attempt)

    program.make = make

    assert len(list(RowLoop([plan(n) for n in (1, 2, 3)], store, studio, generation=program).run())) == 3


def test_several_outputs_of_a_row_share_its_cost(store: OutputStore, studio: Studio) -> None:
    outcome = one(RowLoop([plan(1, Platform.YOUTUBE, Platform.TIKTOK)], store, studio, generation=Program()))

    assert [(output.cost, output.platform) for output in outcome.outputs] == [(0.125, "youtube"), (0.125, "tiktok")]
    assert outcome.cost == 0.25
