"""Every route of the dashboard, found by program: who may use it, what it changes, and what it tells to others.

A route that is new fails here until `RULES` says who may use it, and `OF_OTHERS` which things of others it could name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response
from starlette.routing import Match

from bulkvid_pipeline.adapters.dagster.key_values import TABLE, KeyValues
from bulkvid_pipeline.dashboard import app
from bulkvid_pipeline.dashboard.app import ROUTERS, create_dashboard
from bulkvid_pipeline.dashboard.visits import GuardedPage, Rule
from bulkvid_pipeline.services.access.minted import MintedTokens
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Scope
from bulkvid_pipeline.services.diagnostics.diagnostics import Diagnostics
from bulkvid_pipeline.services.drafts.drafts import Drafts
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline.services.templates.assets import ProjectAssets
from bulkvid_pipeline.services.templates.project_templates import Expected, ProjectTemplates
from bulkvid_pipeline.services.templates.template_store import TemplateStore
from bulkvid_pipeline.services.webhooks.deliveries import delivery
from bulkvid_pipeline_tests.core.diagnostics.exchanges import healthy
from bulkvid_pipeline_tests.dashboard.conftest import Visitor, Visitors, home_of
from bulkvid_pipeline_tests.dashboard.filmed_job import FilmedJob
from bulkvid_pipeline_tests.media_files import disc, encoded
from bulkvid_pipeline_tests.services.diagnostics.recorded import recorded
from bulkvid_pipeline_tests.services.webhooks.test_deliveries import put
from bulkvid_pipeline_tests.workplace import Workplace

READ, WRITE, TEMPLATES, ADMIN = Scope.JOBS_READ, Scope.JOBS_WRITE, Scope.TEMPLATES_WRITE, Scope.ADMIN
NOBODY_ELSE_CHANGES = {"POST /tokens", "POST /tokens/{token_id}/revoke"}
"""What readers may change: the tokens of their own, which may do no more than they."""
FOR_ANYBODY = {
    "GET /login", "POST /login", "POST /logout", "POST /theme", "GET /fonts/{family}", "GET /static/{name:path}",
    "GET /favicon.ico", "GET /{path:path}", "HEAD /{path:path}", "POST /{path:path}",
}  # fmt: skip
SENSIBLE = {"validation_level": "strict", "sure": "yes", "what": "all"}
"""Fields without which a form is refused before anything is looked for."""
DATABASES = {".log", *(f"{kind}{part}" for kind in (".db", ".sqlite") for part in ("", "-wal", "-shm", "-journal"))}
"""Suffixes of what is looked at otherwise, or is no state of anything."""
SECRET = "Purple Giraffe"
"""Stands in the title, or is the name, of all that others have."""


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    rule: Rule

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        return [found.partition(":")[0] for found in re.findall(r"\{([^}]+)\}", self.path)]

    def at(self, **values: str) -> str:
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: values[found[1]], self.path)


def routes() -> Iterator[Route]:
    """All of them, as the app has them."""
    apart = [route for route in create_dashboard().routes if isinstance(route, APIRoute)]
    inside = [route for router in ROUTERS for route in router.routes]
    seen: set[tuple[str, str]] = set()
    for route in (*inside, *apart, *_files()):
        assert isinstance(route, GuardedPage), f"{route} is let in by nobody"
        (rule,) = (part.call for part in route.dependant.dependencies if isinstance(part.call, Rule))
        assert isinstance(rule, Rule)
        for method in sorted(route.methods or ()):
            if (method, route.path) not in seen:
                seen.add((method, route.path))
                yield Route(method, route.path, rule)


def _files() -> list[Any]:
    return list(app._files.routes)


ALL = list(routes())
GUARDED = [route for route in ALL if not route.rule.anybody]
NONE = dict.fromkeys(
    ("job_id", "row", "platform", "kind", "path", "draft_id", "template_id", "token_id", "delivery_id", "name",
     "scene", "style", "family"), "x",
)  # fmt: skip


def test_the_routes_are_all_there_and_only_these_are_for_anybody() -> None:
    assert len(ALL) > 90
    assert {route.name for route in ALL if route.rule.anybody} == FOR_ANYBODY


def test_no_route_stands_in_the_way_of_another() -> None:
    asked_in_order = [route for router in (*ROUTERS, app._files) for route in router.routes]
    for route in asked_in_order:
        assert isinstance(route, APIRoute)
        for method in route.methods or ():
            scope = {"type": "http", "method": method, "path": Route(method, route.path, Rule()).at(**NONE)}
            first = next(each for each in asked_in_order if each.matches(scope)[0] is Match.FULL)
            assert first is route, f"{method} {route.path}"


def test_whatever_changes_something_needs_more_than_reading() -> None:
    changing = [route for route in GUARDED if route.method not in {"GET", "HEAD"}]

    assert {route.name for route in changing if route.rule.scopes == (READ,)} == NOBODY_ELSE_CHANGES
    for route in ALL:
        if route.path.startswith(("/diagnostics", "/system/doctor")) or "diagnostics" in route.path:
            assert route.rule.scopes == (ADMIN,), route.name


def test_without_a_session_everything_leads_to_the_login(site: TestClient) -> None:
    for route in GUARDED:
        answer = site.request(route.method, route.at(**NONE), follow_redirects=False)
        if route.method in {"GET", "HEAD"}:
            assert answer.status_code == 303, route.name
            assert answer.headers["Location"].startswith("/login"), route.name
        else:  # a form is not thrown away: its page says how to go on
            assert answer.status_code == 401, route.name
            assert 'href="/login"' in answer.text, route.name


def test_whoever_lacks_the_permission_is_refused(visitors: Visitors) -> None:
    callers = {scope: visitors(scopes=[scope] if scope else []) for scope in (None, READ, WRITE, TEMPLATES)}
    for route in GUARDED:
        for scope, caller in callers.items():
            if scope in route.rule.scopes:
                continue
            path = route.at(**NONE)
            assert asked(caller, route, path).status_code == 403, (route.name, scope)


def test_no_form_is_taken_without_the_token_of_its_own_session(visitors: Visitors) -> None:
    everything = visitors(scopes=[ADMIN])
    other = visitors(scopes=[ADMIN])
    for route in ALL:
        if route.method != "POST":
            continue
        path = route.at(**NONE)
        for token in ("", other.csrf):
            assert everything.post(path, {"csrf": token}).status_code == 403, (route.name, token)
        assert everything.post(path, headers={"Origin": "https://evil.example"}).status_code == 403, route.name
        assert everything.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403, route.name
    assert everything.get("/jobs").status_code == 200  # nobody was logged out


@pytest.fixture
def theirs(workplace: Workplace, services: OpenServices) -> dict[str, str]:
    """One of each thing, of Mallory's project, by the parameters of addresses that name it."""
    instance, settings = services.instance, services.settings
    film = FilmedJob(workplace, "job_000000000bad", "theirs", SECRET)
    film.run.plan([1, 2])
    film.finish(1, title=SECRET)
    recorded(Diagnostics(instance, settings, services.home), film.job_id, *healthy())
    upload = Uploads(settings).add("theirs", f"{SECRET}.csv", b"Title,Script\nOne,Turn it off.\n")
    spec = {"title": SECRET, "input_source": {"path": upload.id}}
    draft = Drafts(instance, "theirs", "mallory").start(spec, source_name=SECRET)
    store = TemplateStore(settings.templates_folder, "theirs")
    ProjectTemplates(store).save("giraffe", {"name": SECRET}, Expected(is_new=True))
    logo, _ = ProjectAssets(store).add(f"{SECRET}.png", encoded(disc(24)))
    minted = MintedTokens(instance).mint(
        settings,
        home_of(workplace),
        name=SECRET,
        user_id="mallory",
        project_id="theirs",
        scopes=[ADMIN],
        lifetime_s=600,
    )
    sent = put(instance, film.job_id, project="theirs", title=SECRET)
    return {
        "job_id": film.job_id,
        "row": "row-1",
        "platform": "youtube",
        "kind": "video",
        "path": "report.html",
        "draft_id": draft.id,
        "template_id": "giraffe",
        "name": logo.name,
        "scene": "1",
        "token_id": minted.told.id,
        "delivery_id": sent,
        "upload": upload.id,
    }


def asked(visitor: Visitor, route: Route, path: str) -> Response:
    if route.method == "POST":
        return visitor.post(path, SENSIBLE)
    return visitor.head(path) if route.method == "HEAD" else visitor.get(path)


def of_somebody(route: Route) -> bool:
    """Whether the address names something that belongs to a project."""
    if not route.parameters or route.rule.anybody:
        return False
    if route.name == "POST /templates/{template_id}":
        return False  # makes one of that name in the sender's own project, which may have what others have
    return not {"family", "style"} & {*route.parameters} and not route.path.startswith("/samples/")


def test_what_another_project_has_is_not_there(
    theirs: dict[str, str], visitors: Visitors, services: OpenServices, workplace: Workplace
) -> None:
    stranger = visitors("mallory", "default", [ADMIN])  # of the same name, but elsewhere
    before = contents(workplace, services)
    for route in filter(of_somebody, ALL):
        path = route.at(**theirs)
        answer = asked(stranger, route, path)
        assert answer.status_code == 404, (route.name, answer.status_code)
        # An error names what the address has named.
        assert SECRET not in answer.text.replace(theirs["name"], ""), route.name
        if route.method == "GET":
            part = stranger.part(path)
            assert SECRET not in part.text.replace(theirs["name"], ""), route.name
    assert contents(workplace, services) == before


def test_what_another_project_has_cannot_be_named_in_a_form_or_a_question(
    theirs: dict[str, str], visitors: Visitors, services: OpenServices
) -> None:
    stranger = visitors("mallory", "default", [ADMIN])
    job, template, message = theirs["job_id"], theirs["template_id"], theirs["delivery_id"]
    own = Drafts(services.instance, "default", "mallory").start({})
    answers = [
        stranger.get(f"/new?from={job}"),
        stranger.get(f"/new-template?from={template}"),
        stranger.get(f"/deliveries/send-again?delivery_id={message}"),
        stranger.post("/deliveries/send-again", {"delivery_id": message}),
        stranger.post("/diagnostics/on", {"minutes": "5", "job_id": job}),
        stranger.post("/new", {"upload": theirs["upload"]}),
        stranger.post(f"/new/{own.id}/source", {"upload": theirs["upload"]}),
        *(
            stranger.get(path)
            for path in (
                "/jobs", f"/jobs?q={job}", "/gallery", "/deliveries", f"/deliveries?job={job}", "/tokens", "/templates",
                "/template-assets", "/new", "/diagnostics", "/system", "/analytics", "/analytics/figures",
                "/analytics/figures.csv", "/analytics/jobs", "/system/live", "/diagnostics/clean-up?days=0",
            )
        ),
    ]  # fmt: skip
    for answer in answers:
        assert SECRET not in answer.text, answer.url
        assert answer.status_code < 500, answer.url
    assert [answer.status_code for answer in answers[:3]] == [404, 404, 404]
    assert delivery(services.instance, "theirs", message).state == "waiting"
    assert Drafts(services.instance, "default", "mallory").get(own.id).spec == {}


def test_the_drafts_and_tokens_of_a_colleague_are_his_own(theirs: dict[str, str], visitors: Visitors) -> None:
    colleague = visitors("ana", "theirs", DEFAULT_SCOPES)
    for route in filter(of_somebody, ALL):
        if {"draft_id", "token_id"} & {*route.parameters}:
            answer = asked(colleague, route, route.at(**theirs))
            assert answer.status_code == 404, route.name
            assert SECRET not in answer.text, route.name


@pytest.mark.heavy
def test_looking_changes_nothing(
    theirs: dict[str, str], visitors: Visitors, services: OpenServices, workplace: Workplace
) -> None:
    owner = visitors("mallory", "theirs", [ADMIN])
    before = contents(workplace, services)
    for route in ALL:
        # Streams end with the job or the session. Pictures of rows are made by processes, which have their own tests.
        if route.method == "GET" and not route.path.endswith(("stream", "/picture")):
            values = {**NONE, **theirs}
            assert owner.get(route.at(**values)).status_code < 500, route.name
            if route.path not in {"/new/{draft_id}"}:
                owner.part(route.at(**values))
    assert contents(workplace, services) == before


def contents(workplace: Workplace, services: OpenServices) -> dict[str, Any]:
    """All that is kept of jobs and of people, but for when sessions were used."""
    found: dict[str, Any] = {}
    for path in sorted(home_of(workplace).rglob("*")) + sorted((workplace.folder / "output").rglob("*")):
        if path.is_file() and path.suffix not in DATABASES:
            found[str(path)] = path.read_bytes()
    found["jobs"] = sorted(record.dagster_run.run_id for record in services.instance.get_run_records())
    found["templates"] = _files_of(services.settings.templates_folder)
    found["kept"] = _kept(services)
    return found


def _kept(services: OpenServices) -> list[tuple[str, str]]:

    with KeyValues(services.instance, "bulkvid/", "test").connection() as connection:
        rows = connection.execute(sa.select(TABLE.c.key, TABLE.c.value)).all()
    return sorted((row.key, row.value) for row in rows if not row.key.startswith("bulkvid/access/session"))


def _files_of(folder: Path | None) -> dict[str, bytes]:
    return (
        {}
        if folder is None
        else {str(path): path.read_bytes() for path in folder.rglob("*") if path.suffix and path.is_file()}
    )
