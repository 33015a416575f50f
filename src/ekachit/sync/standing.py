"""How each connection stands with Jira, and the one line about it on every page: the truth or nothing (I17)."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ekachit import rows
from ekachit.accounts.models import User
from ekachit.connections.models import Connection, State
from ekachit.connections.words import words_for
from ekachit.domain.sync.schedule import CLOCKS_DIFFER_SECONDS, OVERDUE_SECONDS
from ekachit.sync.models import Pass, PassState
from ekachit.sync.queries import Stage, Waiting, stage_of, waiting_counts

Tone = Literal["ok", "busy", "trouble", "off"]

# A period with its jitter, and some time for the pass itself (I17).
UP_TO_DATE = timedelta(minutes=35)
CLOCKS_DIFFER = timedelta(seconds=CLOCKS_DIFFER_SECONDS)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_HOURS_UP_TO = 2 * _DAY


@dataclass(frozen=True, slots=True)
class Standing:
    """One connection as it is now. `last` is its latest pass, `complete` the latest that read everything.

    `held_until` is when its site may be asked again, None where it may now; `hold_code` why. `waiting` is what waits
    for the person, of whichever connection: read along, since every page shows both.
    """

    connection: Connection
    stage: Stage
    last: Pass | None
    complete: Pass | None
    held_until: datetime | None
    hold_code: str
    waiting: Waiting

    @property
    def is_import(self) -> bool:
        """Whether the pass under way, or the next, brings in what is new."""
        picked_at = self.connection.picked_at
        return picked_at is None or self.complete is None or self.complete.started_at < picked_at


@dataclass(frozen=True, slots=True)
class SideBar:
    """The line about Jira: what is so, and a detail or what is wrong; `connection_id` is whose page tells more."""

    tone: Tone
    text: str
    detail: str
    connection_id: int


# What every page shows of a connection beside its own row; plain, as it is asked with every page.
_LATEST = (
    "(SELECT p.id FROM sync_pass p WHERE p.connection_id = connections_connection.id{which}"
    " ORDER BY p.id DESC LIMIT 1)"
)
_HOLD = "(SELECT h.{what} FROM sync_sitehold h WHERE h.site = connections_connection.site AND h.until > %s)"
_MORE = (
    _LATEST.format(which=""),
    _LATEST.format(which=" AND p.state = 'complete'"),
    _HOLD.format(what="until"),
    _HOLD.format(what="code"),
    *waiting_counts("connections_connection.user_id"),
)


def standings_of(user: User, *, now: datetime) -> tuple[Standing, ...]:
    """Return how each of the person's connections stands that is not disconnected: two queries, however many."""
    moment = rows.moment(now)
    found = rows.every_with(
        Connection,
        _MORE,
        "user_id = %s AND state <> %s ORDER BY connections_connection.id",
        [moment, moment, user.pk, State.DISCONNECTED.value],
    )
    passes = _passes({pk for _, (last, complete, *_rest) in found for pk in (last, complete) if pk})
    standings: list[Standing] = []
    for each, (last_id, complete_id, until, code, set_aside, notices) in found:
        each.user = user
        last = passes.get(last_id)
        standings.append(
            Standing(
                connection=each,
                stage=stage_of(each, last, now),
                last=last,
                complete=passes.get(complete_id),
                held_until=rows.as_moment(until),
                hold_code=code or "",
                waiting=Waiting(set_aside, notices),
            )
        )
    return tuple(standings)


def _passes(ids: Collection[int]) -> dict[int | None, Pass]:
    if not ids:
        return {}
    return {each.pk: each for each in rows.every(Pass, f"id IN ({rows.marks(len(ids))})", [*ids])}


def side_bar(standings: Iterable[Standing], *, now: datetime) -> SideBar | None:
    """Return the line for the worst of a person's connections; None without any."""
    lines = [_line(each, now) for each in standings]
    order: Sequence[Tone] = ("trouble", "busy", "off", "ok")
    return min(lines, key=lambda line: order.index(line.tone), default=None)


def is_up_to_date(standing: Standing, *, now: datetime) -> bool:
    """Return whether the last attempt read everything, at most 35 minutes ago, and more may follow."""
    last = standing.last
    return (
        standing.connection.active
        and last is not None
        and last.state == PassState.COMPLETE
        and last.ended_at is not None
        and -CLOCKS_DIFFER <= now - last.ended_at <= UP_TO_DATE
    )


def _line(standing: Standing, now: datetime) -> SideBar:
    return SideBar(*_told(standing, now), standing.connection.pk)


def _told(standing: Standing, now: datetime) -> tuple[Tone, str, str]:
    connection = standing.connection
    if connection.state == State.NEEDS_TOKEN:
        return "trouble", _("Jira needs a new token"), _synced(standing, now)
    if connection.state == State.PAUSED:
        return "off", _("Jira is paused: it needs the Pro plan"), _synced(standing, now)
    if _is_busy(standing, now):
        return "busy", *_busy(standing)
    if is_up_to_date(standing, now=now):
        return "ok", _synced(standing, now), _hold(standing) or _next(connection, now)
    return _behind(standing, now)


def _behind(standing: Standing, now: datetime) -> tuple[Tone, str, str]:
    """What is told of a connection that could be up to date and is not."""
    if standing.stage == "stopped":
        return "off", _("Jira import stopped"), _("Resume it where it stopped")
    if standing.last is None and not _is_late(standing, now):
        return "off", _("Jira not imported yet"), "" if standing.connection.picked_at else _("Pick projects")
    return "trouble", _last_synced(standing, now), _why(standing, now)


def _is_busy(standing: Standing, now: datetime) -> bool:
    return standing.stage == "running" or (standing.stage == "waiting" and not _is_late(standing, now))


def _is_late(standing: Standing, now: datetime) -> bool:
    """Whether a pass should long have begun: then nobody works, and it is not on its way."""
    due_at = standing.connection.due_at
    return due_at is not None and now - due_at > timedelta(seconds=OVERDUE_SECONDS)


def _busy(standing: Standing) -> tuple[str, str]:
    text = _("Importing from Jira") if standing.is_import else _("Syncing with Jira")
    last = standing.last
    if standing.stage != "running" or last is None or last.state != PassState.RUNNING:
        return text, ""
    done = sum(pair[0] or 0 for pair in last.progress.values())
    total = sum(pair[1] or 0 for pair in last.progress.values())
    return text, _("%(done)s of about %(total)s") % {"done": done, "total": total} if total else ""


def _why(standing: Standing, now: datetime) -> str:
    """What keeps a connection from being up to date, and what comes next."""
    last = standing.last
    if held := _hold(standing):
        return held
    if _is_late(standing, now):
        return _("The next sync is late. Is the worker running?")
    if last is not None and last.state in {PassState.FAILED, PassState.PARTIAL}:
        return f"{words_for(last.code).title} {_next(standing.connection, now)}".strip()
    return _next(standing.connection, now) or _("No sync is planned. Ask for one.")


def _hold(standing: Standing) -> str:
    if standing.held_until is None:
        return ""
    clock = formats.date_format(timezone.localtime(standing.held_until), "H:i")
    if standing.hold_code == "rate_limited":
        return _("Jira asked us to wait until %(time)s") % {"time": clock}
    return _("Jira does not answer; next try at %(time)s") % {"time": clock}


def _synced(standing: Standing, now: datetime) -> str:
    if standing.complete is None or standing.complete.ended_at is None:
        return ""
    return _("Jira synced %(ago)s") % {"ago": ago(standing.complete.ended_at, now)}


def _last_synced(standing: Standing, now: datetime) -> str:
    if standing.complete is None or standing.complete.ended_at is None:
        return _("Jira not imported yet")
    return _("Jira last synced %(ago)s") % {"ago": ago(standing.complete.ended_at, now)}


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was, rounded up: never shown as later than it was (I17).

    One of a time to come was noted before a clock was set back: it is shown as it was noted.
    """
    if moment - now > CLOCKS_DIFFER:
        return formats.date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
    seconds = (now - moment).total_seconds()
    if seconds < _MINUTE:
        return _("less than a minute ago")
    if seconds <= _HOUR:
        return _("%(number)d min ago") % {"number": math.ceil(seconds / _MINUTE)}
    if seconds <= _HOURS_UP_TO:
        return _("%(number)d h ago") % {"number": math.ceil(seconds / _HOUR)}
    days = math.ceil(seconds / _DAY)
    return ngettext("%(number)d day ago", "%(number)d days ago", days) % {"number": days}


def _next(connection: Connection, now: datetime) -> str:
    if connection.due_at is None or connection.due_at <= now:
        return ""
    minutes = math.ceil((connection.due_at - now).total_seconds() / _MINUTE)
    return _("next in %(minutes)d min") % {"minutes": minutes}
