"""Signatures of messages after Standard Webhooks: v1, HMAC-SHA256 (github.com/standard-webhooks/standard-webhooks)."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from standardwebhooks import Webhook

from bulkvid_pipeline.core.errors import InvalidRequestError

PREFIX = "whsec_"
FEWEST_BYTES, MOST_BYTES = 24, 64
_FIX = "Set BULKVID_WEBHOOK_SECRET to whsec_ and the base64 of 24 to 64 random bytes: openssl rand -base64 32"


def check_secret(secret: str) -> None:
    """Raises InvalidRequestError, which does not repeat the secret, unless it is `whsec_` + base64 of 24..64 bytes."""
    if not secret.startswith(PREFIX):
        raise InvalidRequestError("The webhook secret does not begin with whsec_", fix=_FIX)
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        # Not `from`: the cause would show the secret's characters.
        raise InvalidRequestError("The webhook secret is not base64 after whsec_", fix=_FIX) from None
    if not FEWEST_BYTES <= len(key) <= MOST_BYTES:
        raise InvalidRequestError(
            f"The webhook secret has {len(key)} bytes; {FEWEST_BYTES} to {MOST_BYTES} are required", fix=_FIX
        )


def signature_headers(body: bytes, *, secret: str, message_id: str, timestamp: datetime) -> dict[str, str]:
    """The headers webhook-id, webhook-timestamp (whole seconds) and webhook-signature of a message.

    Raises:
        InvalidRequestError: the secret is not valid, see `check_secret`.
    """
    check_secret(secret)
    utc = timestamp.astimezone(UTC)  # the library would treat another zone's wall-clock time as UTC
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(utc.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, utc, body.decode()),
    }
