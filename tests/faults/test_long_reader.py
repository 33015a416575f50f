"""D11: somebody reads without an end, so SQLite's write-ahead log cannot be put away. It shows; and we never do."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection as database
from django.test import RequestFactory
from django.utils import timezone

from ekachit.accounts.actions import add_account
from ekachit.connections import requests_made
from ekachit.connections.credentials import scrub
from ekachit.connections.models import AccessRecord, Connection
from ekachit.ops import write_ahead_log
from ekachit.ops.health import health
from ekachit.ops.heartbeat import beat
from tests.ops.command import run
from tests.web.making import make_connection

only_sqlite = pytest.mark.skipif(database.vendor != "sqlite", reason="PostgreSQL's readers hold no log")
ROWS = 250


@pytest.fixture
def connection(transactional_db: None) -> Iterator[Connection]:
    """A connection whose ledger has a good many rows, some of them of the same moment."""
    made = make_connection(add_account("ada@yourteam.dev", plan="pro"))
    now = timezone.now()
    AccessRecord.objects.bulk_create(
        AccessRecord(
            connection=made, at=now - timedelta(seconds=number // 3), method="GET", path="/", why="x"
        )
        for number in range(ROWS)
    )
    yield made
    database.close()


@pytest.fixture
def reader(connection: Connection) -> Iterator[sqlite3.Connection]:
    """Another program with the file open, in the middle of a read; the log was empty when it began."""
    assert scrub()
    with closing(sqlite3.connect(database.settings_dict["NAME"], isolation_level=None)) as opened:
        opened.execute("BEGIN")
        assert opened.execute("SELECT COUNT(*) FROM connections_accessrecord").fetchone() == (ROWS,)
        yield opened


def red() -> dict[str, bool]:
    beat("a worker")
    answer = health(RequestFactory().get("/health/"))
    told: dict[str, bool] = json.loads(answer.content)
    assert (answer.status_code == 200) == told["ok"]
    return told


def doctors_mends() -> str:
    said = run("doctor", "--offline").output.splitlines()
    return "\n".join(
        f"{line}{said[at + 1]}" for at, line in enumerate(said) if "MEND write-ahead log" in line
    )


@only_sqlite
def test_D11_a_log_that_a_reader_holds_is_told_with_the_mend_and_cut_back_after_it(
    reader: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.cursor() as cursor:
        cursor.execute("PRAGMA journal_size_limit")
        assert 0 < cursor.fetchone()[0] < write_ahead_log.MOST_BYTES, (
            "what was cut back is no cause for alarm"
        )
        cursor.execute("PRAGMA wal_autocheckpoint = 10")
        cursor.execute("PRAGMA journal_size_limit = 65536")
    monkeypatch.setattr(write_ahead_log, "MOST_BYTES", 262_144)
    assert red()["ok"]
    for number in range(100):
        AccessRecord.objects.update(why=f"{number:100}")
        if write_ahead_log.log_bytes() > write_ahead_log.MOST_BYTES:
            break
    assert red() == {"ok": False, "database": True, "write_ahead_log": False, "worker": True}
    mend = doctors_mends()
    assert f"fuser -v {database.settings_dict['NAME']}-wal" in mend
    assert "End it, or restart Ekachit." in mend
    reader.execute("ROLLBACK")
    AccessRecord.objects.update(why="z")
    AccessRecord.objects.filter(pk=AccessRecord.objects.latest("pk").pk).update(why="one more")
    assert write_ahead_log.log_bytes() <= 65_536 + 4096
    assert red()["ok"]
    assert doctors_mends() == ""


@only_sqlite
def test_D11_a_download_that_is_taken_slowly_holds_no_log(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests_made, "PART", 100)
    rows = requests_made.requests_made(connection, requests_made.Wanted())
    lines = requests_made.as_csv(requests_made.read_in_parts(rows))
    taken = [next(lines) for _ in range(150)]
    with closing(sqlite3.connect(database.settings_dict["NAME"], timeout=0)) as other:
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    assert write_ahead_log.log_bytes() == 0
    assert len([*taken, *lines]) == 1 + ROWS


@pytest.mark.parametrize("part", [1, 100, ROWS, ROWS + 1])
def test_D11_read_in_parts_it_is_the_same(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    monkeypatch.setattr(requests_made, "PART", part)
    rows = requests_made.requests_made(connection, requests_made.Wanted(method="GET"))
    assert list(requests_made.read_in_parts(rows)) == list(rows)


@only_sqlite
def test_D11_a_scrub_that_meets_a_reader_does_not_keep_others_from_writing(
    reader: sqlite3.Connection,
) -> None:
    AccessRecord.objects.update(why="y")
    began = time.monotonic()
    assert not scrub()
    assert time.monotonic() - began < 5
    with database.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (20_000,)
    reader.execute("ROLLBACK")
    assert scrub()
    assert Path(f"{database.settings_dict['NAME']}-wal").stat().st_size == 0
