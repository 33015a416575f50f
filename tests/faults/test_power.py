"""D05: power is lost between two writes. What was not yet synced is gone; what a person was told is saved is there."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client

from ekachit import durability
from ekachit.sync.models import EntryState
from tests.faults.statements import before_each_statement
from tests.ops.command import Home
from tests.sync.two_ends import TwoEnds, two_ends

only_sqlite = pytest.mark.skipif(database.vendor != "sqlite", reason="PostgreSQL syncs its log by itself")
WAL_HEADER, FRAME_HEADER = 32, 24  # https://www.sqlite.org/fileformat2.html#the_write_ahead_log


@dataclass
class Disk:
    """The database's files as a power cut would leave them: the file, and the log up to somewhere."""

    folder: Path
    synced: int = 0

    @property
    def file(self) -> Path:
        return Path(str(database.settings_dict["NAME"]))

    @property
    def log(self) -> Path:
        return self.file.with_name(f"{self.file.name}-wal")

    @contextmanager
    def after_cut(self, keep: int, tail: bytes = b"") -> Iterator[sqlite3.Connection]:
        """What is left when only so many bytes of the log reached the disk, and perhaps rubbish after them."""
        copy = self.folder / "copy.sqlite3"
        # By another process: to close the file here would give up the locks that SQLite holds on it for this one.
        subprocess.run(["cp", str(self.file), str(copy)], check=True)  # noqa: S603, S607 # of our own
        copy.with_name(f"{copy.name}-wal").write_bytes(self.log.read_bytes()[:keep] + tail)
        with closing(sqlite3.connect(copy)) as left:
            yield left

    def frame(self) -> int:
        return FRAME_HEADER + asked("page_size")

    def cuts(self) -> Iterator[tuple[int, bytes]]:
        """Where the log may end after a cut now: whole, a frame short, in a frame, at what is synced; or with rubbish."""
        size, frame = self.log.stat().st_size, self.frame()
        for keep in {size, size - frame, size - frame // 2, self.synced}:
            if keep >= self.synced:
                yield keep, b""
        yield self.synced, b"\x5a" * frame


@pytest.fixture
def disk(transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[Disk]:
    """The files of this database, whose log is not put away while the test looks at it."""
    settings.STATIC_ROOT = tmp_path
    with database.cursor() as cursor:
        cursor.execute("PRAGMA wal_autocheckpoint = 0")
    yield Disk(tmp_path)
    database.close()


def asked(pragma: str) -> int:
    """A number of this connection's, asked past Django."""
    assert database.connection is not None
    return int(database.connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def empty_the_log() -> None:
    with database.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert cursor.fetchone()[0] == 0


def whole(opened: sqlite3.Connection) -> bool:
    checked = opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return checked and opened.execute("PRAGMA foreign_key_check").fetchall() == []


def intents(opened: sqlite3.Connection) -> set[tuple[int, str]]:
    return set(opened.execute("SELECT task_id, wanted FROM sync_outboxentry"))


@only_sqlite
def test_D05_what_was_answered_outlives_a_power_cut_at_any_statement(disk: Disk) -> None:
    ends = two_ends()
    browser = Client()
    browser.force_login(ends.user, backend="django.contrib.auth.backends.ModelBackend")
    empty_the_log()
    answered: set[tuple[int, str]] = set()
    seen: set[int] = set()

    def cut(_: str) -> None:
        size = disk.log.stat().st_size
        if size in seen:
            return  # nothing was committed since
        seen.add(size)
        for keep, tail in disk.cuts():
            with disk.after_cut(keep, tail) as left:
                assert intents(left) >= answered
                assert whole(left)

    with before_each_statement(cut):
        for key, status in (("PAY-1", "in_progress"), ("PAY-2", "done")):
            task = ends.task(key)
            page = browser.post(f"/tasks/{task.pk}/status/", {"status": status})
            assert page.status_code == 302
            # It is answered, and the pages ask for a sync of each commit: the log is on the disk up to here.
            disk.synced = disk.log.stat().st_size
            answered.add((task.pk, status))
        assert ends.send() == 2
        ends.in_jira("PAY-3", "Done")
        ends.sync()
    assert len(seen) > 15, "clicks, deliveries and a pass were cut"
    with disk.after_cut(disk.log.stat().st_size) as left:
        assert whole(left)
        assert intents(left) == answered


@only_sqlite
def test_D05_what_no_sync_was_asked_for_is_lost_whole(disk: Disk) -> None:
    """Without its sync the last commit goes as one: this is what the pages' FULL is for."""
    ends = two_ends()
    empty_the_log()
    click(ends, "PAY-1")
    first = disk.log.stat().st_size
    click(ends, "PAY-2")
    second = disk.log.stat().st_size
    assert (first - WAL_HEADER) % disk.frame() == (second - WAL_HEADER) % disk.frame() == 0
    found = []
    for keep in (second, second - disk.frame(), first, first - disk.frame(), 0):
        with disk.after_cut(keep) as left:
            assert whole(left)
            found.append(len(intents(left)))
    assert found == [2, 1, 1, 0, 0]


def click(ends: TwoEnds, key: str) -> None:
    entry = ends.click(key, "done")
    assert entry is not None
    assert entry.state == EntryState.WAITING


@only_sqlite
def test_D05_a_worker_has_it_on_the_disk_that_a_write_is_about_to_leave(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = two_ends()
    click(ends, "PAY-1")
    levels: list[int] = []

    def look(sql: str) -> None:
        if sql.startswith("UPDATE") and '"posted_at" =' in sql:
            levels.append(asked("synchronous"))

    with database.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = NORMAL")
    with before_each_statement(look):
        assert ends.send() == 1
    assert ends.entry("PAY-1").state == EntryState.APPLIED
    assert levels == [durability.FULL]
    assert asked("synchronous") == durability.NORMAL, "what it reads back can be read again"


SAID = """
from ekachit.ops.start import database_ready
database_ready()
import ekachit.wsgi
from django.db import connection
from ekachit.durability import sync_at_checkpoints
def level():
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        return cursor.fetchone()[0]
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(1) as pages:
    print(level(), pages.submit(level).result())
sync_at_checkpoints()
with ThreadPoolExecutor(1) as work:
    print(level(), work.submit(level).result())
"""


def test_D05_the_pages_sync_each_commit_and_a_worker_at_checkpoints(tmp_path: Path) -> None:
    home = Home(tmp_path / "var")
    done = subprocess.run(  # noqa: S603 # our own text
        [sys.executable, "-c", SAID], env=home.environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["2", "2", "1", "1"], done.stderr


@only_sqlite
def test_D05_inside_a_transaction_the_outer_commit_decides(db: None) -> None:
    assert database.in_atomic_block
    before = asked("synchronous")
    with durability.durably():
        assert asked("synchronous") == before
