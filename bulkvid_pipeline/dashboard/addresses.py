"""Addresses of our own pages, with what was chosen on them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlencode

Choice = str | int | Iterable[str] | None


def address(path: str, **choices: Choice) -> str:
    """The path with a query of those choices that are not empty; several values of one are several parameters."""
    kept = {name: [value] if isinstance(value, str | int) else list(value) for name, value in choices.items() if value}
    query = urlencode({name: [str(value) for value in values] for name, values in kept.items()}, doseq=True)
    return f"{path}?{query}" if query else path


def job_address(job_id: str, place: str = "") -> str:
    """The page of a job, or one below it."""
    return f"/jobs/{quote(job_id, safe='')}{place}"


def row_address(job_id: str, row_key: str) -> str:
    """The page of a row."""
    return job_address(job_id, f"/rows/{quote(row_key, safe='')}")
