"""Secrets that are long enough and closed to others, and what Dagster tells others."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import yaml

from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, grouped, ok, skipped, warning

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WRITE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_WEBHOOK_MEND = "Set BULKVID_WEBHOOK_SECRET to whsec_ and the base64 of 24 to 64 random bytes: openssl rand -base64 32"
_KEYS_MEND = "Correct the BULKVID_API_ settings that name keys"
_HOME_MEND = "Set DAGSTER_HOME to the full path of a folder of this user"


def _webhook_secret(site: Site) -> Finding:
    secret = site.settings.webhook_secret
    if secret is None:
        return skipped("BULKVID_WEBHOOK_SECRET is not set, so that callbacks are not signed")
    from bulkvid_pipeline.adapters.webhooks.signing import check_secret

    check_secret(secret.get_secret_value())
    return ok("Callbacks are signed with BULKVID_WEBHOOK_SECRET")


def _api_secret(site: Site) -> Finding:
    from bulkvid_pipeline.services.access.keys import SECRET_FILE, KeySet, keys_of

    own = site.home / SECRET_FILE
    settings = site.settings
    given = [settings.api_secret, settings.api_public_key, settings.api_jwks_url]
    if not any(given) and not own.exists():
        return ok("The API's secret is made at its first use")
    keys = keys_of(site.hasty_settings, site.home)
    if isinstance(keys, KeySet):
        keys.client.get_jwk_set()
        return ok("The key set of BULKVID_API_JWKS_URL can be read")
    if any(given):
        return ok(f"The API's tokens are verified with {keys.algorithm}, with a key that is long enough")
    if own.stat().st_mode & _OTHERS:
        return warning(f"Others of this machine may read {own}, and make any token", f"Close it: `chmod 600 {own}`")
    return ok(f"The API's secret is in {own}, which only this user reads")


def _key_files(site: Site) -> Finding:
    named = {"BULKVID_GOOGLE_CREDENTIALS": site.settings.google_credentials, ".env": Path(".env").absolute()}
    files = {name: path.expanduser() for name, path in named.items() if path and path.expanduser().is_file()}
    opened = [path for path in files.values() if path.stat().st_mode & _OTHERS]
    if opened:
        names = " ".join(map(str, opened))
        return warning(f"Others of this machine may read {names}", f"Close it: `chmod 600 {names}`")
    return ok(f"Only this user reads {', '.join(files)}") if files else skipped("No file here holds keys")


def _home(site: Site) -> Finding:
    named = os.environ.get("DAGSTER_HOME")
    if not named:
        return ok(f"DAGSTER_HOME is not set: jobs are kept in {site.home}")
    if not Path(named).is_absolute():
        return warning(f"DAGSTER_HOME is '{named[:80]}', which is another folder wherever it is used", _HOME_MEND)
    if site.home.is_dir() and site.home.stat().st_mode & _WRITE_BY_OTHERS & ~_sticky(site.home):
        return warning(
            f"Others of this machine may write in {site.home}, and so run code as this user",
            f"Close it: `chmod go-w {site.home}`",
        )
    return ok(f"DAGSTER_HOME is {site.home}" + ("" if site.home.exists() else ", which the first job makes"))


def _sticky(folder: Path) -> int:
    """Bits that mean no harm where the folder lets nobody touch what belongs to others."""
    return _WRITE_BY_OTHERS if folder.stat().st_mode & stat.S_ISVTX else 0


def _telemetry(site: Site) -> Finding:
    config = site.home / "dagster.yaml"
    if not config.is_file():
        return ok("Dagster's telemetry is off")
    try:
        document = yaml.safe_load(config.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        return warning(
            f"{config} cannot be read: {type(error).__name__}", f"Correct {config}, or delete it for a new one"
        )
    telemetry = document.get("telemetry") if isinstance(document, dict) else None
    if isinstance(telemetry, dict) and telemetry.get("enabled") is False:
        return ok("Dagster's telemetry is off")
    return warning("Dagster tells its maker how it is used", f"Write `telemetry: {{enabled: false}}` into {config}")


CHECKS = grouped(
    "secrets",
    Check("webhook-secret", _webhook_secret, _WEBHOOK_MEND),
    Check("api-secret", _api_secret, _KEYS_MEND, loads=lambda _: ("bulkvid_pipeline.services.access.keys",)),
    Check("key-files", _key_files, "Close the files that hold keys to other users"),
    Check("home", _home, _HOME_MEND, needs_settings=False),
    Check("telemetry", _telemetry, "Correct dagster.yaml in DAGSTER_HOME", needs_settings=False),
)
