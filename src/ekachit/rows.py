"""Plain statements for the few places where Django's query compiler costs more than the database does.

Tables, columns, defaults and the form of values come from the models; only the compiling is left out (an unchanged
pass spent nine tenths of its time there). `where` is SQL with `%s` for values, written in our own code and never
taken from anywhere else. Values in it are plain: numbers, texts, and times through `moment`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain, repeat
from typing import Any, TypeVar

import msgspec
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import (
    AutoField,
    BinaryField,
    BooleanField,
    DateField,
    DateTimeField,
    DecimalField,
    Field,
    JSONField,
    Model,
)
from django.utils import timezone

M = TypeVar("M", bound=Model)
# What a statement takes: SQLite 32,766 values from 3.32 on and 999 before (https://www.sqlite.org/limits.html),
# PostgreSQL twice as many.
_MOST_VALUES = 32_766 if sqlite3.sqlite_version_info >= (3, 32) else 999
# How many rows go into one statement: a page of a search has 100 issues.
_SIZES = (100, 10)
# Values of these types go to the database as they are, but for fields that store something else.
_PLAIN = frozenset({str, int, float, type(None)})
_STORED_OTHERWISE = (BooleanField, DateField, DecimalField, JSONField, BinaryField)
# What a driver takes is its own affair.
Stored = Any
Convert = Callable[[Any], Any]
Store = Callable[[Any, BaseDatabaseWrapper], Stored]


@dataclass(frozen=True, slots=True)
class _Table:
    """What is known of a model's table once and for all."""

    name: str
    fields: tuple[Field[Any, Any], ...]
    by_name: Mapping[str, Field[Any, Any]]
    columns: str
    loaders: tuple[tuple[int, Convert], ...]


def insert(model: type[Model], rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows, given by attribute name; what the first one lacks has the model's default in all of them."""
    if rows:
        names = tuple(rows[0])
        insert_lines(model, names, [tuple(map(row.__getitem__, names)) for row in rows])


def insert_lines(model: type[Model], names: tuple[str, ...], lines: Sequence[tuple[object, ...]]) -> None:
    """Insert rows, each given by the values of these attributes, in order; the others have the model's default."""
    if not lines:
        return
    columns, values = _prepared(model, names, lines)
    with _database().cursor() as cursor:
        _insert(cursor, model, columns, values)


def insert_for_ids(
    model: type[Model], names: tuple[str, ...], lines: Sequence[tuple[object, ...]]
) -> list[int]:
    """Insert rows as `insert_lines` does and return their ids, in order. Inside a transaction."""
    if not lines:
        return []
    columns, values = _prepared(model, names, lines)
    database = _database()
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            # Nobody else writes until the transaction ends, and AUTOINCREMENT gives each row the number after the last
            # one (https://www.sqlite.org/autoinc.html).
            _insert(cursor, model, columns, values)
            cursor.execute("SELECT LAST_INSERT_ROWID()")
            last = int(cursor.fetchone()[0])
            return list(range(last - len(lines) + 1, last + 1))
        ids: list[int] = []
        step = _MOST_VALUES // len(columns)
        for start in range(0, len(values), step):
            part = values[start : start + step]
            sql = _insertion(model, columns, len(part), "%s")
            cursor.execute(f"{sql} RETURNING id", list(chain.from_iterable(part)))
            ids += [row[0] for row in cursor.fetchall()]
        return ids


def _insert(
    cursor: CursorWrapper, model: type[Model], columns: tuple[str, ...], values: list[tuple[Stored, ...]]
) -> None:
    done, sizes = 0, _SIZES if _database().vendor == "sqlite" else ()
    for size in (each for each in sizes if each * len(columns) <= _MOST_VALUES):
        # Always the same numbers of rows, so that a statement is read once: SQLite works on them while another thread has
        # the interpreter. Its own marks, which Django leaves alone, need not be searched for in it.
        together = _insertion(model, columns, size, "?")
        while len(values) - done >= size:
            cursor.execute(together, list(chain.from_iterable(values[done : done + size])))
            done += size
    if done < len(values):
        cursor.executemany(_insertion(model, columns, 1, "%s"), values[done:])


def one(model: type[M], where: str, values: Sequence[Stored], *, lock: bool = False) -> M | None:
    """Return the row that fits, None without one; `lock` keeps others from it until the transaction ends."""
    found = one_with(model, (), where, values, lock=lock)
    return None if found is None else found[0]


def one_with(
    model: type[M], more: Sequence[str], where: str, values: Sequence[Stored], *, lock: bool = False
) -> tuple[M, tuple[Any, ...]] | None:
    """Return the row that fits with `more` columns as `every_with`, None without one; `lock` as in `one`."""
    locking = " FOR UPDATE" if lock and _database().features.has_select_for_update else ""
    return next(iter(every_with(model, more, f"{where} LIMIT 1{locking}", values)), None)


def every(model: type[M], where: str, values: Sequence[Stored]) -> list[M]:
    """Return the rows that fit; `where` may go on with an order."""
    return [row for row, _ in every_with(model, (), where, values)]


def every_with(
    model: type[M], more: Sequence[str], where: str, values: Sequence[Stored]
) -> list[tuple[M, tuple[Any, ...]]]:
    """Return the rows that fit, each with `more` columns; those are SQL, as `where` is, and come before it."""
    table = _table(model)
    names = [field.attname for field in table.fields]
    columns = ", ".join((table.columns, *more))
    found: list[tuple[M, tuple[Any, ...]]] = []
    for each in select(f"SELECT {columns} FROM {table.name} WHERE {where}", values):  # noqa: S608 # our own text
        row = list(each[: len(names)])
        for place, load in table.loaders:
            row[place] = load(row[place])
        found.append((model.from_db(DEFAULT_DB_ALIAS, names, row), each[len(names) :]))
    return found


def select(sql: str, values: Sequence[Stored]) -> list[tuple[Any, ...]]:
    """Return the rows of a query, as the database gives them."""
    with _database().cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def update(model: type[Model], changes: Mapping[str, object], where: str, values: Sequence[Stored]) -> int:
    """Give the rows that fit new values, by attribute name; returns how many there are."""
    table, database = _table(model), _database()
    setting = ", ".join(f'"{table.by_name[name].column}" = %s' for name in changes)
    given = [_stored(table.by_name[name], value, database) for name, value in changes.items()]
    return execute(f"UPDATE {table.name} SET {setting} WHERE {where}", [*given, *values])  # noqa: S608 # our own text


def execute(sql: str, values: Sequence[Stored]) -> int:
    """Run a statement; returns how many rows it changed."""
    with _database().cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def returns() -> bool:
    """Return whether the database returns columns of what it changes (SQLite from 3.35 on)."""
    return bool(_database().features.can_return_columns_from_insert)


def among(column: str, values: Sequence[str]) -> tuple[str, Stored]:
    """Return SQL for a column that has one of these texts, with one value: the statement is the same for any number."""
    if _database().vendor == "sqlite":
        return f"{column} IN (SELECT value FROM JSON_EACH(%s))", json.dumps(values)  # noqa: S608 # our own column
    return f"{column} = ANY(%s)", list(values)


def marks(number: int) -> str:
    """Return the placeholders of a list of so many values."""
    return ", ".join(["%s"] * number)


def now() -> str:
    """Return the database's own present moment, as SQL."""
    return _NOW[_database().vendor]


def unless_locked(table: str) -> str:
    """Return SQL for an id, given as a value: itself, or nothing where another transaction has locked its row.

    So nobody waits for a process that stands still in the middle of a transaction. SQLite locks no rows.
    """
    if not _database().features.has_select_for_update_skip_locked:
        return "%s"
    return f"(SELECT id FROM {table} WHERE id = %s FOR UPDATE SKIP LOCKED)"  # noqa: S608 # our own table


def from_now(seconds: int) -> str:
    """Return SQL for the moment so many seconds from now, by the database's own clock."""
    return _FROM_NOW[_database().vendor].format(seconds=int(seconds))


def moment(when: datetime) -> object:
    """Return a time in the form that the database compares."""
    database = _database()
    return _as_time(when, database) if database.vendor == "sqlite" else _adapted(when, database)


def unread(column: str) -> str:
    """Return SQL for a column of times that the driver does not convert where `as_moment` does it in half the time."""
    return f"CAST({column} AS TEXT)" if _database().vendor == "sqlite" else column


def as_moment(value: datetime | str | None) -> datetime | None:
    """Return a time that came out of the database."""
    if isinstance(value, str):
        # SQLite's have no zone: they are UTC.
        return datetime.fromisoformat(f"{value}+00:00")
    return value if value is None or value.tzinfo is not None else value.replace(tzinfo=UTC)


_NOW = {"sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')", "postgresql": "STATEMENT_TIMESTAMP()"}
_FROM_NOW = {
    "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW', '{seconds} seconds')",
    "postgresql": "(STATEMENT_TIMESTAMP() + INTERVAL '{seconds} seconds')",
}


def _database() -> BaseDatabaseWrapper:
    """This thread's connection: the proxy that Django hands out looks it up anew for each attribute."""
    return connections[DEFAULT_DB_ALIAS]


@lru_cache(maxsize=64)
def _table(model: type[Model]) -> _Table:
    options = model._meta  # noqa: SLF001 # Django documents it
    fields = tuple(options.local_concrete_fields)
    return _Table(
        name=f'"{options.db_table}"',
        fields=fields,
        by_name={field.attname: field for field in fields},
        columns=", ".join(f'"{field.column}"' for field in fields),
        loaders=tuple((place, load) for place, field in enumerate(fields) if (load := _loader(field))),
    )


def _loader(field: Field[Any, Any]) -> Convert | None:
    """What makes the field's value of the database's, where that is not the value itself.

    Raises:
        TypeError: the field is of a kind that no row read here has.
    """
    if isinstance(field, DateTimeField):
        return as_moment
    if isinstance(field, JSONField):
        return lambda value: json.loads(value) if isinstance(value, str) else value
    if isinstance(field, BinaryField):
        return bytes
    if isinstance(field, DecimalField):
        raise TypeError(f"{field} cannot be read here")
    return None


@dataclass(frozen=True, slots=True)
class _Plan:
    """How rows of the same names are inserted.

    `plain` are the places of those whose plain values go as they are, `stored` of those that are always converted; the
    fields in `lacking` come after them, with their defaults.
    """

    columns: tuple[str, ...]
    plain: tuple[tuple[int, Store], ...]
    stored: tuple[tuple[int, Store], ...]
    lacking: tuple[Field[Any, Any], ...]


def _prepared(
    model: type[Model], names: tuple[str, ...], lines: Sequence[tuple[object, ...]]
) -> tuple[tuple[str, ...], list[tuple[Stored, ...]]]:
    """The columns of an insert, and each row's values in the database's form: made column by column."""
    database = _database()
    plan = _plan(model, names, database.vendor)
    columns: list[Iterable[Stored]] = list(zip(*lines, strict=True))
    for place, store in plan.plain:
        if not _PLAIN.issuperset(map(type, columns[place])):
            columns[place] = [
                each if type(each) in _PLAIN else store(each, database) for each in columns[place]
            ]
    for place, store in plan.stored:
        columns[place] = [store(each, database) for each in columns[place]]
    columns += [repeat(_stored(field, _default(field), database), len(lines)) for field in plan.lacking]
    return plan.columns, list(zip(*columns, strict=True))


@lru_cache(maxsize=64)
def _plan(model: type[Model], names: tuple[str, ...], vendor: str) -> _Plan:
    """How rows that have these names are inserted."""
    table = _table(model)
    given = [table.by_name[name] for name in names]
    lacking = tuple(
        each for each in table.fields if each.attname not in names and not isinstance(each, AutoField)
    )
    stores = [(place, _storing(field, vendor)) for place, field in enumerate(given)]
    return _Plan(
        columns=tuple(str(field.column) for field in (*given, *lacking)),
        plain=tuple(each for each in stores if not isinstance(given[each[0]], _STORED_OTHERWISE)),
        stored=tuple(each for each in stores if isinstance(given[each[0]], _STORED_OTHERWISE)),
        lacking=lacking,
    )


def _default(field: Field[Any, Any]) -> object:
    automatic = isinstance(field, DateTimeField) and (field.auto_now or field.auto_now_add)
    return timezone.now() if automatic else field.get_default()


def _stored(field: Field[Any, Any], value: object, database: BaseDatabaseWrapper) -> Stored:
    """The database's value of one of ours."""
    if value.__class__ in _PLAIN and not isinstance(field, _STORED_OTHERWISE):
        return value
    return _storing(field, database.vendor)(value, database)


@lru_cache(maxsize=512)
def _storing(field: Field[Any, Any], vendor: str) -> Store:
    """What makes the database's value of one of ours."""
    if isinstance(field, DateTimeField):
        return _as_time if vendor == "sqlite" else _adapted
    if isinstance(field, JSONField) and field.encoder is None:
        if vendor == "sqlite":
            return _as_json
        return lambda value, database: field.get_db_prep_save(msgspec.to_builtins(value), database)
    return field.get_db_prep_save


def _as_time(value: datetime | None, database: BaseDatabaseWrapper) -> Stored:
    """A time on SQLite: a text without its zone, UTC, as Django's own way makes it of others."""
    if value is not None and value.tzinfo is UTC:
        return str(value.replace(tzinfo=None))
    return _adapted(value, database)


def _adapted(value: datetime | None, database: BaseDatabaseWrapper) -> Stored:
    return database.ops.adapt_datetimefield_value(value)


def _as_json(value: object, database: BaseDatabaseWrapper) -> str | None:  # noqa: ARG001 # as the others
    """What a JSON field holds on SQLite: a text. This encoder is several times quicker than Django's."""
    return None if value is None else msgspec.json.encode(value).decode()


@lru_cache(maxsize=256)
def _insertion(model: type[Model], columns: tuple[str, ...], rows: int, mark: str) -> str:
    names = ", ".join(f'"{each}"' for each in columns)
    line = f"({', '.join([mark] * len(columns))})"
    return f"INSERT INTO {_table(model).name} ({names}) VALUES {', '.join([line] * rows)}"  # noqa: S608 # our own text
