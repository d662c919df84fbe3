from __future__ import annotations

import threading
import time
from functools import partial
from pathlib import Path

import pytest

from bulkvid_pipeline.core.errors import InvalidRequestError, InvalidSettingsError, NetworkError
from bulkvid_pipeline.services.doctor import examination
from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, broken, grouped, ok, skipped, warning
from bulkvid_pipeline.services.doctor.examination import chosen, examine
from bulkvid_pipeline.services.doctor.registry import CHECKS
from bulkvid_pipeline.settings import Settings, dagster_home


def site_of(limit_s: float = 60.0) -> Site:
    return Site(Settings(), dagster_home(), limit_s=limit_s)


def test_every_check_has_a_name_of_its_own_a_group_and_a_mend() -> None:
    names = [check.name for check in CHECKS]

    assert len(set(names)) == len(names)
    assert all(check.group and check.mend and not check.mend.endswith(".") for check in CHECKS)
    wanted = {"ffmpeg", "fonts", "voices", "storage", "sheet", "database", "daemon", "clock", "disk", "limits", "ports"}
    assert wanted <= {check.group for check in CHECKS}


def test_a_check_that_hangs_is_broken_and_holds_up_nobody() -> None:
    free = threading.Event()
    checks = grouped(
        "g",
        Check("hangs", lambda _: (free.wait() and ok("")) or ok(""), "Start it"),
        Check("well", lambda _: ok("Fine"), "Do"),
    )
    began = time.monotonic()

    report = examine(site_of(limit_s=0.3), checks)

    assert time.monotonic() - began < 60
    free.set()
    hanging, well = report.checks
    assert (hanging.status, hanging.found, hanging.mend) == ("broken", "No answer within 0.3 s", "Start it.")
    assert (well.status, well.found, well.mend) == ("ok", "Fine", None)
    assert (report.status, report.counts) == ("broken", {"broken": 1, "warning": 0, "ok": 1, "skipped": 0})


def test_an_error_of_ours_brings_its_own_mend_and_others_that_of_the_check() -> None:
    def fails(error: Exception) -> Check:
        def look(_: Site) -> object:
            raise error

        return Check("fails", look, "Mend it", "g")  # type: ignore[arg-type]

    ours = NetworkError("The line is dead", fix="Plug it in")
    plain = NetworkError("The line is dead")

    found = [examine(site_of(), [fails(error)]).checks[0] for error in (ours, plain, ZeroDivisionError("by zero"))]

    assert [check.mend for check in found] == ["Plug it in.", "Mend it.", "Mend it."]
    assert found[0].found == "The line is dead"
    assert found[2].found == "ZeroDivisionError: by zero"
    assert all(check.status == "broken" for check in found)


def test_no_secret_is_told_whatever_an_error_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULKVID_POSTGRES_URL", "postgresql://user:pass-word-1@db/x")
    monkeypatch.setenv("BULKVID_S3_SECRET", "very-secret")

    def look(_: Site) -> object:
        raise ValueError("very-secret postgresql://user:pass-word-1@db/x and pass-word-1")

    report = examine(site_of(), [Check("c", look, "Unset very-secret", "g")])  # type: ignore[arg-type]

    printed = report.model_dump_json()
    assert "very-secret" not in printed
    assert "pass-word-1" not in printed


def _finding(found: Finding, _: Site) -> Finding:
    return found


def test_no_form_of_a_secret_is_told_and_what_mends_say_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULKVID_WEBHOOK_SECRET", "a://very+secret")
    monkeypatch.setenv("BULKVID_NOTIFY_URL", "https://chat.example/hook/T0123/B4567")
    said = "at https://chat.example/hook/T0123/B4567 with a%3A%2F%2Fvery%2Bsecret, known as a://very+secret"

    (told,) = examine(site_of(), [Check("c", lambda _: broken(said, "Mend it"), "M", "g")]).checks

    assert told.status == "broken"
    for secret in ("T0123", "B4567", "very"):
        assert secret not in told.found
    for check in CHECKS:
        found = broken(check.mend, check.mend)
        (told,) = examine(site_of(), [Check("c", partial(_finding, found), "M", "g")]).checks
        assert (told.found, told.mend) == (check.mend, f"{check.mend}.")


def test_modules_of_all_checks_together_have_one_time_to_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()
    monkeypatch.setattr(examination, "LOADING_S", 1.0)

    def never(_: Site) -> tuple[str, ...]:
        free.wait()
        return ()

    slow = [Check(f"slow-{number}", lambda _: ok(""), "Do", "g", loads=never) for number in range(30)]
    began = time.monotonic()

    report = examine(site_of(), slow)

    assert time.monotonic() - began < 20
    free.set()
    assert report.counts["broken"] == 30


def test_warnings_alone_break_nothing() -> None:
    report = examine(
        site_of(), [Check("a", lambda _: warning("Low", "Add"), "M", "g"), Check("b", lambda _: skipped("-"), "M", "g")]
    )

    assert report.status == "warning"
    assert examine(site_of(), ()).status == "ok"


def test_with_wrong_settings_only_what_needs_none_is_looked_at() -> None:
    fault = InvalidSettingsError("BULKVID_WORKERS is 'many'")
    site = Site(Settings.model_construct(), dagster_home(), fault=fault)

    told = {check.name: check for check in examine(site, chosen(CHECKS, ["settings", "storage", "time-zones"])).checks}

    assert told["settings"].status == "broken"
    assert "BULKVID_WORKERS" in told["settings"].found
    assert told["storage"].status == "skipped"
    assert told["time-zones"].status == "ok"


def test_checks_are_chosen_by_name_and_by_group() -> None:
    assert [check.name for check in chosen(CHECKS, ["links"])] == ["links"]
    assert {check.group for check in chosen(CHECKS, ["disk", "fonts"])} == {"disk", "fonts"}
    assert chosen(CHECKS, []) == CHECKS
    with pytest.raises(InvalidRequestError, match="no check 'storrage'") as caught:
        chosen(CHECKS, ["storrage"])
    assert "storage" in caught.value.fix


def test_the_documentation_names_every_check() -> None:
    documented = (Path(__file__).parents[3] / "docs" / "operations.md").read_text().partition("## `bulkvid doctor`")[2]

    for check in CHECKS:
        assert f"`{check.name}`" in documented
        assert f"| {check.group} |" in documented
