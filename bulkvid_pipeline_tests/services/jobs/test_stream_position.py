"""The ids of a stream's events."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.services.jobs.event_cursor import EventCursor
from bulkvid_pipeline.services.jobs.stream_position import StreamPosition, record_name

DIGESTS = st.one_of(st.just("-"), st.text(string.hexdigits[:16], min_size=8, max_size=8))
POSITIONS = st.builds(
    StreamPosition,
    st.dictionaries(st.uuids().map(str), st.integers(0, 2**62), max_size=5).map(EventCursor),
    DIGESTS,
    DIGESTS,
    st.none() | st.tuples(DIGESTS.filter(lambda text: text != "-"), st.integers(0, 2**62)),
)
ENDS = st.builds(StreamPosition, state=DIGESTS, progress=DIGESTS, ended=st.just(True))


@given(st.one_of(POSITIONS, ENDS))
def test_an_id_is_read_back_as_it_was_written_and_fits_a_line(position: StreamPosition) -> None:
    text = str(position)

    assert StreamPosition.parse(text) == position
    assert text.isascii()
    assert not set(text) & set(" \t\r\n\0&?#%+=/")


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "AQAAAAAA.-.-", "é", "12", "AQ.-.-.end", "null", "a" * 10_000])
def test_what_never_was_an_id_is_refused_by_the_name_of_its_place(text: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        StreamPosition.parse(text, "Last-Event-ID")

    assert refused.value.field == "Last-Event-ID"
    assert "leave it out" in refused.value.fix


@given(POSITIONS, st.data())
def test_an_id_that_was_cut_off_in_its_place_is_refused(position: StreamPosition, data: st.DataObject) -> None:
    text = str(position)
    cut = data.draw(st.integers(0, text.index(".") - 1))

    with pytest.raises(InvalidRequestError):
        StreamPosition.parse(text[:cut] + text[text.index(".") :])


def test_a_position_within_a_record_is_ahead_of_those_who_have_not_seen_that_record() -> None:
    position = StreamPosition(EventCursor({"run": 7, "other": 3}), item=record_name("run", 9))

    assert position.is_ahead_of(EventCursor({"run": 8}))
    assert not position.is_ahead_of(EventCursor({"run": 9, "other": 3}))
    assert not position.is_ahead_of(EventCursor({"unknown": 1}))
