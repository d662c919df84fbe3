from __future__ import annotations

from pathlib import Path

from bulkvid_pipeline.services.doctor.variables import unknown_variables
from bulkvid_pipeline.settings import SERVE_MARK, variables_known
from bulkvid_pipeline_tests.services.doctor.conftest import Look


def test_settings_are_named_but_not_their_values(look: Look) -> None:
    told = look("settings", BULKVID_WORKERS="2", BULKVID_S3_SECRET="hush")

    assert told.status == "ok"
    assert "BULKVID_S3_SECRET" in told.found
    assert "BULKVID_WORKERS" in told.found
    assert "hush" not in told.found


def test_a_variable_with_a_typing_error_is_told_with_the_one_that_was_meant(look: Look) -> None:
    told = look("variables", BULKVID_OUTPUT_ULR="s3://x", BULKVID_SPEACH_PROVIDER="piper", BULKVID_ZZZ="1")

    assert told.status == "warning"
    assert "BULKVID_OUTPUT_ULR" in told.found
    assert "BULKVID_OUTPUT_URL in place of BULKVID_OUTPUT_ULR" in str(told.mend)
    assert "BULKVID_SPEECH_PROVIDER in place of BULKVID_SPEACH_PROVIDER" in str(told.mend)
    assert "unset BULKVID_ZZZ" in str(told.mend)


def test_the_env_file_is_looked_at_too(look: Look, folder: Path) -> None:
    (folder / ".env").write_text("BULKVID_WORKRES=3\nOTHER=1\n")

    assert "BULKVID_WORKERS" in str(look("variables").mend)


def test_names_of_settings_are_known_however_they_are_written(look: Look) -> None:
    assert look("variables", bulkvid_workers="2", BULKVID_GOOGLE_CREDENTIALS="").status == "ok"
    assert look("variables", **{SERVE_MARK: "of a server that examines itself"}).status == "ok"
    assert {"BULKVID_GOOGLE_CREDENTIALS", "BULKVID_OUTPUT_URL"} <= variables_known()
    assert unknown_variables({"BULKVID_QQQQQQQQ"}, variables_known()) == {"BULKVID_QQQQQQQQ": ""}
