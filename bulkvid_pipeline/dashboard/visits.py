"""Who may see a page, and what a page is made with. Every route has one rule, applied before anything of it is run.

A route states its rule by the type of a parameter: `visit: Reading`, or `visit: Anybody` where nobody needs to be
logged in. A route without a rule cannot be made. Whatever changes something needs the session's CSRF token besides, in
the form or in the header that our script sends, and must come from a page of ours.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.core.errors import AccessDeniedError, AuthenticationError, InvalidRequestError
from bulkvid_pipeline.dashboard.problems import THEMES, is_fragment
from bulkvid_pipeline.dashboard.rendering import rendered
from bulkvid_pipeline.services.access.scopes import Caller, Scope
from bulkvid_pipeline.services.access.sessions import Session, csrf_of
from bulkvid_pipeline.services.intake.idempotency import check_key
from bulkvid_pipeline.services.opened import OpenServices

SESSION_COOKIE = "bulkvid_session"
SAID_COOKIE = "bulkvid_said"
THEME_COOKIE = "theme"
CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"
MOST_FIELDS = 2000
MOST_FILES = 10
MOST_KEPT = 512 * 1024
"""Bytes of a form that is kept while somebody logs in again."""
MOST_SAID = 600
"""Characters of what is told on the next page."""
WORDS_OF_SCOPES: Mapping[Scope, str] = {
    Scope.JOBS_READ: "See jobs, rows and videos",
    Scope.JOBS_WRITE: "Create jobs and steer them",
    Scope.TEMPLATES_WRITE: "Change templates",
    Scope.ADMIN: "Everything, with diagnostics and the system",
}
_CHANGES = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True)
class Visit:
    """One request of one browser; `session` is None where nobody is logged in."""

    request: Request
    services: OpenServices
    session: Session | None

    @property
    def caller(self) -> Caller:
        """Who is logged in.

        Raises:
            AuthenticationError: nobody is.
        """
        if self.session is None:
            raise AuthenticationError("You are not logged in")
        return self.session.caller

    @property
    def ends_with(self) -> tuple[str, ...]:
        """Ids of what must not end before what is kept open for this visit: its session, and the token behind it."""
        return (self.session.key, self.caller.token_id) if self.session else ()

    @property
    def project_id(self) -> str:
        """The project whose things are shown."""
        return self.caller.project_id

    @property
    def csrf(self) -> str:
        """What forms of this session send."""
        return self.session.csrf if self.session else ""

    @property
    def path(self) -> str:
        return self.request.url.path

    @property
    def comes_back_to(self) -> str:
        """The address of this page, where it can be asked for again; of one that answered a form, the start page."""
        if self.request.method not in {"GET", "HEAD"}:
            return "/"
        query = self.request.scope["query_string"].decode("latin-1")
        return self.path + (f"?{query}" if query else "")

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for a part of the page."""
        return is_fragment(self.request.scope)

    def may(self, scope: str) -> bool:
        """Whether who is logged in has the scope, by its name: `jobs:write`."""
        return self.session is not None and self.caller.may(Scope(scope))

    async def form(self) -> FormData:
        """What was sent, as a form of either kind; empty if there is none."""
        return await form_of(self.request)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A whole page."""
        said = _said(self.request)
        theme = self.request.cookies.get(THEME_COOKIE, "")
        shared = {"visit": self, "said": said, "theme": theme if theme in THEMES else ""}
        response = Response(rendered(template, shared | values), status, media_type="text/html")
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Vary"] = "HX-Request, Cookie"
        if SAID_COOKIE in self.request.cookies:
            response.delete_cookie(SAID_COOKIE, httponly=True, samesite="strict")
        return response

    def fragment(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A part of a page, as htmx puts it into one."""
        response = Response(rendered(template, {"visit": self} | values), status, media_type="text/html")
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Vary"] = "HX-Request, Cookie"
        return response

    def redirect(self, path: str, *, say: str = "") -> Response:
        """To another page of ours, after something was done; `say` is told there once."""
        if self.is_fragment:
            response = Response(status_code=204, headers={"HX-Redirect": path})
        else:
            response = RedirectResponse(path, 303)
        response.headers["Cache-Control"] = "no-store"
        if say:
            text = base64.urlsafe_b64encode(say[:MOST_SAID].encode()).decode()
            response.set_cookie(
                SAID_COOKIE, text, max_age=60, httponly=True, samesite="strict", secure=is_secure(self.request)
            )
        return response


@dataclass(frozen=True)
class Rule:
    """Who may use a route: anybody, or sessions that have the scopes. `asks` whether it matters who it is at all."""

    scopes: tuple[Scope, ...] = ()
    anybody: bool = False
    asks: bool = True

    async def __call__(self, request: Request) -> Visit:
        """The visit that `GuardedPage` has let in."""
        visit: Visit = request.state.visit
        return visit


Anybody = Annotated[Visit, Depends(Rule(anybody=True))]
Public = Annotated[Visit, Depends(Rule(anybody=True, asks=False))]
Reading = Annotated[Visit, Depends(Rule((Scope.JOBS_READ,)))]
Changing = Annotated[Visit, Depends(Rule((Scope.JOBS_WRITE,)))]
TemplateChanging = Annotated[Visit, Depends(Rule((Scope.TEMPLATES_WRITE,)))]
AdminReading = Annotated[Visit, Depends(Rule((Scope.ADMIN,)))]
AdminChanging = AdminReading


class GuardedPage(APIRoute):
    """A route that applies its rule before anything else.

    Raises:
        TypeError: the route has no rule, or several.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **kwargs: Any) -> None:
        super().__init__(path, endpoint, **kwargs)
        _rule_of(self.path, self.dependant)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of requests behind the rule."""
        handle = super().get_route_handler()
        rule = _rule_of(self.path, self.dependant)

        async def guarded(request: Request) -> Response:
            exchanges.work_for(request.path_params.get("job_id"))
            services: OpenServices = request.app.state.services
            secret = request.cookies.get(SESSION_COOKIE, "")
            session = await run_in_threadpool(_session_of, services, request, secret) if secret and rule.asks else None
            visit = Visit(request, services, session)
            request.state.visit = visit
            if session is None and not rule.anybody:
                if _comes_from_elsewhere(request):
                    return _once_more(visit)
                if (fields := await kept_fields(request)) is not None:
                    return visit.page("kept_form.html", status=401, fields=fields)
                raise AuthenticationError("You are not logged in")
            if session is not None:
                request.state.caller = session.caller
                _require(session.caller, rule.scopes)
            if request.method in _CHANGES:
                _require_own_page(request)
                if session is not None and not await _has_token(request, csrf_of(secret)):
                    if not rule.anybody and (fields := await kept_fields(request)) is not None:
                        return visit.page("kept_form.html", status=403, fields=fields)
                    raise AccessDeniedError(
                        "The form is of a session that has ended", fix="Go back, reload the page, and send it again"
                    )
            return await handle(request)

        return guarded


def page_router(**options: Any) -> APIRouter:
    """A router all of whose routes need a rule."""
    return APIRouter(route_class=GuardedPage, include_in_schema=False, **options)


def is_secure(request: Request) -> bool:
    """Whether browsers reach us by HTTPS: then cookies go by nothing else."""
    services: OpenServices = request.app.state.services
    return request.url.scheme == "https" or services.settings.api_url.startswith("https:")


def once_of(form: FormData) -> str:
    """The key under which a form is carried out once.

    Raises:
        InvalidRequestError: it has none.
    """
    try:
        return check_key(str(form.get("once", "")))
    except InvalidRequestError as error:
        raise InvalidRequestError(
            "The form did not arrive whole", fix="Open the page again, and send the form from there"
        ) from error


async def form_of(request: Request) -> FormData:
    """The form of a request, which is read once."""
    return await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS)


def _session_of(services: OpenServices, request: Request, secret: str) -> Session | None:
    """The session, unless it has ended, or was begun with a token that was revoked since."""
    is_use = request.method in _CHANGES or not is_fragment(request.scope)
    session = services.sessions.find(secret, is_use=is_use)
    if session is None:
        return None
    try:
        services.revocations.refuse_revoked(session.caller.token_id)
    except AuthenticationError:
        return None
    return session


def _rule_of(path: str, dependant: Dependant) -> Rule:
    rules = [part.call for part in dependant.dependencies if isinstance(part.call, Rule)]
    if len(rules) != 1:
        raise TypeError(f"The page {path} needs one rule and has {len(rules)}")
    return rules[0]


async def kept_fields(request: Request) -> list[tuple[str, str]] | None:
    """What somebody has filled in whose session is not the form's any more, so that it can be sent again.

    None unless a page of ours sent it, by the browser's own word; for parts of pages, whose form is still there; and
    where it is nothing, or too much to be sent back and forth. Files have to be chosen again.
    """
    length = request.headers.get("content-length", "")
    by_a_page = (request.headers.get("sec-fetch-site"), request.headers.get("sec-fetch-mode")) == (
        "same-origin",
        "navigate",
    )
    small = length.isdecimal() and int(length) <= MOST_KEPT
    if request.method != "POST" or not by_a_page or not small or is_fragment(request.scope):
        return None
    _require_own_page(request)
    fields = [(name, value) for name, value in (await form_of(request)).multi_items() if isinstance(value, str)]
    return [(name, value) for name, value in fields if name != CSRF_FIELD] or None


def _require_own_page(request: Request) -> None:
    """Let through what a page of ours has sent.

    Raises:
        AccessDeniedError: it comes from a page of another site.
    """
    own = request.headers.get("host", "").lower()
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    # The whole of it: a host is compared as it is written, and what is no address is nobody's.
    is_own = origin is None or origin.lower() in {f"http://{own}", f"https://{own}"}
    if site not in {"same-origin", "none"} or not is_own:
        raise AccessDeniedError(
            "This was not sent by a page of this dashboard",
            fix="Open the dashboard by its own address; behind a proxy, pass the header Host on",
        )


async def _has_token(request: Request, csrf: str) -> bool:
    given = request.headers.get(CSRF_HEADER) or (await form_of(request)).get(CSRF_FIELD)
    return isinstance(given, str) and hmac.compare_digest(given.encode(), csrf.encode())


def _require(caller: Caller, scopes: tuple[Scope, ...]) -> None:
    """
    Raises:
        AccessDeniedError: the caller lacks one of the scopes.
    """
    lacking = [WORDS_OF_SCOPES[scope].lower() for scope in scopes if not caller.may(scope)]
    if lacking:
        raise AccessDeniedError(
            "You do not have the permission for this",
            fix=f"Ask an administrator for a login with the permission: {', '.join(lacking)}",
        )


def _comes_from_elsewhere(request: Request) -> bool:
    """Whether a link on another site led here: then browsers do not send our cookie, though there may be one."""
    return request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site"


def _once_more(visit: Visit) -> Response:
    """A page that asks for itself again, now from our own site, so that the cookie comes along."""
    return visit.page("once_more.html")


def _said(request: Request) -> str:
    try:
        return base64.urlsafe_b64decode(request.cookies.get(SAID_COOKIE, "")).decode()[:MOST_SAID]
    except ValueError:
        return ""
