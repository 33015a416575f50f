"""`ekachit move`: from SQLite to PostgreSQL, with everything in it."""

from __future__ import annotations

from pathlib import Path

import click

from ekachit.config import settings
from ekachit.ops.start import django_ready


@click.command()
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="The SQLite file to move (default: ekachit.sqlite3 in the data folder).",
)
def move(file: Path | None) -> None:
    """Move everything from a SQLite file to the empty PostgreSQL database of DATABASE_URL."""
    django_ready()
    from ekachit.ops.moving import MoveError  # noqa: PLC0415 # needs Django set up
    from ekachit.ops.moving import move as move_rows  # noqa: PLC0415 # likewise

    source = file or settings().home / "ekachit.sqlite3"
    try:
        moved = move_rows(source)
    except MoveError as refused:
        raise click.ClickException(str(refused)) from None
    filled = sum(1 for number in moved.values() if number)
    click.echo(
        f"{sum(moved.values())} rows of {filled} tables are in PostgreSQL, each compared with its original.\n"
        "Next: start Ekachit with this DATABASE_URL and the same keys, and look whether all is there. Then delete\n"
        f"{source}: it holds the sealed tokens. Started on it again, Ekachit opens none before `ekachit takeover`."
    )
