"""`bulkvid token`, and `bulkvid tokens`: who may come in over the API."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bulkvid_pipeline.cli.groups import command_group
from bulkvid_pipeline.cli.printing import print_json, time_in_words
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Scope

if TYPE_CHECKING:
    from bulkvid_pipeline.services.access.minted import MintedToken

tokens = command_group()
AsJson = Annotated[bool, typer.Option("--json", help="As JSON")]
SHOWN_ID = 8
"""Characters of an id in a table; they name the token."""


def make_token(
    user_id: str,
    project_id: str,
    scopes: Sequence[Scope],
    expires: str,
    *,
    as_json: bool,
    admin: bool = False,
    name: str = "",
) -> int:
    """Mint a token and print it; returns the exit code.

    Raises:
        InvalidRequestError: a value is refused, or this installation cannot sign tokens.
        InvalidSettingsError: the settings name no secret that can be used.
        ServiceUnavailableError: the instance's database, which lists the tokens, does not answer.
    """
    from bulkvid_pipeline.services.access.keys import SECRET_FILE, keys_of
    from bulkvid_pipeline.services.access.lifetimes import parse_lifetime
    from bulkvid_pipeline.services.access.minted import MintedTokens
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.settings import dagster_home, settings

    wanted = tuple(dict.fromkeys([*(scopes or (() if admin else DEFAULT_SCOPES)), *([Scope.ADMIN] if admin else [])]))
    lifetime_s = parse_lifetime(expires)
    home = dagster_home()
    is_new = settings().api_secret is None and not (home / SECRET_FILE).exists()
    keys_of(settings(), home)  # before a database is made for nothing
    with open_instance(home) as instance:
        made = MintedTokens(instance).mint(
            settings(),
            home,
            name=name,
            user_id=user_id,
            project_id=project_id,
            scopes=wanted,
            lifetime_s=lifetime_s,
        )
    if is_new and (home / SECRET_FILE).exists():
        note = f"Made a secret in {home}: only a server with this DAGSTER_HOME accepts the token."
        print(note, file=sys.stderr)
    if as_json:
        scope = " ".join(scope.value for scope in wanted)
        told = {"token": made.token, "token_type": "Bearer", "expires_in": int(lifetime_s), "scope": scope}
        print_json({**told, "user": user_id, "project": project_id, "id": made.told.id, "name": made.told.name})
    else:
        print(made.token)
    return 0


@tokens.command("list")
def list_tokens(
    project: Annotated[str | None, typer.Option("--project", help="Of this project alone")] = None,
    user: Annotated[str | None, typer.Option("--user", "-u", help="Of this user alone")] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Also those that have expired or were revoked")] = False,
    as_json: AsJson = False,
) -> None:
    """List the tokens that let somebody in. The tokens themselves are kept nowhere.

    Tokens of an identity provider are not listed; nor are those that were made before there was this list.
    """
    from bulkvid_pipeline.services.access.minted import MintedTokens
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.settings import dagster_home

    now = time.time()
    with open_instance(dagster_home()) as instance:
        found = [
            token
            for token in MintedTokens(instance).all()
            if project in (None, token.project_id)
            and user in (None, token.user_id)
            and (ended or token.is_valid_at(now))
        ]
    if as_json:
        print_json([_as_json(token, now) for token in found])
    elif found:
        _print_table(found, now)
    else:
        print("No tokens." if ended else "No valid tokens. `--ended` lists those that have ended.")


@tokens.command()
def revoke(
    token: Annotated[str, typer.Argument(help="Id of a token or its beginning, as `list` shows it; or a whole token")],
) -> None:
    """End a token now: every server over this instance refuses it within two seconds.

    A whole token can be one that is not listed, also one of an identity provider, if it has an id (`jti`).

    Exit codes: 0 done · 2 there is no such token, or it cannot be revoked.
    """
    from bulkvid_pipeline.services.access.minted import MintedTokens
    from bulkvid_pipeline.services.access.tokens import TokenVerifier
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.settings import dagster_home, settings

    home = dagster_home()
    with open_instance(home) as instance:
        minted = MintedTokens(instance)
        if token.count(".") == 2:
            holder = minted.revoke_token(token.strip(), TokenVerifier(settings(), home))
            told = f"token {holder.token_id[:SHOWN_ID]} of {holder.user_id} in {holder.project_id}"
        else:
            ended = minted.revoke(token)
            told = " ".join(filter(None, ("token", ended.id[:SHOWN_ID], f"'{ended.name}'" if ended.name else "")))
            told += f" of {ended.user_id} in {ended.project_id}"
    print(f"Revoked {told}.")


def _as_json(token: MintedToken, now: float) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "user": token.user_id,
        "project": token.project_id,
        "scope": " ".join(token.scopes),
        "ends_with": token.ends,
        "created_at": _moment(token.created_at),
        "expires_at": _moment(token.expires_at),
        "revoked_at": None if token.revoked_at is None else _moment(token.revoked_at),
        "revoked_by": token.revoked_by,
        "valid": token.is_valid_at(now),
    }


def _moment(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _print_table(found: Sequence[MintedToken], now: float) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("Id", "Name", "User", "Project", "May", "Ends with", "Made", "State"):
        table.add_column(title, overflow="fold")
    for token in found:
        cells = (
            token.id[:SHOWN_ID],
            token.name or "-",
            token.user_id,
            token.project_id,
            " ".join(token.scopes),
            token.ends,
            _moment(token.created_at),
            _state(token, now),
        )
        table.add_row(*map(Text, cells))
    Console(highlight=False).print(table)


def _state(token: MintedToken, now: float) -> str:
    if token.revoked_at is not None:
        return f"revoked {_moment(token.revoked_at)}" + (f" by {token.revoked_by}" if token.revoked_by else "")
    if now >= token.expires_at:
        return "expired"
    return f"valid for {time_in_words(token.expires_at - now)}"
