"""`serve`, `worker`, `migrate`: the parts of an installation, one process each."""

from __future__ import annotations

import click

from ekachit.config import settings
from ekachit.ops.start import (
    collect_static,
    database_ready,
    django_ready,
    migrate_database,
    refuse_copy,
)

# For one web process. A line that sends no whole head in time is closed, and so is one that is kept and idle.
MOST_LINES = 512
HEAD_MILLISECONDS = 10_000
LARGEST_HEAD = 64 * 1024


@click.command()
def migrate() -> None:
    """Bring the database to this version."""
    django_ready()
    migrate_database()
    click.echo("The database is up to date.")


@click.command()
@click.option("--host", default=None, help="Address to listen on (EKACHIT_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="Port to listen on (EKACHIT_PORT).")
def serve(host: str | None, port: int | None) -> None:
    """Serve the pages, without a worker; `ekachit up` runs both."""
    database_ready()
    collect_static()
    from granian import Granian  # noqa: PLC0415 # slow to import, needed here only
    from granian.constants import HTTPModes, Interfaces, TaskImpl  # noqa: PLC0415 # likewise
    from granian.http import HTTP1Settings  # noqa: PLC0415 # likewise
    from granian.log import LogLevels  # noqa: PLC0415 # likewise

    Granian(
        "ekachit.wsgi:front",
        address=host or settings().host,
        port=port or settings().port,
        # The pages are WSGI all the same: `ekachit.ops.front` has the threads, and reads bodies without them.
        interface=Interfaces.RSGI,
        task_impl=TaskImpl.asyncio,
        workers=settings().web_workers,
        backpressure=MOST_LINES,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_MILLISECONDS, max_buffer_size=LARGEST_HEAD),
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
    ).serve()


@click.command()
@click.option("--once", is_flag=True, help="Run what is due now, then end.")
def worker(*, once: bool) -> None:
    """Run the passes that are due: imports and polls of every connection."""
    database_ready()
    from ekachit.durability import sync_at_checkpoints  # noqa: PLC0415 # needs Django set up
    from ekachit.ops.worker import run_worker  # noqa: PLC0415 # likewise

    sync_at_checkpoints()
    if once:
        refuse_copy()
    run_worker(once=once)


@click.command()
def takeover() -> None:
    """Say that this installation goes on with the database, and no other one that had it."""
    database_ready()
    from ekachit.connections import instance  # noqa: PLC0415 # needs Django set up

    if not instance.held_back():
        click.echo("Nothing to take over: this installation has the database already.")
        return
    instance.take_over()
    click.echo("This installation goes on with the database. Keep the other one stopped.")
