"""Which commits outlive a power cut. PostgreSQL syncs each of them; SQLite's write-ahead log can wait.

The settings ask SQLite to sync at every commit (`synchronous=FULL`): what a person was told is saved is on the disk.
A worker reads what it writes from Jira, and can read it again, so it syncs at checkpoints (`NORMAL`): after a power
cut its last commits may be gone, and what is left is whole (https://www.sqlite.org/pragma.html#pragma_synchronous).
What it could not find out again, that a write to Jira is about to leave, it commits under `durably`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections

NORMAL, FULL = 1, 2  # SQLite's own numbers


def sync_at_checkpoints() -> None:
    """Let SQLite commits of this process wait for a checkpoint, on every connection opened from here on."""
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor == "sqlite":
        database.settings_dict["OPTIONS"]["init_command"] += " PRAGMA synchronous=NORMAL;"
        database.close()


@contextmanager
def durably() -> Iterator[None]:
    """Let what is committed in the block, and all that was committed before it, be on the disk when its commit returns.

    Inside a transaction the outer commit decides. Where syncing was switched off altogether (a database to be thrown
    away) it stays off.
    """
    if _level() != NORMAL:
        yield
        return
    _set(FULL)
    try:
        yield
    finally:
        _set(NORMAL)


def _level() -> int:
    """How this thread's connection syncs; `FULL` where nothing needs to be done about it."""
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "sqlite" or database.in_atomic_block:
        return FULL
    with database.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        return int(cursor.fetchone()[0])


def _set(level: int) -> None:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous = {level}")
