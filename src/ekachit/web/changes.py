"""What is other on a page with rows, for a page that keeps the rest: some rows anew, and which rows come where.

The page says what it shows of things that go on by themselves; what is so no more is drawn anew, with what was acted
upon. Of all other rows only the ids are sent, in their order, and the page asks for everything once if it misses one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from ekachit.sync.truth import Kind, Truth, entries_of, truths_from
from ekachit.tasks.models import FocusSession, Status
from ekachit.tasks.queries import rows as rows_by_person
from ekachit.tasks.queries import timed_sessions
from ekachit.web.focus_bar import asked_about, bar_from_rows
from ekachit.web.likely import say
from ekachit.web.sent import number_or_none_such
from ekachit.web.task_filter import filter_of
from ekachit.web.task_row import Row, life_of, listed, rows_of
from ekachit.web.visit import Visit

# The columns of a query of tasks that a place is made of.
PLACE = ("pk", "status", "estimate_hours", "actual_seconds")
# The one that runs or is to be resumed, and the one that it took the place of.
SESSIONS_AT_HAND = 2


class Place(NamedTuple):
    """A task in the order of a page, with the hours expected of it and the seconds of its sessions that have ended."""

    task_id: int
    status: str
    expected: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Group:
    """The tasks of one status: the ids of all in their order, and the rows that are drawn anew."""

    status: str
    order: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Changes:
    """`session` is the one at hand, `told` what there is to say of sending; `context` is what the templates need."""

    session: FocusSession | None
    told: Collection[Truth]
    context: dict[str, object]


def shown_by(request: Visit) -> Mapping[int, str] | None:
    """Return `Row.life` of the rows that a page says it shows, by task; None where it is to be drawn whole.

    That is a page that asks for all, says nothing, or was drawn on another day: what was done then has left it.
    """
    if "whole" in request.GET:
        return None
    sent = request.POST if request.method == "POST" else request.GET
    day, *rows = str(sent.get("shown", "")).split(" ")
    if day != timezone.localdate().isoformat():
        return None
    pairs = (row.partition(".") for row in rows)
    return {number_or_none_such(key): life for key, _dot, life in pairs}


def changes(
    request: Visit,
    places: Collection[Place],
    shown: Mapping[int, str],
    touched: Iterable[int],
    *,
    now: datetime,
) -> Changes:
    """Return what is other on a page that lists `places`: a fixed number of queries, however many.

    Drawn anew are the tasks that were `touched`, those of the last two sessions, and those of which the page shows
    something else about sending and running than what is so.
    """
    user = request.user
    statuses = {place.task_id: place.status for place in places}
    sessions = list(timed_sessions(user)[:SESSIONS_AT_HAND])
    session = sessions[0] if sessions else None
    if session is not None:
        session.user = user
    entries = entries_of(user, now=now)
    told = truths_from(entries, statuses, now=now)
    running = session.task_id if session is not None and session.running else None
    alive = told.keys() if running is None else told.keys() | {running}
    life = {key: life_of(told.get(key), running=key == running) for key in alive}
    news = {key for key in life.keys() | shown.keys() if life.get(key, "") != shown.get(key, "")}
    wanted = (news | {*touched} | {each.task_id for each in sessions}) & statuses.keys()
    rows = rows_of(listed(rows_by_person(user).filter(pk__in=wanted)), session, entries, now=now)
    say(user, rows, now=now, learn=False)
    chosen = filter_of(request)
    for row in rows:
        row.hidden = not chosen.keeps(row)
    return Changes(
        session,
        told.values(),
        {
            "now": now,
            "changed": _groups(places, rows),
            "sending": sending(told.values()),
            "pause_place": reverse("web:focus_pause"),
            "focus": SimpleLazyObject(
                lambda: bar_from_rows(user, session, rows, asked_about(user, now=now), now=now)
            ),
        },
    )


def sending(told: Iterable[Truth]) -> str:
    """Return whether something is on its way to Jira: `moves` where it may be there at any moment, else `held`."""
    waiting = [each for each in told if each.kind is Kind.WAITING]
    if not waiting:
        return ""
    return "moves" if any(each.moves for each in waiting) else "held"


def _groups(places: Iterable[Place], rows: Iterable[Row]) -> list[Group]:
    anew = {row.task.pk: row for row in rows}
    groups = []
    for status in Status:
        keys = [place.task_id for place in places if place.status == status]
        groups.append(
            Group(status.value, " ".join(map(str, keys)), [anew[key] for key in keys if key in anew])
        )
    return groups
