"""Links that log somebody in to the dashboard, once.

A link must name the address by which people reach the dashboard: the one that the settings say, else the one that
`bulkvid serve` was started with last, which it writes down.
"""

from __future__ import annotations

from typing import Final

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.kept_values import KeptValues
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.services.access.scopes import Caller
from bulkvid_pipeline.services.access.sessions import Sessions
from bulkvid_pipeline.settings import Settings

LONGEST_MINUTES: Final = 7 * 24 * 60
_URL: Final = "url"


def login_link(instance: DagsterInstance, base_url: str, caller: Caller, lasts_s: float) -> str:
    """A link that logs in one browser as the caller, within that time.

    Raises:
        InvalidRequestError: user or project cannot be named so, or the time is none.
        ServiceUnavailableError: the instance's database does not answer.
    """
    if not 0 < lasts_s <= LONGEST_MINUTES * 60:
        raise InvalidRequestError(
            "A login link cannot last for that long", fix=f"Give 1 to {LONGEST_MINUTES} minutes", field="minutes"
        )
    return f"{base_url.rstrip('/')}/login?code={Sessions(instance).new_code(caller, lasts_s)}"


def tell_address(instance: DagsterInstance, url: str) -> None:
    """Write down where the dashboard of the instance is served now.

    Raises:
        ServiceUnavailableError: the instance's database does not answer.
    """
    _kept(instance).write({_URL: url})


def address_of(instance: DagsterInstance, settings: Settings) -> str:
    """Where people reach the dashboard of the instance.

    Raises:
        ServiceUnavailableError: the instance's database does not answer.
    """
    if "api_url" in settings.model_fields_set:
        return settings.api_url
    return _kept(instance).read([_URL]).get(_URL, settings.api_url)


def _kept(instance: DagsterInstance) -> KeptValues:
    return KeptValues(instance, "bulkvid/served/")
