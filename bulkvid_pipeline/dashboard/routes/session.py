"""Logging in and out, and the choice between light and dark."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from bulkvid_pipeline.core.errors import AuthenticationError
from bulkvid_pipeline.dashboard.problems import THEMES
from bulkvid_pipeline.dashboard.visits import (
    SESSION_COOKIE,
    THEME_COOKIE,
    Anybody,
    Visit,
    is_secure,
    page_router,
)
from bulkvid_pipeline.services.access.sessions import LONGEST_S

router = page_router()
_YEAR_S = 365 * 86400


@router.get("/login")
async def login_page(visit: Anybody, code: str = "", next: str = "") -> Response:  # noqa: A002  as it stands in the address
    """Asks for a login code or a token. A code in the address is not used up by looking: only the button does that."""
    return visit.page("login.html", code=code[:200], next=own_path(next), problem=None)


@router.post("/login")
async def login(visit: Anybody) -> Response:
    """Begin a session; one that the browser had before is ended."""
    form = await visit.form()
    code, token = str(form.get("code", "")).strip(), str(form.get("token", "")).strip()
    target = own_path(str(form.get("next", "")))
    try:
        secret = await run_in_threadpool(_begin, visit, code, token)
    except AuthenticationError as error:
        return visit.page("login.html", status=401, code="", next=target, problem=error)
    await run_in_threadpool(_end, visit)
    response = visit.redirect(target)
    response.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=int(LONGEST_S),
        httponly=True,
        samesite="strict",
        secure=is_secure(visit.request),
    )
    return response


@router.post("/logout")
async def logout(visit: Anybody) -> Response:
    """End the session, here and wherever its cookie may have got to."""
    await run_in_threadpool(_end, visit)
    response = visit.redirect("/login", say="You are logged out")
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="strict")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@router.post("/theme")
async def choose_theme(visit: Anybody) -> Response:
    """Light, dark, or as the system has it."""
    form = await visit.form()
    theme, target = str(form.get("theme", "")), own_path(str(form.get("next", "")))
    response = visit.redirect(target)
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE, theme, max_age=_YEAR_S, httponly=True, samesite="strict", secure=is_secure(visit.request)
        )
    else:
        response.delete_cookie(THEME_COOKIE, httponly=True, samesite="strict")
    return response


def own_path(target: str) -> str:
    """`target` if it is a page of ours, else the start page: links must not lead to other sites."""
    try:
        parts = urlsplit(target)
    except ValueError:  # `//[`
        return "/"
    plain = (
        target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable() and "\\" not in target
    )
    return target if plain and not parts.scheme and not parts.netloc and parts.path != "/login" else "/"


def _end(visit: Visit) -> None:
    """End the session that the browser has, if it has one, and all that it keeps open at any process."""
    if visit.session is not None:
        visit.services.sessions.end(visit.session)
        visit.services.revocations.announce_end(visit.session.key)


def _begin(visit: Visit, code: str, token: str) -> str:
    """What the browser is to hold.

    Raises:
        AuthenticationError: the code or the token is not valid.
    """
    sessions = visit.services.sessions
    if code:
        return sessions.begin(sessions.redeem(code))
    if not token:
        raise AuthenticationError("No login code was given", fix="Paste one, or an API token")
    caller = visit.services.verifier.verify(token)
    return sessions.begin(caller, ends_at=caller.expires_at)
