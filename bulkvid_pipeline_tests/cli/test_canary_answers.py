"""What an answer to the question after a canary means."""

from __future__ import annotations

import builtins

import pytest

from bulkvid_pipeline.cli.canary import _answer


@pytest.mark.parametrize(
    ("typed", "default", "goes_on"),
    [
        (["y"], False, True),
        (["YES "], False, True),
        (["n"], True, False),
        (["no"], True, False),
        ([""], True, True),
        ([""], False, False),
        (["perhaps", "yes"], False, True),
        ([EOFError()], True, False),
        ([KeyboardInterrupt()], True, False),
    ],
)
def test_only_a_clear_yes_goes_on(
    typed: list[str | BaseException], default: bool, goes_on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(typed)

    def read(_prompt: str) -> str:
        answer = next(answers)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    monkeypatch.setattr(builtins, "input", read)

    assert _answer("Render the others?", default=default) is goes_on
