from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bulkvid_pipeline_tests.peers.google.peer import GooglePeer
from bulkvid_pipeline_tests.services.doctor.conftest import Look, spec_of

ROWS = [["title", "script"], ["Tea", "Boil the water."], ["Coffee", "Grind the beans."]]


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[GooglePeer]:
    with GooglePeer() as peer:
        for name, value in peer.env.items():
            monkeypatch.setenv(name, value)
        yield peer


def test_without_credentials_sheets_are_read_by_public_link(look: Look, google: GooglePeer) -> None:
    assert look("google").status == "skipped"
    assert look("sheet").status == "skipped"
    assert look("write-back").status == "skipped"

    told = look("sheet", spec=spec_of(google.add_sheet(ROWS, public=True)))
    assert told.status == "ok"
    assert "2 rows" in told.found
    hidden = look("sheet", spec=spec_of(google.add_sheet(ROWS)))
    assert hidden.status == "broken"
    assert "Share the sheet" in str(hidden.mend)


def test_a_service_account_is_signed_in_and_reads(look: Look, google: GooglePeer) -> None:
    key = google.service_account()
    sheet = google.add_sheet(ROWS, shared_with=[key.email])

    told = look("google", BULKVID_GOOGLE_CREDENTIALS=str(key.path))

    assert told.status == "ok"
    assert key.email in told.found
    assert look("sheet", spec=spec_of(sheet)).status == "ok"
    google.revoke_sharing(sheet)
    revoked = look("sheet", spec=spec_of(sheet))
    assert revoked.status == "broken"
    assert key.email in str(revoked.mend)
    google.remove_sheet(sheet)
    assert "not found" in look("sheet", spec=spec_of(sheet)).found


def test_a_key_that_google_does_not_know_is_broken(look: Look, google: GooglePeer) -> None:
    told = look("google", BULKVID_GOOGLE_CREDENTIALS=str(google.service_account(registered=False).path))

    assert told.status == "broken"
    assert "Google refused the service account's key" in told.found
    assert "PRIVATE" not in told.model_dump_json()


def test_an_account_that_was_deleted_is_broken(look: Look, google: GooglePeer) -> None:
    key = google.service_account()
    google.delete_account(key.email)

    assert look("google", BULKVID_GOOGLE_CREDENTIALS=str(key.path)).status == "broken"


def test_a_file_of_credentials_that_cannot_be_used_is_broken(look: Look, folder: Path) -> None:
    (folder / "key.json").write_text("{not json")

    told = look("google", BULKVID_GOOGLE_CREDENTIALS=str(folder / "key.json"))
    assert told.status == "broken"
    assert "is not JSON" in told.found
    assert "cannot be read" in look("google", BULKVID_GOOGLE_CREDENTIALS=str(folder / "none.json")).found


def test_an_api_key_is_accepted_or_refused(look: Look, google: GooglePeer) -> None:
    assert look("google", BULKVID_GOOGLE_API_KEY=google.api_key()).status == "ok"
    told = look("google", BULKVID_GOOGLE_API_KEY="AIza-wrong-key")
    assert told.status == "broken"
    assert "AIza-wrong-key" not in told.model_dump_json()


def test_without_a_way_to_google_it_is_broken(look: Look, google: GooglePeer, silent_address: str) -> None:
    key = str(google.service_account().path)

    told = look(
        "google", BULKVID_GOOGLE_CREDENTIALS=key, HTTPS_PROXY="http://127.0.0.1:1", https_proxy="http://127.0.0.1:1"
    )
    assert told.status == "broken"
    assert "cannot be reached" in told.found
    told = look("google", limit_s=1.0, HTTPS_PROXY=silent_address, https_proxy=silent_address)
    assert told.status == "broken"


def test_google_being_out_of_order_is_told_at_once(look: Look, google: GooglePeer) -> None:
    key = google.service_account()
    sheet = google.add_sheet(ROWS, shared_with=[key.email])
    google.fail_next(503, times=9)

    told = look("sheet", spec=spec_of(sheet), BULKVID_GOOGLE_CREDENTIALS=str(key.path))

    assert told.status == "broken"
    assert "503" in told.found


def test_results_may_be_written_by_editors_alone(look: Look, google: GooglePeer) -> None:
    key = google.service_account()
    given = {"BULKVID_GOOGLE_CREDENTIALS": str(key.path)}
    edited = google.add_sheet(ROWS, writable_by=[key.email])
    read = google.add_sheet(ROWS, shared_with=[key.email])

    assert look("write-back", spec=spec_of(edited, write_back=True), **given).status == "ok"
    told = look("write-back", spec=spec_of(read, write_back=True))
    assert told.status == "broken"
    assert "Editor" in str(told.mend)
    assert look("write-back", spec=spec_of(edited, write_back=True), BULKVID_GOOGLE_CREDENTIALS="").status == "broken"


def test_a_file_is_read_or_missed(look: Look, folder: Path) -> None:
    (folder / "ideas.csv").write_text("title,script\nTea,Boil the water.\n")

    told = look("sheet", spec=spec_of(str(folder / "ideas.csv")))
    assert told.status == "ok"
    assert "1 row" in told.found
    told = look("sheet", spec=spec_of(str(folder / "none.csv")))
    assert told.status == "broken"
    assert "not found" in told.found
