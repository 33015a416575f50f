"""The access ledger as a person asks of it: filtered, totalled, as a file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from ekachit.connections.models import AccessRecord, Connection
from ekachit.connections.queries import access_records
from ekachit.jira.calls import Endpoint

LATELY: Final = timedelta(days=30)
# Rows that are read at once: a fraction of a second.
PART: Final = 500
COLUMNS: Final = ("at", "method", "path", "why", "fields", "count", "status", "error", "seconds")
# What a spreadsheet takes for a formula, and blanks that may come before one.
_FORMULA: Final = re.compile(r"[=+\-@\t\r\n|%]")


class Answer(StrEnum):
    """What came back."""

    FINE = "fine"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests are asked for; what is empty does not matter. Days are the person's, both included.

    `why` is a reason, with `{}` where one names an issue, a project or a status.
    """

    method: str = ""
    why: str = ""
    answer: Answer | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """How many requests were made lately, and how many of them are not on the list of those that can be made."""

    requests: int
    unlisted: int


def requests_made(connection: Connection, wanted: Wanted) -> QuerySet[AccessRecord]:
    """Return the requests that were made for a connection and are asked for, newest first."""
    rows = access_records(connection)
    if wanted.method:
        rows = rows.filter(method=wanted.method)
    if wanted.why:
        rows = rows.filter(_reason(wanted.why))
    if wanted.answer is not None:
        rows = rows.filter(_ANSWERED[wanted.answer])
    if wanted.since is not None:
        rows = rows.filter(at__gte=_begin(wanted.since))
    if wanted.until is not None:
        rows = rows.filter(at__lt=_begin(wanted.until + timedelta(days=1)))
    return rows


def read_in_parts(rows: QuerySet[AccessRecord]) -> Iterator[AccessRecord]:
    """Yield what `requests_made` returns. No read is open between two parts, however slowly they are taken."""
    part = list(rows[:PART])
    while part:
        yield from part
        last = part[-1]
        part = list(rows.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))[:PART])


def reasons(connection: Connection) -> list[str]:
    """Return why requests were made for a connection, each reason once."""
    return list(access_records(connection).order_by("why").values_list("why", flat=True).distinct())


def lately(connection: Connection, *, now: datetime) -> Total:
    """Return the total of the last 30 days: one query."""
    kinds = access_records(connection).filter(at__gt=now - LATELY).order_by()
    counted = kinds.values_list("method", "path").annotate(number=Count("pk"))
    total = unlisted = 0
    for method, path, number in counted:
        total += number
        unlisted += 0 if listed(method, path) else number
    return Total(total, unlisted)


def listed(method: str, path: str) -> bool:
    """Return whether a request is one of the closed list of calls that can be made."""
    return any(method == allowed and shape.fullmatch(path) for allowed, shape in _LISTED)


def as_csv(rows: Iterable[AccessRecord]) -> Iterator[str]:
    """Return the lines of a CSV file, the heading first; times are UTC. No cell begins as a formula does."""
    writer = csv.writer(_Passing(), lineterminator="\r\n")
    yield writer.writerow(COLUMNS)
    for row in rows:
        at = row.at.astimezone(UTC).isoformat(timespec="seconds")
        texts = (row.method, row.path, row.why, row.fields)
        count = "" if row.count is None else row.count
        status = "" if row.status is None else row.status
        yield writer.writerow([at, *map(harmless, texts), count, status, harmless(row.error), row.seconds])


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula (OWASP, "CSV Injection": an apostrophe before it)."""
    return f"'{text}" if _FORMULA.match(text.lstrip(" ")) else text


class _Passing:
    """A file for the csv module that hands each line back."""

    def write(self, line: str) -> str:
        return line


def _reason(why: str) -> Q:
    if "{}" not in why:
        return Q(why=why)
    first, *between, last = why.split("{}")
    found = Q(why__startswith=first, why__endswith=last)
    for part in between:
        found &= Q(why__contains=part)
    return found


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


_ANSWERED: Final = {
    Answer.FINE: Q(error="", status__gte=200, status__lt=400),
    Answer.REFUSED: Q(status__gte=400, status__lt=500),
    Answer.FAILED: Q(status__isnull=True) | Q(status__gte=500) | (~Q(error="") & Q(status__lt=400)),
}
_LISTED: Final = tuple(
    (method, re.compile(re.escape(path).replace(r"\{id\}", "[0-9]+")))
    for method, path in (endpoint.value for endpoint in Endpoint)
)
