"""Who asks: service accounts and their keys, signed assertions, bearer tokens, API keys."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bulkvid_pipeline_tests.peers.google.wire import Refusal, Request, api_error, oauth_error

TOKEN_URI = "https://oauth2.googleapis.com/token"
TOKEN_LIFE_S = 3599
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SCOPES = "https://www.googleapis.com/auth/"
_CLOCK_SKEW_S = 300
_SHORT_LIVED = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


@dataclass(frozen=True)
class Token:
    user: str
    scopes: frozenset[str]
    expires: float


@dataclass(frozen=True)
class Caller:
    """Whoever sent a request, once known."""

    user: str
    """A service account's address, or the API key."""
    scopes: frozenset[str] | None
    """None for an API key: public data only."""

    def require(self, *names: str) -> None:
        """Refuse the request unless one of these scopes was granted."""
        if self.scopes is not None and not self.scopes & {_SCOPES + name for name in names}:
            raise Refusal(
                api_error(
                    403,
                    "Request had insufficient authentication scopes.",
                    reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                )
            )


@dataclass
class Identities:
    now: Callable[[], float]
    keys: dict[str, dict[str, rsa.RSAPublicKey]] = field(default_factory=dict)
    """Public keys by account and key id."""
    tokens: dict[str, Token] = field(default_factory=dict)
    api_keys: set[str] = field(default_factory=set)

    def caller(self, request: Request) -> Caller:
        """Who sent an API request; refuses it as Google does where that is unclear."""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            token = self.tokens.get(bearer)
            if token is None or token.expires <= self.now():
                raise Refusal(
                    api_error(
                        401,
                        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie "
                        "or other valid authentication credential. "
                        "See https://developers.google.com/identity/sign-in/web/devconsole-project.",
                    )
                )
            return Caller(token.user, token.scopes)
        key = request.headers.get("x-goog-api-key") or request.param("key")
        if key is None:
            raise Refusal(
                api_error(
                    403,
                    "Method doesn't allow unregistered callers (callers without established identity). "
                    "Please use API Key or other form of API consumer identity to call this API.",
                )
            )
        if key not in self.api_keys:
            message = "API key not valid. Please pass a valid API key."
            raise Refusal(api_error(400, message, reason="API_KEY_INVALID", service="sheets.googleapis.com"))
        return Caller(key, None)

    def grant(self, form: dict[str, str]) -> dict[str, object]:
        """The token endpoint: a token for a signed assertion (RFC 7523)."""
        if form.get("grant_type") != GRANT_TYPE:
            raise Refusal(oauth_error("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type')}"))
        header, claims, signed, signature = _take_apart(form.get("assertion", ""))
        account = str(claims.get("iss", ""))
        keys = self.keys.get(account)
        if keys is None:
            raise Refusal(oauth_error("invalid_grant", "Invalid grant: account not found"))
        key = keys.get(str(header.get("kid", "")))
        if header.get("alg") != "RS256" or key is None or not _verifies(key, signed, signature):
            raise Refusal(oauth_error("invalid_grant", "Invalid JWT Signature."))
        self._check_claims(claims)
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes or not all(scope.startswith(_SCOPES) for scope in scopes):
            raise Refusal(oauth_error("invalid_scope", "Invalid OAuth scope or ID token audience provided."))
        bearer = "ya29.c." + secrets.token_urlsafe(96)
        self.tokens[bearer] = Token(account, scopes, self.now() + TOKEN_LIFE_S)
        return {"access_token": bearer, "expires_in": TOKEN_LIFE_S, "token_type": "Bearer"}

    def _check_claims(self, claims: dict[str, object]) -> None:
        if claims.get("aud") != TOKEN_URI:
            raise Refusal(oauth_error("invalid_grant", "Invalid JWT: Failed audience check."))
        issued, expires = claims.get("iat"), claims.get("exp")
        if not isinstance(issued, int) or not isinstance(expires, int):
            raise Refusal(oauth_error("invalid_grant", _SHORT_LIVED))
        now = self.now()
        if not issued - _CLOCK_SKEW_S <= now < expires or expires - issued > 3600:
            raise Refusal(oauth_error("invalid_grant", _SHORT_LIVED))


def _take_apart(assertion: str) -> tuple[dict[str, object], dict[str, object], bytes, bytes]:
    """Header, claims, signed bytes and signature of a JWT."""
    try:
        header, claims, signature = assertion.split(".")
        return (
            json.loads(_decode(header)),
            json.loads(_decode(claims)),
            f"{header}.{claims}".encode(),
            _decode(signature),
        )
    except (ValueError, binascii.Error):
        raise Refusal(oauth_error("invalid_grant", "Bad Request")) from None


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _verifies(key: rsa.RSAPublicKey, signed: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
