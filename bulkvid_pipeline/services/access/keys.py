"""The keys that sign and verify tokens, as the settings name them."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt import PyJWKClient

from bulkvid_pipeline.core.errors import AuthenticationError, InvalidSettingsError, ServiceUnavailableError
from bulkvid_pipeline.settings import Settings

SECRET_FILE = "api-secret"
"""The file in DAGSTER_HOME with the secret that an installation makes for itself."""
SECRET_BYTES = 32
"""HS256 needs a key of at least the size of its hash output (RFC 7518, section 3.2)."""
JWKS_KEPT_S = 300
JWKS_COOLDOWN_S = 30.0
"""Least time between two reads of a key set for keys that are not in it, which anybody can name."""
SMALLEST_RSA_BITS = 2048


@dataclass(frozen=True)
class SharedSecret:
    """HS256: one secret signs and verifies."""

    secret: bytes = field(repr=False)
    algorithm: str = "HS256"

    def key_for(self, _token: str) -> Any:
        return self.secret


@dataclass(frozen=True)
class PublicKey:
    """RS256 or ES256 with one public key; tokens are signed elsewhere."""

    key: RSAPublicKey | EllipticCurvePublicKey
    algorithm: str

    def key_for(self, _token: str) -> Any:
        return self.key


@dataclass(frozen=True)
class KeySet:
    """RS256 or ES256 with the keys that an identity provider publishes (RFC 7517), read again when they change."""

    client: PyJWKClient
    algorithm: str

    def key_for(self, token: str) -> Any:
        """The provider's key that the token names.

        Raises:
            AuthenticationError: the provider has no such key.
            ServiceUnavailableError: the provider does not respond.
        """
        try:
            return self.client.get_signing_key_from_jwt(token).key
        except jwt.PyJWKClientConnectionError as error:
            raise ServiceUnavailableError(
                "The keys that verify tokens cannot be read from their provider", fix="Check BULKVID_API_JWKS_URL"
            ) from error
        except (jwt.PyJWKClientError, jwt.PyJWTError) as error:
            raise AuthenticationError("Invalid JWT token", fix="Generate new authentication token") from error


Keys = SharedSecret | PublicKey | KeySet


def keys_of(settings: Settings, home: Path) -> Keys:
    """The keys of this installation. Without any setting, a secret of its own in `home`, which is made on first use.

    Raises:
        InvalidSettingsError: a key is too short, of the wrong kind, or cannot be read; or several kinds are set.
    """
    named = [
        name
        for name, value in (
            ("BULKVID_API_SECRET", settings.api_secret),
            ("BULKVID_API_PUBLIC_KEY", settings.api_public_key),
            ("BULKVID_API_JWKS_URL", settings.api_jwks_url),
        )
        if value
    ]
    if len(named) > 1:
        raise InvalidSettingsError(f"{' and '.join(named)} are both set", fix="Set the one that verifies tokens")
    if settings.api_public_key is not None:
        return _public_key(settings.api_public_key)
    if settings.api_jwks_url is not None:
        return _key_set(settings.api_jwks_url, settings.api_jwks_algorithm, settings.network_timeout_s)
    if settings.api_secret is None:
        return SharedSecret(_own_secret(home / SECRET_FILE))
    secret = settings.api_secret.get_secret_value().encode()
    if len(secret) < SECRET_BYTES:
        raise InvalidSettingsError(
            f"BULKVID_API_SECRET has {len(secret)} bytes; HS256 needs {SECRET_BYTES} or more",
            fix="Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
        )
    return SharedSecret(secret)


def _own_secret(path: Path) -> bytes:
    """The secret in the file, made if need be; of several processes that make it at once, the first one's counts."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        secret = path.read_bytes().strip()
    except OSError as error:
        raise InvalidSettingsError(
            f"The secret that signs tokens cannot be kept in {path}: {error.strerror}",
            fix="Make the folder writable, or set BULKVID_API_SECRET",
        ) from error
    if len(secret) < SECRET_BYTES:
        raise InvalidSettingsError(
            f"The secret in {path} has {len(secret)} bytes; HS256 needs {SECRET_BYTES} or more",
            fix="Delete the file, and a new one is made; tokens signed with the old one end",
        )
    return secret


def _public_key(path: Path) -> PublicKey:
    try:
        key = load_pem_public_key(path.expanduser().read_bytes())
    except (OSError, ValueError) as error:
        raise InvalidSettingsError(
            f"The public key in BULKVID_API_PUBLIC_KEY cannot be read: {error}", fix="Name a PEM file (SPKI)"
        ) from error
    if isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_RSA_BITS:
        return PublicKey(key, "RS256")
    if isinstance(key, EllipticCurvePublicKey) and key.curve.name == "secp256r1":
        return PublicKey(key, "ES256")
    raise InvalidSettingsError(
        "The public key in BULKVID_API_PUBLIC_KEY is of a kind that is not accepted",
        fix=f"Use RSA of {SMALLEST_RSA_BITS} bits or more (RS256), or the curve P-256 (ES256)",
    )


@lru_cache(maxsize=4)
def _key_set(url: str, algorithm: str, timeout_s: float) -> KeySet:
    return KeySet(
        PyJWKClient(url, cache_keys=True, lifespan=JWKS_KEPT_S, timeout=timeout_s, cooldown_duration=JWKS_COOLDOWN_S),
        algorithm,
    )
