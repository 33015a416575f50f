"""Finished tasks in CSV: read with a clear word on each row that cannot be used, and written again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from ekachit.domain.estimation.observation import Observation, ObservationError, Task

COLUMNS = ("person", "seq", "date", "start", "estimate", "unit", "actual_hours", "project", "type")
NEEDED = ("estimate",)
NOBODY = "me"
# So much of a cell that cannot be used is told.
SHOWN = 40
# A file longer than this is no history of people.
MOST_ROWS = 500_000


@dataclass(frozen=True, slots=True)
class Row:
    """One finished task (or an open one: without `actual_hours`), with the dates it was started and finished."""

    person: str
    task: Task
    actual_hours: float | None
    order: float
    finished: datetime | None
    started: datetime | None

    @property
    def observation(self) -> Observation:
        """Return the finished task to learn from.

        Raises:
            ObservationError: no hours worked are known.
        """
        if self.actual_hours is None:
            raise ObservationError("no_hours", "The hours worked are missing.")
        return Observation(self.task, self.actual_hours, self.order)


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that cannot be used: its line in the file (1 is the header, 0 is none), and why.

    `code` is stable; with `column` and `given`, what stood there, it tells what the English `text` does.
    """

    line: int
    code: str
    text: str
    column: str = ""
    given: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file holds: the rows in the order of their persons' work, and those that cannot be used."""

    rows: tuple[Row, ...]
    errors: tuple[RowError, ...]

    def by_person(self) -> dict[str, list[Row]]:
        """Return the rows of each person, oldest first."""
        people: dict[str, list[Row]] = {}
        for row in sorted(self.rows, key=lambda row: row.order):
            people.setdefault(row.person, []).append(row)
        return people


def _size(text: str, name: str, column: str) -> float:
    try:
        return float(text)
    except ValueError:
        given = text[:SHOWN]
        why = f"{name} “{given}” is not a number."
        raise ObservationError("not_a_number", why, column=column, given=given) from None


def _moment(text: str, name: str, column: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        given = text[:SHOWN]
        why = f"{name} “{given}” is not a date like 2026-03-31 or 2026-03-31T16:20."
        raise ObservationError("date", why, column=column, given=given) from None
    return moment.replace(tzinfo=None)


def _row(cells: dict[str, str], place: int, *, open_work: bool) -> Row:
    """Return the row of a file out of its cells.

    Raises:
        ObservationError: a cell cannot be used.
    """
    unit = cells.get("unit", "").lower() or "hours"
    if unit not in ("hours", "points"):
        given = unit[:SHOWN]
        why = f"The unit “{given}” is neither “hours” nor “points”."
        raise ObservationError("unit", why, column="unit", given=given)
    estimate = _size(cells["estimate"], "The estimate", "estimate")
    type_, project = unguarded(cells.get("type", "")), unguarded(cells.get("project", ""))
    task = Task(estimate, "points" if unit == "points" else "hours", type_, project)
    finished = _moment(cells.get("date", ""), "The date", "date")
    seq = cells.get("seq", "")
    stamp = (finished - datetime(1970, 1, 1)).total_seconds() if finished else float(place)  # noqa: DTZ001 - local time
    order = _size(seq, "The number in “seq”", "seq") if seq else stamp
    hours = None if open_work else _size(cells.get("actual_hours", ""), "The hours worked", "actual_hours")
    row = Row(
        unguarded(cells.get("person", "")) or NOBODY,
        task,
        hours,
        order,
        finished,
        _moment(cells.get("start", ""), "The start", "start"),
    )
    if not open_work:
        _ = row.observation  # refuses what cannot be learned from
    return row


def _needed(header: Iterable[str], *, open_work: bool) -> list[str]:
    names = set(header)
    needed = NEEDED if open_work else (*NEEDED, "actual_hours")
    return [name for name in needed if name not in names]


def read(text: str, *, open_work: bool = False) -> Preview:
    """Return the rows of a CSV file with a header line; columns in any order, unknown ones ignored.

    Needed are `estimate` and, unless it lists open work, `actual_hours`. `seq` orders the rows, else `date` does,
    else their order in the file.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    rows: list[Row] = []
    errors: list[RowError] = []
    header: list[str] | None = None
    for place, cells in enumerate(_lines(reader, errors)):
        if header is None:
            header = [name.strip().lower() for name in cells]
            missing = _needed(header, open_work=open_work)
            if missing:
                words = ", ".join(f"“{name}”" for name in missing)
                why = f"The first line has to name the columns; missing: {words}."
                return Preview((), (RowError(1, "no_columns", why, given=words),))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        named = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        try:
            rows.append(_row({"estimate": "", **named}, place, open_work=open_work))
        except ObservationError as wrong:
            errors.append(RowError(reader.line_num, wrong.code, str(wrong), wrong.column, wrong.given))
        if place >= MOST_ROWS:
            why = f"The file has more than {MOST_ROWS:,} rows; the rest is left."
            errors.append(RowError(reader.line_num, "too_many_rows", why, given=str(MOST_ROWS)))
            break
    if header is None:
        errors.append(RowError(1, "empty", "The file is empty."))
    return Preview(tuple(rows), tuple(errors))


def _lines(reader: Iterator[list[str]], errors: list[RowError]) -> Iterator[list[str]]:
    """Yield the lines of a file up to one that is no CSV at all."""
    try:
        yield from reader
    except csv.Error as wrong:
        errors.append(RowError(getattr(reader, "line_num", 0), "not_csv", f"This line is not CSV: {wrong}."))


def write(rows: Iterable[Row]) -> str:
    """Return finished tasks as CSV with all columns, as `read` takes them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        task = row.task
        dates = [_text(row.finished), _text(row.started)]
        hours = "" if row.actual_hours is None else repr(row.actual_hours)
        names = [guarded(task.project), guarded(task.type)]
        writer.writerow(
            [guarded(row.person), repr(row.order), *dates, repr(task.estimate), task.unit, hours, *names]
        )
    return out.getvalue()


def _text(moment: datetime | date | None) -> str:
    return moment.isoformat() if moment else ""


def guarded(text: str) -> str:
    """Return a text that a spreadsheet does not run as a formula (OWASP: CSV injection)."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def unguarded(text: str) -> str:
    """Return a text as it was before `guarded`."""
    return text[1:] if text[:1] == "'" and guarded(text[1:]) == text else text
