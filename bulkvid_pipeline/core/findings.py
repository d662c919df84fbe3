"""The results of validating a sheet, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from html import escape
from typing import Any

VALUE_SHOWN = 60
_MARKUP = re.compile(r"([\\|`*_~\[\]])")


class Severity(StrEnum):
    """An error rejects its row; a warning does not; an info only reports how a cell was understood."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Finding:
    """One problem, or one value that was written differently from our terms: where it is, and how to fix it.

    `sheet_row` is the row number that the sheet shows (None: the whole sheet), `column` the canonical column,
    `column_letter` the letter that the sheet shows.
    """

    severity: Severity
    problem: str
    fix: str
    sheet_row: int | None = None
    column: str = ""
    column_letter: str = ""
    value: str = ""
    code: str = ""

    @property
    def cell(self) -> str:
        """`E5`, `row 5` or `sheet`."""
        if self.sheet_row is None:
            return f"column {self.column_letter}" if self.column_letter else "sheet"
        return f"{self.column_letter}{self.sheet_row}" if self.column_letter else f"row {self.sheet_row}"

    def __str__(self) -> str:
        named = f" ({self.column})" if self.column else ""
        value = f" '{self.value}'" if self.value else ""
        return f"{self.cell}{named}{value}: {self.problem}. {self.fix}."


def shortened(value: str, limit: int = VALUE_SHOWN) -> str:
    """`value` on one line, cut to `limit` characters with an ellipsis, without control characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


@dataclass(frozen=True)
class ValidationReport:
    """All findings of a sheet at one level, and which rows are accepted, rejected or skipped (sheet row numbers)."""

    level: str
    findings: tuple[Finding, ...]
    accepted: tuple[int, ...]
    rejected: tuple[int, ...]
    skipped: tuple[int, ...]
    """Rows left out: unapproved rows when only approved ones are wanted, and rows without any text at permissive."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is Severity.WARNING)

    @property
    def infos(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is Severity.INFO)

    @property
    def gravest(self) -> tuple[Finding, ...]:
        """The findings of the most severe kind that occurs."""
        return self.errors or self.warnings or self.infos

    @property
    def stops_job(self) -> bool:
        """Whether nothing may be rendered: any error at strict, no accepted row at other levels."""
        return bool(self.errors) if self.level == "strict" else not self.accepted

    def of_row(self, sheet_row: int) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.sheet_row == sheet_row)

    def as_dict(self, limit: int | None = None) -> dict[str, Any]:
        """The report for JSON, with at most `limit` findings, infos last; its numbers count all."""
        return {
            "level": self.level,
            "stops_job": self.stops_job,
            "rows": {"accepted": len(self.accepted), "rejected": len(self.rejected), "skipped": len(self.skipped)},
            "accepted_rows": list(self.accepted),
            "rejected_rows": list(self.rejected),
            "skipped_rows": list(self.skipped),
            "errors": len(self.errors),
            "warnings": len(self.warnings),
            "findings_total": len(self.findings),
            "findings": [{**asdict(f), "cell": f.cell} for f in self._infos_last()[:limit]],
        }

    def _infos_last(self) -> list[Finding]:
        return sorted(self.findings, key=lambda finding: finding.severity is Severity.INFO)

    def as_markdown(self, limit: int = 200) -> str:
        """The report as a table for the Dagster web UI, at most `limit` findings."""
        counts = (("accepted", self.accepted), ("rejected", self.rejected), ("skipped", self.skipped))
        head = "Rows: " + ", ".join(f"**{len(rows)}** {name}" for name, rows in counts)
        if not self.findings:
            return head + "\n\nNo findings."
        lines = [
            head,
            "",
            "| Cell | Column | Value | Severity | What is wrong | How to fix it |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            table_row((f.cell, f.column, f.value, f.severity, f.problem, f.fix)) for f in self._infos_last()[:limit]
        ]
        if len(self.findings) > limit:
            lines.append(f"\n... and {len(self.findings) - limit} more; see `bulkvid validate --json`.")
        return "\n".join(lines)


def table_row(cells: Iterable[str]) -> str:
    """A Markdown table row. Cells are untrusted: their markup is escaped, and they cannot end the row."""
    safe = (_MARKUP.sub(r"\\\1", " ".join(escape(cell, quote=False).split())) for cell in cells)
    return "| " + " | ".join(safe) + " |"
