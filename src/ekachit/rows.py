"""Plain statements for the few places where Django's query compiler costs more than the database does.

Tables, columns, defaults and the form of values come from the models; only the compiling is left out (an unchanged
pass spent nine tenths of its time there). `where` is SQL with `%s` for values, written in our own code and never
taken from anywhere else. Values in it are plain: numbers, texts, and times through `moment`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
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
# SQLite before 3.32 takes no more in one statement.
MOST_VALUES = 999
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
    if not rows:
        return
    columns, values = _prepared(model, rows)
    marks = ", ".join(["%s"] * len(columns))
    with _database().cursor() as cursor:
        cursor.executemany(f"{_into(model, columns)} VALUES ({marks})", values)


def insert_for_ids(model: type[Model], rows: Sequence[Mapping[str, object]]) -> list[int]:
    """Insert rows as `insert` does and return their ids, in order."""
    if not rows:
        return []
    columns, values = _prepared(model, rows)
    marks = f"({', '.join(['%s'] * len(columns))})"
    ids: list[int] = []
    # A database that returns no ids of several rows at once (SQLite before 3.35) takes them one by one.
    step = MOST_VALUES // len(columns) if _database().features.can_return_rows_from_bulk_insert else 1
    with _database().cursor() as cursor:
        for start in range(0, len(values), step):
            part = values[start : start + step]
            sql = f"{_into(model, columns)} VALUES {', '.join([marks] * len(part))}"
            flat = [value for row in part for value in row]
            if step == 1:
                cursor.execute(sql, flat)
                ids.append(cursor.lastrowid)
                continue
            cursor.execute(f"{sql} RETURNING id", flat)
            ids += [row[0] for row in cursor.fetchall()]
    return ids


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
    """How rows with the same names are inserted.

    `given` has the place and name of each, whether plain values go as they are, and what converts the others; `lacking`
    the places that have a default, and the field it is of.
    """

    columns: tuple[str, ...]
    given: tuple[tuple[int, str, bool, Store], ...]
    lacking: tuple[tuple[int, Field[Any, Any]], ...]


def _prepared(
    model: type[Model], rows: Sequence[Mapping[str, object]]
) -> tuple[tuple[str, ...], list[list[Stored]]]:
    """The columns of an insert, and each row's values in the database's form."""
    database = _database()
    plan = _plan(model, frozenset(rows[0]), database.vendor)
    template: list[Stored] = [None] * len(plan.columns)
    for place, field in plan.lacking:
        template[place] = _stored(field, _default(field), database)
    values: list[list[Stored]] = []
    for row in rows:
        line = template.copy()
        for place, name, plain, store in plan.given:
            value = row[name]
            line[place] = value if plain and value.__class__ in _PLAIN else store(value, database)
        values.append(line)
    return plan.columns, values


@lru_cache(maxsize=64)
def _plan(model: type[Model], names: frozenset[str], vendor: str) -> _Plan:
    """How rows that have these names are inserted."""
    fields = [field for field in _table(model).fields if not isinstance(field, AutoField)]
    return _Plan(
        columns=tuple(str(field.column) for field in fields),
        given=tuple(
            (place, field.attname, not isinstance(field, _STORED_OTHERWISE), _storing(field, vendor))
            for place, field in enumerate(fields)
            if field.attname in names
        ),
        lacking=tuple((place, field) for place, field in enumerate(fields) if field.attname not in names),
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
    if vendor == "sqlite" and isinstance(field, JSONField) and field.encoder is None:
        return _as_json
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


def _into(model: type[Model], columns: Sequence[str]) -> str:
    names = ", ".join(f'"{each}"' for each in columns)
    return f"INSERT INTO {_table(model).name} ({names})"
