"""Writing into Google sheets over real TLS, gspread and google-auth unmodified, against the peer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.sheets.google_sheets import ServiceAccount
from bulkvid_pipeline.adapters.sheets.google_writing import MOST_ROWS_AT_ONCE, SheetWriter
from bulkvid_pipeline.core.errors import QuotaExceededError, SheetAccessDeniedError, SheetNotFoundError
from bulkvid_pipeline.core.ranges import parse_range
from bulkvid_pipeline.core.write_back import CellBlock
from bulkvid_pipeline_tests.peers.google import GooglePeer, KeyFile


@pytest.fixture(scope="module")
def running_peer() -> Iterator[GooglePeer]:
    with GooglePeer() as peer:
        yield peer


@pytest.fixture(scope="module")
def account(running_peer: GooglePeer) -> KeyFile:
    return running_peer.service_account()


@pytest.fixture
def peer(running_peer: GooglePeer, monkeypatch: pytest.MonkeyPatch) -> GooglePeer:
    for name, value in running_peer.env.items():
        monkeypatch.setenv(name, value)
    running_peer.recover()
    return running_peer


class Turns:
    """Counts the turns that were asked for."""

    def __init__(self) -> None:
        self.taken = 0

    def __call__(self) -> None:
        self.taken += 1


def writer(account: KeyFile, tries: int = 1) -> SheetWriter:
    retry = RetryPolicy(tries=tries, sleep=lambda _: None)
    return SheetWriter(ServiceAccount(account.path), timeout_s=60.0, retry=retry)


def editable(peer: GooglePeer, account: KeyFile, rows: int = 2, columns: int = 26) -> str:
    return peer.add_sheet(
        [["a", "b"]] + [["x", "y"]] * rows,
        writable_by=[account.email],
        column_count=columns,
        row_count=max(1000, rows + 1),
    )


def test_blocks_are_written_as_text_in_one_request(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id, turns = editable(peer, account), Turns()
    hostile = ('=HYPERLINK("http://evil")', "+1", "-1", "@sum", "1e3", "2026-01-01", "'x", "007")
    before = peer.count("sheets.values.batchUpdate")

    blocks = [CellBlock(1, 2, (hostile,)), CellBlock(3, 3, ((1.5,),))]
    writer(account).write(sheet_id, "Sheet1", blocks, before_writing=turns)

    assert peer.count("sheets.values.batchUpdate") == before + 1 == before + turns.taken
    assert peer.workbook(sheet_id).tabs[0].rows[0] == ["a", "b", *hostile]
    assert peer.workbook(sheet_id).tabs[0].at(2, 3) == 1.5


def test_a_tab_is_named_even_with_quotes_in_its_name(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet({"First": [["1"]], "It's mine": [["a"]]}, writable_by=[account.email])

    writer(account).write(sheet_id, "It's mine", [CellBlock(1, 1, (("b",),))], before_writing=Turns())

    assert [tab.rows for tab in peer.workbook(sheet_id).tabs] == [[["1"]], [["a", "b"]]]


def test_many_rows_go_in_several_requests_each_with_its_turn(peer: GooglePeer, account: KeyFile) -> None:
    rows = MOST_ROWS_AT_ONCE * 2 + 5
    sheet_id, turns = editable(peer, account, rows), Turns()

    block = CellBlock(2, 2, tuple((f"v{n}",) for n in range(rows)))
    writer(account).write(sheet_id, "Sheet1", [block], before_writing=turns)

    assert turns.taken == 3
    assert [row[2] for row in peer.workbook(sheet_id).tabs[0].rows[1:]] == [f"v{n}" for n in range(rows)]


def test_a_sheet_that_is_too_narrow_is_widened_and_a_wide_one_left(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id, turns = editable(peer, account, columns=2), Turns()

    writer(account).ensure_width(sheet_id, "Sheet1", 7, before_writing=turns)
    writer(account).ensure_width(sheet_id, "Sheet1", 5, before_writing=turns)

    assert peer.workbook(sheet_id).tabs[0].column_count == 7
    assert turns.taken == 1
    writer(account).write(sheet_id, "Sheet1", [CellBlock(1, 6, (("g",),))], before_writing=turns)


def test_a_quota_that_is_spent_is_waited_for(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id, turns = editable(peer, account), Turns()
    peer.fail_next(429, times=2)

    writer(account, tries=3).write(sheet_id, "Sheet1", [CellBlock(2, 2, (("v",),))], before_writing=turns)

    assert peer.workbook(sheet_id).tabs[0].at(1, 2) == "v"
    peer.fail_next(429, times=3)
    with pytest.raises(QuotaExceededError):
        writer(account, tries=3).write(sheet_id, "Sheet1", [CellBlock(2, 2, (("w",),))], before_writing=turns)


def test_google_counts_writes_apart_from_reads(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = editable(peer, account)
    peer.google.quota.per_user, limit = 2, peer.google.quota.per_user
    try:
        for _ in range(2):
            writer(account).read(sheet_id, parse_range("A:B"))
        writer(account).write(sheet_id, "Sheet1", [CellBlock(2, 2, (("v",),))], before_writing=Turns())
    finally:
        peer.google.quota.per_user = limit


def test_a_sheet_that_is_shared_for_reading_only_is_known_before_writing(peer: GooglePeer, account: KeyFile) -> None:
    read_only = peer.add_sheet([["a"]], shared_with=[account.email])
    before = peer.count("sheets.")

    with pytest.raises(SheetAccessDeniedError, match=account.email) as refused:
        writer(account).check_editable(read_only)

    assert "Editor" in refused.value.fix
    writer(account).check_editable(editable(peer, account))
    assert peer.count("sheets.") == before
    with pytest.raises(SheetAccessDeniedError, match="Editor"):
        writer(account).write(read_only, "Sheet1", [CellBlock(1, 1, (("v",),))], before_writing=Turns())


def test_protected_cells_and_lost_sheets_are_told_as_such(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = editable(peer, account)
    peer.workbook(sheet_id).protected_columns.add(2)

    with pytest.raises(SheetAccessDeniedError, match="protected range"):
        writer(account).write(sheet_id, "Sheet1", [CellBlock(1, 2, (("v",),))], before_writing=Turns())
    peer.remove_sheet(sheet_id)
    with pytest.raises(SheetNotFoundError):
        writer(account).check_editable(sheet_id)


def test_reading_asks_for_no_right_to_write(peer: GooglePeer, account: KeyFile) -> None:
    from bulkvid_pipeline.adapters.sheets.google_sheets import GoogleSheets

    sheet_id = editable(peer, account)
    GoogleSheets(ServiceAccount(account.path)).read(sheet_id)

    newest = list(peer.google.identities.tokens.values())[-1]
    assert {scope.rpartition("/")[2] for scope in newest.scopes} == {"spreadsheets.readonly", "drive.metadata.readonly"}
