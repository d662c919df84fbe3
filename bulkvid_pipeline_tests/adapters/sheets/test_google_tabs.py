"""Which tab of a Google sheet is read: the one of the link, or the one with ideas."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.sheets.google_sheets import ApiKey, Credentials, GoogleSheets, ServiceAccount
from bulkvid_pipeline.core.errors import InvalidRangeError
from bulkvid_pipeline.core.ranges import parse_range
from bulkvid_pipeline.core.spec import InputSource
from bulkvid_pipeline.services.sheets.loading import sheet_label
from bulkvid_pipeline_tests.peers.google import GooglePeer

HEADER = ["idea_title", "script_content"]
MONTHS = {
    "January": [HEADER, ["January tea", "One."]],
    "February": [HEADER, ["February tea", "Two."]],
}
WITH_COVER = {"Read me": [["How to fill this in"]], "Plan": MONTHS["January"], "Empty": []}


@pytest.fixture(scope="module")
def peer() -> Iterator[GooglePeer]:
    with GooglePeer() as running:
        yield running


@pytest.fixture(autouse=True)
def _proxied(peer: GooglePeer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in peer.env.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=["service account", "API key", "no credentials"])
def google(request: pytest.FixtureRequest, peer: GooglePeer) -> GoogleSheets:
    credentials: dict[str, Credentials] = {
        "service account": ServiceAccount(peer.service_account().path),
        "API key": ApiKey(peer.api_key()),
        "no credentials": None,
    }
    return GoogleSheets(credentials[request.param], timeout_s=10, retry=RetryPolicy())


def test_the_tab_that_a_link_names_by_its_number_is_read(peer: GooglePeer, google: GoogleSheets) -> None:
    sheet_id = peer.add_sheet(MONTHS, public=True)
    assert google.read(sheet_id, gid=1).cells[1] == ("February tea", "Two.")
    assert google.read(sheet_id, parse_range("A2:B2"), gid=1).cells == (("February tea", "Two."),)
    assert google.read(sheet_id, parse_range("January!A:B"), gid=1).cells[1] == ("January tea", "One.")


def test_a_number_that_no_tab_has_is_refused_with_the_way_out(peer: GooglePeer, google: GoogleSheets) -> None:
    sheet_id = peer.add_sheet(MONTHS, public=True)
    with pytest.raises(InvalidRangeError, match="gid=77") as refused:
        google.read(sheet_id, gid=77)
    assert "--range" in refused.value.fix


def test_the_ideas_are_found_behind_a_cover_and_their_tab_is_named(peer: GooglePeer, google: GoogleSheets) -> None:
    sheet_id = peer.add_sheet(WITH_COVER, public=True)
    sheet = google.read(sheet_id, find_tab=True)
    assert (sheet.cells[1], [f.code for f in sheet.notes.findings]) == (("January tea", "One."), ["TAB_CHOSEN"])


def test_several_tabs_with_ideas_behind_a_cover_are_listed(peer: GooglePeer, google: GoogleSheets) -> None:
    tabs: dict[str, list[list[str]]] = {"Read me": [["How to fill this in"]], **MONTHS}
    sheet_id = peer.add_sheet(tabs, public=True)
    with pytest.raises(InvalidRangeError, match="'January', 'February'"):
        google.read(sheet_id, find_tab=True)


def test_a_load_costs_one_read_and_one_more_for_the_number_of_a_tab(peer: GooglePeer) -> None:
    sheet_id = peer.add_sheet(MONTHS, public=True)
    google = GoogleSheets(ApiKey(peer.api_key()), timeout_s=10)
    before = peer.count("sheets.")
    google.read(sheet_id, find_tab=True)
    assert peer.count("sheets.") == before + 1
    google.read(sheet_id, gid=1, find_tab=True)
    assert peer.count("sheets.") == before + 3


def test_tabs_of_one_sheet_have_labels_of_their_own_and_the_first_keeps_the_sheets() -> None:
    link = "https://docs.google.com/spreadsheets/d/1A2B3C4D5E6F7G8H9I0J/edit"
    labels = [sheet_label(InputSource(sheet_id=text)) for text in (link, f"{link}#gid=0", f"{link}#gid=7")]
    assert labels[0] == labels[1]
    assert labels[2] == f"{labels[0]}-gid7"


def test_a_link_gives_the_spec_its_tab_and_its_range_but_a_range_of_its_own_wins() -> None:
    link = "https://docs.google.com/spreadsheets/d/1A2B3C4D5E6F7G8H9I0J/edit#gid=7&range=A1:J20"
    source = InputSource(sheet_id=link)
    assert (source.sheet_id, source.gid, source.range) == ("1A2B3C4D5E6F7G8H9I0J", 7, "A1:J20")
    assert InputSource(sheet_id=link, range="B2:C9").range == "B2:C9"
