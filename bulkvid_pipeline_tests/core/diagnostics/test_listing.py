"""The list of a job's requests."""

from __future__ import annotations

import pytest

from bulkvid_pipeline.core.diagnostics.exchange import Fault, Peer
from bulkvid_pipeline.core.diagnostics.listing import Ending, ExchangeQuery, listed, page_of, statuses_by_peer
from bulkvid_pipeline_tests.core.diagnostics.exchanges import asked, broken, log_of, speech_error

LATE, EARLY = (
    log_of(asked(Peer.SHEET, at=5, row="row-2", request_headers={"X-Trace": "Abc"}), broken(Peer.MEDIA, Fault.DNS, 6)),
    log_of(
        speech_error(429, "Slow down", at=1),
        asked(Peer.STORAGE, 404, at=2, operation="HeadObject"),
        broken(Peer.STORAGE, Fault.CANCELLED, 3),
    ),
)
EVERYTHING = listed([LATE, EARLY])


def numbers(**query: object) -> list[int]:
    return [one.number for one in page_of(EVERYTHING, ExchangeQuery(**query)).found]  # type: ignore[arg-type]


def test_requests_stand_in_the_order_of_time_with_how_they_ended() -> None:
    assert [one.exchange.started_at for one in EVERYTHING] == sorted(one.exchange.started_at for one in EVERYTHING)
    assert [one.ending for one in EVERYTHING] == [
        Ending.FAILED,
        Ending.EXPECTED,
        Ending.CANCELLED,
        Ending.SUCCEEDED,
        Ending.FAILED,
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"peer": Peer.STORAGE}, [2, 3]),
        ({"ending": Ending.FAILED}, [1, 5]),
        ({"status": 429}, [1]),
        ({"status": 0}, [3, 5]),
        ({"q": "slow DOWN"}, [1]),
        ({"q": "x-trace: abc"}, [4]),
        ({"q": "ROW-2"}, [4]),
        ({"q": "nowhere"}, []),
        ({"peer": Peer.STORAGE, "ending": Ending.CANCELLED}, [3]),
    ],
)
def test_they_are_filtered(query: dict[str, object], found: list[int]) -> None:
    assert numbers(**query) == found


def test_pages_follow_each_other_and_one_beyond_the_end_is_the_last() -> None:
    pages = [page_of(EVERYTHING, ExchangeQuery(page=number, page_size=2)) for number in (1, 2, 3, 99, -5)]

    assert [[one.number for one in page.found] for page in pages] == [[1, 2], [3, 4], [5], [5], [1, 2]]
    assert {(page.pages, page.total) for page in pages} == {(3, 5)}
    assert page_of([], ExchangeQuery()).pages == 1


def test_answers_are_counted_by_whom_they_came_from() -> None:
    assert statuses_by_peer(EVERYTHING) == {
        Peer.SHEET: {200: 1},
        Peer.STORAGE: {0: 1, 404: 1},
        Peer.SPEECH: {429: 1},
        Peer.MEDIA: {0: 1},
    }
