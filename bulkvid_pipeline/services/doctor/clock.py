"""The time of this machine, against what those say who must agree on it."""

from __future__ import annotations

import email.utils
import os
import time
import zoneinfo
from collections.abc import Callable, Iterator
from concurrent.futures import wait

from bulkvid_pipeline.adapters.stopping import in_daemon_thread
from bulkvid_pipeline.adapters.storage.location import S3Location, parse_location
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.spec import SourceType
from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, broken, grouped, ok, skipped, warning

NOTABLE_S = 30.0
"""What tokens of the API forgive; dates come in whole seconds."""
RUINOUS_S = 300.0
"""From here on Google refuses tokens, and S3 soon will (it forgives 15 minutes)."""
GOOGLE = "https://sheets.googleapis.com/"
_MEND = "Set this machine's clock, and keep it right with NTP: `timedatectl set-ntp true`"
_ZONE_MEND = "Install the time zone data: the system's package tzdata, or `pip install tzdata`"


def _clock(site: Site) -> Finding:
    peers = dict(_peers(site))
    if not peers:
        return skipped("Nothing in use here tells the time: no S3, no Google, no PostgreSQL")
    asked = {name: in_daemon_thread(ask, f"doctor-clock-{name}") for name, ask in peers.items()}
    wait(asked.values(), 0.8 * site.limit_s)
    skews: dict[str, float] = {}
    for name, answer in asked.items():
        if answer.done() and answer.exception() is None:
            skew = answer.result()
            if skew is not None:
                skews[name] = skew
    if not skews:
        return skipped(f"{' and '.join(peers)} did not say the time")
    name, worst = max(skews.items(), key=lambda each: abs(each[1]))
    if abs(worst) < NOTABLE_S:
        return ok(f"Within {max(1, round(abs(worst)))} s of {', '.join(skews)}")
    told = f"This machine's clock is {abs(worst):,.0f} s {'behind' if worst > 0 else 'ahead of'} that of {name}"
    return broken(told, _MEND) if abs(worst) >= RUINOUS_S else warning(told, _MEND)


def _peers(site: Site) -> Iterator[tuple[str, Callable[[], float | None]]]:
    """Those in use here that tell the time, each with what asks by how many seconds it is ahead of us."""
    settings, limit_s = site.settings, 0.7 * site.limit_s
    place = parse_location(site.place)
    if isinstance(place, S3Location) or settings.cache_bucket:
        region = f".{settings.s3_region}" if settings.s3_region else ""
        store = settings.s3_endpoint_url or f"https://s3{region}.amazonaws.com/"
        yield "the storage", lambda: _ahead_by_date(store, limit_s)
    of_google = site.spec is not None and site.spec.input_source.type is SourceType.SHEET
    if of_google or settings.google_credentials is not None or settings.google_api_key is not None:
        yield "Google", lambda: _ahead_by_date(GOOGLE, limit_s)
    if settings.speech_provider == "openai":
        yield "the speech server", lambda: _ahead_by_date(settings.speech_base_url, limit_s)
    if settings.postgres_url is not None:
        url = settings.postgres_url.get_secret_value()
        yield "PostgreSQL", lambda: _ahead_by_postgres(url, limit_s)


def _modules(site: Site) -> tuple[str, ...]:
    of_postgres = (
        ("bulkvid_pipeline.adapters.dagster.instance_check",) if site.settings.postgres_url is not None else ()
    )
    return ("requests", *of_postgres) if dict(_peers(site)) else ()


def _ahead_by_date(url: str, limit_s: float) -> float | None:
    """By the Date that any HTTP answer has, whatever its status; None if there is no answer."""
    import requests

    began = time.time()
    try:
        answer = requests.head(url, timeout=limit_s, allow_redirects=False)
        date = email.utils.parsedate_to_datetime(answer.headers.get("Date", ""))
    except (requests.RequestException, ValueError):
        return None
    return _distance(date.timestamp(), began, time.time())


def _ahead_by_postgres(url: str, limit_s: float) -> float | None:
    from bulkvid_pipeline.adapters.dagster.instance_check import look_at_postgres

    began = time.time()
    try:
        state = look_at_postgres(url, limit_s)
    except BulkVideoError:
        return None
    return _distance(state.seconds, began, time.time())


def _distance(told: float, began: float, ended: float) -> float:
    """How far the time told lies outside the span in which it was asked; negative if before."""
    return told - ended if told > ended else min(0.0, told - began)


def _zones(_site: Site) -> Finding:
    try:
        zoneinfo.ZoneInfo("Europe/Berlin")
    except (zoneinfo.ZoneInfoNotFoundError, OSError):
        return broken("There is no time zone data, which schedules of saved jobs need", _ZONE_MEND)
    named = os.environ.get("TZ", "").lstrip(":")
    if "/" in named and not named.startswith("/"):
        try:
            zoneinfo.ZoneInfo(named)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            return warning(f"TZ is '{named[:60]}', which is no time zone, so that times are shown in UTC",
                           "Set TZ to a name such as Europe/Berlin, or unset it")  # fmt: skip
    return ok(f"Time zones are known; this machine is in {'/'.join(dict.fromkeys(time.tzname))}")


CHECKS = grouped(
    "clock",
    Check("clock", _clock, _MEND, loads=_modules),
    Check("time-zones", _zones, _ZONE_MEND, needs_settings=False),
)
