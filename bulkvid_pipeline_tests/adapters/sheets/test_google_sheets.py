"""Google sheets over real TLS, gspread and google-auth unmodified, against the peer."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gspread
import pytest
from google.auth.exceptions import RefreshError

from bulkvid_pipeline.adapters.retry import RetryPolicy, Wait
from bulkvid_pipeline.adapters.sheets import google_errors
from bulkvid_pipeline.adapters.sheets.google_sheets import ApiKey, Credentials, GoogleSheets, ServiceAccount
from bulkvid_pipeline.core.errors import (
    AccessDeniedError,
    AuthenticationError,
    BulkVideoError,
    InvalidRangeError,
    InvalidSheetError,
    InvalidSheetIdError,
    NetworkError,
    QuotaExceededError,
    ServiceUnavailableError,
    SheetAccessDeniedError,
    SheetNotFoundError,
)
from bulkvid_pipeline.core.ranges import parse_range
from bulkvid_pipeline_tests.peers.google import GooglePeer, KeyFile, Shown
from bulkvid_pipeline_tests.peers.google.faults import Service, api_disabled, drive_rate_limit
from bulkvid_pipeline_tests.peers.google.wire import Answer, api_error

IDEAS = [
    ["idea_title", "duration_seconds", "script_content"],
    ["007", "15", "Agent 007.\nTwo lines."],
    ["Ünï 🎬", "", "x"],
]
NOBODY_S = "1AbsentSheetThatNobodyEverMade00000000000000"


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


class Patience:
    """A retry policy that notes its sleeps and takes none, always drawing the longest pause."""

    def __init__(self, tries: int = 5) -> None:
        self.sleeps: list[float] = []
        self.policy = RetryPolicy(tries=tries, sleep=self.sleeps.append, uniform=lambda _, high: high)


@pytest.fixture
def patience() -> Patience:
    return Patience()


def reader(credentials: Credentials, patience: Patience | None = None) -> GoogleSheets:
    return GoogleSheets(credentials, timeout_s=60.0, retry=(patience or Patience(tries=1)).policy)


@pytest.fixture(params=["service account", "API key", "no credentials"])
def credentials(request: pytest.FixtureRequest, peer: GooglePeer, account: KeyFile) -> Credentials:
    match request.param:
        case "service account":
            return ServiceAccount(account.path)
        case "API key":
            return ApiKey(peer.api_key())
        case _:
            return None


def asked(peer: GooglePeer) -> int:
    """Requests so far, without those that google-auth makes in the background."""
    return peer.count("") - peer.count("iam.")


def operation(credentials: Credentials) -> str:
    return "docs.export" if credentials is None else "sheets.values.get"


def service(credentials: Credentials) -> Service:
    return "docs" if credentials is None else "sheets"


# What every kind of credentials reads


def test_a_public_sheet_is_read_as_it_is_shown(peer: GooglePeer, credentials: Credentials) -> None:
    sheet_id = peer.add_sheet([*IDEAS, [Shown(7, "007"), 45, True]], public=True)

    sheet = reader(credentials).read(sheet_id)

    assert sheet.cells[:3] == tuple(map(tuple, IDEAS))
    assert sheet.cells[3] == ("007", "45", "TRUE")
    assert (sheet.first_row, sheet.first_column) == (1, 0)
    assert sheet.source_uri == f"https://docs.google.com/spreadsheets/d/{sheet_id}"


def test_a_load_costs_exactly_one_read(peer: GooglePeer, credentials: Credentials) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    google = reader(credentials)
    google.read(sheet_id)
    before, all_before = peer.count(operation(credentials)), asked(peer)

    google.read(sheet_id)

    assert peer.count(operation(credentials)) == before + 1
    # The export answers with a redirect to the download's host.
    assert asked(peer) == all_before + (2 if credentials is None else 1)


def test_the_whole_url_is_taken_for_the_id(peer: GooglePeer, credentials: Credentials) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    sheet = reader(credentials).read(f"https://docs.google.com/spreadsheets/d/{sheet_id}/edit?usp=sharing#gid=0")
    assert sheet.cells == tuple(map(tuple, IDEAS))


def test_a_range_gives_its_cells_and_where_they_stand(peer: GooglePeer, credentials: Credentials) -> None:
    sheet_id = peer.add_sheet([["", "", ""], ["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"]], public=True)

    sheet = reader(credentials).read(sheet_id, parse_range("B2:C3"))

    assert sheet.cells == (("b", "c"), ("e", "f"))
    assert (sheet.first_row, sheet.first_column) == (2, 1)


@pytest.mark.parametrize("title", ["My sheet", "Q3 d'été — идеи 🎬", "A1", "It's"])
def test_a_sheet_is_found_by_its_name_whatever_it_is(peer: GooglePeer, credentials: Credentials, title: str) -> None:
    sheet_id = peer.add_sheet({"First": [["not this"]], title: [["title"], ["007"]]}, public=True)
    quoted = title.replace("'", "''")

    sheet = reader(credentials).read(sheet_id, parse_range(f"'{quoted}'!A:Z"))

    assert sheet.cells == (("title",), ("007",))
    assert sheet.name == title


def test_empty_rows_inside_keep_their_place_and_those_after_the_end_are_dropped(
    peer: GooglePeer, credentials: Credentials
) -> None:
    sheet_id = peer.add_sheet([["a", "b"], [], ["", "c"], ["", ""], []], public=True)
    assert reader(credentials).read(sheet_id).cells == (("a", "b"), ("", ""), ("", "c"))


def test_a_range_may_end_beyond_the_grid(peer: GooglePeer, credentials: Credentials) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True, row_count=10, column_count=5)
    assert reader(credentials).read(sheet_id, parse_range("A1:ZZ9000")).cells == tuple(map(tuple, IDEAS))


def test_the_version_of_the_cells_changes_with_them_only(peer: GooglePeer, credentials: Credentials) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    google = reader(credentials)
    first, again = google.read(sheet_id), google.read(sheet_id)
    peer.edit(sheet_id, 1, 0, "008")
    assert first.version == again.version != google.read(sheet_id).version


def test_several_threads_may_share_a_reader(peer: GooglePeer, credentials: Credentials) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    google = reader(credentials)
    with ThreadPoolExecutor(8) as threads:
        sheets = list(threads.map(google.read, [sheet_id] * 32))
    assert {sheet.cells for sheet in sheets} == {tuple(map(tuple, IDEAS))}


# What every kind of credentials refuses


def test_a_range_that_starts_beyond_the_grid_is_refused(peer: GooglePeer, credentials: Credentials) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    with pytest.raises(InvalidRangeError, match="Range 'A2000:J3000' is invalid or out of bounds"):
        reader(credentials).read(sheet_id, parse_range("A2000:J3000"))


def test_a_sheet_name_that_does_not_exist_is_a_wrong_range(peer: GooglePeer, credentials: Credentials) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    with pytest.raises(InvalidRangeError, match="is invalid or out of bounds") as caught:
        reader(credentials).read(sheet_id, parse_range("'No such'!A1:J9"))
    assert "sheet" in caught.value.fix


def test_an_empty_sheet_is_refused(peer: GooglePeer, credentials: Credentials) -> None:
    sheet_id = peer.add_sheet([[], ["", " "]], public=True)
    with pytest.raises(InvalidSheetError, match="is empty"):
        reader(credentials).read(sheet_id)


def test_an_id_that_nobody_made_is_not_found(credentials: Credentials, patience: Patience) -> None:
    with pytest.raises(SheetNotFoundError, match=f"Sheet ID '{NOBODY_S}' not found or not accessible"):
        reader(credentials, patience).read(NOBODY_S)
    assert patience.sleeps == []


def test_text_that_is_no_id_is_refused_without_asking_google(peer: GooglePeer, credentials: Credentials) -> None:
    before = asked(peer)
    with pytest.raises(InvalidSheetIdError):
        reader(credentials).read("My Video Ideas Sheet")
    assert asked(peer) == before


def test_a_sheet_that_is_no_longer_shared_is_denied_at_once(
    peer: GooglePeer, credentials: Credentials, patience: Patience
) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    google = reader(credentials, patience)
    google.read(sheet_id)
    peer.revoke_sharing(sheet_id)

    with pytest.raises(SheetAccessDeniedError, match="Insufficient permissions to access sheet") as caught:
        google.read(sheet_id)

    assert "Share the sheet" in caught.value.fix
    assert patience.sleeps == []


def test_a_sheet_removed_between_two_reads_is_not_found(peer: GooglePeer, credentials: Credentials) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    google = reader(credentials)
    google.read(sheet_id)
    peer.remove_sheet(sheet_id)
    with pytest.raises(SheetNotFoundError):
        google.read(sheet_id)


def test_a_cell_over_the_limit_is_named(peer: GooglePeer, credentials: Credentials) -> None:
    sheet_id = peer.add_sheet([["a", "b"], ["c", "x" * 50_001]], public=True)
    with pytest.raises(InvalidSheetError, match=r"row 2, column B .* 50,001 characters"):
        reader(credentials).read(sheet_id)


def test_more_than_ten_thousand_rows_are_refused(peer: GooglePeer, credentials: Credentials) -> None:
    rows = [["idea_title"], *([str(number)] for number in range(10_000))]
    sheet_id = peer.add_sheet(rows, public=True)
    assert len(reader(credentials).read(sheet_id).cells) == 10_001
    peer.edit(sheet_id, 10_001, 0, "one too many")
    peer.workbook(sheet_id).tabs[0].row_count = 20_000
    with pytest.raises(InvalidSheetError, match="more than 10,000 rows: row 10002, column A"):
        reader(credentials).read(sheet_id)


# Transient faults and the tries after them


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_tried_again_until_it_passes(
    peer: GooglePeer, credentials: Credentials, patience: Patience, status: int
) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    peer.fail_next(status, times=2, service=service(credentials))

    assert reader(credentials, patience).read(sheet_id).cells == tuple(map(tuple, IDEAS))

    assert patience.sleeps == [1.0, 3.0]


def test_five_tries_are_made_and_the_last_error_is_told(
    peer: GooglePeer, credentials: Credentials, patience: Patience
) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    faults = peer.count(f"{service(credentials)}.fault")
    peer.fail_next(503, times=5, service=service(credentials))

    with pytest.raises(ServiceUnavailableError, match="503"):
        reader(credentials, patience).read(sheet_id)

    assert patience.sleeps == [1.0, 3.0, 9.0, 27.0]
    assert peer.count(f"{service(credentials)}.fault") == faults + 5


@pytest.mark.parametrize("fail", [GooglePeer.reset_next, GooglePeer.cut_next], ids=["reset", "cut"])
def test_a_dropped_connection_is_tried_again(
    peer: GooglePeer, credentials: Credentials, patience: Patience, fail: Callable[..., None]
) -> None:
    sheet_id = peer.add_sheet(IDEAS * 50, public=True)
    fail(peer, times=2, service=service(credentials))

    assert len(reader(credentials, patience).read(sheet_id).cells) == 150

    assert patience.sleeps == [1.0, 3.0]


@pytest.mark.parametrize("fail", [GooglePeer.reset_next, GooglePeer.cut_next], ids=["reset", "cut"])
def test_a_connection_that_keeps_dropping_is_a_network_error(
    peer: GooglePeer, credentials: Credentials, fail: Callable[..., None]
) -> None:
    sheet_id = peer.add_sheet(IDEAS * 50, public=True)
    fail(peer, times=2, service=service(credentials))
    with pytest.raises(NetworkError):
        reader(credentials, Patience(tries=2)).read(sheet_id)


def test_retry_after_is_waited_for_in_full(peer: GooglePeer, credentials: Credentials, patience: Patience) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    peer.fail_next(429, retry_after="17", service=service(credentials))
    peer.fail_next(503, retry_after="2", service=service(credentials))

    reader(credentials, patience).read(sheet_id)

    assert patience.sleeps == [17.0, 3.0]


def test_retry_after_may_be_a_date(peer: GooglePeer, credentials: Credentials, patience: Patience) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    date = email.utils.formatdate(time.time() + 40, usegmt=True)
    peer.fail_next(429, retry_after=date, service=service(credentials))
    reader(credentials, patience).read(sheet_id)
    assert 1.0 < patience.sleeps[0] <= 40.0


def test_nobody_sleeps_until_tomorrow(peer: GooglePeer, credentials: Credentials, patience: Patience) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    peer.fail_next(429, retry_after="86400", service=service(credentials))
    with pytest.raises(QuotaExceededError) as caught:
        reader(credentials, patience).read(sheet_id)
    assert caught.value.retry_after == 86400.0
    assert patience.sleeps == []


def test_a_server_that_does_not_answer_in_time_is_a_network_error(
    peer: GooglePeer, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    monkeypatch.setattr(peer, "latency_s", 5.0)
    with pytest.raises(NetworkError):
        GoogleSheets(credentials, timeout_s=0.2, retry=Patience(tries=1).policy).read(sheet_id)


def test_a_certificate_of_a_stranger_is_not_trusted(
    peer: GooglePeer, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(NetworkError, match="certificate"):
        reader(credentials).read(sheet_id)


def test_a_proxy_that_is_not_there_is_a_network_error(
    credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with pytest.raises(NetworkError, match=r"connection to Google failed .*: .*Connection refused"):
        reader(credentials).read(NOBODY_S)


def test_a_missing_authority_file_is_a_network_error(credentials: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/authority.pem")
    with pytest.raises(NetworkError, match=r"authority\.pem"):
        reader(credentials).read(NOBODY_S)


def test_each_pause_is_announced_before_it_starts(peer: GooglePeer, account: KeyFile, patience: Patience) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    peer.fail_next(429, times=2)
    waits: list[Wait] = []
    google = GoogleSheets(ServiceAccount(account.path), retry=patience.policy, on_wait=waits.append)

    google.read(sheet_id)

    assert [(wait.tried, wait.delay_s, wait.error.code) for wait in waits] == [
        (1, 1.0, "RATE_LIMITED"),
        (2, 3.0, "RATE_LIMITED"),
    ]


# Quotas


@pytest.mark.parametrize("kind", ["service account", "API key"])
def test_the_sixty_first_read_in_a_minute_is_over_the_quota_and_passes_a_minute_later(
    peer: GooglePeer, kind: str
) -> None:
    account = peer.service_account(f"busy-{kind.split()[0].lower()}")
    sheet_id = peer.add_sheet(IDEAS, public=True)
    google = reader(ServiceAccount(account.path) if kind == "service account" else ApiKey(peer.api_key()))
    for _ in range(60):
        google.read(sheet_id)

    with pytest.raises(QuotaExceededError, match="Read requests per minute per user"):
        google.read(sheet_id)
    peer.pass_time(61)
    assert google.read(sheet_id).cells


# Service accounts


def test_a_private_sheet_is_read_where_it_is_shared_with_the_account(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet(IDEAS, shared_with=[account.email])
    assert reader(ServiceAccount(account.info)).read(sheet_id).cells == tuple(map(tuple, IDEAS))


def test_a_sheet_not_shared_with_the_account_names_the_address_to_share_it_with(
    peer: GooglePeer, account: KeyFile
) -> None:
    sheet_id = peer.add_sheet(IDEAS)
    with pytest.raises(SheetAccessDeniedError) as caught:
        reader(ServiceAccount(account.path)).read(sheet_id)
    assert account.email in caught.value.fix


def test_one_token_serves_many_reads_and_an_expired_one_is_replaced(peer: GooglePeer) -> None:
    account = peer.service_account("patient")
    sheet_id = peer.add_sheet(IDEAS, shared_with=[account.email])
    google = reader(ServiceAccount(account.path))
    before = peer.count("oauth.token")
    google.read(sheet_id)
    google.read(sheet_id)
    assert peer.count("oauth.token") == before + 1

    peer.expire_tokens()

    assert google.read(sheet_id).cells
    assert peer.count("oauth.token") == before + 2


def test_a_key_that_google_never_saw_is_rejected_by_the_token_endpoint(peer: GooglePeer, patience: Patience) -> None:
    forged = peer.service_account("forged", registered=False)
    tokens, reads = peer.count("oauth.token"), peer.count("sheets.values.get")

    with pytest.raises(AuthenticationError, match="Invalid JWT Signature") as caught:
        reader(ServiceAccount(forged.path), patience).read(NOBODY_S)

    assert "new JSON key" in caught.value.fix
    assert (peer.count("oauth.token"), peer.count("sheets.values.get")) == (tokens + 1, reads)
    assert patience.sleeps == []


def test_an_account_that_was_deleted_is_told_apart(peer: GooglePeer) -> None:
    account = peer.service_account("gone")
    sheet_id = peer.add_sheet(IDEAS, public=True)
    google = reader(ServiceAccount(account.path))
    google.read(sheet_id)
    peer.delete_account(account.email)
    with pytest.raises(AuthenticationError, match="account not found"):
        google.read(sheet_id)


def test_a_clock_that_is_hours_off_is_named_as_the_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    with GooglePeer() as peer:
        late = peer.service_account("late")
        for name, value in peer.env.items():
            monkeypatch.setenv(name, value)
        peer.pass_time(7200)
        with pytest.raises(AuthenticationError) as caught:
            reader(ServiceAccount(late.path)).read(NOBODY_S)
    assert "clock" in caught.value.fix


def test_a_token_endpoint_that_drops_the_connection_is_tried_again(peer: GooglePeer, patience: Patience) -> None:
    account = peer.service_account("dropped")
    sheet_id = peer.add_sheet(IDEAS, public=True)
    peer.reset_next(service="oauth")
    faults = peer.count("oauth.fault")
    assert reader(ServiceAccount(account.path), patience).read(sheet_id).cells
    assert peer.count("oauth.fault") == faults + 1  # google-auth connects again by itself


def test_a_token_endpoint_that_is_down_is_tried_again(
    peer: GooglePeer, patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = peer.service_account("down")
    sheet_id = peer.add_sheet(IDEAS, public=True)
    # google-auth makes three tries of its own, with pauses of its own that nothing can set.
    monkeypatch.setattr("google.auth._exponential_backoff.time.sleep", lambda _: None)
    peer.fail_next(503, times=3, service="oauth")
    assert reader(ServiceAccount(account.path), patience).read(sheet_id).cells
    assert patience.sleeps == [1.0]


def test_requests_with_a_token_that_google_no_longer_takes_are_unauthenticated(
    peer: GooglePeer, account: KeyFile, patience: Patience
) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    peer.fail_next(401, times=3)
    with pytest.raises(AuthenticationError, match="refused the credentials"):
        reader(ServiceAccount(account.path), patience).read(sheet_id)
    assert patience.sleeps == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ({"type": "authorized_user"}, "'authorized_user'"),
        ({"private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}, "no usable private key"),
        ({"private_key": None}, "no usable private key"),
        ({"client_email": None}, "no usable private key"),
        ({"token_uri": "https://collector.example/token"}, "not Google's"),
        ({"token_uri": "http://oauth2.googleapis.com/token"}, "not Google's"),
    ],
)
def test_a_damaged_key_is_refused_before_anything_is_sent(
    peer: GooglePeer, account: KeyFile, damage: dict[str, object], said: str
) -> None:
    before = asked(peer)
    info = {name: value for name, value in {**account.info, **damage}.items() if value is not None}
    with pytest.raises(AuthenticationError, match=said) as caught:
        reader(ServiceAccount(info)).read(NOBODY_S)
    assert caught.value.fix
    assert asked(peer) == before


@pytest.mark.parametrize(
    ("contents", "said"),
    [(None, "cannot be read"), ("{not json", "is not JSON"), ("[]", "no JSON object"), ("{}", "type None")],
)
def test_a_bad_key_file_says_what_is_wrong_with_it(tmp_path: Path, contents: str | None, said: str) -> None:
    path = tmp_path / "key.json"
    if contents is not None:
        path.write_text(contents)
    with pytest.raises(AuthenticationError, match=said) as caught:
        reader(ServiceAccount(path)).read(NOBODY_S)
    assert caught.value.fix


def test_keys_do_not_show_in_representations(account: KeyFile) -> None:
    assert "PRIVATE" not in repr(ServiceAccount(account.info))
    assert "AIza" not in repr(ApiKey("AIzaSecret"))


# API keys, and the kinds of 400 and 403


def test_a_wrong_api_key_is_an_authentication_error(peer: GooglePeer) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    with pytest.raises(AuthenticationError, match="API key not valid"):
        reader(ApiKey("AIzaWrong")).read(sheet_id)


def test_an_api_key_does_not_open_a_sheet_shared_with_others(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet(IDEAS, shared_with=[account.email])
    with pytest.raises(SheetAccessDeniedError):
        reader(ApiKey(peer.api_key())).read(sheet_id)


def test_an_api_that_is_not_enabled_is_not_taken_for_a_sharing_problem(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    peer.answer_next(api_disabled("sheets"))
    with pytest.raises(AccessDeniedError, match="not enabled") as caught:
        reader(ServiceAccount(account.path)).read(sheet_id)
    assert not isinstance(caught.value, SheetAccessDeniedError)
    assert "Enable the Google Sheets API" in caught.value.fix


def test_a_restricted_api_key_is_not_taken_for_a_sharing_problem(peer: GooglePeer) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    message = "Requests to this API sheets method google.apps.sheets.v4.SpreadsheetsService.GetValues are blocked."
    peer.answer_next(api_error(403, message, reason="API_KEY_SERVICE_BLOCKED"))
    with pytest.raises(AccessDeniedError, match="API key") as caught:
        reader(ApiKey(peer.api_key())).read(sheet_id)
    assert "restrictions" in caught.value.fix


def test_an_uploaded_office_file_is_not_a_google_sheet(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    peer.workbook(sheet_id).is_native = False
    with pytest.raises(InvalidSheetError, match="not a Google sheet") as caught:
        reader(ServiceAccount(account.path)).read(sheet_id)
    assert "Save as Google Sheets" in caught.value.fix


def test_an_answer_that_is_not_json_is_a_fault_of_the_way(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    peer.answer_next(Answer(200, b"<html>Welcome to our hotel</html>", "text/html"))
    with pytest.raises(ServiceUnavailableError, match="not JSON"):
        reader(ServiceAccount(account.path)).read(sheet_id)


def test_the_permission_error_that_gspread_raises_is_understood(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet(IDEAS)
    with pytest.raises(PermissionError) as caught:
        gspread.service_account_from_dict(account.info).open_by_key(sheet_id)
    error = google_errors.from_client_error(caught.value, google_errors.Attempted(sheet_id))
    assert isinstance(error, SheetAccessDeniedError)


# The export for everybody


def test_a_private_sheet_leads_to_the_sign_in_page_and_is_denied(peer: GooglePeer) -> None:
    sheet_id = peer.add_sheet(IDEAS)
    before = peer.count("docs.signin")
    with pytest.raises(SheetAccessDeniedError, match="not public"):
        reader(None).read(sheet_id)
    assert peer.count("docs.signin") == before + 1


def test_an_export_refused_by_status_is_denied_too(peer: GooglePeer) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    peer.fail_next(401, service="docs")
    with pytest.raises(SheetAccessDeniedError):
        reader(None).read(sheet_id)


def test_numbers_and_text_keep_their_zeros_in_a_sheet_exported_by_name(peer: GooglePeer) -> None:
    rows = [["007", Shown(7, "007"), 45, 2.5, "=1+1", "line\nbreak"]]
    sheet_id = peer.add_sheet({"One": [["x"]], "Two": rows}, public=True)
    sheet = reader(None).read(sheet_id, parse_range("Two!A:F"))
    assert sheet.cells == (("007", "007", "45", "2.5", "=1+1", "line\nbreak"),)


# Versions


@pytest.mark.parametrize("kind", ["service account", "API key"])
def test_the_version_of_a_sheet_moves_on_with_each_change_and_costs_no_sheets_read(
    peer: GooglePeer, account: KeyFile, kind: str
) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    google = reader(ServiceAccount(account.path) if kind == "service account" else ApiKey(peer.api_key()))
    reads = peer.count("sheets.values.get")

    first, again = google.version(sheet_id), google.version(sheet_id)
    peer.pass_time(5)
    peer.edit(sheet_id, 1, 0, "changed")
    later = google.version(sheet_id)

    assert first == again
    assert first.modified_time is not None
    assert later.modified_time is not None
    assert first.modified_time.utcoffset() is not None
    assert later.modified_time > first.modified_time
    assert later.version != first.version
    assert peer.count("sheets.values.get") == reads


def test_without_credentials_the_version_is_that_of_the_cells(peer: GooglePeer) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    google = reader(None)
    first = google.version(sheet_id)
    assert first.modified_time is None
    assert first == google.version(sheet_id)
    assert first.version == google.read(sheet_id).version
    peer.edit(sheet_id, 1, 0, "changed")
    assert google.version(sheet_id) != first


def test_a_version_of_what_drive_does_not_show_is_not_found(peer: GooglePeer, account: KeyFile) -> None:
    with pytest.raises(SheetNotFoundError):
        reader(ServiceAccount(account.path)).version(peer.add_sheet(IDEAS))


def test_drives_rate_limit_comes_as_403_and_is_tried_again(
    peer: GooglePeer, account: KeyFile, patience: Patience
) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    peer.answer_next(drive_rate_limit(), times=2, service="drive")
    assert reader(ServiceAccount(account.path), patience).version(sheet_id).version
    assert patience.sleeps == [1.0, 3.0]


def test_the_drive_api_that_is_not_enabled_is_named(peer: GooglePeer, account: KeyFile, patience: Patience) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    peer.answer_next(api_disabled("drive"), service="drive")
    with pytest.raises(AccessDeniedError, match="Google Drive API has not been used"):
        reader(ServiceAccount(account.path), patience).version(sheet_id)
    assert patience.sleeps == []


# All of them


def test_every_error_of_the_client_libraries_becomes_one_of_ours() -> None:
    attempted = google_errors.Attempted(NOBODY_S)

    def leaves(kind: type[BaseException]) -> Iterator[type[BaseException]]:
        yield kind
        for below in kind.__subclasses__():
            yield from leaves(below)

    for base in google_errors.CLIENT_ERRORS[:3]:
        for kind in leaves(base):
            theirs = kind.__module__.partition(".")[0] in ("gspread", "google", "requests")
            # Those two cannot be made without arguments, and have tests of their own.
            if theirs and not issubclass(kind, (gspread.exceptions.APIError, RefreshError)):
                error = kind.__new__(kind)
                assert isinstance(error, Exception)
                assert isinstance(google_errors.from_client_error(error, attempted), BulkVideoError), kind


def test_a_key_given_as_a_dict_is_the_same_as_its_file(account: KeyFile) -> None:
    assert json.loads(account.path.read_text()) == account.info
