"""Logging in and out, and what others cannot do with somebody's session."""

from __future__ import annotations

import html
import re
import time
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from bulkvid_pipeline.adapters.dagster.key_values import KeyValues
from bulkvid_pipeline.core.errors import ServiceUnavailableError
from bulkvid_pipeline.dashboard.app import ROUTERS
from bulkvid_pipeline.dashboard.routes.session import own_path
from bulkvid_pipeline.dashboard.visits import SESSION_COOKIE, GuardedPage
from bulkvid_pipeline.services.access import sessions
from bulkvid_pipeline.services.access.minted import MintedTokens
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Caller, Scope
from bulkvid_pipeline.services.access.tokens import mint
from bulkvid_pipeline.services.drafts.drafts import Drafts
from bulkvid_pipeline.services.drafts.editing import field
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.dashboard.conftest import FAR_AWAY, Visitor, Visitors, home_of, words
from bulkvid_pipeline_tests.workplace import Workplace

ANA = Caller("ana", "default", frozenset(DEFAULT_SCOPES), FAR_AWAY)
OPEN_PAGES = {"/login", "/fonts/x"}


def test_a_login_code_logs_in_once(site: TestClient, services: OpenServices) -> None:
    code = services.sessions.new_code(ANA)
    link = f"/login?code={code}"

    assert site.get(link).status_code == site.get(link).status_code == 200  # looking does not use it up
    entered = site.post("/login", data={"code": code}, follow_redirects=False)
    assert (entered.status_code, entered.headers["Location"]) == (303, "/")
    cookie = entered.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie  # plain HTTP on loopback
    assert site.get("/", follow_redirects=False).headers["Location"] == "/jobs"

    site.cookies.clear()
    again = site.post("/login", data={"code": code}, follow_redirects=False)
    assert again.status_code == 401
    assert "has been used or has expired" in words(again)


def test_a_token_logs_in_until_it_expires(
    site: TestClient, services: OpenServices, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = mint(settings(), home_of(workplace), user_id="ana", project_id="p1", scopes=DEFAULT_SCOPES, lifetime_s=60)
    site.post("/login", data={"token": token}, follow_redirects=False)
    found = services.sessions.find(site.cookies[SESSION_COOKIE])
    assert found is not None
    assert (found.caller.user_id, found.caller.project_id) == ("ana", "p1")

    later = found.caller.expires_at + 1
    monkeypatch.setattr(services.sessions, "_clock", lambda: later)
    assert site.get("/", follow_redirects=False).headers["Location"] == "/login"


def test_a_session_ends_with_the_token_that_began_it_and_one_of_a_code_does_not(
    site: TestClient, services: OpenServices, workplace: Workplace
) -> None:
    tokens = MintedTokens(services.instance)
    made = tokens.mint(
        settings(), home_of(workplace), user_id="ana", project_id="p1", scopes=DEFAULT_SCOPES, lifetime_s=60
    )
    site.post("/login", data={"token": made.token}, follow_redirects=False)
    assert site.get("/", follow_redirects=False).headers["Location"] == "/jobs"

    tokens.revoke(made.told.id)
    services.revocations.look()

    assert site.get("/", follow_redirects=False).headers["Location"] == "/login"
    site.post("/login", data={"code": services.sessions.new_code(ANA)}, follow_redirects=False)
    assert site.get("/", follow_redirects=False).headers["Location"] == "/jobs"


def test_without_a_session_every_page_leads_to_the_login_and_back(site: TestClient) -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, GuardedPage)]
    pages = {re.sub(r"\{[^}]+\}", "x", route.path) for route in routes if "GET" in (route.methods or ())}
    closed = {"/", *pages} - OPEN_PAGES

    assert len(closed) > 50
    assert pages >= OPEN_PAGES
    for page in closed:
        answer = site.get(f"{page}?state=failed", follow_redirects=False)
        assert answer.status_code == 303, page
        assert answer.headers["Location"] == "/login?next=" + quote(f"{page}?state=failed", safe="")
    assert site.get("/", headers={"HX-Request": "true"}, follow_redirects=False).headers["HX-Redirect"] == "/login"


def test_a_link_on_another_site_is_asked_again_from_ours_so_that_the_cookie_comes_along(site: TestClient) -> None:
    answer = site.get("/", headers={"Sec-Fetch-Site": "cross-site"}, follow_redirects=False)

    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0">' in answer.text


def test_logging_in_never_keeps_the_session_that_a_browser_brings(site: TestClient, services: OpenServices) -> None:
    planted = services.sessions.begin(Caller("mallory", "default", ANA.scopes, FAR_AWAY))
    site.cookies.set(SESSION_COOKIE, planted)
    code = services.sessions.new_code(ANA)

    answer = site.post("/login", data={"code": code, "csrf": sessions.csrf_of(planted)}, follow_redirects=False)
    secret = re.search(rf"{SESSION_COOKIE}=([^;]+)", answer.headers["Set-Cookie"])

    assert secret is not None
    assert secret[1] != planted
    assert services.sessions.find(planted) is None


def test_a_session_that_was_logged_out_of_is_of_no_use_to_anybody(visitor: Visitor) -> None:
    assert visitor.get("/").status_code == 303
    assert visitor.post("/logout").headers["Location"] == "/login"
    assert visitor.get("/").headers["Location"] == "/login"


def test_a_session_that_nobody_uses_ends(
    visitor: Visitor, services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.sessions, "_clock", lambda: time.time() + sessions.IDLE_S + 1)
    assert visitor.get("/").headers["Location"] == "/login"


def test_a_database_that_can_only_be_read_keeps_nobody_out(
    visitor: Visitor, services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def away(_: KeyValues, key: str, _old: str, _new: str) -> bool:
        asked.append(key)
        raise ServiceUnavailableError("The disk is full")

    later = time.time() + sessions.RENEW_AFTER_S + 1
    monkeypatch.setattr(services.sessions, "_clock", lambda: later)
    monkeypatch.setattr(KeyValues, "swap", away)

    assert visitor.get("/").headers["Location"] == "/jobs"
    assert asked


def test_what_a_page_asks_for_by_itself_keeps_no_session_alive(
    visitor: Visitor, services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.time()
    for hours in (8, 11.9):
        monkeypatch.setattr(services.sessions, "_clock", lambda passed=hours: began + passed * 3600)
        assert visitor.part("/").headers["HX-Redirect"] == "/jobs"
    monkeypatch.setattr(services.sessions, "_clock", lambda: began + sessions.IDLE_S + 10)
    assert visitor.get("/").headers["Location"] == "/login"


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"csrf": ""}, {}),
        ({"csrf": "0" * 64}, {}),
        ({}, {"Origin": "https://evil.example"}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
        ({}, {"Sec-Fetch-Site": "same-site"}),
        ({}, {"Origin": "null"}),
        ({}, {"Origin": "http://["}),
        ({}, {"Origin": "ftp://testserver"}),
    ],
)
def test_a_form_of_another_site_changes_nothing(
    visitor: Visitor, fields: dict[str, str], headers: dict[str, str]
) -> None:
    refused = visitor.post("/logout", fields, headers)

    assert refused.status_code == 403
    assert visitor.get("/").headers["Location"] == "/jobs"


def test_pages_can_be_framed_by_nobody_and_run_only_scripts_of_their_own(site: TestClient) -> None:
    page = site.get("/login")
    policy = page.headers["Content-Security-Policy"]

    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Cache-Control"] == "private, no-store"
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:", page.text)
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", page.text)


@pytest.mark.parametrize(
    "target",
    [
        "http://[",
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "jobs",
        "/a\nb",
        "/login",
        "//[",
        "/\x00",
    ],
)
def test_a_login_leads_to_no_other_site(target: str) -> None:
    assert own_path(target) == "/"


def test_a_login_leads_back() -> None:
    assert own_path("/jobs/job_1?state=failed&q=a%20b#row-3") == "/jobs/job_1?state=failed&q=a%20b#row-3"


def test_the_colours_are_chosen_and_kept(site: TestClient, visitor: Visitor) -> None:
    chosen = visitor.post("/theme", {"theme": "dark", "next": "/login"})

    assert chosen.headers["Location"] == "/"
    assert "theme=dark" in chosen.headers["Set-Cookie"]
    site.cookies.set("theme", "dark")
    assert 'data-theme="dark"' in site.get("/login").text
    site.cookies.clear()
    site.cookies.set("theme", '"><script>alert(1)</script>')
    assert "alert(1)" not in site.get("/login").text


def test_a_choice_of_colours_leads_back_to_the_same_page_and_never_to_one_that_cannot_be_asked_for(
    visitor: Visitor,
) -> None:
    def leads_back(page: Response) -> str:
        found = re.search(r'name="next" value="([^"]*)"', page.text)
        assert found is not None
        return html.unescape(found[1])

    assert leads_back(visitor.get("/jobs?state=failed&q=a%20b")) == "/jobs?state=failed&q=a%20b"
    assert leads_back(visitor.get("/no%3Fwhere")) == "/no%3Fwhere"
    assert leads_back(visitor.post("/tokens", {"once": "1", "scopes": []})) == "/"


def test_an_error_is_a_page_that_says_what_to_do_and_for_htmx_a_box(visitor: Visitor) -> None:
    page, box = visitor.get("/nowhere"), visitor.part("/nowhere")

    assert page.status_code == box.status_code == 404
    assert "There is no such page" in words(page)
    assert "<html" in page.text
    assert "<html" not in box.text
    assert box.headers["HX-Retarget"] == "#problems"
    assert page.headers["X-Request-Id"] in page.text
    assert "/api" not in visitor.get("/api/nowhere").headers.get("Content-Type", "")
    assert visitor.get("/api/nowhere").json()["success"] is False


def test_nobody_who_is_not_logged_in_has_a_large_form_read(site: TestClient) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in ("/login", "/logout", "/theme"):
        assert site.post(path, content="&" * 100_000, headers=headers).status_code == 413


def test_a_form_without_a_file_is_of_a_size_that_is_read_at_once(site: TestClient, visitor: Visitor) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    visitor.get("/login")  # the client holds the session then
    large = site.post("/template-check", content="&" * 600_000, headers=headers)
    unmeasured = site.post("/template-check", content=iter([b"a=1"]), headers=headers)
    many = site.post("/template-check", content="a=1&" * 3000, headers=headers)

    assert (large.status_code, unmeasured.status_code, many.status_code) == (413, 411, 400)
    assert "Send at most 512 KiB" in words(large)


BY_A_PAGE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}


def test_what_was_filled_in_while_a_session_ended_is_kept_and_sent_again(
    visitor: Visitor, services: OpenServices
) -> None:
    spec = {"input_source": {"path": "upl_none"}}
    draft = Drafts(services.instance, "default", "ana").start(spec, source_name="Ideas")
    path, title = f"/new/{draft.id}/details?x=1", 'Long "words" <b>of mine</b>\nand more'
    visitor.log_out()

    asked = visitor.post(path, {"title": title, "go": "stay"}, BY_A_PAGE)
    assert asked.status_code == 401
    assert f'action="{path}"' in asked.text
    assert "Long &#34;words&#34; &lt;b&gt;of mine&lt;/b&gt;\nand more</textarea>" in asked.text

    visitor._secret = services.sessions.begin(ANA)  # in another tab
    old = {"title": title, "go": "stay", "csrf": "of the session before"}
    again = visitor.post(path, old, BY_A_PAGE)
    assert again.status_code == 403
    assert "Send it as ana ?" in words(again)
    assert f'value="{visitor.csrf}"' in again.text
    assert field(Drafts(services.instance, "default", "ana").get(draft.id).spec, "title") is None

    assert visitor.post(path, {"title": "Tips", "go": "stay"}, BY_A_PAGE).status_code == 303
    assert field(Drafts(services.instance, "default", "ana").get(draft.id).spec, "title") == "Tips"


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "none"}, {**BY_A_PAGE, "HX-Request": "true"}])
def test_a_form_that_no_page_of_ours_sent_is_not_given_back(visitor: Visitor, headers: dict[str, str]) -> None:
    refused = visitor.post("/jobs/job_1/retry", {"row": "mine", "csrf": "wrong"}, headers)
    assert refused.status_code == 403
    assert "mine" not in refused.text
    foreign = visitor.post("/jobs/job_1/retry", {"row": "mine"}, {**BY_A_PAGE, "Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert "mine" not in foreign.text
    visitor.log_out()
    assert visitor.post("/jobs/job_1/retry", {"row": "mine"}, headers).status_code in {303, 401}


def test_a_form_of_a_session_that_has_ended_says_how_to_go_on_and_leads_nowhere(visitor: Visitor) -> None:
    visitor.log_out()
    page, box = visitor.post("/welcome/draft"), visitor.post("/welcome/draft", headers={"HX-Request": "true"})

    assert page.status_code == box.status_code == 401
    assert "HX-Redirect" not in box.headers
    assert box.headers["HX-Retarget"] == "#problems"
    for answer in (page, box):
        assert "Your session has ended, and nothing was changed" in words(answer)
        assert 'href="/login" target="_blank" rel="noopener"' in answer.text


def test_nobody_is_led_to_what_he_may_not_see_and_a_refusal_says_whom_to_ask(visitors: Visitors) -> None:
    reader, admin = visitors("bo", scopes=[Scope.JOBS_READ]), visitors("eve", scopes=[Scope.ADMIN])

    assert 'href="/diagnostics"' not in (page := reader.get("/jobs").text)
    assert 'side-new" href="/new"' not in page
    assert 'href="/diagnostics"' in (page := admin.get("/jobs").text)
    assert 'side-new" href="/new"' in page
    refused = reader.get("/new")
    assert refused.status_code == 403
    assert "Ask an administrator" in words(refused)
    assert "create jobs and steer them" in words(refused)


def test_an_error_speaks_of_pages_and_not_of_programs(visitor: Visitor) -> None:
    wrong = words(visitor.get("/jobs?page=many"))
    lost = words(visitor.get("/jobs/job_none"))

    assert "Input should be" not in wrong
    assert "bulkvid jobs list" not in lost
    assert "Look for it among the jobs of your project" in lost
