"""A report to send along with a question: versions, checks, counts and codes, nothing that a person or Jira wrote.

It is made of numbers, of words from closed lists, and of codes, which `_code` holds to their form.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Count, Max, QuerySet

from ekachit.config import Settings, variable_name

PACKAGES = ("aiohttp", "cryptography", "django", "django-allauth", "granian", "msgspec", "numpy", "uvloop")
# Of these the value is a word or number that many installations have; of the others it is only said whether they are set.
SHOWN = ("env", "web_workers", "default_plan", "signup", "log_level")
LATELY = timedelta(days=7)
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")


def write_report(path: Path, content: Mapping[str, Any]) -> None:
    """Write a report to a new file with mode 0600.

    Raises:
        FileExistsError: something is there already, and stays as it is.
        OSError: it cannot be written.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.write("\n")


def made_report(of: Settings, checks: Iterable[tuple[str, bool]], *, now: datetime) -> dict[str, Any]:
    """Return a report as JSON values. `checks`: what doctor looked at, and whether all was well."""
    return {
        "versions": _versions(),
        "settings": _settings(of),
        "checks": [{"what": what, "good": good} for what, good in checks],
        **_in_database(now),
    }


def _versions() -> dict[str, str]:
    return {
        "ekachit": version("ekachit"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        **{name: version(name) for name in PACKAGES},
    }


def _settings(of: Settings) -> dict[str, object]:
    """Each variable: its value where it is shown, else whether it is set to something else than the default."""
    fields = type(of).model_fields
    return {
        variable_name(name): getattr(of, name)
        if name in SHOWN
        else "default"
        if getattr(of, name) == field.default
        else "set"
        for name, field in fields.items()
    }


def _in_database(now: datetime) -> dict[str, Any]:
    """What the database has; where it does not answer, that."""
    try:
        return {"database": _database(), "counts": _counts(), "lately": _lately(now)}
    except DatabaseError as trouble:
        return {"database": {"vendor": connection.vendor, "trouble": type(trouble).__name__}}


def _database() -> dict[str, Any]:
    connection.ensure_connection()
    numbers = re.findall(r"\d+", str(connection.get_database_version()))
    return {"vendor": connection.vendor, "version": ".".join(numbers)}


def _counts() -> dict[str, Any]:
    """How many rows there are, by the words of closed lists."""
    from ekachit.accounts.models import User  # noqa: PLC0415 # needs Django set up
    from ekachit.connections.models import AccessRecord, Connection, Project  # noqa: PLC0415 # likewise
    from ekachit.ops.heartbeat import workers_alive  # noqa: PLC0415 # likewise
    from ekachit.sync.models import Conflict, Link, OutboxEntry, Pass, PutAside, SiteHold  # noqa: PLC0415 # likewise
    from ekachit.tasks.models import FocusSession, Task  # noqa: PLC0415 # likewise

    return {
        "workers_alive": workers_alive(),
        "accounts": _by(User.objects.all(), "plan"),
        "connections": _by(Connection.objects.all(), "state"),
        "through_the_gateway": Connection.objects.filter(via_gateway=True).count(),
        "scrubs_pending": Connection.objects.filter(scrub_pending=True).count(),
        "most_failures_in_a_row": Connection.objects.aggregate(most=Max("failures"))["most"] or 0,
        "projects_picked": Project.objects.filter(picked=True).count(),
        "projects_two_way": Project.objects.filter(two_way=True).count(),
        "tasks": _by(Task.objects.all(), "status"),
        "links": _by(Link.objects.all(), "presence"),
        "outbox": _by(OutboxEntry.objects.all(), "state"),
        "conflicts": _by(Conflict.objects.all(), "state"),
        "passes": _by(Pass.objects.all(), "state"),
        "focus_sessions": FocusSession.objects.count(),
        "put_aside": PutAside.objects.count(),
        "sites_on_hold": SiteHold.objects.count(),
        "access_records": AccessRecord.objects.count(),
    }


def _lately(now: datetime) -> dict[str, Any]:
    """The codes of what went wrong in the last days: how often, and how many hours ago last."""
    from ekachit.connections.models import AccessRecord  # noqa: PLC0415 # needs Django set up
    from ekachit.sync.models import OutboxEntry, Pass, SiteHold  # noqa: PLC0415 # likewise

    since = now - LATELY
    return {
        "days": LATELY.days,
        "passes": _codes(Pass.objects.filter(started_at__gte=since), "code", "started_at", now),
        "status_changes": _codes(
            OutboxEntry.objects.filter(created_at__gte=since), "code", "created_at", now
        ),
        "requests": _codes(AccessRecord.objects.filter(at__gte=since), "error", "at", now),
        "answers": _codes(
            AccessRecord.objects.filter(at__gte=since).filter(status__gte=300), "status", "at", now
        ),
        "holds": _codes(SiteHold.objects.all(), "code", "until", now),
    }


def _by(rows: QuerySet[Any], field: str) -> dict[str, int]:
    """How many rows have each value of a field that takes its values from a closed list."""
    found = rows.order_by().values_list(field).annotate(number=Count("pk"))
    return {_code(value): number for value, number in found}


def _codes(rows: QuerySet[Any], field: str, moment: str, now: datetime) -> list[dict[str, Any]]:
    found = (
        rows.exclude(**{f"{field}__isnull": True})
        .order_by()
        .values_list(field)
        .annotate(number=Count("pk"), last=Max(moment))
    )
    return [
        {"code": _code(value), "number": number, "hours_ago": round((now - last).total_seconds() / 3600)}
        for value, number, last in sorted(found, key=lambda each: -each[1])
        if value != ""
    ]


def _code(value: object) -> str:
    """A code of ours or a number as it is; anything else is not shown."""
    text = str(value)
    return text if _CODE.fullmatch(text) or re.fullmatch(r"\d{1,3}", text) else "other"
