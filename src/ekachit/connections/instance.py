"""Which installation goes on with this database: a copy of it asks before it goes on too.

What tells one from the other is kept in the database and outside of it. For a SQLite file it is a random id in the data
folder, good on this machine only; for PostgreSQL the server's own id with the database's: any number of machines may work
on one database.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from django.db import DatabaseError, transaction
from django.db import connection as database

from ekachit.config import settings
from ekachit.connections.models import Instance

NAME = "instance.txt"
# systemd's machine-id(5), else that of D-Bus.
MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
NO_MACHINE = "-"
_IN_FILE = re.compile(r"([0-9a-f]{32})\n([0-9a-f]{64}|-)\n")
_ONLY = 1


class _State:
    """What this process knows. Whoever never called `settle` asks nothing."""

    held = False


def settle() -> bool:
    """Find out whether this is a copy, and return it; a database that no installation has named yet is ours from now on.

    To be called when a process starts, outside of transactions.
    """
    known = Instance.objects.filter(pk=_ONLY).first()
    mine = _place(make=known is None)
    if known is None and mine is not None:
        known, _ = Instance.objects.get_or_create(pk=_ONLY, defaults={"place": mine})
    on_server = database.vendor != "sqlite"
    # A server that does not tell its id is asked nothing; a folder without one is another folder.
    _State.held = known is not None and mine != known.place and not (on_server and mine is None)
    return _State.held


def held_back() -> bool:
    """Whether no token may be opened, since a copy of this database may be in use elsewhere."""
    return _State.held and settle()


def take_over() -> None:
    """Let this installation go on with the database."""
    if database.vendor == "sqlite":
        _write(settings().home / NAME, secrets.token_hex(16))
    mine = _place(make=False)
    if mine is not None:
        Instance.objects.update_or_create(pk=_ONLY, defaults={"place": mine})
    settle()


def _place(*, make: bool) -> str | None:
    """What this installation is known by; None where there is nothing, or nothing that is its own."""
    if database.vendor != "sqlite":
        return _of_server()
    path = settings().home / NAME
    if make and _of_folder(path) is None:
        # Of two processes that begin at once, one makes it and both have it.
        with contextlib.suppress(FileExistsError):
            _write(path, secrets.token_hex(16), anew=not path.exists())
    return _of_folder(path)


def _of_folder(path: Path) -> str | None:
    """The id in the data folder; None where there is none, or one that another machine wrote."""
    try:
        fit = _IN_FILE.fullmatch(path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError):
        return None
    if fit is None:
        return None
    own, noted = fit.groups()
    here = _machine(own)
    return None if NO_MACHINE not in {noted, here} and noted != here else own


def _machine(own: str) -> str:
    """What this machine is known by under an id, `NO_MACHINE` where it does not tell; its own id is not to be shown."""
    for path in MACHINE_IDS:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            text = path.read_text(encoding="ascii").strip()
            if re.fullmatch(r"[0-9a-f]{32}", text):
                return hmac.digest(own.encode(), text.encode(), hashlib.sha256).hex()
    return NO_MACHINE


def _of_server() -> str | None:
    """The ids of the server and of the database in it; None where the account may not ask."""
    ids = "SELECT system_identifier, oid FROM pg_control_system(), pg_database WHERE datname = current_database()"
    try:
        # In a transaction of its own: one around it is not broken by a refusal.
        with transaction.atomic(), database.cursor() as cursor:
            cursor.execute(ids)
            found = cursor.fetchone()
    except DatabaseError:
        return None
    return f"{found[0]}:{found[1]}" if found else None


def _write(path: Path, own: str, *, anew: bool = False) -> None:
    """Write the id and whose machine it is on, whole or not at all.

    Raises:
        FileExistsError: it is to be made `anew`, and is there.
        OSError: the data folder cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{own}\n{_machine(own)}\n")
        if anew:
            os.link(beside, path)
        else:
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
