"""How many connections this machine's worker takes at once, kept where it outlives a worker that is killed.

Each worker has a small file in the data folder, locked for as long as it lives: one that can be locked by another is that
of a dead one.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from ekachit.domain.sync.pace import Left, first_limit, grown, halved

log = logging.getLogger(__name__)

FOLDER = "workers"


class Pace:
    """How many at once: `limit`, at most `most`. Without a folder it is forgotten with the process.

    `note` is to be called whenever the number of what runs changes, `close` where the worker ends as it should.
    """

    def __init__(self, most: int, home: Path | None = None) -> None:
        self._most = most
        self._ended_well = 0
        self._running = 0
        self._path: Path | None = None
        self._file = -1
        self.limit = most
        if home is not None:
            try:
                self._begin(home / FOLDER)
            except OSError as trouble:
                log.warning("The data folder cannot be written (%s): no pace is kept in it", trouble.strerror)

    def note(self, running: int) -> None:
        """Note how many run now, should this process be killed."""
        self._running = running
        if self._file >= 0:
            with contextlib.suppress(OSError):
                os.pwrite(self._file, b"%4d %4d\n" % (self.limit, running), 0)

    def ended_well(self) -> None:
        """One more ended without running out of memory."""
        self._ended_well += 1
        limit = grown(self.limit, self._most, self._ended_well)
        if limit != self.limit:
            self.limit, self._ended_well = limit, 0

    def ran_out(self) -> None:
        """What runs now was too much for the memory."""
        self.limit, self._ended_well = min(self.limit, halved(self._running)), 0
        log.error("Out of memory with %s at once: from now on %s", self._running, self.limit)

    def close(self) -> None:
        """End: the next worker begins with what this one had come to."""
        self.note(0)
        if self._path is not None and self.limit == self._most:
            self._path.unlink(missing_ok=True)
        if self._file >= 0:
            os.close(self._file)
        self._file, self._path = -1, None

    def _begin(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        left = list(_left_behind(folder))
        self.limit = first_limit(self._most, left)
        if died := [each.running for each in left if each.running]:
            log.warning("A worker died with %s at once: this one begins with %s", max(died), self.limit)
        name = f"{os.getpid()}-{secrets.token_hex(4)}.txt"
        hidden = folder / f".{name}"
        # Nobody sees it before it is locked.
        self._file = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self.note(0)
        self._path = hidden.rename(folder / name)


def _left_behind(folder: Path) -> Iterator[Left]:
    """What dead workers left; it is taken away by whoever reads it."""
    for path in sorted(folder.glob("[0-9]*.txt")):
        with contextlib.suppress(OSError), path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            words = file.read(32).split()
            path.unlink()
            if len(words) == 2 and all(each.isdigit() for each in words):  # noqa: PLR2004 # as `note` writes them
                yield Left(int(words[0]), int(words[1]))
