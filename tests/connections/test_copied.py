"""K05: what a disconnect destroys is destroyed in the copies from before an update as well."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as database

from ekachit.accounts.models import User
from ekachit.config import settings
from ekachit.connections import actions
from ekachit.connections.credentials import finish_scrubs, store_token
from ekachit.connections.models import Connection, Credential, DataKey
from ekachit.ops.copies import copies, copy_before_update, note_update_made
from ekachit.vault.secret import Secret
from tests.web.making import make_connection

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("home_of_its_own"),
    pytest.mark.skipif(database.vendor != "sqlite", reason="only a SQLite file is copied"),
]


@pytest.fixture
def two(ada: User) -> tuple[Connection, Connection]:
    """Two connections with tokens, and a copy from before an update."""
    one = make_connection(ada)
    other = make_connection(ada, site="other.atlassian.net")
    for each in (one, other):
        store_token(each, Secret(f"token-of-{each.site}"))
    settings().home.mkdir(parents=True, exist_ok=True)
    assert copy_before_update() is not None
    note_update_made(one.created_at)
    return one, other


def asked(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as copy:
        return copy.execute(sql).fetchall()


def blobs_of(connection: Connection) -> tuple[bytes, bytes]:
    key = DataKey.objects.get(connection=connection)
    return bytes(key.wrapped), bytes(Credential.objects.get(connection=connection).sealed)


def test_K05_a_disconnect_takes_the_token_out_of_the_copies(two: tuple[Connection, Connection]) -> None:
    one, other = two
    gone, kept = blobs_of(one), blobs_of(other)
    (path,) = copies()
    assert all(blob in path.read_bytes() for blob in (*gone, *kept))
    actions.disconnect(one)
    assert not any(blob in path.read_bytes() for blob in gone)
    assert all(blob in path.read_bytes() for blob in kept)
    assert [each.name for each in path.parent.iterdir()] == [path.name], "nothing is left beside it"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert asked(path, "PRAGMA integrity_check") == [("ok",)]
    states = dict(asked(path, "SELECT id, state FROM connections_connection"))
    assert states == {one.pk: "needs_token", other.pk: "connected"}


def test_K05_a_new_token_takes_the_old_one_out_of_them(two: tuple[Connection, Connection]) -> None:
    one, _ = two
    old = blobs_of(one)
    store_token(one, Secret("another"))
    finish_scrubs()
    (path,) = copies()
    assert not any(blob in path.read_bytes() for blob in old)


def test_K05_a_copy_that_cannot_be_written_is_deleted(two: tuple[Connection, Connection]) -> None:
    (path,) = copies()
    path.write_bytes(b"SQLite format 3\0" + b"broken" * 1000)
    actions.disconnect(two[0])
    assert not copies()
