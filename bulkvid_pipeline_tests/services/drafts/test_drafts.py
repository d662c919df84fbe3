"""Drafts survive reloads, are told apart by user and project, and never overwrite each other silently."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.key_values import TABLE, KeyValues
from bulkvid_pipeline.core.errors import DraftChangedError, DraftNotFoundError, InvalidRequestError
from bulkvid_pipeline.services.drafts.drafts import (
    KEPT_S,
    MOST_CHARACTERS,
    MOST_DRAFTS,
    PREFIX,
    AllDrafts,
    Draft,
    Drafts,
    Step,
)
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

SPEC: dict[str, Any] = {
    "input_source": {"path": "upload_0123456789abcdef_ideas-aaaaaa"},
    "processing_deadline_ms": "soon",
}


class Clock:
    """Epoch seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def instance(workplace: Workplace) -> DagsterInstance:
    return workplace.instance


@pytest.fixture
def drafts(instance: DagsterInstance, clock: Clock) -> Drafts:
    return Drafts(instance, "news", "ann", clock)


@ON_BOTH_DATABASES
def test_what_is_saved_is_there_for_another_process(workplace: Workplace, clock: Clock) -> None:
    drafts = Drafts(workplace.instance, "news", "ann", clock)
    begun = drafts.start(SPEC, source_name="ideas.csv")
    clock.now += 5
    saved = drafts.save(begun.id, begun.version, spec={**SPEC, "title": "\0 \ud800 Frühling"}, step=Step.LOOK)
    with DagsterInstance.from_config(str(workplace.folder / "home")) as other:
        again = Drafts(other, "news", "ann", clock)
        assert again.get(begun.id) == saved
        assert [draft.id for draft in again.all()] == [begun.id]
    assert (saved.step, saved.version, saved.source_name) == (Step.LOOK, 2, "ideas.csv")
    assert (saved.changed_at - saved.created_at).total_seconds() == 5


def test_a_change_is_made_again_of_what_was_saved_in_between(drafts: Drafts) -> None:
    begun = drafts.start(SPEC)
    seen: list[int] = []

    def change(draft: Draft) -> Draft:
        seen.append(draft.version)
        if len(seen) == 1:
            drafts.save(begun.id, draft.version, spec={**SPEC, "title": "Of another window"})
        return replace(draft, spec={**draft.spec, "priority": "high"})

    changed = drafts.change(begun.id, change)
    assert seen == [1, 2]
    assert (changed.spec["title"], changed.spec["priority"]) == ("Of another window", "high")


def test_a_draft_that_others_change_all_the_time_is_told(drafts: Drafts) -> None:
    begun = drafts.start(SPEC)

    def overtaken(draft: Draft) -> Draft:
        drafts.save(begun.id, draft.version, spec={**SPEC, "title": str(draft.version)})
        return replace(draft, spec={**draft.spec, "priority": "high"})

    with pytest.raises(DraftChangedError, match="is being changed"):
        drafts.change(begun.id, overtaken)


def test_a_draft_of_another_version_of_ours_is_passed_over(instance: DagsterInstance, drafts: Drafts) -> None:
    known, other = drafts.start(SPEC), drafts.start(SPEC)
    foreign = other.stored.replace('"step":"sheet"', '"step":"of the future"')
    assert KeyValues(instance, PREFIX, "drafts").swap(key_of(instance, other.id), other.stored, foreign)
    assert [draft.id for draft in drafts.all()] == [known.id]
    assert AllDrafts(instance).uploads(0) == {SPEC["input_source"]["path"]}
    with pytest.raises(DraftNotFoundError):
        drafts.get(other.id)


def key_of(instance: DagsterInstance, draft_id: str) -> str:
    with KeyValues(instance, PREFIX, "drafts").connection() as connection:
        return str(connection.execute(sa.select(TABLE.c.key).where(TABLE.c.key.like(f"%{draft_id}"))).scalar_one())


def test_of_two_windows_the_second_is_told_what_the_first_has_saved(drafts: Drafts) -> None:
    begun = drafts.start(SPEC)
    drafts.save(begun.id, begun.version, spec={**SPEC, "title": "of the first window"})
    with pytest.raises(DraftChangedError) as told:
        drafts.save(begun.id, begun.version, spec={**SPEC, "title": "of the second window"})
    assert told.value.details == {"version": 2, "changed_at": drafts.get(begun.id).changed_at.isoformat()}
    assert drafts.get(begun.id).spec["title"] == "of the first window"


def test_saving_without_a_difference_is_no_change(drafts: Drafts) -> None:
    begun = drafts.start(SPEC, step=Step.DETAILS)
    assert drafts.save(begun.id, begun.version, spec=dict(SPEC), step=Step.LOOK) == begun


@pytest.mark.parametrize(("project", "user"), [("news", "bob"), ("sport", "ann"), ("ann", "news")])
def test_nobody_else_sees_a_draft(instance: DagsterInstance, drafts: Drafts, project: str, user: str) -> None:
    begun = drafts.start(SPEC)
    others = Drafts(instance, project, user)
    assert others.all() == []
    for look in (others.get, others.delete, lambda draft: others.save(draft, 1, spec={})):
        with pytest.raises(DraftNotFoundError):
            look(begun.id)
    assert drafts.get(begun.id) == begun


@pytest.mark.parametrize("draft_id", ["", "draft_0123456789abcdef", "../draft", "draft_%", "x" * 5000])
def test_an_id_that_is_none_is_not_found(drafts: Drafts, draft_id: str) -> None:
    with pytest.raises(DraftNotFoundError):
        drafts.get(draft_id)


def test_a_deleted_draft_is_gone(drafts: Drafts) -> None:
    begun = drafts.start(SPEC)
    drafts.delete(begun.id)
    assert drafts.all() == []
    with pytest.raises(DraftNotFoundError):
        drafts.delete(begun.id)


def test_a_draft_is_forgotten_a_month_after_its_last_change(
    instance: DagsterInstance, drafts: Drafts, clock: Clock
) -> None:
    old, changed = drafts.start({"title": "old"}), drafts.start(SPEC)
    clock.now += KEPT_S - 1
    drafts.save(changed.id, changed.version, step=Step.REVIEW)
    clock.now += 2
    assert [draft.id for draft in drafts.all()] == [changed.id]
    with pytest.raises(DraftNotFoundError):
        drafts.get(old.id)
    every, now_ms = AllDrafts(instance), round(clock.now * 1000)
    assert every.uploads(now_ms) == {SPEC["input_source"]["path"]}
    assert every.forget_expired(now_ms, dry_run=True)[0] == 1
    assert every.forget_expired(now_ms)[0] == 1
    assert every.forget_expired(now_ms) == (0, 0)


def test_drafts_have_an_upper_size_and_number(drafts: Drafts) -> None:
    begun = drafts.start(SPEC)
    with pytest.raises(InvalidRequestError, match="too many characters"):
        drafts.save(begun.id, begun.version, spec={"title": "a" * MOST_CHARACTERS})
    for _ in range(MOST_DRAFTS - 1):
        drafts.start({})
    with pytest.raises(InvalidRequestError, match=f"{MOST_DRAFTS} drafts"):
        drafts.start({})
    assert len(drafts.all()) == MOST_DRAFTS
