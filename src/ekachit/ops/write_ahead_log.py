"""How much SQLite's write-ahead log holds. A reader that does not end keeps it from being put away, and it grows."""

from __future__ import annotations

from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections

# Sixteen times what SQLite lets it grow to before it is put away, with no reader in the way.
MOST_BYTES = 64 * 1024 * 1024


def log_path() -> Path | None:
    """Return where the log is, whether or not there is one now; None where the database is no SQLite file."""
    database = connections[DEFAULT_DB_ALIAS]
    return Path(f"{database.settings_dict['NAME']}-wal") if database.vendor == "sqlite" else None


def log_bytes() -> int:
    """Return the size of the log in bytes, 0 without one."""
    path = log_path()
    try:
        return path.stat().st_size if path is not None else 0
    except FileNotFoundError:
        return 0


def is_bounded() -> bool:
    """Return whether the log is no larger than it should ever be."""
    return log_bytes() <= MOST_BYTES
