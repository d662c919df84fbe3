"""The report of a sheet as a person reads it."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from bulkvid_pipeline.cli.validating import print_report
from bulkvid_pipeline.core.options import ValidationLevel
from bulkvid_pipeline.core.validation import validate_table
from bulkvid_pipeline_tests.core.sheets import full_table


def printed(*changes: dict[str, str]) -> list[str]:
    """What the console says of a sheet with these changes to good rows."""
    _, report = validate_table(full_table(*changes), ValidationLevel.MODERATE)
    shown = StringIO()
    print_report(Console(file=shown, width=400), report.as_dict())
    return [" ".join(line.split()) for line in shown.getvalue().splitlines()]


def test_what_was_understood_is_said_once_for_all_cells_and_after_what_is_wrong() -> None:
    changes = [{"style_override": "clean"}] * 6 + [{"priority": "soon"}]
    assert printed(*changes) == [
        "error J8 priority 'soon': Unknown priority. Use urgent, high, normal, low, or leave it empty.",
        "info I2, I3, I4, I5 and 2 more style_override 'clean': Read as minimal. "
        "Change the cell if it means something else.",
        "6 rows accepted, 1 rejected, 0 skipped at level moderate: the job would render the accepted rows.",
    ]
