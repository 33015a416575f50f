"""The rows of a table, copied from one database to another and compared. All inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.models import Field, Model

BATCH = 500
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table, and the fields whose columns it has."""

    model: type[Model]
    name: str
    fields: tuple[Field[Any, Any], ...]
    key: int

    def batches(self, using: str) -> Iterator[list[Row]]:
        """Yield a database's rows as Python has them, so many at once, in the order of their keys."""
        batch: list[Row] = []
        for row in self._rows(using).order_by("pk").iterator(BATCH):
            batch.append(_plain(row))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def like(self, rows: Sequence[Row]) -> list[Row | None]:
        """Return this database's rows with the keys of others, None where there is none."""
        keys = [row[self.key] for row in rows]
        found = {row[self.key]: row for row in map(_plain, self._rows(connection.alias).filter(pk__in=keys))}
        return [found.get(key) for key in keys]

    def insert(self, rows: Sequence[Row]) -> None:
        """Insert rows as they are, whatever a field would otherwise say of itself."""
        quoted = connection.ops.quote_name
        columns = ", ".join(quoted(str(each.column)) for each in self.fields)
        marks = ", ".join(["%s"] * len(self.fields))
        statement = f"INSERT INTO {quoted(self.name)} ({columns}) VALUES ({marks})"  # noqa: S608 # the models' own names
        values = [
            [each.get_db_prep_save(value, connection) for each, value in zip(self.fields, row, strict=True)]
            for row in rows
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, values)

    def refusal(self, row: Row, trouble: DatabaseError) -> str:
        """Return which row cannot be stored, and why; never what is in it."""
        reason = str(trouble).splitlines()[0] if trouble.args else type(trouble).__name__
        for each, value in zip(self.fields, row, strict=True):
            if _has_nul(value):
                reason = f"{each.column} holds a NUL character"
            elif isinstance(value, str) and each.max_length is not None and len(value) > each.max_length:
                reason = f"{each.column} is longer than {each.max_length} characters"
        return f"{self.name} {row[self.key]}: {reason}"

    def _rows(self, using: str) -> Any:
        names = [each.attname for each in self.fields]
        return self.model._base_manager.using(using).values_list(*names)  # noqa: SLF001 # Django documents it


def in_order() -> list[Table]:
    """Return every table of the models, each after those that its rows point to."""
    models = [each for each in apps.get_models(include_auto_created=True) if each._meta.managed]  # noqa: SLF001 # Django documents it
    points_to = {
        model: {
            each.related_model
            for each in model._meta.concrete_fields  # noqa: SLF001 # likewise
            if each.is_relation and each.related_model not in {None, model}
        }
        for model in models
    }
    return [_table(model) for model in TopologicalSorter(points_to).static_order()]


def copy(table: Table, source: str) -> tuple[int, list[str]]:
    """Copy the rows of a table; returns how many there are, and those that cannot be stored."""
    number, refused = 0, []
    for batch in table.batches(source):
        number += len(batch)
        try:
            table.insert(batch)
        except DatabaseError:
            refused += _one_by_one(table, batch)
    return number, refused


def differing(table: Table, source: str) -> int:
    """Return how many rows of a table are not the same in both databases, those that only one has among them."""
    wrong = number = 0
    for batch in table.batches(source):
        number += len(batch)
        wrong += sum(one != other for one, other in zip(batch, table.like(batch), strict=True))
    return wrong + abs(table.model._base_manager.count() - number)  # noqa: SLF001 # Django documents it


def set_sequences(tables: Sequence[Table]) -> None:
    """Let the next row of each table have a number that none has yet."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [each.model for each in tables]):
            cursor.execute(statement)


def _one_by_one(table: Table, rows: Sequence[Row]) -> list[str]:
    refused = []
    for row in rows:
        try:
            table.insert([row])
        except DatabaseError as trouble:
            refused.append(table.refusal(row, trouble))
    return refused


def _table(model: type[Model]) -> Table:
    options = model._meta  # noqa: SLF001 # Django documents it
    fields = tuple(options.local_concrete_fields)
    return Table(model, options.db_table, fields, fields.index(options.pk))


def _plain(row: Row) -> Row:
    return tuple(bytes(each) if isinstance(each, memoryview) else each for each in row)


def _has_nul(value: object) -> bool:
    """Whether a text, or any text in a JSON value, has what PostgreSQL stores in none."""
    if isinstance(value, dict):
        return any(map(_has_nul, [*value, *value.values()]))
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and "\x00" in value
