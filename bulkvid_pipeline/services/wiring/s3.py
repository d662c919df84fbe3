"""How this installation reaches S3."""

from __future__ import annotations

from dataclasses import dataclass, field

from bulkvid_pipeline.settings import Settings


@dataclass(frozen=True)
class S3Access:
    """An S3 service and the key to it; None where boto's own places say it (environment, profile, machine role).

    `public_url` is where people reach the service, None where that is its endpoint.
    """

    endpoint_url: str | None
    public_url: str | None
    region: str | None
    key: str | None
    secret: str | None = field(repr=False)


def s3_access(settings: Settings) -> S3Access:
    """The access that the settings give; the only place where its secret is taken out of them."""
    key, secret = settings.s3_key, settings.s3_secret
    return S3Access(
        endpoint_url=settings.s3_endpoint_url,
        public_url=settings.s3_public_url,
        region=settings.s3_region,
        key=key.get_secret_value() if key else None,
        secret=secret.get_secret_value() if secret else None,
    )
