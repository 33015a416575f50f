"""The list of tokens that a disconnect has ended. It lies in the data folder: a restored database does not know of them.

Each line has when, the connection's number, and the SHA-256 of the sealed token: that stays the same when keys are
rotated, is another one for each token, and tells nothing of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from django.utils import timezone

from ekachit.config import settings
from ekachit.connections.models import Connection, Credential, State
from ekachit.vault.disk import see_on_disk
from ekachit.vault.errors import VaultError

log = logging.getLogger(__name__)

NAME = "ended-tokens.txt"
# A line that a power cut left unfinished is none.
_LINE = re.compile(rb"^\S+ ([0-9]{1,18}) ([0-9a-f]{64})$", re.MULTILINE)


def list_path() -> Path:
    """Return where the list lies (mode 0600)."""
    return settings().home / NAME


def mark_of(sealed: bytes) -> str:
    """Return what a sealed token is known by, also after its data key was wrapped anew."""
    return hashlib.sha256(sealed).hexdigest()


def ended() -> Mapping[str, int]:
    """Return the tokens that were ended: the number of each one's connection, by its mark.

    Raises:
        VaultError: `ended_unreadable`.
    """
    path = list_path()
    try:
        found = path.stat()
        return _read(path, found.st_mtime_ns, found.st_size)
    except FileNotFoundError:
        return {}
    except OSError as trouble:
        raise VaultError("ended_unreadable", f"{path} cannot be read: {trouble.strerror}.") from None


def note_ended(connection: Connection) -> None:
    """Note a connection's token as ended, on the disk before this returns. To be called before it is destroyed.

    Where it cannot be noted the log says so, and nothing is raised: to destroy the token matters more.
    """
    try:
        known = ended()
        sealed = Credential.objects.filter(connection=connection).values_list("sealed", flat=True)
        for mark in map(mark_of, map(bytes, sealed)):
            if mark not in known:
                _append(list_path(), f"{timezone.now():%Y-%m-%dT%H:%M:%SZ} {connection.pk} {mark}\n")
    except (OSError, VaultError) as trouble:
        log.error(  # noqa: TRY400 # the trace would say no more
            "%s cannot be written (%s): a backup from before this disconnect would bring the token back",
            list_path(),
            type(trouble).__name__,
        )


def brought_back() -> list[Connection]:
    """Return the connections whose token was ended and is there all the same, as after a restore.

    Raises:
        VaultError: `ended_unreadable`.
    """
    known = ended()
    if not known:
        return []
    held = (
        Credential.objects.filter(connection_id__in=set(known.values()))
        # What a disconnect has not scrubbed yet is scrubbed by itself.
        .exclude(connection__state=State.DISCONNECTED)
        .select_related("connection")
    )
    return [each.connection for each in held if mark_of(bytes(each.sealed)) in known]


@lru_cache(maxsize=1)
def _read(path: Path, changed_ns: int, size: int) -> Mapping[str, int]:  # noqa: ARG001 # another time or size is another list
    return {mark.decode(): int(number) for number, mark in _LINE.findall(path.read_bytes())}


def _append(path: Path, line: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        end = os.lseek(descriptor, 0, os.SEEK_END)
        torn = end > 0 and os.pread(descriptor, 1, end - 1) != b"\n"
        os.write(descriptor, ("\n" * torn + line).encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    # The name has to outlive a power cut too, where the system can see to it.
    with contextlib.suppress(OSError):
        see_on_disk(path.parent)
