"""Groups of commands that are cheap to name: what a command needs is imported when it runs, not when it is listed.

Help is plain text: importing rich alone takes longer than everything else that `bulkvid --help` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter

_NO_LIMIT = 1000


class CommandGroup(TyperGroup):
    """Commands, listed with the whole first sentence of each one's help.

    A subclass names in `elsewhere` the groups whose modules are imported when one of their commands is asked for: by
    name, what the list says of them. The module in this folder that is called so has the group under the same name.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {}

    def list_commands(self, ctx: Context) -> list[str]:
        return [*super().list_commands(ctx), *self.elsewhere]

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        if cmd_name not in self.elsewhere or cmd_name in self.commands:
            return super().get_command(ctx, cmd_name)
        group = getattr(import_module(f"{__package__}.{cmd_name}"), cmd_name)
        command = typer.main.get_group(group)
        command.name, command.help = cmd_name, self.elsewhere[cmd_name]
        self.add_command(command)
        return command

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._told_of(name)) for name in self.list_commands(ctx)])

    def _told_of(self, name: str) -> str:
        return self.elsewhere.get(name) or self.commands[name].get_short_help_str(_NO_LIMIT)


def command_group(**how: Any) -> typer.Typer:
    """A group of commands; `how` is as for `typer.Typer`."""
    return typer.Typer(**{"cls": CommandGroup, "no_args_is_help": True, "rich_markup_mode": None, **how})
