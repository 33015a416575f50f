"""Every address that the product answers at, with an object of somebody's in each place of an id."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.connections.models import State
from ekachit.estimates.models import Suggestion
from ekachit.tasks.models import ChecklistItem, FocusSession
from tests.web.making import (
    make_conflict,
    make_connection,
    make_issue,
    make_pass,
    make_projects,
    make_record,
    make_refused,
    make_task,
)

PLACE = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Address:
    """A path with its ids in place; `of_somebody` where one of them is a row's."""

    path: str
    route: str
    of_somebody: bool


def addresses(ids: Mapping[str, str]) -> list[Address]:
    """The addresses of our own pages: a route with a place that has no id here fails."""
    found = []
    for route in sorted(set(_routes(get_resolver().url_patterns))):
        if route.startswith(("accounts/", "admin/")):
            continue
        places = PLACE.findall(route)
        missing = set(places) - ids.keys()
        assert not missing, f"{route}: say whose {missing} that is"
        path = PLACE.sub(lambda place: ids[place[1]], route)
        found.append(Address(f"/{path}", route, bool(places)))
    return found


def _routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for each in patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, route)
        else:
            yield route


def everything_of(user: User, says: str) -> dict[str, str]:
    """Rows of each kind for a person, all of whose texts say something; their ids by the name of the place."""
    now = timezone.now()
    # Nothing is asked of Jira for it.
    connection = make_connection(user, account_name=says, state=State.NEEDS_TOKEN)
    project = make_projects(connection)[0]
    task = make_issue(connection, "PAY-1", says, jira_status=says, points=3.0, estimate_hours=6.0)
    own = make_task(user, says, priority_name=says[:100])
    line = ChecklistItem.objects.create(task=own, title=says)
    session = FocusSession.objects.create(
        user=user,
        task=own,
        started_at=now - timedelta(hours=2),
        ended_at=now - timedelta(hours=1),
        seconds=3600,
        ending="paused",
        last_sign_at=now - timedelta(hours=1),
    )
    entry = make_refused(task, connection, detail={"said": [says], "fields": []})
    conflict = make_conflict(task, jira_status=says)
    suggestion = Suggestion.objects.create(
        user=user, value=3.0, low=2.5, high=3.5, present=2.0, tasks=12, found_at=now
    )
    make_pass(connection, notes=[{"key": "PAY-2", "unreadable": says}])
    make_record(connection, why=says)
    return {
        "connection_id": str(connection.pk),
        "project_id": project.project_id,
        "task_id": str(own.pk),
        "session_id": str(session.pk),
        "line_id": str(line.pk),
        "entry_id": str(entry.pk),
        "conflict_id": str(conflict.pk),
        "suggestion_id": str(suggestion.pk),
    }
