"""`bulkvid token`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import timedelta

from bulkvid_pipeline.cli.printing import print_json
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.services.access.keys import SECRET_FILE
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Scope
from bulkvid_pipeline.services.access.tokens import mint
from bulkvid_pipeline.settings import dagster_home, settings

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LIFETIME = re.compile(r"\s*(\d{1,7})\s*([smhdw])\s*", re.IGNORECASE)


def make_token(
    user_id: str, project_id: str, scopes: Sequence[Scope], expires: str, *, as_json: bool, admin: bool = False
) -> int:
    """Mint a token and print it; returns the exit code.

    Raises:
        InvalidRequestError: a value is refused, or this installation cannot sign tokens.
        InvalidSettingsError: the settings name no secret that can be used.
    """
    wanted = tuple(dict.fromkeys([*(scopes or (() if admin else DEFAULT_SCOPES)), *([Scope.ADMIN] if admin else [])]))
    lifetime = parse_lifetime(expires)
    home = dagster_home()
    is_new = settings().api_secret is None and not (home / SECRET_FILE).exists()
    token = mint(
        settings(),
        home,
        user_id=user_id,
        project_id=project_id,
        scopes=wanted,
        lifetime_s=lifetime.total_seconds(),
    )
    if is_new:
        note = f"Made a secret in {home}: only a server with this DAGSTER_HOME accepts the token."
        print(note, file=sys.stderr)
    if as_json:
        scope = " ".join(scope.value for scope in wanted)
        told = {"token": token, "token_type": "Bearer", "expires_in": int(lifetime.total_seconds()), "scope": scope}
        print_json({**told, "user": user_id, "project": project_id})
    else:
        print(token)
    return 0


def parse_lifetime(text: str) -> timedelta:
    """The duration that a text such as `30m`, `12h` or `30d` names.

    Raises:
        InvalidRequestError: the text is something else, or names no time at all.
    """
    match = _LIFETIME.fullmatch(text)
    seconds = int(match[1]) * _UNITS[match[2].lower()] if match else 0
    if not 0 < seconds <= 3660 * 86400:
        raise InvalidRequestError(
            f"'{text[:40]}' is not a lifetime", fix="Write it as 30m, 12h or 30d; ten years at most"
        )
    return timedelta(seconds=seconds)
