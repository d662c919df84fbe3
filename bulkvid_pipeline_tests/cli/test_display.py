from __future__ import annotations

from rich.text import Text

from bulkvid_pipeline.cli.display import _line
from bulkvid_pipeline.services.jobs.follow import RowEnded


def test_a_title_cannot_command_the_terminal_or_the_markup() -> None:
    hostile = "\x1b[2J[red]Ti\u202etle[/red][link=http://evil.example]x"

    for row in (
        RowEnded(hostile, 2, True, True),
        RowEnded(hostile, 2, True),
        RowEnded(hostile, 2, False, reason="[/]"),
    ):
        shown = Text.from_markup(_line(row)).plain

        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "[link=http://evil.example]" in shown
