"""A database with nothing in it, in place of the tests' own, and what it looks like as it grows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection as database
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ekachit.ops.schema import WholeMigrations

Rows = list[tuple[Any, ...]]
SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
COLUMNS = """
SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1, 2
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1"
CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = current_schema()::regnamespace ORDER BY 1
"""
# Of the catalogue alone: what says more waits for a migration that keeps others from its table.
NAMES = """
SELECT relname, '' FROM pg_class WHERE relnamespace = current_schema()::regnamespace
UNION ALL SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = current_schema()::regnamespace
UNION ALL SELECT conname, 'constraint' FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
ORDER BY 1, 2
"""
SCHEMA = "half_way"
# After these a data migration has something to move.
BEFORE_THE_MOVE = [("sync", "0002_outbox_left_at"), ("tasks", "0003_indexes")]


def schema(of: BaseDatabaseWrapper) -> Rows:
    """Every table, column, index and constraint there is."""
    found: Rows = []
    with of.cursor() as cursor:
        for query in (SQLITE,) if of.vendor == "sqlite" else (COLUMNS, INDEXES, CONSTRAINTS):
            cursor.execute(query)
            found += [tuple(str(each).replace(f"{SCHEMA}.", "public.") for each in row) for row in cursor]
    return found


def seen_from(beside: BaseDatabaseWrapper) -> Rows:
    """What another connection sees of the schema, and of the tasks where that needs no lock."""
    if beside.vendor == "sqlite":
        return [*schema(beside), *tasks(beside)]
    with beside.cursor() as cursor:
        cursor.execute(NAMES)
        return [tuple(row) for row in cursor]


def tasks(of: BaseDatabaseWrapper) -> Rows:
    """Every task, empty where there is no table of them yet."""
    with of.cursor() as cursor:
        if "tasks_task" not in of.introspection.table_names(cursor):
            return []
        cursor.execute("SELECT * FROM tasks_task ORDER BY id")
        return [tuple(row) for row in cursor]


def applied(of: BaseDatabaseWrapper) -> frozenset[tuple[str, str]]:
    """The migrations that are noted as made."""
    with of.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return frozenset(cursor.fetchall())


def like(own: BaseDatabaseWrapper, **other: Any) -> BaseDatabaseWrapper:
    """A connection of its own."""
    return type(own)({**own.settings_dict, **other}, "default")


@contextmanager
def in_place_of_ours(folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """Let an empty database be the one that is used while the block lasts; gives a second connection to it.

    It is a file in the folder, or a schema of its own on the server.
    """
    own = connections["default"]
    if own.vendor == "sqlite":
        made = like(own, NAME=str(folder / "ekachit.sqlite3"))
    else:
        made = like(own, OPTIONS={"options": f"-c search_path={SCHEMA} -c lock_timeout=5000"})
    beside = like(made)
    connections["default"] = made
    _in_schema(made, f"CREATE SCHEMA {SCHEMA}")
    try:
        yield beside
    finally:
        _in_schema(made, f"DROP SCHEMA {SCHEMA} CASCADE")
        made.close()
        beside.close()
        connections["default"] = own


def _in_schema(made: BaseDatabaseWrapper, statement: str) -> None:
    if made.vendor == "postgresql":
        with made.cursor() as cursor:
            cursor.execute(statement)


def up_to_the_move() -> Any:
    """Bring the database as far as before the migration that moves data; returns the models of then."""
    return WholeMigrations(database).migrate(BEFORE_THE_MOVE).apps


def somebody_with_a_linked_task(apps: Any) -> None:
    """Rows of a version that knew neither a task's project nor its type."""
    user = apps.get_model("accounts", "User").objects.create(email="ada@yourteam.dev")
    connection = apps.get_model("connections", "Connection").objects.create(
        user=user, site="yourteam.atlassian.net", cloud_id="cloud", account_id="ada"
    )
    task = apps.get_model("tasks", "Task").objects.create(user=user, title="Do it")
    apps.get_model("sync", "Link").objects.create(
        user=user,
        connection=connection,
        task=task,
        cloud_id="cloud",
        issue_id="1",
        key="PAY-1",
        issue_type="Story",
        presence="current",
    )
