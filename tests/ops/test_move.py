"""D09: from SQLite to PostgreSQL, all of it or nothing."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection as database
from django.db import connections
from django.db.models import AutoField, Model
from django.db.utils import load_backend
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from ekachit.ops.moving_rows import BATCH, in_order
from ekachit.ops.schema import bring_up
from ekachit.sync.actions import set_status
from ekachit.sync.models import OutboxEntry
from ekachit.tasks.models import Task
from tests.faults.fresh_database import SCHEMA, in_place_of_ours
from tests.ops.command import Home, run
from tests.structure.source import ROOT

only_postgresql = pytest.mark.skipif(database.vendor != "postgresql", reason="moves to PostgreSQL")
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with rows in every table."""
    home = Home(tmp_path_factory.mktemp("moved") / "var", PYTHONPATH=f"{ROOT / 'src'}:{ROOT}")
    subprocess.run(  # our own module
        [sys.executable, "-m", "tests.ops.moved_world"], env=home.environment, cwd=ROOT, check=True
    )
    return home.path / "ekachit.sqlite3"


@pytest.fixture
def file(filled: Path, tmp_path: Path) -> Path:
    """A copy of it, to work with."""
    return Path(shutil.copyfile(filled, tmp_path / "ekachit.sqlite3"))


@pytest.fixture(scope="module")
def brought_up(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A PostgreSQL database at this version, in place of the tests' own."""
    with django_db_blocker.unblock(), in_place_of_ours(tmp_path_factory.mktemp("target")):
        bring_up()
        yield


@pytest.fixture
def target(brought_up: None) -> Iterator[dict[str, Rows]]:
    """It, with nothing in it; gives what is."""
    made = everything("default")
    yield made
    with database.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(made)}")
    ContentType.objects.bulk_create(ContentType(**row) for row in made["django_content_type"])
    Permission.objects.bulk_create(Permission(**row) for row in made["auth_permission"])


def everything(using: str) -> dict[str, Rows]:
    """Every row of every table as the models have it, by the table's name."""
    return {
        model._meta.db_table: [
            _plain(row) for row in model._base_manager.using(using).order_by("pk").values()
        ]
        for model in apps.get_models(include_auto_created=True)
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()}


def in_file(file: Path) -> dict[str, Rows]:
    given = connections.configure_settings(
        {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}}
    )["default"]
    connections["looked_at"] = load_backend(given["ENGINE"]).DatabaseWrapper(given, "looked_at")
    try:
        return everything("looked_at")
    finally:
        connections["looked_at"].close()
        del connections["looked_at"]


def by_key(rows: dict[str, Rows]) -> dict[str, dict[Any, dict[str, Any]]]:
    """The same without an order: a text has another place in the order of another database."""
    return {name: {next(iter(row.values())): row for row in each} for name, each in rows.items()}


@only_postgresql
def test_D09_every_row_arrives_as_it_was_and_the_next_one_has_a_number_of_its_own(
    target: dict[str, Rows], file: Path
) -> None:
    before = in_file(file)
    assert [name for name, rows in before.items() if not rows] == [], "every table has rows"
    assert len(before["connections_accessrecord"]) > 2 * BATCH
    done = run("move", "--from", str(file))
    assert done.exit_code == 0, done.output
    here = everything("default")
    assert here.pop("connections_instance") == [], "the next start is at home here"
    moved = {name: rows for name, rows in before.items() if name != "connections_instance"}
    assert by_key(here) == by_key(moved)
    assert f"{sum(map(len, moved.values()))} rows of {len(moved)} tables" in done.output
    assert str(file) in done.output
    for model in apps.get_models(include_auto_created=True):
        assert_next(model)
    waiting = OutboxEntry.objects.filter(ended_at=None).count()
    set_status(
        Task.objects.get(link__key="OPS-2", user__connections__account_id="account-of-ada"),
        "done",
        now=timezone.now(),
    )
    assert OutboxEntry.objects.filter(ended_at=None).count() == waiting + 1
    again = run("move", "--from", str(file))
    assert again.exit_code == 1
    assert "is not empty (account_emailaddress" in again.output
    assert in_file(file) == before | {"connections_instance": [{"id": 1, "place": "moved"}]}, (
        "it asks first now"
    )


def assert_next(model: type[Model]) -> None:
    """See that the database's own next number of a table is past those that are there."""
    if not isinstance(model._meta.pk, AutoField):
        return
    with database.cursor() as cursor:
        table = model._meta.db_table
        sequence = f"nextval(pg_get_serial_sequence('{table}', 'id'))"
        cursor.execute(f"SELECT {sequence}, (SELECT COALESCE(MAX(id), 0) FROM {table})")  # noqa: S608 # the models' names
        following, highest = cursor.fetchone()
    assert following == highest + 1


def in_use(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file)) as idle:
        idle.execute("SELECT COUNT(*) FROM tasks_task").fetchone()
        yield


def changed(statement: str, *values: object) -> Callable[[Path], Iterator[None]]:
    def change(file: Path) -> Iterator[None]:
        with closing(sqlite3.connect(file)) as opened, opened:
            opened.execute("PRAGMA ignore_check_constraints = ON")
            opened.execute(statement, values)
        yield

    return change


def gone(file: Path) -> Iterator[None]:
    file.unlink()
    yield


def damaged(file: Path) -> Iterator[None]:
    data = bytearray(file.read_bytes())
    for page in range(4096, len(data), 4096):
        data[page : page + 64] = b"\xff" * 64
    file.write_bytes(data)
    yield


def somebody_at_the_target(file: Path) -> Iterator[None]:
    other = database.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT COUNT(*) FROM tasks_task")
    yield
    other.close()


@only_postgresql
@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (in_use, "cannot be had alone"),
        (gone, "There is no file"),
        (damaged, "is damaged"),
        (somebody_at_the_target, "Somebody uses the database"),
        (changed("UPDATE tasks_task SET title = 'a' || char(0) || 'b' WHERE id = 3"), "tasks_task 3: title holds a NUL"),
        (
            changed("UPDATE sync_link SET base = ? WHERE id = 2", '{"title": "a\\u0000b"}'),
            "sync_link 2: base holds a NUL",
        ),
        (
            changed("UPDATE sync_link SET base = ? WHERE id = 2", '{"title": "\\ud800"}'),
            "sync_link 2: invalid input syntax for type json",
        ),
        (changed("UPDATE tasks_task SET title = ? WHERE id = 4", "x" * 501), "title is longer than 500 characters"),
        (changed("UPDATE tasks_task SET title = CAST(x'41ff' AS TEXT) WHERE id = 4"), "tasks_task cannot be read"),
        (changed("UPDATE tasks_task SET user_id = 99 WHERE id = 4"), "is damaged"),
        (changed("UPDATE tasks_task SET checklist_more = -1 WHERE id = 4"), "is damaged"),
        (changed("DELETE FROM django_migrations WHERE app = 'sync' AND name LIKE '0003%'"), "not of this version"),
    ],
)  # fmt: skip
def test_D09_what_cannot_be_moved_is_named_and_leaves_both_as_they_were(
    target: dict[str, Rows], file: Path, trouble: Callable[[Path], Iterator[None]], said: str
) -> None:
    made = trouble(file)
    next(made)
    given = file.read_bytes() if file.exists() else b""
    done = run("move", "--from", str(file))
    next(made, None)
    assert done.exit_code == 1, done.output
    assert said in done.output
    assert "Traceback" not in done.output
    assert everything("default") == target
    assert not file.exists() or file.read_bytes() == given


@only_postgresql
def test_D09_a_database_without_tables_is_brought_up_first(target: dict[str, Rows], file: Path) -> None:
    with database.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
    assert run("move", "--from", str(file)).exit_code == 0
    assert len(everything("default")["tasks_task"]) == len(in_file(file)["tasks_task"]) > 0


def test_D09_without_postgresql_nothing_is_moved(db: None, tmp_path: Path) -> None:
    done = run("move", "--from", str(tmp_path / "none.sqlite3"))
    assert done.exit_code == 1
    expected = "in DATABASE_URL" if database.vendor == "sqlite" else "There is no file"
    assert expected in done.output


def test_D09_each_table_comes_after_those_that_its_rows_point_to() -> None:
    names = [table.name for table in in_order()]
    assert len(names) == len(set(names)) == len(apps.get_models(include_auto_created=True))
    for before, after in (("accounts_user", "tasks_task"), ("tasks_task", "sync_link")):
        assert names.index(before) < names.index(after)
