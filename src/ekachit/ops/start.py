"""What every command that needs the database does first."""

from __future__ import annotations

import hashlib
import os
import resource
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click
import django
from django.apps import apps

from ekachit.config import place_temporary_files, settings

if TYPE_CHECKING:
    from django.db.migrations.loader import MigrationLoader

ELSEWHERE = (
    "This database was last used by another installation, or by this one on another machine. So that two of them do not"
    " write to the same Jira, no token is opened here. Once the other one is stopped for good: ekachit takeover"
)


def django_ready() -> None:
    """Set Django up once, with the data folder made (mode 0700) and core files off.

    Raises:
        click.ClickException: the data folder cannot be written.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ekachit.settings")
    home = settings().home
    # A core file would hold what the memory does, an open token among it.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        place_temporary_files(settings())
        if not apps.ready:
            django.setup()
    except OSError as trouble:
        raise click.ClickException(
            f"The data folder {home} cannot be written ({trouble.strerror}). Name another one with EKACHIT_HOME."
        ) from None


def database_ready() -> None:
    """Set Django up and see that the database is at this version.

    A SQLite file, and a database that is still empty, is brought there; one that others may be using is left to
    `ekachit migrate`.

    Raises:
        click.ClickException: the database does not answer, waits for `ekachit migrate`, or is of a later version.
    """
    django_ready()
    from django.db import DatabaseError, connection  # noqa: PLC0415 # needs Django set up
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 # likewise

    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as trouble:
        raise click.ClickException(
            f"The database does not answer ({type(trouble).__name__}). Check DATABASE_URL and EKACHIT_HOME."
        ) from None
    _refuse_later(executor.loader)
    if waiting and connection.vendor != "sqlite" and executor.loader.applied_migrations:
        raise click.ClickException(
            f"{len(waiting)} migrations wait. Bring the database to this version with: ekachit migrate"
        )
    if waiting:
        migrate_database()
    at_home()


def at_home() -> None:
    """Find out whether this is a copy of an installation, and end again what a restored database has of ended tokens.

    Raises:
        click.ClickException: the database does not answer, or the data folder cannot be written.
    """
    from django.db import DatabaseError  # noqa: PLC0415 # needs Django set up
    from django.utils import timezone  # noqa: PLC0415 # likewise

    from ekachit.connections import instance  # noqa: PLC0415 # likewise
    from ekachit.sync.leaving import end_again  # noqa: PLC0415 # likewise
    from ekachit.vault.errors import VaultError  # noqa: PLC0415 # likewise

    try:
        if instance.settle():
            click.echo(ELSEWHERE, err=True)
        if again := end_again(timezone.now()):
            click.echo(
                f"{again} tokens that a disconnect had ended were in the database, and are destroyed.",
                err=True,
            )
    except VaultError as trouble:
        # No token is opened until it is mended; everything else works.
        click.echo(f"{trouble} Connections are locked until then; everything else works.", err=True)
    except (DatabaseError, OSError) as trouble:
        raise click.ClickException(
            f"Ekachit cannot start ({type(trouble).__name__}). Look closer with: ekachit doctor"
        ) from None


def refuse_copy() -> None:
    """See that Jira may be asked.

    Raises:
        click.ClickException: this is a copy of an installation that may run elsewhere; `at_home` has said what to do.
    """
    from ekachit.connections import instance  # noqa: PLC0415 # needs Django set up

    if instance.held_back():
        raise click.ClickException("Jira is not asked.")


def migrate_database() -> None:
    """Bring the database to this version; quick and silent where it is already.

    A SQLite file with accounts in it is copied before it is changed.

    Raises:
        click.ClickException: it is of a later version than this, its file is damaged, or it could not be copied.
    """
    from django.db import connection  # noqa: PLC0415 # needs Django set up
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415 # likewise
    from django.utils import timezone  # noqa: PLC0415 # likewise

    from ekachit.ops.copies import note_update_made  # noqa: PLC0415 # likewise
    from ekachit.ops.schema import bring_up, one_at_a_time, waiting  # noqa: PLC0415 # likewise

    with one_at_a_time():
        _refuse_damaged()
        _refuse_later(MigrationLoader(connection))
        if waiting():
            _copy_first()
        bring_up()
        note_update_made(timezone.now())


def _copy_first() -> None:
    """Copy a SQLite file with accounts in it, and say where to.

    Raises:
        click.ClickException: it could not be copied; nothing was changed.
    """
    from django.db import DatabaseError  # noqa: PLC0415 # needs Django set up

    from ekachit.connections.copied import folder  # noqa: PLC0415 # likewise
    from ekachit.ops.copies import copy_before_update  # noqa: PLC0415 # likewise

    try:
        place = copy_before_update()
    except (OSError, DatabaseError) as trouble:
        raise click.ClickException(
            f"The database is to be updated, and could not be copied to {folder()} before ({trouble}). Make room for a "
            "copy there and start again; nothing was changed."
        ) from None
    if place is not None:
        click.echo(f"The database is updated; a copy from before is in {place.parent}.", err=True)


def _refuse_damaged() -> None:
    """See that every page of a SQLite file is whole, before anything is written to it.

    Raises:
        click.ClickException: one is not, or the file is no database.
    """
    from django.db import DatabaseError, connection  # noqa: PLC0415 # needs Django set up

    if connection.vendor != "sqlite":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check(1)")
            answer = str(cursor.fetchone()[0])
    except DatabaseError as trouble:
        answer = str(trouble)
    if answer != "ok":
        connection.close()
        raise click.ClickException(
            f"The database file is damaged ({answer.splitlines()[-1]}). Keep a copy of it, and restore your last backup."
        )


def _refuse_later(loader: MigrationLoader) -> None:
    """See that the database was not brought to a later version: this one would leave out what that one keeps in it.

    Raises:
        click.ClickException: it was.
    """
    later = [
        name
        for app, name in loader.applied_migrations
        if app in loader.migrated_apps and (app, name) not in loader.disk_migrations
    ]
    if later:
        raise click.ClickException(
            f"The database is of a later version of Ekachit (it has {min(later)}, which this one does not know). "
            "Start that version, or restore the backup from before the update."
        )


def collect_static() -> None:
    """Gather hashed and compressed static files, unless those gathered last are still right."""
    from django.conf import settings as django_settings  # noqa: PLC0415 # needs Django set up
    from django.core.management import call_command  # noqa: PLC0415 # likewise

    root = Path(django_settings.STATIC_ROOT)
    stamp = root / ".stamp"
    wanted = _static_fingerprint(Path(django_settings.STATICFILES_DIRS[0]))
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=root.exists())
    stamp.write_text(wanted, encoding="ascii")


def _static_fingerprint(folder: Path) -> str:
    """A text that changes when our static files or the packages that ship others do."""
    digest = hashlib.sha256()
    for name in ("ekachit", "django", "django-allauth", "django-htmx", "whitenoise"):
        digest.update(f"{name}={version(name)};".encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)}:{path.stat().st_mtime_ns};".encode())
    return digest.hexdigest()
