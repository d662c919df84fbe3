"""The address of the API in links that it hands out."""

from __future__ import annotations

from fastapi import Request

from bulkvid_pipeline.settings import Settings


def base_url(request: Request, settings: Settings) -> str:
    """The address that the settings name, else the one that the request came to; without a slash at its end."""
    named = settings.api_url if "api_url" in settings.model_fields_set else str(request.base_url)
    return named.rstrip("/")
