"""JSON Web Tokens (RFC 7519): verifying those of callers, and minting them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jwt

from bulkvid_pipeline.core.errors import AuthenticationError, InvalidRequestError
from bulkvid_pipeline.services.access.keys import Keys, KeySet, SharedSecret, keys_of
from bulkvid_pipeline.services.access.revocations import Revocations
from bulkvid_pipeline.services.access.scopes import Caller, Scope
from bulkvid_pipeline.settings import Settings

CLOCK_SKEW_S = 30
LONGEST_TOKEN = 8192
"""Characters of a token; no real one is as long."""
LONGEST_ID = 128
KNOWN_FOR_S = 60.0
"""How long a key that its provider has withdrawn may still be accepted."""
MOST_KNOWN = 4096
_REQUIRED = ["exp", "iss", "aud", "sub", "project"]
_INVALID = "Invalid JWT token"


class TokenVerifier:
    """Verifies tokens with the keys, the issuer and the audience of this installation.

    Args:
        settings: name keys, issuer and audience.
        home: where the installation's own secret is.
        revocations: tell which tokens are refused though they are valid; None: none is.

    Raises:
        InvalidSettingsError: the keys that the settings name cannot be used.
    """

    def __init__(self, settings: Settings, home: Path, revocations: Revocations | None = None) -> None:
        self._revocations = revocations
        self._keys: Keys = keys_of(settings, home)
        self._issuer, self._audience = settings.api_issuer, settings.api_audience
        self._known: dict[str, tuple[Caller, float]] = {}

    @property
    def may_block(self) -> bool:
        """Whether verifying may wait for an identity provider."""
        return isinstance(self._keys, KeySet)

    @property
    def signs_own(self) -> bool:
        """Whether this installation can make tokens itself, and none but it does."""
        return isinstance(self._keys, SharedSecret)

    def verify(self, token: str) -> Caller:
        """The caller whose token this is. One that was verified in the last `KNOWN_FOR_S` is only looked up.

        Raises:
            AuthenticationError: "Token expired", "Token revoked", or "Invalid JWT token" whatever else is wrong.
            ServiceUnavailableError: the identity provider does not respond, or whether it was revoked is not known.
        """
        caller = self._caller_of(token)
        if self._revocations is not None:
            self._revocations.refuse_revoked(caller.token_id)
        return caller

    def _caller_of(self, token: str) -> Caller:
        now = time.time()
        caller, known_until = self._known.get(token, (None, 0.0))
        if caller is not None and now < min(known_until, caller.expires_at):
            return caller
        caller = self._verified(token)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[token] = caller, now + KNOWN_FOR_S
        return caller

    def _verified(self, token: str) -> Caller:
        if len(token) > LONGEST_TOKEN:
            raise _invalid("it is too long")
        try:
            claims = jwt.decode(
                token,
                self._keys.key_for(token),
                algorithms=[self._keys.algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=CLOCK_SKEW_S,
                options={"require": _REQUIRED},
            )
        except jwt.ExpiredSignatureError as error:
            raise AuthenticationError("Token expired", fix="Refresh your JWT token") from error
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise _invalid(str(error)) from error
        return Caller(
            user_id=_identity(claims, "sub"),
            project_id=_identity(claims, "project"),
            scopes=_scopes(claims.get("scope", "")),
            expires_at=float(claims["exp"]),
            token_id=claims.get("jti", ""),
        )


def mint(
    settings: Settings,
    home: Path,
    *,
    user_id: str,
    project_id: str,
    scopes: Iterable[Scope],
    lifetime_s: float,
    token_id: str | None = None,
) -> str:
    """A token that `TokenVerifier` accepts for that long. Nobody is told of it: `MintedTokens` does that.

    Raises:
        InvalidRequestError: an id is empty, too long or not printable; the lifetime is not positive; or this
            installation only verifies tokens, which its identity provider signs.
        InvalidSettingsError: the settings name no secret that can be used.
    """
    keys = keys_of(settings, home)
    if not isinstance(keys, SharedSecret):
        raise InvalidRequestError(
            "This installation verifies tokens with a public key, and cannot sign any",
            fix="Get the token from your identity provider, or unset BULKVID_API_PUBLIC_KEY and BULKVID_API_JWKS_URL",
        )
    check_identity("user", user_id)
    check_identity("project", project_id)
    if lifetime_s <= 0:
        raise InvalidRequestError("A token needs a lifetime", fix="Give a time such as 12h or 30d")
    now = int(time.time())
    claims = {
        "iss": settings.api_issuer,
        "aud": settings.api_audience,
        "sub": user_id,
        "project": project_id,
        "scope": " ".join(scope.value for scope in scopes),
        "iat": now,
        "exp": now + max(1, round(lifetime_s)),
        "jti": token_id or new_token_id(),
    }
    return jwt.encode(claims, keys.secret, algorithm=keys.algorithm)


def check_identity(kind: str, value: str) -> None:
    """
    Raises:
        InvalidRequestError: no user or project can be called so.
    """
    if not _is_identity(value):
        raise InvalidRequestError(
            f"There can be no {kind} {value[:40]!r}", fix=f"Give 1 to {LONGEST_ID} printable characters"
        )


def new_token_id() -> str:
    """A `jti` that no other token has."""
    return uuid.uuid4().hex


def _identity(claims: dict[str, Any], name: str) -> str:
    value = claims[name]
    if not isinstance(value, str) or not _is_identity(value):
        raise _invalid(f"its {name} is not 1 to {LONGEST_ID} printable characters")
    return value


def _is_identity(value: str) -> bool:
    return 0 < len(value) <= LONGEST_ID and value.isprintable()


def _scopes(claim: object) -> frozenset[Scope]:
    """The scopes we know, out of a string with spaces (RFC 8693) or a list; others are for other services."""
    names = claim.split() if isinstance(claim, str) else claim
    if not isinstance(names, list):
        raise _invalid("its scope is neither a string nor a list")
    known = {scope.value: scope for scope in Scope}
    return frozenset(known[name] for name in names if isinstance(name, str) and name in known)


def _invalid(reason: str) -> AuthenticationError:
    return AuthenticationError(_INVALID, fix=f"Generate new authentication token: {reason[:120]}")
