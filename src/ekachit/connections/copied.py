"""Tokens in the copies of a SQLite database that lie in the data folder: what ends in the database ends in them too.

An update leaves such copies (`ops.copies`), and the key ring is in the same folder.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from ekachit.config import settings

log = logging.getLogger(__name__)

_HOLDERS = ("connections_datakey", "connections_credential")
_WAIT_SECONDS = 5.0


def folder() -> Path:
    """Return where the copies are (mode 0700), whether or not there is one."""
    return settings().home / "backups"


def forget_in_copies(connection_id: int) -> None:
    """Take a connection's token out of every copy, where its connection then asks for a new one.

    A copy that it cannot be taken out of is deleted: that a token is gone counts for more than a way back.
    """
    for path in sorted(folder().glob("*.sqlite3")):
        try:
            _forget(path, connection_id)
        except sqlite3.Error as trouble:
            log.warning("%s is deleted: no token can be taken out of it (%s)", path, type(trouble).__name__)
            path.unlink(missing_ok=True)


def _forget(path: Path, connection_id: int) -> None:
    with closing(sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)) as copy:
        # Deleted bytes are overwritten, and what was there before is not written to a journal beside the file.
        copy.execute("PRAGMA secure_delete = ON")
        copy.execute("PRAGMA journal_mode = MEMORY")
        copy.execute("BEGIN IMMEDIATE")
        gone = 0
        for table in _HOLDERS:
            gone += copy.execute(f"DELETE FROM {table} WHERE connection_id = ?", [connection_id]).rowcount  # noqa: S608 # ours
        if gone:
            copy.execute(
                "UPDATE connections_connection SET state = 'needs_token', due_at = NULL"
                " WHERE id = ? AND state = 'connected'",
                [connection_id],
            )
        copy.execute("COMMIT")
