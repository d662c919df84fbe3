"""API tokens: made for programs, shown once, listed, revoked."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from bulkvid_pipeline.adapters.idempotency import Answer, RequestName
from bulkvid_pipeline.core.errors import AccessDeniedError, BulkVideoError, InvalidRequestError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.dashboard.visits import WORDS_OF_SCOPES, Reading, Visit, once_of, page_router
from bulkvid_pipeline.services.access.lifetimes import parse_lifetime
from bulkvid_pipeline.services.access.minted import LONGEST_NAME, MintedTokens, NewToken
from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline.services.intake.idempotency import Work

router = page_router()
PAGE_SIZE = 50
LIFETIMES = {
    "1h": "1 hour",
    "12h": "12 hours",
    "7d": "7 days",
    "30d": "30 days",
    "90d": "90 days",
    "365d": "1 year",
}
_DEFAULTS = {"name": "", "lifetime": "30d", "scopes": (Scope.JOBS_READ.value, Scope.JOBS_WRITE.value)}


@router.get("/tokens")
def tokens(visit: Reading) -> Response:
    """The tokens there are, and a form for another one."""
    return _page(visit)


@router.post("/tokens")
async def mint(visit: Reading) -> Response:
    """Make a token and show it, this once. The same form sent again makes no other one."""
    return await run_in_threadpool(_mint, visit, await visit.form())


@router.get("/tokens/{token_id}/revoke")
def ask(token_id: str, visit: Reading) -> Response:
    """Asks whether the token is to be revoked."""
    return visit.page("tokens/revoke.html", token=_minted(visit).get(token_id, visit.caller))


@router.post("/tokens/{token_id}/revoke")
def revoke(token_id: str, visit: Reading) -> Response:
    """End a token now."""
    ended = _minted(visit).revoke(token_id, visit.caller)
    visit.services.revocations.look()
    return visit.redirect("/tokens", say=f"Revoked: {ended.name or f'the token that ends with {ended.ends}'}")


def _minted(visit: Visit) -> MintedTokens:
    return MintedTokens(visit.services.instance)


def _mint(visit: Visit, form: FormData) -> Response:
    caller, services = visit.caller, visit.services
    name, lifetime = str(form.get("name", "")), str(form.get("lifetime", ""))
    wanted = [str(scope) for scope in form.getlist("scopes")]
    made: list[NewToken] = []

    def carry_out(_: Work) -> Answer:
        made.append(
            _minted(visit).mint_for(
                caller,
                services.settings,
                services.home,
                name=name,
                scopes=_scopes(wanted),
                lifetime_s=parse_lifetime(lifetime),
            )
        )
        return Answer(201, json.dumps({"id": made[0].told.id}))

    try:
        if not _can_mint(visit):
            raise AccessDeniedError(
                "A token makes no other tokens", fix="Log in with a login link (bulkvid login-link) to make one"
            )
        if lifetime not in LIFETIMES:
            raise InvalidRequestError(
                f"'{shortened(lifetime)}' is not a lifetime that is offered",
                fix="Choose from the list",
                field="lifetime",
            )
        key = once_of(form)
        request = RequestName(caller.project_id, caller.user_id, "POST /tokens", key)
        services.keyed.waited_for(request, json.dumps([name, lifetime, wanted]), carry_out)
    except (InvalidRequestError, AccessDeniedError) as error:
        filled = {"name": name, "lifetime": lifetime, "scopes": wanted}
        return _page(visit, filled=filled, problem=error, status=error.http_status)
    if not made:
        return visit.redirect("/tokens", say="This token was made before. It was shown then, and cannot be shown again")
    return _page(visit, made=made[0], status=201)


def _can_mint(visit: Visit) -> bool:
    """Not in a session that was begun with a token: what is made there would outlive that token and its revoking."""
    return visit.session is not None and not visit.session.is_of_token


def _scopes(names: list[str]) -> list[Scope]:
    """
    Raises:
        InvalidRequestError: a name is none of a permission.
    """
    try:
        return [Scope(name) for name in names]
    except ValueError as error:
        raise InvalidRequestError("There is no such permission", fix="Choose from the list", field="scopes") from error


def _page(
    visit: Visit,
    *,
    filled: Mapping[str, Any] = _DEFAULTS,
    problem: BulkVideoError | None = None,
    made: NewToken | None = None,
    status: int = 200,
) -> Response:
    now = time.time()
    seen = _minted(visit).seen_by(visit.caller)
    valid = [token for token in seen if token.is_valid_at(now)]
    at = _number(visit.request.query_params.get("page", ""))
    shown = valid[(at - 1) * PAGE_SIZE : at * PAGE_SIZE]
    return visit.page(
        "tokens/tokens.html",
        status=status,
        valid=shown,
        valid_count=len(valid),
        ended=[token for token in seen if not token.is_valid_at(now)][:PAGE_SIZE],
        next_url=f"/tokens?page={at + 1}" if len(valid) > at * PAGE_SIZE else "",
        first_url="/tokens" if at > 1 else "",
        now=now,
        made=made,
        problem=problem,
        wrong=problem.field if problem else "",
        filled=filled,
        signs_own=visit.services.verifier.signs_own,
        can_mint=_can_mint(visit),
        permissions={scope: text for scope, text in WORDS_OF_SCOPES.items() if visit.caller.may(scope)},
        lifetimes=LIFETIMES,
        longest_name=LONGEST_NAME,
        api_url=visit.services.settings.api_url,
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 7 and int(text) else 1
