"""A place in the events of a job, as text."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.services.jobs.event_cursor import EventCursor

RUN_IDS = st.one_of(
    st.uuids().map(str), st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=40)
)


@given(st.dictionaries(RUN_IDS, st.integers(0, 2**62), max_size=40))
def test_a_cursor_is_read_back_as_it_was_written(positions: dict[str, int]) -> None:
    assert EventCursor.parse(str(EventCursor(positions))) == EventCursor(positions)


def test_a_cursor_of_one_run_is_short_and_fits_a_url_and_a_header() -> None:
    text = str(EventCursor({str(uuid.uuid4()): 123_456}))

    assert len(text) <= 36
    assert text.replace("-", "").replace("_", "").isalnum()


def test_it_moves_for_one_run_and_starts_others_at_their_first_event() -> None:
    cursor = EventCursor({"a": 3}).moved("a", 7).moved("b", 1)

    assert (cursor.of("a"), cursor.of("b"), cursor.of("c")) == (7, 1, 0)


@given(st.integers(0, 10**6), st.characters(codec="ascii"))
def test_a_changed_letter_is_noticed(place: int, letter: str) -> None:
    whole = str(EventCursor({"7f1c9f7e-6c53-4c13-8b1c-0d7a2f0a6f11": 42}))
    at = place % len(whole)
    if whole[at] == letter:
        return
    damaged = whole[:at] + letter + whole[at + 1 :]

    try:
        read = EventCursor.parse(damaged)
    except InvalidRequestError:
        return
    assert str(read) == whole  # the unused bits of the last letter


@pytest.mark.parametrize("text", ["", "0", "42", "AQ", "…", "a" * 9000, "AAAA AAAA", "-1", "AQAAAAAA\n", "%00"])
def test_what_never_was_a_cursor_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        EventCursor.parse(text)

    assert "leave it out" in refused.value.fix
