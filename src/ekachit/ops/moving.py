"""Everything in a SQLite file, into an empty PostgreSQL database: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import dj_database_url
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import load_backend

from ekachit.connections.models import Instance
from ekachit.ops.moving_rows import Table, copy, differing, in_order, set_sequences
from ekachit.ops.schema import bring_up, waiting

SOURCE = "source"
# What `migrate` puts into an empty database by itself; the file's own takes its place.
MADE_BY_MIGRATE = frozenset({"django_content_type", "auth_permission"})
# Where a database is at home is no row to take along.
AT_HOME = "connections_instance"
MOVED = "moved"
MOST_TOLD = 20
DAMAGED = "{file} is damaged. Restore your last backup, and move that."


class MoveError(Exception):
    """Nothing was moved; the text says why and what to do."""

    code = "move_refused"


def move(file: Path) -> dict[str, int]:
    """Move everything, and return how many rows each table has.

    Raises:
        MoveError: the file is in use, damaged, or of another version; the database is in use, or not empty; a row
            cannot be stored there. No row of either has changed then.
    """
    if connection.vendor != "postgresql":
        raise MoveError(
            "Name the PostgreSQL database to move to in DATABASE_URL, as it is to be from now on."
        )
    with _alone_with(file):
        _see_that_it_is_whole(file)
        _see_that_versions_agree()
        tables = [each for each in in_order() if each.name != AT_HOME]
        with transaction.atomic():
            _take(tables)
            moved = _copy_all(tables)
            set_sequences(tables)
        # From here on the file is a copy of what runs elsewhere, and asks before it opens a token. Where it cannot be
        # written any more nobody can work on it either.
        with suppress(DatabaseError):
            Instance.objects.using(SOURCE).update_or_create(pk=1, defaults={"place": MOVED})
    return moved


@contextmanager
def _alone_with(file: Path) -> Iterator[None]:
    """Let a SQLite file be `SOURCE` while the block lasts; nobody else reads or writes it.

    Raises:
        MoveError: it is not there, no database, or in use.
    """
    if not file.is_file():
        raise MoveError(f"There is no file {file}. Name the SQLite file with --from.")
    given: dict[str, Any] = {**dj_database_url.parse(f"sqlite:///{file.absolute()}")}
    # In this mode a lock is kept once it is had, and had only where no other process has the file open at all.
    given["OPTIONS"] = {
        "timeout": 2,
        "init_command": "PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=FULL;",
    }
    whole = connections.configure_settings({DEFAULT_DB_ALIAS: given})[DEFAULT_DB_ALIAS]
    connections[SOURCE] = load_backend(whole["ENGINE"]).DatabaseWrapper(whole, SOURCE)
    try:
        _lock(file)
        yield
    finally:
        connections[SOURCE].close()
        del connections[SOURCE]


def _lock(file: Path) -> None:
    try:
        with connections[SOURCE].cursor() as cursor:
            cursor.execute("BEGIN EXCLUSIVE")
            cursor.execute("COMMIT")
    except OperationalError as trouble:
        raise MoveError(
            f"{file} cannot be had alone ({trouble}). Stop Ekachit and what else has it open, then run this again."
        ) from None
    except DatabaseError:
        raise MoveError(DAMAGED.format(file=file)) from None


def _see_that_it_is_whole(file: Path) -> None:
    """See that every page of the file is sound, and that every row points to one that is there.

    Raises:
        MoveError: it is not so.
    """
    try:
        with connections[SOURCE].cursor() as cursor:
            cursor.execute("PRAGMA integrity_check(1)")
            sound = cursor.fetchone()[0] == "ok"
            cursor.execute("PRAGMA foreign_key_check")
            astray = cursor.fetchall()
    except DatabaseError:
        sound, astray = False, []
    if not sound or astray:
        raise MoveError(DAMAGED.format(file=file))


def _see_that_versions_agree() -> None:
    """See that both databases are at this version; one with no tables yet is brought there.

    Raises:
        MoveError: one is not.
    """
    known = MigrationRecorder(connections[SOURCE]).applied_migrations().keys()
    try:
        there = MigrationRecorder(connection).applied_migrations().keys()
        if not there and not connection.introspection.table_names():
            bring_up()
            there = MigrationRecorder(connection).applied_migrations().keys()
        if waiting():
            raise MoveError("The database of DATABASE_URL waits for: ekachit migrate")
    except DatabaseError as trouble:
        raise MoveError(f"The database of DATABASE_URL does not answer ({type(trouble).__name__}).") from None
    if known != there:
        raise MoveError(
            "The file is not of this version. Run `ekachit migrate` on it, without DATABASE_URL; then run this again."
        )


def _take(tables: Sequence[Table]) -> None:
    """Keep everybody else from the database until the transaction ends, and see that nothing is in it yet.

    Raises:
        MoveError: somebody is at it, or something is.
    """
    quoted = ", ".join(connection.ops.quote_name(each.name) for each in tables)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {quoted} IN ACCESS EXCLUSIVE MODE NOWAIT")
    except DatabaseError:
        raise MoveError(
            "Somebody uses the database of DATABASE_URL. Stop what runs on it, then run this again."
        ) from None
    manager = {each.name: each.model._base_manager for each in tables}  # noqa: SLF001 # Django documents it
    full = [name for name in manager if name not in MADE_BY_MIGRATE and manager[name].exists()]
    if full:
        raise MoveError(
            f"The database of DATABASE_URL is not empty ({', '.join(sorted(full))}). Give it one that is."
        )
    with connection.cursor() as cursor:
        for name in ("auth_permission", "django_content_type"):
            cursor.execute(f"DELETE FROM {name}")  # noqa: S608 # named above


def _copy_all(tables: Sequence[Table]) -> dict[str, int]:
    """Copy every table, and compare it.

    Raises:
        MoveError: some rows cannot be stored, or are not the same there.
    """
    moved: dict[str, int] = {}
    refused: list[str] = []
    for table in tables:
        try:
            moved[table.name], wrong = copy(table, SOURCE)
        except DatabaseError as trouble:
            raise MoveError(f"The rows of {table.name} cannot be read ({type(trouble).__name__}).") from None
        refused += wrong
    if refused:
        more = f"\nand {len(refused) - MOST_TOLD} more" if len(refused) > MOST_TOLD else ""
        raise MoveError(
            "PostgreSQL cannot store these rows. Change or delete them with Ekachit on the file, then run this again.\n"
            + "\n".join(refused[:MOST_TOLD])
            + more
        )
    connection.check_constraints()
    other = {table.name: number for table in tables if (number := differing(table, SOURCE))}
    if other:
        raise MoveError(f"Rows are not the same after the copy, which is a fault of Ekachit's: {other}")
    return moved
