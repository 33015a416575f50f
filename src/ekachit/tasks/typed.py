"""Sessions that the person types, mends or deletes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from ekachit.domain.work.duration import MOST_HOURS, DurationError, parse_duration
from ekachit.tasks.actions import ChangedMeanwhileError, TaskError, begin_work, locked_task, one_at_a_time
from ekachit.tasks.history import record
from ekachit.tasks.models import Ending, FocusSession, SessionSource, Status, Task

# Clocks of two machines differ a little.
AHEAD = timedelta(minutes=1)
MOST = timedelta(hours=MOST_HOURS)


@dataclass(frozen=True, slots=True)
class Span:
    """When a session began and ended; no end means that it still runs."""

    started_at: datetime
    ended_at: datetime | None


def seconds_typed(text: str) -> int:
    """Return the seconds that a person typed, such as “1h 20m”.

    Raises:
        TaskError: `duration_` and a code of `domain.work.duration`.
    """
    try:
        return parse_duration(text)
    except DurationError as wrong:
        raise TaskError(f"duration_{wrong.code}", _duration_words(wrong.code, text.strip()[:40])) from None


def _duration_words(code: str, typed: str) -> str:
    words = {
        "empty": _("Type how long it took, for example 1h 20m."),
        "negative": _("Time that was worked is more than nothing: type, for example, 1h 20m."),
        "unit_missing": _("Is %(typed)s hours or minutes? Type %(typed)sh or %(typed)sm."),
        "minutes_over_59": _("An hour has 60 minutes: type 2h 30m for 1h 90m."),
        "zero": _("Type at least a minute, or delete the entry."),
        "too_long": _("That is more than %(most)d hours. Enter it in parts."),
    }
    unclear = _(
        "“%(typed)s” is not understood. Type hours and minutes, for example 1h 20m, 90m, 1.5h or 1:20."
    )
    return words.get(code, unclear) % {"typed": typed, "most": MOST_HOURS}


@transaction.atomic
def add_typed(task: Task, text: str, *, now: datetime, ended_at: datetime | None = None) -> FocusSession:
    """Store time that was worked without the timer, and return the session.

    It ends when the person says, else when the task was finished, else now.

    Raises:
        TaskError: `duration_…`, `session_ahead`, `task_gone`.
    """
    seconds = seconds_typed(text)
    row = locked_task(task.pk)
    finished = row.done_at if row.status == Status.DONE else None
    until = ended_at or min(finished or now, now)
    if until > now + AHEAD:
        raise TaskError("session_ahead", _("A session cannot end in the future. Choose an earlier time."))
    began = until - timedelta(seconds=seconds)
    if begin_work(row, now=began):
        row.save(update_fields=["started_at", "started_points", "changed_at"])
    return FocusSession.objects.create(
        user_id=row.user_id,
        task=row,
        started_at=began,
        ended_at=until,
        seconds=seconds,
        last_sign_at=until,
        source=SessionSource.MANUAL,
        ending=Ending.TYPED,
    )


@transaction.atomic
def change_session(session: FocusSession, span: Span, *, edition: int, now: datetime) -> FocusSession:
    """Give a session another beginning and end, and return it. One that runs may only begin at another time.

    Args:
        session: the one to change.
        span: what it shall be.
        edition: of the session that the person looked at.
        now: the present.

    Raises:
        ChangedMeanwhileError: it is not what the person looked at.
        TaskError: `session_gone`, `session_backwards`, `session_ahead`, `session_long`.
    """
    row = _locked_session(session, edition, span)
    if (row.started_at, row.ended_at) == (span.started_at, span.ended_at):
        return row
    until = span.ended_at or now
    if span.started_at >= until:
        raise TaskError("session_backwards", _("The session ends before it begins. Swap the two times."))
    if until > now + AHEAD:
        raise TaskError("session_ahead", _("A session cannot end in the future. Choose an earlier time."))
    if until - span.started_at > MOST:
        text = _("That is more than %(most)d hours. Enter it in parts.")
        raise TaskError("session_long", text % {"most": MOST_HOURS})
    before = row.seconds
    row.started_at, row.ended_at = span.started_at, span.ended_at
    row.last_sign_at = max(row.last_sign_at, row.started_at)
    if row.ended_at is not None:
        row.seconds, row.source = row.seconds_between(), SessionSource.MANUAL
        row.last_sign_at = row.ended_at
    row.edition += 1
    row.save()
    record(row.task_id, "session_changed", at=now, before=before, after=row.seconds)
    return row


@transaction.atomic
def delete_session(session: FocusSession, *, edition: int, now: datetime) -> None:
    """Delete a session, also one that runs; the task's history says so. Deleted already is deleted.

    Raises:
        ChangedMeanwhileError: it is not what the person looked at.
    """
    one_at_a_time(session.user_id)
    row = FocusSession.objects.select_for_update().filter(pk=session.pk).first()
    if row is None:
        return
    if row.edition != edition:
        raise ChangedMeanwhileError(row)
    started_at = row.started_at.isoformat()
    record(row.task_id, "session_deleted", at=now, started_at=started_at, seconds=row.seconds)
    row.delete()


def _locked_session(session: FocusSession, edition: int, span: Span) -> FocusSession:
    one_at_a_time(session.user_id)
    row = FocusSession.objects.select_for_update().filter(pk=session.pk).first()
    if row is None:
        text = _("This session was deleted meanwhile, in another window. Enter it anew if it counts.")
        raise TaskError("session_gone", text)
    same = (row.started_at, row.ended_at) == (span.started_at, span.ended_at)
    if not same and (row.edition != edition or row.running != (span.ended_at is None)):
        raise ChangedMeanwhileError(row)
    return row
