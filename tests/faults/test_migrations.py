"""P11: an update is killed half-way, at any statement of any migration: the next start goes on, and nothing is lost."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

import click
import pytest
from django.db import connection as database
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from ekachit.config import settings
from ekachit.connections.copied import folder
from ekachit.ops import copies
from ekachit.ops.schema import bring_up, waiting
from ekachit.ops.start import migrate_database
from tests.faults.fresh_database import (
    SQLITE,
    Rows,
    applied,
    in_place_of_ours,
    schema,
    seen_from,
    somebody_with_a_linked_task,
    tasks,
    up_to_the_move,
)
from tests.faults.statements import before_each_statement
from tests.ops.command import Home

only_sqlite = pytest.mark.skipif(database.vendor != "sqlite", reason="only a SQLite file is copied")
Applied = frozenset[tuple[str, str]]


@pytest.fixture
def fresh(db: None) -> Rows:
    """What Django's own `migrate` makes of an empty database."""
    return schema(connections["default"])


@pytest.fixture
def empty(
    fresh: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> Iterator[BaseDatabaseWrapper]:
    """An empty database in a data folder of its own; gives a second connection to it."""
    monkeypatch.setenv("EKACHIT_HOME", str(tmp_path))
    settings.cache_clear()
    with django_db_blocker.unblock(), in_place_of_ours(tmp_path) as beside:
        yield beside
    monkeypatch.undo()
    settings.cache_clear()


@contextmanager
def watched(beside: BaseDatabaseWrapper, seen: dict[Applied, Rows]) -> Iterator[None]:
    """Look, before each statement, at what a kill now would leave: that is what another connection sees."""

    def look(sql: str) -> None:
        left = seen_from(beside)
        assert seen.setdefault(applied(beside), left) == left, f"half a migration is left before {sql}"

    with before_each_statement(look):
        yield


def test_P11_I16_a_kill_at_any_statement_leaves_each_migration_whole_or_not_begun(
    empty: BaseDatabaseWrapper, fresh: Rows
) -> None:
    MigrationRecorder(database).ensure_schema()
    everything = waiting()
    seen: dict[Applied, Rows] = {}
    with watched(empty, seen):
        apps = up_to_the_move()
    somebody_with_a_linked_task(apps)
    with_rows: dict[Applied, Rows] = {}
    with watched(empty, with_rows):
        bring_up()
    assert schema(database) == fresh
    (task,) = tasks(database)
    assert {"PAY", "Story"} <= set(task)
    steps = sorted(map(len, {*seen, *with_rows}))
    assert steps == list(range(len(everything) + 1)), "one migration after the other, and none in two parts"
    assert len(with_rows) > 3


KILLED = """
import os, signal, sys
from ekachit.ops.start import django_ready, migrate_database
django_ready()
from django.db import connection
left = int(sys.argv[1])
def between(execute, sql, params, many, context):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)
with connection.execute_wrapper(between):
    migrate_database()
"""


@pytest.mark.skipif(database.vendor != "sqlite", reason="it is a file of the data folder's that is looked at")
def test_P11_killed_twice_the_next_start_goes_on_and_ends_with_the_same_schema(
    tmp_path: Path, fresh: Rows
) -> None:
    home = Home(tmp_path / "var")
    made = []
    for statement in (170, 230):
        ended = subprocess.run(  # noqa: S603 # our own text
            [sys.executable, "-c", KILLED, str(statement)], env=home.environment, check=False
        )
        assert ended.returncode == -signal.SIGKILL
        made.append(len(asked(home.path / "ekachit.sqlite3", "SELECT app, name FROM django_migrations")))
    assert 0 < made[0] < made[1]
    assert home.run("migrate").stdout == "The database is up to date.\n"
    assert asked(home.path / "ekachit.sqlite3", SQLITE) == fresh
    assert not (home.path / "backups").exists(), "there was nothing to lose"


def asked(file: Path, query: str) -> Rows:
    with closing(sqlite3.connect(file)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [tuple(map(str, row)) for row in opened.execute(query)]


class KilledError(BaseException):
    """Nothing that is caught on the way."""


def update_killed_at(number: int) -> None:
    """Begin the update, and go no further than before a statement; then the process is another one."""
    statements = count(1)

    def look(_: str) -> None:
        if next(statements) >= number:
            raise KilledError

    with before_each_statement(look), suppress(KilledError):
        migrate_database()
    dead = connections["default"]
    connections["default"] = type(dead)(dead.settings_dict, "default")
    assert dead.connection is not None
    dead.connection.close()


@only_sqlite
def test_P11_a_copy_is_taken_before_the_update_and_kept_by_the_start_that_goes_on(
    empty: BaseDatabaseWrapper, fresh: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    somebody_with_a_linked_task(up_to_the_move())
    before, rows = applied(database), tasks(database)
    update_killed_at(200)
    assert before < applied(database), "it was killed half-way"
    under_way = folder() / copies.UNDER_WAY
    first = under_way.read_bytes()
    update_killed_at(60)
    assert under_way.read_bytes() == first, "what was half made is not taken for what was there before"
    migrate_database()
    assert schema(database) == fresh
    (copy,) = copies.copies()
    assert copy.read_bytes() == first
    assert not under_way.exists()
    assert set(asked(copy, "SELECT app, name FROM django_migrations")) == before
    assert asked(copy, "SELECT id, title FROM tasks_task") == [(str(rows[0][0]), "Do it")]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    assert [path.name for path in copy.parent.iterdir()] == [copy.name], "no key is with it"
    said = capsys.readouterr().err
    assert str(folder()) in said
    migrate_database()
    assert copies.copies() == [copy], "nothing waited"


@only_sqlite
def test_P11_where_nothing_of_the_update_was_made_the_copy_is_taken_anew(empty: BaseDatabaseWrapper) -> None:
    apps = up_to_the_move()
    somebody_with_a_linked_task(apps)
    copies.copy_before_update()
    apps.get_model("tasks", "Task").objects.update(title="Changed since")
    update_killed_at(60)
    migrate_database()
    (copy,) = copies.copies()
    assert asked(copy, "SELECT title FROM tasks_task") == [("Changed since",)]


@only_sqlite
def test_P11_without_a_copy_nothing_is_changed(empty: BaseDatabaseWrapper) -> None:
    somebody_with_a_linked_task(up_to_the_move())
    before = applied(database)
    folder().write_text("in the way")
    with pytest.raises(click.ClickException, match="Make room for a copy there and start again"):
        migrate_database()
    assert applied(database) == before


def test_P11_the_last_copies_are_kept_and_none_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "folder", lambda: tmp_path)
    now = timezone.now()
    for day in range(copies.KEPT + 2):
        (tmp_path / copies.UNDER_WAY).write_text(f"{day}")
        copies.note_update_made(now + timedelta(days=day))
    assert [each.read_text() for each in copies.copies()] == ["4", "3", "2"]
    copies.forget_old_copies(now + timedelta(days=copies.KEPT_DAYS - 1))
    assert len(copies.copies()) == copies.KEPT
    copies.forget_old_copies(now + timedelta(days=copies.KEPT_DAYS + 1))
    assert copies.copies() == []
