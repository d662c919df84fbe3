"""The whole API document against the real process: thousands of made-up requests, alone and one after another.

Only the stream, which stays open, is left out: `test_streams.py` follows it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis import Case, Response
from schemathesis.checks import not_a_server_error
from schemathesis.generation.stateful.state_machine import StepInput, StepOutput
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from bulkvid_pipeline_tests.api import schemathesis_hooks
from bulkvid_pipeline_tests.api.target import JOBS, Target, target

__all__ = ["target"]  # the fixture
pytestmark = pytest.mark.heavy

CHECKS = (
    "only_promised_server_errors",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "ignored_auth",
)


def run(target: Target, *options: str) -> subprocess.CompletedProcess[str]:
    """Run schemathesis to its end; what it sends is the same every time."""
    url = f"http://127.0.0.1:{target.server.port}/api/openapi.json"
    return subprocess.run(
        [
            *(str(Path(sys.executable).with_name("schemathesis")), "run", url, "--header", target.bearer),
            *("--exclude-path", "/api/bulk-jobs/{job_id}/stream", "--checks", ",".join(CHECKS)),
            *("--continue-on-failure", "--no-shrink", "--warnings", "off"),
            *("--suppress-health-check", "all", "--request-timeout", "60", "--max-redirects", "0", *options),
        ],
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": schemathesis_hooks.__name__,
            schemathesis_hooks.UPLOAD_ID: target.upload(),
            "COLUMNS": "200",
            "NO_COLOR": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_answer_to_a_request_by_itself_is_in_the_document(target: Target) -> None:
    found = run(target, "--phases", "examples,coverage,fuzzing", "--max-examples", "25", "--generation-deterministic")

    assert found.returncode == 0, found.stdout + found.stderr
    tested = re.search(r"(\d+) generated", found.stdout)
    assert tested is not None
    assert int(tested[1]) > 1000, found.stdout


def test_every_answer_to_a_request_that_follows_from_another_is_in_the_document(target: Target) -> None:
    url = f"http://127.0.0.1:{target.server.port}/api/openapi.json"
    document = schemathesis.openapi.from_url(url).exclude(path="/api/bulk-jobs/{job_id}/stream")
    authorization = dict([target.bearer.split(": ", 1)])
    for _ in range(3):  # which wait in the queue, and can be steered
        body = json.dumps({"input_source": {"path": target.upload()}}).encode()
        assert target.post(JOBS, body).status == 201
    followed: Counter[str] = Counter()

    class Follower(document.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:  # noqa: ARG002
            return {"headers": authorization}

        def step(self, input: StepInput) -> StepOutput:  # noqa: A002  the base's name
            output: StepOutput = super().step(input)
            if input.transition is not None and input.is_applied:
                followed[input.transition.id] += 1
            return output

        def validate_response(self, response: Response, case: Case[Any], *_: Any, **sent: Any) -> None:
            case.validate_response(
                response,
                excluded_checks=[not_a_server_error, positive_data_acceptance, negative_data_rejection],
                additional_checks=[schemathesis_hooks.only_promised_server_errors],
                transport_kwargs=sent,
            )

    Follower.run(
        settings=hypothesis.settings(
            max_examples=100,
            stateful_step_count=8,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
    )

    assert len(followed) >= 10, followed
