"""`ekachit`: the commands of an installation."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from ekachit.config import SettingsError

# Each command is imported when it is asked for, so that `ekachit sandbox` starts without Django.
COMMANDS = {
    "up": "ekachit.ops.up:up",
    "serve": "ekachit.ops.running:serve",
    "worker": "ekachit.ops.running:worker",
    "sandbox": "ekachit.sandbox.run:command",
    "migrate": "ekachit.ops.running:migrate",
    "move": "ekachit.ops.move_command:move",
    "user": "ekachit.ops.people:user",
    "connect": "ekachit.ops.jira_commands:connect",
    "sync": "ekachit.ops.jira_commands:sync",
    "tasks": "ekachit.ops.jira_commands:tasks",
    "disconnect": "ekachit.ops.jira_commands:disconnect",
    "keys": "ekachit.ops.keys:keys",
    "takeover": "ekachit.ops.running:takeover",
    "estimate": "ekachit.ops.estimate_commands:estimate",
    "doctor": "ekachit.ops.doctor:doctor",
}


class Ekachit(click.Group):
    """The command group; errors of ours are one plain line, never a trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 # click's signature
        """Return the commands' names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 # likewise
        """Return a command, None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; wrong settings end it with code 2 and the mend."""
        try:
            return super().invoke(ctx)
        except SettingsError as wrong:
            click.echo(str(wrong), err=True)
            ctx.exit(2)


@click.group(cls=Ekachit, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ekachit", prog_name="ekachit")
def main() -> None:
    """Ekachit: a self-hosted planner for developers who work out of Jira Cloud."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ekachit.settings")


if __name__ == "__main__":
    sys.exit(main())
