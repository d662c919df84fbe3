"""The voice that a job speaks with, as the settings choose it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bulkvid_pipeline.adapters.rate_limits import location_of
from bulkvid_pipeline.adapters.speech.providers import Provider, SpeechChoice, check_choice
from bulkvid_pipeline.core.options import Voice
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.settings import Settings

if TYPE_CHECKING:  # takes a second to import, which those need not pay who ask for no instance
    from dagster import DagsterInstance


def speech_choice(spec: BulkJobSpec, settings: Settings, instance: DagsterInstance) -> SpeechChoice:
    """The voice that the settings name, for the job's user and project.

    Raises:
        InvalidSpecError: the settings contradict each other, or what they name is not there.
    """
    choice = installed_voice(settings)
    limits_at = location_of(instance) if choice.is_remote else None
    return replace(
        choice,
        limits_at=str(limits_at) if limits_at is not None else None,
        user_id=spec.user_id,
        project_id=spec.project_id,
    )


def installed_voice(settings: Settings) -> SpeechChoice:
    """The voice that the settings name, for nobody in particular: enough to know what it would say, not to speak.

    Raises:
        InvalidSpecError: the settings contradict each other, or what they name is not there.
    """
    choice = SpeechChoice(
        Provider(settings.speech_provider),
        {Voice(name): voice for name, voice in settings.speech_voices.items()},
        str(settings.piper_model.expanduser().absolute()) if settings.piper_model else None,
        settings.speech_base_url,
        settings.speech_model,
        settings.speech_price,
        server_paces=settings.speech_pace == "server",
        timeout_s=2 * settings.network_timeout_s,
    )
    check_choice(choice, speech_key(settings))
    return choice


def speech_key(settings: Settings) -> str | None:
    """The key of the speech server."""
    return settings.speech_api_key.get_secret_value() if settings.speech_api_key else None
