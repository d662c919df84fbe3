"""Jobs that are spread over several runs: what these add up to, which run is needed next, how the job ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.jobs import (
    JobRun,
    Role,
    RowInWork,
    RowNews,
    RunProgress,
    Scope,
    items_of_job,
    needs_news,
    state_of_job,
)
from bulkvid_pipeline.core.spread import (
    MOST_TRIES,
    Ending,
    Member,
    Standing,
    Wanted,
    as_one,
    is_given_up,
    news_as_one,
    progress_of,
    runs_needed,
)
from bulkvid_pipeline.core.states import JobState

RUNNING, COMPLETED, FAILED = JobState.RUNNING, JobState.COMPLETED, JobState.FAILED
PAUSED, CANCELED, PENDING = JobState.PAUSED, JobState.CANCELED, JobState.PENDING
LIVE, THROUGH, LEFT, LOST = Standing.LIVE, Standing.THROUGH, Standing.LEFT, Standing.LOST


def told(total: int, percent: float = 0.0, **values: Any) -> RunProgress:
    """What a run tells; values that are no field of its own are counts by state."""
    fields = {name: values.pop(name) for name in tuple(values) if name in RunProgress.__dataclass_fields__}
    return RunProgress(total=total, percent=percent, counts=values, **fields)


def a_planner(progress: RunProgress | None = None, *, state: JobState = RUNNING, intent: str = "") -> JobRun:
    return JobRun("plan", state, 0, 0, 5, progress=progress or told(10, queued=10), shards=2, intent=intent)


def a_member(
    run_id: str,
    state: JobState = RUNNING,
    progress: RunProgress | None = None,
    *,
    role: Role = Role.SHARD,
    shard: int = 0,
) -> JobRun:
    return JobRun(
        run_id, state, 6, 6, None, Scope.ROWS, progress or RunProgress(), role=role, planned_by="plan", shard=shard
    )


class TestAsOne:
    def test_a_planner_stands_for_all_that_work_for_it_as_long_as_they_do(self) -> None:
        before = JobRun("before", PAUSED, -100, -100, -50, progress=told(10, completed=1))
        shards = [
            a_member("a", progress=told(4, 50.0, completed=2)),
            a_member("b", progress=told(4, 25.0, completed=1), shard=1),
        ]

        first, joined = as_one([before, a_planner(told(10, completed=1, queued=9)), *shards])

        assert first is before
        assert (joined.run_id, joined.state, joined.ended_at) == ("plan", RUNNING, None)
        assert (joined.progress.total, joined.progress.counts["completed"]) == (10, 4)

    @pytest.mark.parametrize("state", [COMPLETED, FAILED, PAUSED, CANCELED])
    def test_once_concluded_it_has_told_all_itself(self, state: JobState) -> None:
        planner = a_planner(told(10, completed=10), state=state)

        assert as_one([planner, a_member("a", COMPLETED, told(9, completed=7))]) == (planner,)

    @pytest.mark.parametrize(
        ("intent", "members", "state"),
        [
            ("", [], RUNNING),
            ("", [a_member("a", PENDING)], RUNNING),
            ("", [a_member("a", COMPLETED), a_member("c", RUNNING, role=Role.CONCLUSION)], JobState.COMPLETING),
            ("", [a_member("a", COMPLETED), a_member("c", FAILED, role=Role.CONCLUSION)], RUNNING),
            ("pause", [a_member("a")], JobState.PAUSING),
            ("cancel", [a_member("c", RUNNING, role=Role.CONCLUSION)], JobState.CANCELING),
        ],
    )
    def test_its_state_is_that_of_the_job(self, intent: str, members: list[JobRun], state: JobState) -> None:
        passes = as_one([a_planner(intent=intent), *members])

        assert state_of_job(passes, items_of_job(passes)) is state

    @pytest.mark.parametrize("state", [JobState.PAUSING, JobState.CANCELING])
    def test_a_wish_that_is_about_to_be_told_counts_already(self, state: JobState) -> None:
        (joined,) = as_one([a_planner(state=state), a_member("a")])

        assert joined.state is state

    def test_members_whose_planner_was_pruned_stay(self) -> None:
        alone = a_member("a", COMPLETED, told(4, completed=4))

        assert as_one([alone]) == (alone,)

    def test_a_resumed_job_that_is_spread_again_is_two_passes(self) -> None:
        first, again = (
            a_planner(told(10, completed=4), state=PAUSED),
            replace(a_planner(), run_id="again", created_at=90),
        )
        later = replace(a_member("b"), planned_by="again", created_at=95)

        passes = as_one([first, a_member("a", PAUSED, told(5, completed=4)), again, later])

        assert [run.run_id for run in passes] == ["plan", "again"]

    def test_news_of_members_are_news_of_their_planner(self) -> None:
        runs = [a_planner(), a_member("a"), a_member("b"), JobRun("other", COMPLETED, 50)]
        news = {"plan": RowNews(1), "a": RowNews(2, 1), "b": RowNews(3), "other": RowNews(0, 4)}

        assert news_as_one(news, runs) == {"plan": RowNews(6, 1), "other": RowNews(0, 4)}

    @given(
        st.lists(
            st.tuples(
                st.sampled_from([*JobState]), st.sampled_from([*Role]), st.integers(0, 9), st.integers(0, 9),
                st.integers(0, 3), st.floats(0, 100),
            ),
            max_size=6,
        ),
        st.integers(0, 8),
        st.sampled_from(["", "pause", "cancel"]),
    )  # fmt: skip
    def test_counts_of_an_open_job_always_add_up(
        self, members: list[tuple[JobState, Role, int, int, int, float]], found: int, intent: str
    ) -> None:
        runs = [
            a_member(
                str(n), state, told(done + bad + busy, percent, completed=done, failed=bad, in_progress=busy), role=role
            )
            for n, (state, role, done, bad, busy, percent) in enumerate(members)
        ]
        planner = a_planner(told(10, completed=found, queued=10 - found), intent=intent)

        (joined,) = passes = as_one([planner, *runs])
        items = items_of_job(passes)

        assert joined.is_live
        assert not needs_news(passes)
        parts = (items["completed"], items["failed"], items["cancelled"], items["skipped"], items["pending"])
        assert items["total"] == 10 == sum(parts)
        assert min(parts) >= 0
        assert items["completed"] >= found
        assert 0 <= joined.progress.percent <= 100
        assert joined.progress.eta_ms is None or joined.progress.eta_ms >= 0


class TestProgress:
    def test_what_was_found_and_what_shards_have_made_is_added_up(self) -> None:
        planner = a_planner(told(20, completed=4, queued=16, cost=0.5, styles={"modern": (4, 0)}, at=100.0))
        lost = a_member("a", FAILED, told(3, 60.0, completed=1, in_progress=2, cost=1.0, at=130.0, elapsed_ms=20_000))
        shard = a_member(
            "b",
            progress=told(
                6,
                50.0,
                completed=2,
                failed=1,
                in_progress=1,
                queued=2,
                cost=2.0,
                at=160.0,
                elapsed_ms=30_000,
                styles={"modern": (2, 1)},
                in_work=(RowInWork("row-9", "encode", 40),),
            ),
            shard=1,
        )

        joined = progress_of(planner, [lost, shard])

        assert dict(joined.counts) == {"completed": 7, "failed": 1, "in_progress": 1, "queued": 11}
        assert joined.cost == 3.5
        assert joined.styles == {"modern": (6, 1)}
        assert [row.row_key for row in joined.in_work] == ["row-9"]
        assert joined.elapsed_ms == 50_000, "from the first shard's beginning to the newest word"
        assert joined.at == 160.0

    def test_the_time_left_goes_by_the_pace_of_those_at_work(self) -> None:
        shards = [
            a_member("a", progress=told(4, 50.0, completed=2, elapsed_ms=20_000, at=20.0)),
            a_member("b", progress=told(4, 50.0, completed=2, elapsed_ms=20_000, at=20.0)),
        ]

        joined = progress_of(a_planner(told(10, queued=10)), shards)

        assert joined.percent == 40.0
        assert joined.eta_ms == 30_000, "6 rows at 2 rows in 10 s"
        assert progress_of(a_planner(told(10, queued=10)), []).eta_ms is None


class TestMembers:
    @pytest.mark.parametrize(
        ("state", "standing"),
        [
            (PENDING, LIVE),
            (RUNNING, LIVE),
            (JobState.COMPLETING, LIVE),
            (COMPLETED, THROUGH),
            (CANCELED, THROUGH),
            (PAUSED, LEFT),
            (FAILED, LOST),
        ],
    )
    def test_a_run_stands_as_its_state_says(self, state: JobState, standing: Standing) -> None:
        assert Member.of(a_member("a", state, shard=3)) == Member(Role.SHARD, 3, standing)

    def test_a_shard_whose_rows_have_all_failed_is_through_and_not_lost(self) -> None:
        assert Member.of(a_member("a", FAILED, told(2, 100.0, failed=2))).standing is THROUGH


class TestRunsNeeded:
    def test_first_all_shards_then_none_and_at_last_the_conclusion(self) -> None:
        assert runs_needed(3, 20, [], stops=False) == tuple(Wanted(Role.SHARD, n, 0) for n in range(3))
        working = [Member(Role.SHARD, n, LIVE) for n in range(3)]
        assert runs_needed(3, 20, working, stops=False) == ()
        through = [Member(Role.SHARD, n, THROUGH) for n in range(3)]
        assert runs_needed(3, 0, through, stops=False) == (Wanted(Role.CONCLUSION, 0, 0),)
        assert runs_needed(3, 0, [*through, Member(Role.CONCLUSION, 0, LIVE)], stops=False) == ()

    def test_a_lost_shard_is_begun_anew_while_rows_are_left(self) -> None:
        members = [Member(Role.SHARD, 0, LOST), Member(Role.SHARD, 1, LIVE)]

        assert runs_needed(2, 5, members, stops=False) == (Wanted(Role.SHARD, 0, 1),)
        assert runs_needed(2, 0, members, stops=False) == ()

    def test_a_job_that_is_to_stop_begins_no_shard_and_is_concluded_once_none_is_at_work(self) -> None:
        assert runs_needed(2, 5, [Member(Role.SHARD, 0, LIVE)], stops=True) == ()
        assert runs_needed(2, 5, [Member(Role.SHARD, 0, LEFT)], stops=True) == (Wanted(Role.CONCLUSION, 0, 0),)

    def test_rows_that_no_shard_can_make_do_not_keep_the_job_open(self) -> None:
        members = [Member(Role.SHARD, 0, LOST)] * MOST_TRIES + [Member(Role.SHARD, 1, THROUGH)]

        assert runs_needed(2, 5, members, stops=False) == (Wanted(Role.CONCLUSION, 0, 0),)

    def test_a_conclusion_that_is_always_lost_is_given_up(self) -> None:
        lost = [Member(Role.CONCLUSION, 0, LOST)] * MOST_TRIES

        assert runs_needed(1, 0, lost[1:], stops=False) == (Wanted(Role.CONCLUSION, 0, MOST_TRIES - 1),)
        assert not is_given_up(lost[1:])
        assert runs_needed(1, 0, lost, stops=False) == ()
        assert is_given_up(lost)
        assert not is_given_up([*lost[1:], Member(Role.CONCLUSION, 0, LIVE)])

    @given(st.data())
    def test_whatever_is_lost_a_job_comes_to_one_conclusion_or_is_given_up(self, data: st.DataObject) -> None:
        shards, left, stops = data.draw(st.integers(1, 4)), data.draw(st.integers(0, 6)), False
        members: list[Member] = []
        for _ in range(100):
            assert sum(member.standing is LIVE for member in members if member.role is Role.CONCLUSION) <= 1
            stops = stops or data.draw(st.integers(0, 9)) == 0
            wanted = runs_needed(shards, left, members, stops=stops)
            for run in wanted:
                same = [member.standing for member in members if (member.role, member.shard) == (run.role, run.shard)]
                assert LIVE not in same
                assert THROUGH not in same
                assert same.count(LOST) < MOST_TRIES
                assert run.tries == len(same), "or Dagster would take it for one that it has launched already"
                if run.role is Role.CONCLUSION:
                    assert not any(member.standing is LIVE for member in members), "rows may still end"
                else:
                    assert left
                    assert not stops
            members += [Member(run.role, run.shard, LIVE) for run in wanted]
            at_work = [n for n, member in enumerate(members) if member.standing is LIVE]
            if not at_work:
                assert is_given_up(members), "it would wait for ever"
                return
            ending = data.draw(st.sampled_from(at_work))
            member = members[ending]
            if member.role is Role.CONCLUSION:
                fate = data.draw(st.sampled_from([THROUGH, LOST]))
                if fate is THROUGH:
                    return
            else:
                others = any(n != ending and members[n].role is Role.SHARD for n in at_work)
                # A shard is through when no row is free; those of another one at work may come back later.
                fates = [LOST, *([LEFT] if stops else []), *([THROUGH] if others or not left else [])]
                fate = data.draw(st.sampled_from(fates))
                left = data.draw(st.integers(0, left))
            members[ending] = replace(member, standing=fate)
        pytest.fail("the job never came to an end")


class TestEnding:
    @pytest.mark.parametrize(
        ("ending", "state"),
        [
            (Ending(5, 5, 0), COMPLETED),
            (Ending(5, 4, 1), COMPLETED),
            (Ending(5, 0, 5), FAILED),
            (Ending(5, 4, 0), FAILED),
            (Ending(5, 2, 1, intent="pause"), PAUSED),
            (Ending(5, 5, 0, intent="pause"), COMPLETED),
            (Ending(5, 2, 1, intent="cancel"), CANCELED),
            (Ending(5, 5, 0, intent="cancel"), COMPLETED),
            (Ending(5, 2, 0, is_canceled=True), CANCELED),
            (Ending(5, 2, 0, intent="pause", is_canceled=True), CANCELED),
        ],
    )
    def test_a_wish_counts_only_while_rows_are_left(self, ending: Ending, state: JobState) -> None:
        assert ending.state is state
