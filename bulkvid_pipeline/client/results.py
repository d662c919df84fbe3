"""Which files a job's results are."""

from __future__ import annotations

from collections.abc import Sequence

from .downloads import RemoteFile
from .file_names import distinct, file_name_of
from .models import Result


def files_of(results: Sequence[Result], platforms: frozenset[str] | None) -> list[RemoteFile]:
    """The videos of the results, of all platforms or of the chosen ones, each under a name of its own."""
    chosen = [result for result in results if platforms is None or result.platform in platforms]
    named = [(file_name_of(result.url, f"{result.row_key}-{result.platform}"), result.row_key) for result in chosen]
    return [
        RemoteFile(name, result.url, result.row_key, result.platform, size=result.size_bytes)
        for name, result in zip(distinct(named), chosen, strict=True)
    ]
