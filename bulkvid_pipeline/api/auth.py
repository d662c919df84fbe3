"""Who may use a route. Every route has one rule, which is applied before anything of its body is read.

A route states its rule by the type of a parameter: `caller: Reader`, or `_: Public` where nobody needs a token. A route
without a rule cannot be made.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response, Security
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from bulkvid_pipeline.api.context import context_of
from bulkvid_pipeline.api.timing import timed
from bulkvid_pipeline.core.errors import AuthenticationError
from bulkvid_pipeline.services.access.scopes import Caller, Scope

BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="bearerAuth",
    bearerFormat="JWT",
    description="A JSON Web Token: `Authorization: Bearer {token}`. `bulkvid token` mints one.",
)
_PROXY_HEADERS = (
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "forwarded",
    "via",
)
_LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]"}


@dataclass(frozen=True)
class Rule:
    """Who may use a route: anybody, or callers whose token has the scopes; `or_loopback`: this machine too.

    Requests that are not `counted` have no rate limit, and need no database to be let in.
    """

    scopes: tuple[Scope, ...] = ()
    anybody: bool = False
    or_loopback: bool = False
    counted: bool = True

    async def __call__(
        self, request: Request, _shown: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)] = None
    ) -> Caller | None:
        """The caller whom `GuardedRoute` has let in; None where no token was needed."""
        caller: Caller | None = request.state.caller
        return caller


def _needs(*scopes: Scope) -> Any:
    return Security(Rule(scopes), scopes=[scope.value for scope in scopes])


Public = Annotated[None, Security(Rule(anybody=True))]
Reader = Annotated[Caller, _needs(Scope.JOBS_READ)]
Writer = Annotated[Caller, _needs(Scope.JOBS_WRITE)]
TemplateWriter = Annotated[Caller, _needs(Scope.TEMPLATES_WRITE)]
Admin = Annotated[Caller, _needs(Scope.ADMIN)]
AdminOrLoopback = Annotated[
    Caller | None, Security(Rule((Scope.ADMIN,), or_loopback=True, counted=False), scopes=[Scope.ADMIN.value])
]


class GuardedRoute(APIRoute):
    """A route that applies its rule, and counts the request, before it reads the body.

    Raises:
        TypeError: the route has no rule, or several.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **kwargs: Any) -> None:
        super().__init__(path, endpoint, **kwargs)
        self.rule = _rule_of(self.path, self.dependant)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of requests behind the rule."""
        handle = super().get_route_handler()
        rule = _rule_of(self.path, self.dependant)

        async def guarded(request: Request) -> Response:
            with timed(request, "auth"):
                caller = await _let_in(rule, request)
            request.state.caller = caller
            if caller is None or not rule.counted:
                return await handle(request)
            with timed(request, "limit"):
                headers = await context_of(request).requests.count(caller)
            request.state.limit_headers = headers
            with timed(request, "handler"):
                response = await handle(request)
            response.headers.update(headers)
            return response

        return guarded


def guarded_router(**options: Any) -> APIRouter:
    """A router all of whose routes need a rule."""
    return APIRouter(route_class=GuardedRoute, **options)


def _rule_of(path: str, dependant: Dependant) -> Rule:
    rules = [part.call for part in dependant.dependencies if isinstance(part.call, Rule)]
    if len(rules) != 1:
        raise TypeError(f"The route {path} needs one authorisation rule and has {len(rules)}")
    return rules[0]


async def _let_in(rule: Rule, request: Request) -> Caller | None:
    """The caller; None where the rule wants none.

    Raises:
        AuthenticationError: there is no valid token.
        AccessDeniedError: the token lacks a scope.
    """
    if rule.anybody:
        return None
    token = _token_of(request)
    if rule.or_loopback and token is None and _is_loopback(request):
        return None
    if token is None:
        raise AuthenticationError(
            "Invalid JWT token",
            fix="None was sent: send the header Authorization: Bearer {token}; `bulkvid token` mints one",
        )
    verifier = context_of(request).verifier
    caller = await run_in_threadpool(verifier.verify, token) if verifier.may_block else verifier.verify(token)
    caller.require(rule.scopes)
    return caller


def _token_of(request: Request) -> str | None:
    headers = request.headers.getlist("authorization")
    if not headers:
        return None
    scheme, _, token = headers[0].partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise AuthenticationError("Invalid JWT token", fix="Send one header Authorization: Bearer {token}")
    return token.strip()


def _is_loopback(request: Request) -> bool:
    """Whether the request comes from this machine itself: from no proxy, by no name that others may point here, and
    from no page of another site that a browser on this machine shows."""
    if any(name in request.headers for name in _PROXY_HEADERS):
        return False
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
        return False
    host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
    try:
        peer = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return peer.is_loopback and host.lower() in _LOOPBACK_NAMES
