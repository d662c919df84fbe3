from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator

import pytest

import bulkvid_pipeline
from bulkvid_pipeline.core import errors
from bulkvid_pipeline.core.errors import (
    BucketNotFoundError,
    BulkVideoError,
    InvalidRangeError,
    InvalidRequestError,
    QuotaExceededError,
    ServiceUnavailableError,
    SheetAccessDeniedError,
    SheetNotFoundError,
    StorageAccessDeniedError,
    StorageQuotaExceededError,
    TemplateInvalidError,
    TemplateNotFoundError,
)

ALL = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, BulkVideoError)]


def _drawn_tree() -> Iterator[tuple[str, str, int]]:
    """Name, parent and HTTP status of each class in the module's docstring; a child without status has its parent's."""
    assert errors.__doc__ is not None
    ancestors: list[tuple[str, int]] = [("BulkVideoError", 500)]
    for line in errors.__doc__.splitlines():
        drawn = re.fullmatch(r"(?P<indent>[│ ]*)[├└]── (?P<name>\w+)\s*(?P<status>\d{3})?", line)
        if drawn:
            depth = len(drawn["indent"]) // 4 + 1
            parent, inherited = ancestors[depth - 1]
            status = int(drawn["status"] or inherited)
            ancestors[depth:] = [(drawn["name"], status)]
            yield drawn["name"], parent, status


def test_the_tree_in_the_docstring_is_that_of_the_classes() -> None:
    written = [(c.__name__, c.__bases__[0].__name__, c.http_status) for c in ALL if c is not BulkVideoError]
    assert sorted(_drawn_tree()) == sorted(written)


CLIENT = "bulkvid_pipeline.client"
"""A distribution of its own, with errors of its own."""


def _exceptions_of_the_package() -> set[type[BaseException]]:
    found_modules = (module.name for module in pkgutil.walk_packages(bulkvid_pipeline.__path__, "bulkvid_pipeline."))
    modules = [name for name in found_modules if not name.startswith(CLIENT)]
    found = (kind for name in modules for kind in vars(importlib.import_module(name)).values())
    return {
        kind
        for kind in found
        if isinstance(kind, type) and issubclass(kind, BaseException) and kind.__module__ in modules
    }


def test_every_exception_of_the_package_is_of_the_one_hierarchy() -> None:
    kinds = _exceptions_of_the_package()

    assert len(kinds) > len(ALL)  # those that a module keeps to itself were found too
    assert [kind for kind in kinds if not issubclass(kind, BulkVideoError)] == []
    assert [kind for kind in kinds - set(ALL) if "code" in vars(kind)] == [], "codes are given in core/errors.py alone"


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [error.code for error in ALL]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[A-Z]+(_[A-Z]+)*", code) for code in codes)


def test_every_error_says_in_a_sentence_when_it_is_raised() -> None:
    assert all(error.__doc__ and error.__doc__.splitlines()[0].endswith(".") for error in ALL)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_an_error_is_reported_in_json_by_code_message_fix_status_and_retryable(kind: type[BulkVideoError]) -> None:
    error = kind("Reading the sheet failed", fix="Try this")
    assert json.loads(json.dumps(error.as_dict())) == {
        "code": kind.code,
        "message": "Reading the sheet failed",
        "fix": "Try this",
        "http_status": kind.http_status,
        "retryable": kind.retryable,
    }
    assert 400 <= kind.http_status < 600
    assert str(error) == "Reading the sheet failed (Try this)"


@pytest.mark.parametrize(
    ("kind", "status", "fix"),
    [
        (InvalidRangeError, 400, "Use A1:Z100 format for ranges"),
        (SheetAccessDeniedError, 403, 'Share the sheet with "Anyone with the link"'),
        (StorageAccessDeniedError, 403, "Check bucket permissions and credentials"),
        (SheetNotFoundError, 404, "Verify sheet ID and sharing settings"),
        (BucketNotFoundError, 404, "Verify bucket name and creation"),
        (QuotaExceededError, 429, "Wait 60 seconds before retrying"),
        (TemplateNotFoundError, 500, "Use a valid template ID or default"),
        (TemplateInvalidError, 500, "Check template settings and structure"),
        (ServiceUnavailableError, 503, "Wait and retry"),
        (StorageQuotaExceededError, 507, "Free up space or upgrade storage plan"),
    ],
)
def test_the_errors_of_the_guide_have_its_status_and_solution(
    kind: type[BulkVideoError], status: int, fix: str
) -> None:
    assert kind.http_status == status
    assert kind("x").fix.startswith(fix)


def test_only_faults_that_pass_by_themselves_are_retried() -> None:
    assert {error.code for error in ALL if error.retryable} == {
        "RATE_LIMITED",
        "WORKER_DIED",
        "NETWORK_ERROR",
        "CALLBACK_TIMEOUT",
        "CALLBACK_REJECTED",
        "SERVICE_UNAVAILABLE",
        "IDEMPOTENCY_KEY_IN_USE",
    }


def test_faults_of_the_system_are_told_from_faults_of_a_row() -> None:
    assert {error.code for error in ALL if error.systemic} == {
        "UNAUTHENTICATED",
        "ACCESS_DENIED",
        "SHEET_ACCESS_DENIED",
        "STORAGE_ACCESS_DENIED",
        "SHEET_NOT_FOUND",
        "BUCKET_NOT_FOUND",
        "TEMPLATE_ERROR",
        "TEMPLATE_NOT_FOUND",
        "TEMPLATE_INVALID",
        "STORAGE_QUOTA_EXCEEDED",
    }


def test_a_fix_of_the_moment_stands_for_the_usual_one() -> None:
    assert QuotaExceededError("x", fix="Wait 5 seconds", retry_after=5).fix == "Wait 5 seconds"
    assert QuotaExceededError("x", retry_after=5).retry_after == 5


def test_an_error_without_advice_is_its_message_alone() -> None:
    assert str(BulkVideoError("It broke")) == "It broke"


def test_wrong_requests_are_value_errors_so_that_pydantic_gathers_them() -> None:
    assert issubclass(InvalidRequestError, ValueError)
