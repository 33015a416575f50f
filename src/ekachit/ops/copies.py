"""The copies of a SQLite database that are taken before an update changes it: `backups` in the data folder.

A copy has the sealed tokens of its time, but for those that were destroyed since (`connections.copied`), and no key.
While an update is under way its copy bears a name of its own, so that a start that goes on with it does not take the
half-made database for what was there before.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from ekachit.connections.copied import folder
from ekachit.vault.disk import see_on_disk

KEPT = 3
KEPT_DAYS = 30
PREFIX = "before-update-"
UNDER_WAY = "update-under-way.sqlite3"


def copies() -> list[Path]:
    """Return the copies of updates that are over, the newest first."""
    return sorted(folder().glob(f"{PREFIX}*.sqlite3"), reverse=True)


def copy_before_update() -> Path | None:
    """Copy a SQLite database that has accounts in it, and return where to; None where there is nothing to lose.

    A copy of the same update, begun and not ended, is left as it is.

    Raises:
        OSError, DatabaseError: it could not be copied; the database is as it was.
    """
    if connection.vendor != "sqlite" or not _has_accounts():
        return None
    place = folder() / UNDER_WAY
    if place.exists() and _applied_in(place) < set(MigrationRecorder(connection).applied_migrations()):
        return place
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = place.with_suffix(".part")
    beside.unlink(missing_ok=True)
    try:
        # An empty file of our making, so that nobody else may read it at any moment.
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with connection.cursor() as cursor:
            # Live rows only: nothing that was erased goes along.
            cursor.execute("VACUUM INTO %s", [str(beside)])
        see_on_disk(beside)
        beside.replace(place)
        see_on_disk(folder())
    finally:
        beside.unlink(missing_ok=True)
    return place


def note_update_made(now: datetime) -> None:
    """Give the copy of the update that has just ended its lasting name, and forget what is beyond the last few."""
    place = folder() / UNDER_WAY
    if place.exists():
        place.replace(folder() / f"{PREFIX}{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.sqlite3")
    for each in copies()[KEPT:]:
        each.unlink(missing_ok=True)


def forget_old_copies(now: datetime) -> None:
    """Delete copies older than `KEPT_DAYS`: what people deleted since is in them."""
    oldest = (now - timedelta(days=KEPT_DAYS)).timestamp()
    for each in copies():
        # Another worker may be at it too; what cannot be deleted now is there in a few hours.
        with suppress(OSError):
            if each.stat().st_mtime < oldest:
                each.unlink()


def _has_accounts() -> bool:
    with connection.cursor() as cursor:
        if "accounts_user" not in connection.introspection.table_names(cursor):
            return False
        cursor.execute("SELECT EXISTS (SELECT 1 FROM accounts_user)")
        return bool(cursor.fetchone()[0])


def _applied_in(place: Path) -> set[tuple[str, str]]:
    """The migrations that a copy has; none where it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{place.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            return set(opened.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.DatabaseError:
        return set()
