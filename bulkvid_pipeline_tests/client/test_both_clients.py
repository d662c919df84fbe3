"""The two clients, and their parts, have the same methods with the same arguments, results and descriptions."""

from __future__ import annotations

import inspect
import re

import pytest

from bulkvid_pipeline.client import (
    AsyncBulkJobsClient,
    AsyncTemplates,
    AsyncWebhooks,
    BulkJobsClient,
    Templates,
    Webhooks,
)

PAIRS = [(BulkJobsClient, AsyncBulkJobsClient), (Templates, AsyncTemplates), (Webhooks, AsyncWebhooks)]


def methods(kind: type) -> dict[str, inspect.Signature]:
    return {
        name: inspect.signature(member)
        for name, member in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    }


@pytest.mark.parametrize(("blocking", "asynchronous"), PAIRS)
def test_methods_and_arguments_are_the_same(blocking: type, asynchronous: type) -> None:
    ours, theirs = methods(blocking), methods(asynchronous)

    assert ours.keys() == theirs.keys()
    for name, signature in ours.items():
        assert signature.parameters == theirs[name].parameters, name
        result = re.sub(r"AsyncGenerator\[(\w+), None\]", r"Iterator[\1]", str(theirs[name].return_annotation))
        assert signature.return_annotation == result, name


@pytest.mark.parametrize(("blocking", "asynchronous"), PAIRS)
def test_every_method_is_described_in_the_same_words(blocking: type, asynchronous: type) -> None:
    for name in methods(blocking):
        assert inspect.getdoc(getattr(blocking, name)), name
        assert inspect.getdoc(getattr(blocking, name)) == inspect.getdoc(getattr(asynchronous, name)), name


def test_both_are_made_alike() -> None:
    ours, theirs = (inspect.signature(kind).parameters for kind in (BulkJobsClient, AsyncBulkJobsClient))

    assert [p.replace(annotation=None) for p in ours.values()] == [p.replace(annotation=None) for p in theirs.values()]
