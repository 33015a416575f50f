"""Bringing the database to this version, each migration whole or not at all, wherever the process dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_pre_migrate_signal
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from ekachit.config import settings


class WholeMigrations(MigrationExecutor):
    """Notes a migration as made in the very transaction that makes it.

    Django's own notes most of them right after it: a process killed between the two left a database that no start
    could bring any further, for the tables of the next try were there already.
    """

    def apply_migration(
        self,
        state: ProjectState,
        migration: Migration,
        fake: bool = False,  # noqa: FBT001, FBT002 # Django's signature
        fake_initial: bool = False,  # noqa: FBT001, FBT002 # likewise
    ) -> ProjectState:
        """Make a migration; returns the state after it."""
        if fake or fake_initial or not migration.atomic:
            return super().apply_migration(state, migration, fake, fake_initial)
        with self.connection.schema_editor(atomic=True) as editor:
            state = migration.apply(state, editor)
            for statement in editor.deferred_sql:
                editor.execute(statement, None)
            editor.deferred_sql.clear()
            self.record_migration(migration)  # type: ignore[call-arg, arg-type] # the stub is of an older Django
        return state


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let no other process of this data folder bring the database up while the block lasts; it waits for its turn."""
    with (settings().home / "update.lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def waiting() -> list[Migration]:
    """Return the migrations that the database waits for, in their order."""
    executor = MigrationExecutor(connection)
    return [each for each, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def bring_up() -> None:
    """Make what waits. Safe to run again, wherever it was cut off."""
    executor = WholeMigrations(connection)
    targets = executor.loader.graph.leaf_nodes()
    plan: list[Any] = executor.migration_plan(targets)
    if plan:
        emit_pre_migrate_signal(0, False, connection.alias, apps=apps, plan=plan)  # noqa: FBT003 # Django's signature
        executor.migrate(targets, plan)
    # Nothing waits any more; this adds what a model's permissions are known by.
    call_command("migrate", interactive=False, verbosity=0)
