from __future__ import annotations

from pathlib import Path

import pytest

from bulkvid_pipeline.services.jobs.instance import INSTANCE_CONFIG
from bulkvid_pipeline_tests.services.doctor.conftest import Look


@pytest.fixture
def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = folder / "home"
    place.mkdir(mode=0o755)
    monkeypatch.setenv("DAGSTER_HOME", str(place))
    return place


def test_without_secrets_there_is_nothing_wrong_and_none_is_made(look: Look, folder: Path) -> None:
    assert look("webhook-secret").status == "skipped"
    assert look("api-secret").status == "ok"
    assert look("key-files").status == "skipped"
    assert look("home").status == "ok"
    assert look("telemetry").status == "ok"
    assert list(folder.iterdir()) == []


def test_a_webhook_secret_is_long_enough_or_broken(look: Look) -> None:
    assert look("webhook-secret", BULKVID_WEBHOOK_SECRET="whsec_" + "QUJD" * 10).status == "ok"
    told = look("webhook-secret", BULKVID_WEBHOOK_SECRET="whsec_c2hvcnQ=")
    assert told.status == "broken"
    assert "openssl rand" in str(told.mend)
    assert "c2hvcnQ" not in told.model_dump_json()


def test_an_api_secret_is_long_enough_or_broken(look: Look) -> None:
    assert look("api-secret", BULKVID_API_SECRET="x" * 40).status == "ok"
    told = look("api-secret", BULKVID_API_SECRET="too-short-1")
    assert told.status == "broken"
    assert "11 bytes" in told.found
    assert "too-short-1" not in told.model_dump_json()


def test_the_secret_of_the_home_is_for_its_user_alone(look: Look, home: Path) -> None:
    secret = home / "api-secret"
    secret.write_text("s" * 64)
    secret.chmod(0o600)
    assert look("api-secret").status == "ok"
    secret.chmod(0o644)
    told = look("api-secret")
    assert told.status == "warning"
    assert f"chmod 600 {secret}" in str(told.mend)
    secret.write_text("short")
    assert look("api-secret").status == "broken"


def test_a_key_set_that_cannot_be_read_is_broken(look: Look) -> None:
    told = look("api-secret", BULKVID_API_JWKS_URL="http://127.0.0.1:1/keys")

    assert told.status == "broken"
    assert "BULKVID_API_" in str(told.mend)


def test_files_of_keys_that_others_may_read_are_a_warning(look: Look, folder: Path) -> None:
    key, env = folder / "key.json", folder / ".env"
    key.write_text("{}")
    key.chmod(0o600)
    assert look("key-files", BULKVID_GOOGLE_CREDENTIALS=str(key)).status == "ok"
    env.write_text("")
    env.chmod(0o644)
    told = look("key-files")
    assert told.status == "warning"
    assert str(env) in str(told.mend)
    assert str(key) not in str(told.mend)


def test_a_home_that_others_may_write_is_a_warning(look: Look, home: Path) -> None:
    assert look("home").status == "ok"
    home.chmod(0o777)
    told = look("home")
    assert told.status == "warning"
    assert f"chmod go-w {home}" in str(told.mend)
    assert "another folder" in look("home", DAGSTER_HOME="home").found


def test_telemetry_that_is_on_is_a_warning(look: Look, home: Path) -> None:
    config = home / "dagster.yaml"
    config.write_text(INSTANCE_CONFIG.read_text())
    assert look("telemetry").status == "ok"
    for text in ("", "telemetry: {enabled: true}\n", "a: [\n"):
        config.write_text(text)
        assert look("telemetry").status == "warning"
