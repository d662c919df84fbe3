"""The peer keeps to what Google does, seen through clients that know nothing of it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import gspread
import pytest
import requests
from google.auth import crypt, jwt

from bulkvid_pipeline_tests.peers.google import GooglePeer, KeyFile, Shown, main
from bulkvid_pipeline_tests.peers.google.identity import GRANT_TYPE, TOKEN_URI
from bulkvid_pipeline_tests.peers.google.workbook import BadRangeError, Tab, Workbook

IDEAS = [["idea_title", "status"], ["007", ""], ["b", ""]]


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


# gspread as everybody uses it


def test_gspread_reads_all_values_with_three_requests(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet({"First": [["x"]], "My sheet": IDEAS}, shared_with=[account.email])
    before = peer.count("sheets.")
    worksheet = gspread.service_account(account.path).open_by_key(sheet_id).worksheet("My sheet")
    assert worksheet.get_all_values() == IDEAS
    assert peer.count("sheets.") == before + 3


def test_raw_writing_keeps_text_that_looks_like_a_formula(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet(IDEAS, writable_by=[account.email])
    client = gspread.service_account(account.path)
    body = {"valueInputOption": "RAW", "data": [{"range": "Sheet1!B2:B3", "values": [["=1+1"], ["007"]]}]}

    answer = client.http_client.values_batch_update(sheet_id, body)

    assert answer["totalUpdatedCells"] == 2
    assert answer["responses"][0]["updatedRange"] == "Sheet1!B2:B3"
    assert client.http_client.values_get(sheet_id, "B2:B3")["values"] == [["=1+1"], ["007"]]


def test_typed_text_becomes_a_number(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet(IDEAS, writable_by=[account.email])
    client = gspread.service_account(account.path).http_client
    body = {"valueInputOption": "USER_ENTERED", "data": [{"range": "B2", "values": [["007"]]}]}
    client.values_batch_update(sheet_id, body)
    assert client.values_get(sheet_id, "B2")["values"] == [["7"]]


def test_a_reader_may_not_write(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet(IDEAS, shared_with=[account.email])
    body = {"valueInputOption": "RAW", "data": [{"range": "A1", "values": [["x"]]}]}
    with pytest.raises(gspread.exceptions.APIError, match="403"):
        gspread.service_account(account.path).http_client.values_batch_update(sheet_id, body)


def test_a_token_for_reading_does_not_write(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet(IDEAS, writable_by=[account.email])
    client = gspread.service_account(account.path, scopes=gspread.auth.READONLY_SCOPES).http_client
    assert client.values_get(sheet_id, "A1")["values"] == [["idea_title"]]
    with pytest.raises(gspread.exceptions.APIError, match="insufficient authentication scopes"):
        client.values_batch_update(sheet_id, {"valueInputOption": "RAW", "data": []})


def test_writes_have_a_quota_of_their_own(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet(IDEAS, writable_by=[account.email])
    client = gspread.service_account(account.path).http_client
    body = {"valueInputOption": "RAW", "data": [{"range": "B2", "values": [["x"]]}]}
    for _ in range(60):
        client.values_batch_update(sheet_id, body)
    with pytest.raises(gspread.exceptions.APIError, match="Write requests per minute per user"):
        client.values_batch_update(sheet_id, body)
    assert client.values_get(sheet_id, "B2")["values"] == [["x"]]


def test_numbers_come_as_shown_or_as_they_are(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet([[Shown(7, "007"), "007", True]], shared_with=[account.email])
    client = gspread.service_account(account.path).http_client
    assert client.values_get(sheet_id, "A:C")["values"] == [["007", "007", "TRUE"]]
    raw = client.values_get(sheet_id, "A:C", params={"valueRenderOption": "UNFORMATTED_VALUE"})
    assert raw["values"] == [[7, "007", True]]


# Ranges


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("A1:B2", "Sheet1!A1:B2"),
        ("B2", "Sheet1!B2"),
        ("A:ZZZ", "Sheet1!A1:Z1000"),
        ("A2:B", "Sheet1!A2:B1000"),
        ("2:3", "Sheet1!A2:Z3"),
        ("Sheet1", "Sheet1!A1:Z1000"),
        ("'It''s'!A:A", "'It''s'!A1:A1000"),
        ("'It''s'", "'It''s'!A1:Z1000"),
        ("A1:ZZ90000", "Sheet1!A1:Z1000"),
    ],
)
def test_a_range_is_cut_to_the_grid(asked: str, answered: str) -> None:
    book = Workbook("id", "Ideas", [Tab("Sheet1", []), Tab("It's", [])])
    assert book.area(asked).text == answered


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("A1001:B1002", "Range (Sheet1!A1001:B1002) exceeds grid limits. Max rows: 1000, max columns: 26"),
        ("AA1", "Range (Sheet1!AA1) exceeds grid limits. Max rows: 1000, max columns: 26"),
        ("Nope!A1", "Unable to parse range: Nope!A1"),
        ("A1:", "Unable to parse range: A1:"),
        ("rows 1 to 100", "Unable to parse range: rows 1 to 100"),
        ("A", "Unable to parse range: A"),
    ],
)
def test_a_range_outside_the_grid_or_of_no_form_is_refused(asked: str, said: str) -> None:
    with pytest.raises(BadRangeError) as caught:
        Workbook("id", "Ideas", [Tab("Sheet1", [])]).area(asked)
    assert str(caught.value) == said


# Sign-in


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, None),
        ({"aud": "https://elsewhere.example/token"}, "audience"),
        ({"exp": -10}, "short-lived"),
        ({"iat": 7200, "exp": 9000}, "short-lived"),
        ({"exp": 7200}, "short-lived"),
        ({"scope": ""}, "scope"),
        ({"iss": "nobody@bulkvid-tests.iam.gserviceaccount.com"}, "account not found"),
    ],
)
@pytest.mark.usefixtures("peer")
def test_every_claim_of_an_assertion_is_checked(
    account: KeyFile, change: dict[str, str | int], said: str | None
) -> None:
    now = int(time.time())
    scope = "https://www.googleapis.com/auth/spreadsheets"
    claims: dict[str, object] = {"iss": account.email, "aud": TOKEN_URI, "iat": now, "exp": now + 3600, "scope": scope}
    claims.update({name: now + value if isinstance(value, int) else value for name, value in change.items()})
    signer = crypt.RSASigner.from_service_account_info(account.info)  # type: ignore[no-untyped-call]
    assertion = jwt.encode(signer, claims)  # type: ignore[no-untyped-call]
    form = {"grant_type": GRANT_TYPE, "assertion": assertion.decode()}

    answer = requests.post(TOKEN_URI, data=form, timeout=60)

    if said is None:
        assert answer.json()["token_type"] == "Bearer"
    else:
        assert answer.status_code == 400
        assert said in answer.json()["error_description"]


@pytest.mark.usefixtures("peer")
def test_an_assertion_signed_by_another_key_is_refused(running_peer: GooglePeer) -> None:
    forged = running_peer.service_account("forged", registered=False)
    now = int(time.time())
    claims = {"iss": forged.email, "aud": TOKEN_URI, "iat": now, "exp": now + 60, "scope": "x"}
    signer = crypt.RSASigner.from_service_account_info(forged.info)  # type: ignore[no-untyped-call]
    form = {"grant_type": GRANT_TYPE, "assertion": jwt.encode(signer, claims).decode()}  # type: ignore[no-untyped-call]
    assert requests.post(TOKEN_URI, data=form, timeout=60).json()["error_description"] == "Invalid JWT Signature."


@pytest.mark.usefixtures("peer")
def test_an_unsigned_assertion_is_refused() -> None:
    form = {"grant_type": GRANT_TYPE, "assertion": "eyJhbGciOiJub25lIn0.e30."}
    answer = requests.post(TOKEN_URI, data=form, timeout=60)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"


def test_a_made_up_token_is_refused(peer: GooglePeer) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    url = f"https://sheets.googleapis.com/v4/spreadsheets/{sheet_id}/values/A1"
    answer = requests.get(url, headers={"Authorization": "Bearer ya29.c.invented"}, timeout=60)
    assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert requests.get(url, timeout=60).status_code == 403


# The way in and out


@pytest.mark.usefixtures("peer")
def test_no_other_host_is_reached() -> None:
    with pytest.raises(requests.exceptions.ProxyError, match="403"):
        requests.get("https://example.com/", timeout=60)


@pytest.mark.usefixtures("peer")
def test_it_is_not_reached_without_its_authority(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(requests.exceptions.SSLError):
        requests.get("https://docs.google.com/", timeout=60)


def test_run_by_hand_it_prints_what_a_shell_needs_to_read_the_sheet(tmp_path: Path) -> None:
    path = tmp_path / "ideas.csv"
    path.write_text("idea_title\n007\n")
    command = [sys.executable, "-m", "bulkvid_pipeline_tests.peers.google", "--csv", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lines: list[str] = []
            while not (lines and "Ctrl-C" in lines[-1]):
                lines.append(process.stdout.readline())
                assert lines[-1], "it ended before it was ready"
            env = dict(shlex.split(line.removeprefix("export "))[0].split("=", 1) for line in lines if "export" in line)
            url = next(word for line in lines for word in line.split() if word.startswith("https://docs.google.com"))
            read = f"""
from bulkvid_pipeline.adapters.sheets.google_sheets import GoogleSheets
print(GoogleSheets(None).read({url!r}).cells)
"""
            shown = subprocess.run(
                [sys.executable, "-c", read], env={**os.environ, **env}, capture_output=True, text=True, check=True
            ).stdout
        finally:
            process.terminate()
    assert shown.strip() == "(('idea_title',), ('007',))"
    assert process.returncode == 0


def test_a_csv_file_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--csv", "/nowhere/ideas.csv"])
    assert "file not found: /nowhere/ideas.csv" in capsys.readouterr().err
