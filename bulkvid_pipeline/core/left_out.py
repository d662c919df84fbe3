"""What is told of the rows of a sheet that are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bulkvid_pipeline.core.findings import Finding, Severity
from bulkvid_pipeline.core.helper_rows import HelperRow


class LeftOut:
    """Findings about rows that are left out; each is named by its index, and told by its number in the sheet.

    Args:
        first_row: sheet row number of the row with index 0.
    """

    def __init__(self, first_row: int) -> None:
        self._first_row = first_row
        self.findings: list[Finding] = []
        self._hidden = False

    def above_header(self, rows: Sequence[Sequence[str]], header_at: int) -> None:
        filled = [at for at in range(header_at) if any(rows[at])]
        if filled:
            verb = "is" if len(filled) == 1 else "are"
            self._say(
                Severity.INFO,
                f"The header was found in row {self._first_row + header_at}; "
                f"{self._named(filled)} above it {verb} left out",
                "Nothing needs to be done",
                "HEADER_FOUND",
            )

    def helpers(self, helpers: Mapping[int, HelperRow]) -> None:
        for at, kind in helpers.items():
            example = kind is HelperRow.EXAMPLE
            self._say(
                Severity.WARNING if example else Severity.INFO,
                f"Row {self._first_row + at} {kind} and is left out",
                "Give it a title of its own to have it rendered" if example else "Nothing needs to be done",
                "HELPER_ROW",
                self._first_row + at,
            )

    def hidden(self, rows: Sequence[int]) -> None:
        if rows:
            self._hidden = True
            count = f"{len(rows)} hidden row{'s' if len(rows) > 1 else ''}"
            self._say(
                Severity.INFO,
                f"{count} {'are' if len(rows) > 1 else 'is'} left out: {self._named(rows)}",
                "Unhide them, or set input_source.hidden_rows to include, to have them rendered",
                "HIDDEN_ROWS",
            )

    def cure(self) -> str:
        if self._hidden:
            return "All rows are hidden: clear the filter, or set input_source.hidden_rows to include"
        return "Add at least one row, or widen the range"

    def _say(self, severity: Severity, problem: str, fix: str, code: str, row: int | None = None) -> None:
        self.findings.append(Finding(severity, problem, fix, row, code=code))

    def _named(self, rows: Sequence[int]) -> str:
        """`row 4`, `rows 1-3, 5`."""
        runs: list[list[int]] = []
        for number in (self._first_row + at for at in rows):
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        shown = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
        text = ", ".join(shown[:10]) + (", ..." if len(shown) > 10 else "")
        return f"row{'s' if len(rows) > 1 else ''} {text}"
